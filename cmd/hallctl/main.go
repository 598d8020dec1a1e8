// Command hallctl is for operators and for integrators on site.
//
//	hallctl device list
//	hallctl device card read --port /dev/ttyUSB0 --watch
//	hallctl device printer test --port /dev/ttyUSB1 --profile generic-80
//	hallctl device scanner read --port /dev/ttyACM0 --record scanner.trace
//	hallctl outbox stats --data /var/lib/onedoor
//	hallctl audit verify --data /var/lib/onedoor
//	hallctl ime pinyin shenfenzheng
//	hallctl prompts check --voice cmn --dir /usr/share/onedoor/prompts
//	hallctl doctor --config /etc/onedoor/kiosk.yaml
//	hallctl readiness --json
//	hallctl problems --for 24h
//
// With --json every result is one JSON object a line on standard output, and so is a failure: "event" is "error", "code" is
// for machines, "message" says what is wrong and "next" what to do. The exit status is 0 only on success; 2 is a command that
// was not understood, and 3 is what doctor and readiness say of warnings without a fault. A failure is said in one sentence on
// standard error as well.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks for the end, a second one does not ask
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type commands struct {
	JSON      bool             `name:"json" help:"One JSON object a line instead of sentences."`
	Log       bool             `help:"Write what the drivers log to standard error."`
	Device    deviceCommands   `cmd:"" help:"Probe and test devices."`
	Outbox    outboxCommands   `cmd:"" help:"What a stopped kiosk still has to send."`
	Console   consoleCommand   `cmd:"" help:"Where the page for staff is, and by which fingerprint to know it."`
	Audit     auditCommands    `cmd:"" help:"Who did what at a kiosk."`
	Doctor    doctorCommand    `cmd:"" help:"What is wrong with this machine, and what to do about it."`
	Readiness readinessCommand `cmd:"" help:"Who can be served with what today."`
	Problems  problemsCommand  `cmd:"" help:"What was wrong with a kiosk, and when."`
	IME       imeCommands      `cmd:"" name:"ime" help:"What the kiosk's input methods offer, for tuning."`
	Prompts   promptsCommands  `cmd:"" help:"Sentences that the kiosk reads aloud from recordings."`
}

type deviceCommands struct {
	List    listCommand     `cmd:"" help:"Serial ports, their lasting names, and what answers there."`
	Card    cardCommands    `cmd:"" help:"ID card reader."`
	Printer printerCommands `cmd:"" help:"Receipt printer."`
	Scanner scannerCommands `cmd:"" help:"Code scanner."`
}

// env is what every command gets.
type env struct {
	ctx    context.Context
	out    io.Writer
	json   bool
	logger *slog.Logger
}

// exit is how kong ends the program after --help.
type exit int

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	e := &env{ctx: ctx, out: stdout, json: wantsJSON(args), logger: slog.New(slog.DiscardHandler)}
	defer func() {
		if ended := recover(); ended != nil {
			status, ok := ended.(exit)
			if !ok {
				panic(ended)
			}
			code = int(status)
		}
	}()
	var cmd commands
	parser, err := kong.New(&cmd, kong.Name("hallctl"), kong.Description("For operators and integrators of a hall."), kong.Writers(stdout, stderr),
		kong.Exit(func(status int) { panic(exit(status)) }), kong.Vars{"profiles": profileNames()}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return e.fail(stderr, err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		e.fail(stderr, failure{Code: "usage", Message: err.Error(), Next: `see "` + words(args) + ` --help"`})
		return 2
	}
	e.json = cmd.JSON
	if cmd.Log {
		e.logger = slog.New(slog.NewTextHandler(stderr, nil))
	}
	if err := parsed.Run(e); err != nil {
		return e.fail(stderr, err)
	}
	return 0
}

// wantsJSON looks for --json before the rest is understood, so that what is not understood can be said so too.
func wantsJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "--json", "--json=true":
			return true
		}
	}
	return false
}

// words are the program and the commands at the beginning of args, for pointing at their help.
func words(args []string) string {
	out := []string{"hallctl"}
	for _, a := range args {
		if a == "--json" {
			continue
		}
		if strings.HasPrefix(a, "-") {
			break
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}

// say writes a result: as JSON, or as the sentence that human gives.
func (e *env) say(v any, human func(io.Writer)) error {
	if e.json {
		out := json.NewEncoder(e.out)
		out.SetEscapeHTML(false)
		if err := out.Encode(v); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
		return nil
	}
	human(e.out)
	return nil
}
