// Command kiosk is the touchscreen program of a service hall, and a whole edge node behind it: devices, outbox, sync.
//
//	kiosk enrol --config kiosk.yaml --code ABCD-EFGH-JK   once, with a code from central
//	kiosk run --config kiosk.yaml                         from then on
//
// It ends with status 0 after a signal, and when staff restart it at its screen: its unit has Restart=always. It ends with 2
// for a configuration that can not be used and with 1 for any other cause; the cause is one sentence on standard error.
// Nothing accepted is ever lost by ending it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"onedoor/app/config"
	"onedoor/cmd/kiosk/node"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type commands struct {
	Run   runCommand   `cmd:"" default:"withargs" help:"Serve citizens."`
	Enrol enrolCommand `cmd:"" help:"Make this machine a kiosk of a hall, with a one-time code from central."`
}

type enrolCommand struct {
	Config string `required:"" type:"path" help:"Configuration file."`
	Code   string `required:"" help:"One-time code from central."`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cmd commands
	parser, err := kong.New(&cmd, kong.Name("kiosk"), kong.Description("The touchscreen program of a service hall."),
		kong.Writers(stdout, stderr), kong.Vars{})
	if err != nil {
		fmt.Fprintln(stderr, "kiosk:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "kiosk:", err)
		return 2
	}
	var tail node.Tail
	logger := slog.New(slog.NewJSONHandler(io.MultiWriter(stderr, &tail), nil))
	if parsed.Command() == "enrol" {
		err = cmd.Enrol.run(ctx, stdout)
	} else {
		err = cmd.Run.run(ctx, logger, &tail)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "kiosk:", explain(err))
	if errors.Is(err, config.ErrConfig) {
		return 2
	}
	return 1
}

func (c *enrolCommand) run(ctx context.Context, stdout io.Writer) error {
	file, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	trust, err := config.Trust(file.Central.CA)
	if err != nil {
		return err
	}
	device, err := config.Enrol(ctx, file.Data, file.Central.URL, trust, c.Code)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "enrolled as kiosk %s of hall %s (%s), incarnation %s\n", device.Kiosk, device.Hall, device.HallName, device.Incarnation)
	return nil
}

// explain adds to an error what the person in front of the machine can do about it.
func explain(err error) string {
	hint := ""
	var problem *wire.ProblemError
	switch {
	case errors.Is(err, outbox.ErrInUse):
		hint = "Another kiosk program has this data directory. Stop it first; nothing was changed."
	case errors.Is(err, outbox.ErrDamaged):
		hint = "Do not delete the directory: it may hold the only copy of what was accepted. Call support."
	case errors.Is(err, outbox.ErrOtherSource):
		hint = "The data directory belongs to another kiosk. Check 'data' in the configuration."
	case errors.Is(err, config.ErrNotEnrolled):
		hint = "Ask the operator of central for a one-time code."
	case errors.Is(err, config.ErrConfig):
		hint = "Mend the configuration file and start again; nothing was changed."
	case errors.As(err, &problem):
		hint = "Central answered and refused."
	case errors.Is(err, wire.ErrNoAnswer):
		hint = "Central was not reached. Check 'central.url' and the network."
	}
	if hint == "" {
		return err.Error()
	}
	return err.Error() + "\n" + hint
}
