// Command central is the reference central platform: it takes in what kiosks send, shows cases, and answers tracking
// codes. Its other commands are for operators and talk to a running one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "central:", err)
		os.Exit(1)
	}
}

// cli is the command line.
type cli struct {
	Serve     serveCmd       `cmd:"" help:"Run the central platform."`
	EnrolCode enrolCodeCmd   `cmd:"" name:"enrol-code" help:"Make a one-time code with which a kiosk enrols."`
	Cases     casesCmd       `cmd:"" help:"List cases, the newest first."`
	Stage     stageCmd       `cmd:"" help:"Move a case on: accepted, returned or done."`
	Staff     staffCommands  `cmd:"" help:"Who may sign in at the kiosks of a hall."`
	Kiosk     kioskCommands  `cmd:"" help:"Which kiosks are enrolled, and turning one away."`
	Export    exportCommands `cmd:"" help:"What staff took from a kiosk on a stick."`
	Audit     auditCmd       `cmd:"" help:"What kiosks said of their audit logs."`
	Restore   restoreCmd     `cmd:"" help:"Take over a data directory that was restored from a backup, before serving it."`
}

// errUsage ends a run that only printed help.
var errUsage = errors.New("usage")

// run is the whole program with its edges passed in. It returns when ctx ends or the command is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	var c cli
	parser, err := kong.New(&c, kong.Name("central"), kong.Description("The reference central platform of Onedoor."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { panic(errUsage) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return fmt.Errorf("set up the command line: %w", err)
	}
	defer func() { // kong ends help by its exit function
		if r := recover(); r != nil {
			if r != errUsage { //nolint:errorlint // a recovered value, not an error
				panic(r)
			}
			err = nil
		}
	}()
	k, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w (see central --help)", err)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.BindTo(stdout, (*io.Writer)(nil))
	k.BindTo(os.Stdin, (*io.Reader)(nil))
	k.Bind(errOut{stderr})
	return k.Run()
}

// errOut is where the log goes.
type errOut struct{ io.Writer }
