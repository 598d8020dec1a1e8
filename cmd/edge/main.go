// Command edge is a node without a screen: it holds an outbox and brings what is in it to the upstream. It takes nothing in
// yet; hallsim backlog fills its outbox while it is stopped.
//
//	edge enrol --data DIR --upstream URL --code ABCD-EFGH-JK   once, with a code from central
//	edge run --data DIR --upstream URL                         from then on; "run" may be left out
//
// It ends with status 0 after a signal, within 5 s, with 2 for a command line that can not be used and 1 for any other cause;
// the cause is one sentence on standard error. Nothing in the outbox is ever lost by ending it.
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
	"time"

	"github.com/alecthomas/kong"

	"onedoor/app/config"
	"onedoor/cmd/edge/node"
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
	Run   runCommand   `cmd:"" default:"withargs" help:"Bring what waits to the upstream until a signal."`
	Enrol enrolCommand `cmd:"" help:"Make a data directory that of a machine of a hall, with a one-time code from central."`
}

// site is which node of which upstream.
type site struct {
	Data     string `required:"" type:"path" help:"Directory of outbox and identity."`
	Upstream string `required:"" help:"https://HOST of central, or http:// to this machine."`
	CA       string `name:"ca" type:"path" help:"PEM file of the authority that alone may vouch for it; without one the system's."`
}

func (s site) config(logger *slog.Logger) node.Config {
	return node.Config{Data: s.Data, Upstream: s.Upstream, CA: s.CA, Now: time.Now, Logger: logger}
}

type enrolCommand struct {
	site
	Code string `required:"" help:"One-time code from central."`
}

// exit is how kong ends the program after --help.
type exit int

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
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
	parser, err := kong.New(&cmd, kong.Name("edge"), kong.Description("A node of a service hall without a screen."), kong.Writers(stdout, stderr),
		kong.Exit(func(status int) { panic(exit(status)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "edge:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "edge:", err)
		return 2
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	if parsed.Command() == "enrol" {
		err = cmd.Enrol.run(ctx, stdout)
	} else {
		err = cmd.Run.run(ctx, stdout, logger)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "edge:", explain(err))
	if errors.Is(err, config.ErrConfig) {
		return 2
	}
	return 1
}

func (c *enrolCommand) run(ctx context.Context, stdout io.Writer) error {
	if err := c.config(nil).Validate(); err != nil {
		return err
	}
	trust, err := config.Trust(c.CA)
	if err != nil {
		return err
	}
	device, err := config.Enrol(ctx, c.Data, c.Upstream, trust, c.Code)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "enrolled as %s of hall %s (%s), incarnation %s\n", device.Kiosk, device.Hall, device.HallName, device.Incarnation)
	return nil
}

// explain adds to an error what can be done about it.
func explain(err error) string {
	hint := ""
	var problem *wire.ProblemError
	switch {
	case errors.Is(err, outbox.ErrInUse):
		hint = "Another program has this data directory. Stop it first; nothing was changed."
	case errors.Is(err, outbox.ErrDamaged):
		hint = "Do not delete the directory: it may hold the only copy of what was accepted. Call support."
	case errors.Is(err, outbox.ErrOtherSource):
		hint = "The data directory belongs to another machine. Check --data."
	case errors.Is(err, config.ErrNotEnrolled):
		return config.ErrNotEnrolled.Error() + "\nAsk the operator of central for a one-time code, and run edge enrol."
	case errors.As(err, &problem):
		hint = "The upstream answered and refused."
	case errors.Is(err, wire.ErrNoAnswer):
		hint = "The upstream was not reached. Check --upstream and the network."
	}
	if hint == "" {
		return err.Error()
	}
	return err.Error() + "\n" + hint
}
