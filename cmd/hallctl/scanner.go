package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onedoor/device"
	"onedoor/device/scanner"
)

type scannerCommands struct {
	Read scannerRead `cmd:"" help:"Wait for one code and tell it. Codes may stand for a person: do not keep them."`
}

type scannerRead struct {
	lineFlags
	Baud    int           `default:"9600" help:"Speed of the line; without meaning on USB."`
	Suffix  string        `default:"any" enum:"any,none,cr,lf,crlf,tab" help:"What the scanner sends behind each code: any, none, cr, lf, crlf or tab."`
	Watch   bool          `help:"Go on, and tell every event, until stopped."`
	Timeout time.Duration `default:"30s" help:"How long to wait without --watch."`
}

// Help goes above the flags.
func (c *scannerRead) Help() string {
	return `Without --watch it waits for one code, tells it, and ends. With --watch it tells one event a line and goes on through
every fault until it is stopped (Ctrl-C): scan, disconnected, connected.`
}

// codeLine is what was scanned.
type codeLine struct {
	Text     string           `json:"text"` // empty when it is no text
	Encoding scanner.Encoding `json:"encoding"`
	Bytes    int              `json:"bytes"`
}

// scanEvent is one line of --watch.
type scanEvent struct {
	Event   string    `json:"event"` // scan, disconnected, connected
	Scan    *codeLine `json:"scan,omitempty"`
	Code    string    `json:"code,omitempty"`
	Message string    `json:"message,omitempty"`
	Next    string    `json:"next,omitempty"`
}

// Run waits for one code, or watches.
func (c *scannerRead) Run(e *env) error {
	return c.use(c.Baud, "scanner", scanner.Blanker{}, func(o *opening) error { return c.read(e, o) })
}

func (c *scannerRead) read(e *env, o *opening) error {
	suffix := scanner.Suffix(c.Suffix)
	if c.Suffix == "any" {
		suffix = scanner.SuffixAny
	}
	s, err := scanner.New(scanner.Config{Open: o.Open, Suffix: suffix, Logger: e.logger})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	if !c.Watch {
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	s.Enable(true)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if c.Watch {
		err = c.watch(e, o, s.Events())
	} else {
		err = c.one(e, o, s.Events())
	}
	cancel()
	for ev := range s.Events() { // until the driver has ended
		wipeCode(ev)
	}
	return errors.Join(err, <-ended)
}

func wipeCode(ev scanner.Event) {
	if scanned, ok := ev.(scanner.Scanned); ok {
		scanned.Code.Wipe()
	}
}

// one tells the first code, or why there was none.
func (c *scannerRead) one(e *env, o *opening, events <-chan scanner.Event) error {
	last := failure{"no-code", "no code was scanned in time",
		"check that the scanner is set to serial (not keyboard) mode and lights up, and its speed; then run the command again"}
	for ev := range events {
		switch ev := ev.(type) {
		case scanner.Disconnected:
			last = o.why("scanner", ev.Problem)
			if ev.Problem != device.ProblemUnplugged || last.Code != string(ev.Problem) { // waiting does not help
				return last
			}
		case scanner.Scanned:
			line := codeOf(ev.Code)
			wipeCode(ev)
			return e.say(line, line.human)
		}
	}
	if e.ctx.Err() != nil {
		return failure{"interrupted", "stopped before a code was scanned", ""}
	}
	return last
}

// watch tells every event until the command is stopped.
func (c *scannerRead) watch(e *env, o *opening, events <-chan scanner.Event) error {
	for ev := range events {
		line := scanEvent{}
		switch ev := ev.(type) {
		case scanner.Connected:
			line.Event = "connected"
		case scanner.Disconnected:
			f := o.why("scanner", ev.Problem)
			line = scanEvent{Event: "disconnected", Code: f.Code, Message: f.Message, Next: f.Next}
		case scanner.Scanned:
			code := codeOf(ev.Code)
			line = scanEvent{Event: "scan", Scan: &code}
			wipeCode(ev)
		}
		if err := e.say(line, line.human); err != nil {
			return err
		}
	}
	return nil
}

func codeOf(c *scanner.Code) codeLine {
	return codeLine{Text: string(c.Text), Encoding: c.Encoding, Bytes: len(c.Raw)}
}

func (l codeLine) human(w io.Writer) {
	if l.Encoding == scanner.Binary {
		fmt.Fprintf(w, "%d bytes that are no text\n", l.Bytes)
		return
	}
	fmt.Fprintf(w, "%s (%d bytes, %s)\n", l.Text, l.Bytes, l.Encoding)
}

func (l scanEvent) human(w io.Writer) {
	switch {
	case l.Scan != nil:
		l.Scan.human(w)
	case l.Next != "":
		fmt.Fprintf(w, "%s: %s; %s\n", l.Event, l.Message, l.Next)
	case l.Message != "":
		fmt.Fprintf(w, "%s: %s\n", l.Event, l.Message)
	default:
		fmt.Fprintln(w, l.Event)
	}
}
