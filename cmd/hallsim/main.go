// Command hallsim is a hall in a box: virtual card reader and printer on pseudo terminals, a link with a switch, and a
// dock page on loopback to play with them.
//
//	hallsim demo --bin bin --out out/demo     the whole story with the real programs
//	hallsim serve --dir DIR --central ADDR    only the devices, the link and the dock, for a kiosk of your own
//	hallsim bench --bin bin                   whole-process figures: start, idle CPU, memory
//	hallsim visits --count 2000               people come and go; the kiosk's memory is watched
//	hallsim replay --file FILE --link PATH    a device as it was recorded by hallctl device … --record
//	hallsim backlog --data DIR --records N    cases of invented people into the outbox of a stopped kiosk or edge
//	hallsim link --to HOST:PORT --rtt 50ms    a slow and spoiled line to central; its faults are flags
package main

import (
	"context"
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
	Demo   demoCommand   `cmd:"" help:"Play one whole visit with the real programs; with a display, open them for a person."`
	Serve  serveCommand  `cmd:"" help:"Virtual devices, link and dock for a kiosk that is started apart."`
	Bench  benchCommand  `cmd:"" help:"Measure the kiosk as a process: start to first screen, idle CPU, memory."`
	Visits visitsCommand `cmd:"" help:"Many visits in a row in a real window; fails when the kiosk takes more and more memory."`
	Replay replayCommand `cmd:"" help:"Play a trace of a device that hallctl has recorded, as the device."`

	Backlog backlogCommand `cmd:"" help:"Fill the outbox of a stopped kiosk or edge with cases of invented people."`
	Link    linkCommand    `cmd:"" help:"A slow and spoiled line to central."`
}

// env is what every command gets.
type env struct {
	ctx    context.Context
	stdout io.Writer
	logger *slog.Logger
	log    io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cmd commands
	parser, err := kong.New(&cmd, kong.Name("hallsim"), kong.Description("A hall in a box."), kong.Writers(stdout, stderr))
	if err != nil {
		fmt.Fprintln(stderr, "hallsim:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "hallsim:", err)
		return 2
	}
	err = parsed.Run(&env{ctx: ctx, stdout: stdout, log: stderr, logger: slog.New(slog.NewTextHandler(stderr, nil))})
	if err != nil {
		fmt.Fprintln(stderr, "hallsim:", err)
		return 1
	}
	return 0
}
