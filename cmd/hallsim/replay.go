package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/scanner"
	"onedoor/device/sim"
	"onedoor/device/trace"
)

type replayCommand struct {
	File   string `required:"" type:"existingfile" help:"Trace, as hallctl device … --record writes it."`
	Link   string `required:"" type:"path" help:"Where the device appears."`
	Port   string `help:"Which of the ports in the trace, if there are several."`
	Strict bool   `help:"Want the recorded questions in exactly their order; anything else pulls the plug and ends with an error."`
}

// Run plays a recorded device until it is told to stop.
func (c *replayCommand) Run(e *env) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer file.Close()
	recorded, err := trace.Read(file)
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.File, err)
	}
	port, err := c.pick(recorded.Ports())
	if err != nil {
		return err
	}
	exchanges := recorded.Exchanges(port)
	r, err := sim.NewReplay(sim.ReplayConfig{Link: c.Link, Exchanges: exchanges, Blank: blanking(recorded.Device(port)), Strict: c.Strict})
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.File, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	fmt.Fprintf(e.stdout, "%s plays %s of %s, %d exchanges; end with Ctrl-C\n", r.Path(), recorded.Device(port), port, len(exchanges))
	select {
	case <-e.ctx.Done():
	case <-r.Failed():
	}
	fmt.Fprintf(e.stdout, "%d exchanges played, %d to the end of the trace\n", r.Played(), r.Left())
	return nil
}

// pick finds the port that is wanted.
func (c *replayCommand) pick(ports []string) (string, error) {
	switch {
	case len(ports) == 0:
		return "", fmt.Errorf("replay %s: no port was opened in it", c.File)
	case c.Port == "" && len(ports) == 1:
		return ports[0], nil
	case slices.Contains(ports, c.Port):
		return c.Port, nil
	}
	return "", fmt.Errorf("replay %s: say which with --port: %s", c.File, strings.Join(ports, ", "))
}

// blanking does to what a replay hears what was done to it in the recording.
func blanking(device string) func([]byte) {
	switch device {
	case "card-reader":
		return func(b []byte) { cardreader.Blanker{}.Blank(b, nil) }
	case "printer":
		return func(b []byte) { new(printer.Blanker).Blank(b, nil) }
	case "scanner":
		return func(b []byte) { scanner.Blanker{}.Blank(b, nil) }
	default: // what a search for devices asks holds nothing of anybody
		return nil
	}
}
