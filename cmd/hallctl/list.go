package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
)

type listCommand struct {
	Port []string `help:"Probe these ports instead of those of this machine."`
	Baud int      `default:"115200" help:"Speed to ask with."`
}

// portLine is one port.
type portLine struct {
	Path    string         `json:"path"`              // put this into the configuration
	Node    string         `json:"node"`              // the device file, whose number changes on replugging
	Answers string         `json:"answers"`           // card-reader, printer or nothing
	Problem device.Problem `json:"problem,omitempty"` // why it could not be asked
}

// probeLimit bounds the question to one port.
const probeLimit = 3 * time.Second

// Run lists and asks. A port that is in use is told, and not disturbed.
func (c *listCommand) Run(e *env) error {
	lines, err := c.lines()
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errors.New("this machine has no serial ports: check cables and drivers")
	}
	for _, l := range lines {
		line := portLine{Path: l.Path, Node: l.Node}
		line.Answers, line.Problem = c.ask(e.ctx, l.Path)
		err := e.say(line, func(w io.Writer) {
			fmt.Fprintf(w, "%s  %s", line.Path, line.Answers)
			if line.Node != line.Path {
				fmt.Fprintf(w, "  (now %s)", line.Node)
			}
			if line.Problem != device.ProblemNone {
				fmt.Fprintf(w, "  %s: %s", line.Problem, remedy(line.Problem))
			}
			fmt.Fprintln(w)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *listCommand) lines() ([]port.Line, error) {
	if len(c.Port) == 0 {
		return port.List()
	}
	var lines []port.Line
	for _, p := range c.Port {
		lines = append(lines, port.Line{Path: p, Node: p})
	}
	return lines, nil
}

// ask tries one language after the other, each on a line opened anew.
func (c *listCommand) ask(ctx context.Context, path string) (string, device.Problem) {
	for _, kind := range []struct {
		name  string
		probe func(context.Context, port.Port) error
	}{{"card-reader", cardreader.Probe}, {"printer", printer.Probe}} {
		found, problem := c.try(ctx, path, kind.probe)
		if found {
			return kind.name, device.ProblemNone
		}
		if problem != device.ProblemNone {
			return "nothing", problem
		}
	}
	return "nothing", device.ProblemNone
}

func (c *listCommand) try(ctx context.Context, path string, probe func(context.Context, port.Port) error) (bool, device.Problem) {
	p, err := port.Open(port.Config{Path: path, Baud: c.Baud})
	if err != nil {
		return false, port.ProblemOf(err)
	}
	defer p.Close()
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	return probe(ctx, p) == nil, device.ProblemNone
}
