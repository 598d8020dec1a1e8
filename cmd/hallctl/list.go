package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/trace"
)

type listCommand struct {
	Port []string `placeholder:"PATH" help:"Ask these ports instead of those of this machine."`
	Baud []int    `placeholder:"N" help:"Speeds to ask with, in this order; without it 115200, 9600, 57600, 38400 and 19200."`
	traceFlag
}

// Help goes above the flags.
func (c *listCommand) Help() string {
	return `Each port is asked at one speed after the other whether a receipt printer or a card reader answers, all ports side by
side, at most 12 seconds each. A port that another program has is left alone. A scanner can not be asked: it shows as nothing,
like all that is neither. Where something talks that is neither, it says so.
What is in the column of the path, and the speed, go into the configuration of the kiosk.`
}

// portLine is one port.
type portLine struct {
	Path    string         `json:"path"`              // put this into the configuration
	Node    string         `json:"node"`              // the device file, whose number changes on replugging
	ByID    string         `json:"by_id"`             // name by maker, model and serial number; empty when there is none
	ByPath  string         `json:"by_path"`           // name by the socket it is plugged into; empty when there is none
	Answers string         `json:"answers"`           // card-reader, printer, nothing or in-use
	Baud    int            `json:"baud,omitempty"`    // speed at which it answers
	Problem device.Problem `json:"problem,omitempty"` // why it could not be asked, or wrong-device when something talks there that is neither
	Message string         `json:"message,omitempty"` // what to do about that
}

// What a port is said to answer.
const (
	answersReader  = "card-reader"
	answersPrinter = "printer"
	answersNothing = "nothing"
	answersInUse   = "in-use"
)

// together is how many ports are asked at a time.
const together = 16

// Run lists and asks.
func (c *listCommand) Run(e *env) error {
	lines, err := c.lines()
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return failure{"no-ports", "this machine has no serial ports", "plug the devices in; if they are, check that their adapters have drivers (dmesg)"}
	}
	return c.recorded(func(r *trace.Recorder) error {
		found := make([]chan portLine, len(lines))
		free := make(chan struct{}, together)
		for i := range lines {
			found[i] = make(chan portLine, 1)
			go func() {
				free <- struct{}{}
				defer func() { <-free }()
				found[i] <- c.ask(e.ctx, lines[i], r)
			}()
		}
		var failed error
		for _, f := range found {
			line := <-f
			if e.ctx.Err() == nil && failed == nil {
				failed = e.say(line, line.human)
			}
		}
		if e.ctx.Err() != nil {
			return failure{"interrupted", "stopped before all ports were asked", ""}
		}
		return failed
	})
}

func (l portLine) human(w io.Writer) {
	fmt.Fprintf(w, "%s  %s", l.Path, l.Answers)
	if l.Baud > 0 {
		fmt.Fprintf(w, " at %d", l.Baud)
	}
	if l.Node != l.Path {
		fmt.Fprintf(w, "  (now %s)", l.Node)
	}
	if l.Message != "" {
		fmt.Fprintf(w, "  %s", l.Message)
	}
	fmt.Fprintln(w)
	for _, name := range []string{l.ByID, l.ByPath} {
		if name != "" && name != l.Path {
			fmt.Fprintf(w, "    also %s\n", name)
		}
	}
}

// lines are the ports to ask, those of this machine with all their names.
func (c *listCommand) lines() ([]port.Line, error) {
	all, err := port.List()
	if err != nil || len(c.Port) == 0 {
		return all, err
	}
	var lines []port.Line
	for _, p := range c.Port {
		line := port.Line{Path: p, Node: p}
		if node, err := filepath.EvalSymlinks(p); err == nil {
			line.Node = node
		}
		for _, l := range all {
			if l.Node == line.Node {
				line.ByID, line.ByPath = l.ByID, l.ByPath
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// ask asks one port at each speed.
func (c *listCommand) ask(ctx context.Context, l port.Line, r *trace.Recorder) portLine {
	line := portLine{Path: l.Path, Node: l.Node, ByID: l.ByID, ByPath: l.ByPath, Answers: answersNothing}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	speeds := c.Baud
	if len(speeds) == 0 {
		speeds = []int{115200, 9600, 57600, 38400, 19200}
	}
	for _, baud := range speeds {
		open := port.Opener(port.Config{Path: l.Path, Baud: baud})
		if r != nil {
			open = r.Opener(trace.Source{Device: "probe", Port: l.Path, Baud: baud, Blank: &probeBlanker{}, Open: open})
		}
		answers, talks, err := probe(ctx, open)
		switch {
		case errors.Is(err, port.ErrInUse):
			line.Answers, line.Problem, line.Message = answersInUse, device.ProblemPortInUse, remedy(device.ProblemPortInUse)
			return line
		case err != nil:
			line.Problem = port.ProblemOf(err)
			line.Message = remedy(line.Problem)
			if f, ok := openFailure(l.Path, err); ok {
				line.Problem, line.Message = device.Problem(f.Code), f.Error()
			}
			return line
		case answers != answersNothing:
			line.Answers, line.Baud, line.Problem, line.Message = answers, baud, device.ProblemNone, ""
			return line
		case talks:
			line.Problem, line.Message = device.ProblemWrongDevice, remedy(device.ProblemWrongDevice)
		}
		if ctx.Err() != nil {
			return line
		}
	}
	return line
}

// probeBlanker blanks what goes over a line on which both kinds of devices are looked for.
type probeBlanker struct {
	reader  cardreader.Blanker
	printer printer.Blanker
}

// Blank implements trace.Blanker: by the question it is known whose language is spoken.
func (b *probeBlanker) Blank(sent, received []byte) {
	if len(sent) > 0 && sent[0] == 0xAA {
		b.reader.Blank(sent, received)
		return
	}
	b.printer.Blank(sent, received)
}
