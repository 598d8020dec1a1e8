package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onedoor/device/port"
	"onedoor/device/scanner"
)

type scannerCommands struct {
	Read scannerRead `cmd:"" help:"Wait for one code and tell it. Codes may stand for a person: do not keep them."`
}

type scannerRead struct {
	Port    string        `required:"" help:"Serial port of the scanner."`
	Baud    int           `default:"9600" help:"Speed of the line; without meaning on USB."`
	Timeout time.Duration `default:"30s" help:"How long to wait."`
}

// codeLine is what was scanned.
type codeLine struct {
	Text     string           `json:"text"` // empty when it is no text
	Encoding scanner.Encoding `json:"encoding"`
	Bytes    int              `json:"bytes"`
}

// Run waits for one code.
func (c *scannerRead) Run(e *env) error {
	s, err := scanner.New(scanner.Config{Open: port.Opener(port.Config{Path: c.Port, Baud: c.Baud}), Logger: e.logger})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.ctx, c.Timeout)
	defer cancel()
	s.Enable(true)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	err = errors.New("no code was scanned in time")
	for ev := range s.Events() { // until the driver has ended
		switch ev := ev.(type) {
		case scanner.Scanned:
			line := codeLine{Text: string(ev.Code.Text), Encoding: ev.Code.Encoding, Bytes: len(ev.Code.Raw)}
			ev.Code.Wipe()
			if ctx.Err() == nil {
				err = e.say(line, func(w io.Writer) { fmt.Fprintf(w, "%s (%d bytes, %s)\n", line.Text, line.Bytes, line.Encoding) })
			}
			cancel()
		case scanner.Disconnected:
			if ctx.Err() == nil {
				err = fmt.Errorf("the scanner at %s is not usable (%s): %s", c.Port, ev.Problem, remedy(ev.Problem))
			}
		}
	}
	return errors.Join(err, <-ended)
}
