package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"onedoor/assets/fonts"
	"onedoor/assets/printers"
	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
)

type printerCommands struct {
	Status printerStatus `cmd:"" help:"Ask the printer how it is."`
	Test   printerTest   `cmd:"" help:"Print a page that uses everything."`
	Print  printerPrint  `cmd:"" help:"Print a document from a YAML file."`
}

// printerLine is what all printer commands need.
type printerLine struct {
	Port    string `required:"" help:"Serial port of the printer."`
	Baud    int    `default:"115200" help:"Speed of the line."`
	Profile string `default:"generic-80" help:"What the model can do: ${profiles}."`
}

type printerStatus struct{ printerLine }

type printerTest struct{ printerLine }

type printerPrint struct {
	printerLine
	File string `required:"" type:"existingfile" help:"Document as YAML."`
}

// statusLine is the printer's state.
type statusLine struct {
	State   device.State   `json:"state"`
	Problem device.Problem `json:"problem"`
	Remedy  string         `json:"remedy,omitempty"`
}

// outcomeLine is what became of a print, with the state that prevented it.
type outcomeLine struct {
	Outcome printer.Outcome `json:"outcome"`
	Cause   device.Problem  `json:"cause"`
	Remedy  string          `json:"remedy,omitempty"`
	Bytes   int             `json:"bytes"`
}

// lookLimit bounds the wait for a printer's first answer.
const lookLimit = 10 * time.Second

// config is the driver's configuration for the line.
func (l printerLine) config(e *env) (printer.Config, error) {
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return printer.Config{}, err
	}
	profile, ok := profiles[l.Profile]
	if !ok {
		return printer.Config{}, fmt.Errorf("there is no printer profile %q; there are %s", l.Profile, profileNames())
	}
	glyphs, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		return printer.Config{}, err
	}
	return printer.Config{Open: port.Opener(port.Config{Path: l.Port, Baud: l.Baud}), Profile: profile, Glyphs: glyphs, Logger: e.logger}, nil
}

// profileNames lists the profiles that the program carries.
func profileNames() string {
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return err.Error() // a test loads them
	}
	return strings.Join(slices.Sorted(maps.Keys(profiles)), ", ")
}

// with runs the driver while work uses it.
func (l printerLine) with(e *env, work func(ctx context.Context, p *printer.Printer) error) error {
	cfg, err := l.config(e)
	if err != nil {
		return err
	}
	changed := make(chan device.Status, 16)
	cfg.OnStatus = func(s device.Status) {
		select {
		case changed <- s:
		default: // only the first ones matter
		}
	}
	p, err := printer.New(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	over := time.NewTimer(lookLimit)
	defer over.Stop()
	for p.Status().State == device.StateUnknown {
		select {
		case <-changed:
		case <-over.C:
			cancel()
			return errors.Join(fmt.Errorf("the printer at %s did not answer within %v: %s", l.Port, lookLimit, remedy(device.ProblemSilent)), <-ended)
		case <-ctx.Done():
			return <-ended
		}
	}
	err = work(ctx, p)
	cancel()
	if end := <-ended; err == nil {
		err = end
	}
	return err
}

// Run asks once.
func (c *printerStatus) Run(e *env) error {
	return c.with(e, func(_ context.Context, p *printer.Printer) error {
		s := p.Status()
		line := statusLine{State: s.State, Problem: s.Problem, Remedy: remedy(s.Problem)}
		err := e.say(line, func(w io.Writer) {
			fmt.Fprintf(w, "%s", line.State)
			if line.Problem != device.ProblemNone {
				fmt.Fprintf(w, " (%s): %s", line.Problem, line.Remedy)
			}
			fmt.Fprintln(w)
		})
		if err == nil && s.State != device.StateReady && s.State != device.StateBusy {
			return errFailed
		}
		return err
	})
}

// Run prints the test page.
func (c *printerTest) Run(e *env) error { return c.print(e, testPage(time.Now())) }

// Run prints the file.
func (c *printerPrint) Run(e *env) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	doc, err := document.Parse(data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return c.print(e, doc)
}

func (l printerLine) print(e *env, doc document.Document) error {
	return l.with(e, func(ctx context.Context, p *printer.Printer) error {
		r := p.Print(ctx, doc)
		if r.Err != nil {
			return r.Err
		}
		line := outcomeLine{Outcome: r.Outcome, Cause: r.Cause, Remedy: remedy(r.Cause), Bytes: r.Bytes}
		err := e.say(line, func(w io.Writer) {
			fmt.Fprintf(w, "%s, %d bytes", line.Outcome, line.Bytes)
			if line.Cause != device.ProblemNone {
				fmt.Fprintf(w, " (%s): %s", line.Cause, line.Remedy)
			}
			fmt.Fprintln(w)
		})
		if err == nil && r.Outcome != printer.Printed {
			return errFailed
		}
		return err
	})
}

// testPage uses everything that a receipt may.
func testPage(now time.Time) document.Document {
	return document.Document{Blocks: []document.Block{
		document.Text{Text: "打印测试 Test page", Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Text{Text: now.Format("2006-01-02 15:04:05"), Align: document.Centre},
		document.Rule{},
		document.Text{Text: "左对齐 left"},
		document.Text{Text: "居中 centre", Align: document.Centre},
		document.Text{Text: "右对齐 right", Align: document.Right},
		document.Text{Text: "加粗 bold", Bold: true},
		document.Text{Text: "0123456789 0123456789 0123456789 0123456789", Width: 1, Height: 2},
		document.Row{Label: "标签", Value: "值 value"},
		document.Row{Label: "生僻字", Value: "㛃 䶮 𬱟"},
		document.Text{Text: "一行放不下的长句，应当在标点之前折行，不应把逗号或句号放到下一行的开头。"},
		document.Rule{},
		document.Box{Text: "补打 第 1 次"},
		document.Feed{Lines: 1},
		document.QR{Content: "HTTPS://EXAMPLE.INVALID/T/ABCDEFGHIJKLMNOPQRSTUVWXYZ234"},
		document.Text{Text: "扫码应读出 HTTPS://EXAMPLE.INVALID/T/…", Align: document.Centre},
	}}
}
