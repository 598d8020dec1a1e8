// Command hallctl is for operators and for integrators on site.
//
//	hallctl device card read --port /dev/ttyUSB0 --watch
//	hallctl device printer test --port /dev/ttyUSB1 --profile generic-80
//
// With --json every result is one JSON object a line. The exit status is 0 only on success; a failure is said in one
// sentence on standard error as well.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type commands struct {
	JSON   bool           `name:"json" help:"One JSON object a line instead of sentences."`
	Log    bool           `help:"Write what the drivers log to standard error."`
	Device deviceCommands `cmd:"" help:"Probe and test devices."`
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

// errFailed is returned when the result itself, already written, says that it failed.
var errFailed = errors.New("failed")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cmd commands
	parser, err := kong.New(&cmd, kong.Name("hallctl"), kong.Description("For operators and integrators of a hall."), kong.Writers(stdout, stderr),
		kong.Vars{"profiles": profileNames()})
	if err != nil {
		fmt.Fprintln(stderr, "hallctl:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "hallctl:", err)
		return 2
	}
	e := &env{ctx: ctx, out: stdout, json: cmd.JSON, logger: slog.New(slog.DiscardHandler)}
	if cmd.Log {
		e.logger = slog.New(slog.NewTextHandler(stderr, nil))
	}
	switch err := parsed.Run(e); {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return 1
	default:
		fmt.Fprintln(stderr, "hallctl:", err)
		return 1
	}
}

// say writes a result: as JSON, or as the sentence that human gives.
func (e *env) say(v any, human func(io.Writer)) error {
	if e.json {
		return json.NewEncoder(e.out).Encode(v)
	}
	human(e.out)
	return nil
}
