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
	"onedoor/device/printer"
	"onedoor/device/printer/document"
)

type printerCommands struct {
	Status printerStatus `cmd:"" help:"Ask the printer how it is."`
	Test   printerTest   `cmd:"" help:"Print a page that uses everything."`
	Print  printerPrint  `cmd:"" help:"Print a document from a YAML file: text, row, columns, rule, qr, barcode, picture, box, feed, cut."`
}

// printerLine is what all printer commands need.
type printerLine struct {
	lineFlags
	Baud    int    `default:"115200" help:"Speed of the line."`
	Profile string `default:"generic-80" help:"What the model can do: ${profiles}."`
}

type printerStatus struct{ printerLine }

type printerTest struct{ printerLine }

type printerPrint struct {
	printerLine
	File string `required:"" type:"existingfile" help:"Document as YAML; the kinds of its blocks are shown above."`
}

// outcomeHelp is said of both commands that print.
const outcomeHelp = `It ends as "printed" when the printer itself has answered behind the last byte; as "not_printed" when not one byte of the
document left; else as "unknown": something may be on paper. The cause is what stood in the way. The exit status is 0 only
when it was printed.
`

// Help goes above the flags.
func (c *printerTest) Help() string { return outcomeHelp }

// example is a document with every kind of block. It prints as it stands.
const example = `    blocks:
      - text: {text: 收件回执, align: centre, bold: true, width: 2, height: 2}
      - rule: {}
      - row: {label: 办理部门, value: 民政局, bold: false}
      - columns: {cells: [{text: 材料}, {text: 份数, width: 6, align: right}], bold: true}
      - qr: {content: "HTTPS://EXAMPLE.INVALID/T/1", module: 5}
      - barcode: {content: A0123, height: 80, no_text: false}
      - picture: {align: centre, png: iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==}
      - box: {text: 补打}
      - feed: {lines: 2}
      - cut: {}
`

// Help goes above the flags.
func (c *printerPrint) Help() string {
	return outcomeHelp + `
The document is a list under "blocks", each with one of these kinds. Only the first field of each must be there, and of a
picture its png:

` + example + `
align is left, centre or right; width and height of text are 1 to 8 times; module is dots; png is a picture in base64, one
dot a pixel. The end of a document cuts by itself.
`
}

// statusLine is the printer's state.
type statusLine struct {
	State      device.State   `json:"state"`
	Problem    device.Problem `json:"problem"`
	Remedy     string         `json:"remedy,omitempty"`
	Unanswered []int          `json:"unanswered,omitempty"` // real-time questions (n of DLE EOT) that this printer does not answer
}

// outcomeLine is what became of a print, with the state that prevented it.
type outcomeLine struct {
	Outcome     printer.Outcome `json:"outcome"`
	Cause       device.Problem  `json:"cause"`
	Remedy      string          `json:"remedy,omitempty"`
	Bytes       int             `json:"bytes"`
	Substituted int             `json:"substituted,omitempty"` // characters that the paper shows as 〓
}

// lookLimit bounds the wait for a printer's first answer.
const lookLimit = 8 * time.Second

// session is a printer in use.
type session struct {
	printer *printer.Printer
	manners manners
	opening *opening
}

// model is the profile that was asked for.
func (l printerLine) model() (printer.Profile, error) {
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return printer.Profile{}, err
	}
	profile, ok := profiles[l.Profile]
	if !ok {
		return printer.Profile{}, failure{"usage", fmt.Sprintf("there is no printer profile %q", l.Profile), "take one of " + profileNames()}
	}
	return profile, nil
}

// profileNames lists the profiles that the program carries.
func profileNames() string {
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return err.Error() // a test loads them
	}
	return strings.Join(slices.Sorted(maps.Keys(profiles)), ", ")
}

// with runs the driver while work uses it. asking is true when nothing is to be printed.
func (l printerLine) with(e *env, asking bool, work func(ctx context.Context, s session) error) error {
	profile, err := l.model()
	if err != nil {
		return err
	}
	glyphs, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		return err
	}
	return l.use(l.Baud, "printer", new(printer.Blanker), func(o *opening) error {
		m, err := learn(e.ctx, o.Open, l.Baud, !asking)
		if err != nil {
			m = manners{proof: true} // the driver will name the problem
		}
		if asking || profile.Proof == printer.ProofQueued && !m.proof {
			profile.Proof = printer.ProofNone
		}
		cfg := printer.Config{Open: m.open(o.Open), Profile: profile, Glyphs: glyphs, Logger: e.logger}
		return l.drive(e, cfg, session{manners: m, opening: o}, work)
	})
}

// drive runs the driver until work is done. Work begins when the printer has answered, or has not in time.
func (l printerLine) drive(e *env, cfg printer.Config, s session, work func(ctx context.Context, s session) error) error {
	looked := make(chan struct{}, 1)
	cfg.OnStatus = func(device.Status) {
		select {
		case looked <- struct{}{}:
		default:
		}
	}
	p, err := printer.New(cfg)
	if err != nil {
		return err
	}
	s.printer = p
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	over := time.NewTimer(lookLimit)
	defer over.Stop()
	select {
	case <-looked:
	case <-over.C:
	case <-ctx.Done():
		return errors.Join(failure{"interrupted", "stopped before the printer answered", ""}, <-ended)
	}
	err = work(ctx, s)
	cancel()
	return errors.Join(err, <-ended)
}

// look is the printer's state; one that has not been seen in time is silent.
func (s session) look() device.Status {
	now := s.printer.Status()
	if now.State == device.StateUnknown {
		now.State, now.Problem = device.StateProblem, device.ProblemSilent
	}
	return now
}

// tell names a problem of this printer, and says what to do about it.
func (s session) tell(p device.Problem) (problem device.Problem, what string) {
	if p == device.ProblemNone {
		return p, ""
	}
	f := s.opening.advice(p)
	return device.Problem(f.Code), f.Error()
}

// Run asks once.
func (c *printerStatus) Run(e *env) error {
	return c.with(e, true, func(_ context.Context, s session) error {
		now := s.look()
		line := statusLine{State: now.State, Unanswered: s.manners.unanswered()}
		line.Problem, line.Remedy = s.tell(now.Problem)
		if err := e.say(line, line.human); err != nil {
			return err
		}
		if now.State != device.StateReady && now.State != device.StateBusy {
			return errFailed
		}
		return nil
	})
}

func (l statusLine) human(w io.Writer) {
	fmt.Fprintf(w, "%s", l.State)
	if l.Problem != device.ProblemNone {
		fmt.Fprintf(w, " (%s): %s", l.Problem, l.Remedy)
	}
	fmt.Fprintln(w)
	if len(l.Unanswered) > 0 {
		fmt.Fprintf(w, "this printer does not answer DLE EOT %v, so what those tell can not be known\n", l.Unanswered)
	}
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
		return failure{"document", fmt.Sprintf("%s: %v", c.File, err), `see "hallctl device printer print --help" for the kinds of blocks`}
	}
	return c.print(e, doc)
}

func (l printerLine) print(e *env, doc document.Document) error {
	return l.with(e, false, func(ctx context.Context, s session) error {
		r := printer.Result{Outcome: printer.NotPrinted, Cause: s.look().Problem}
		if s.printer.Status().State != device.StateUnknown {
			r = s.printer.Print(ctx, doc)
		}
		if errors.Is(r.Err, printer.ErrContent) {
			return failure{"document", r.Err.Error(), "change the document, or take the --profile of another model"}
		}
		if r.Err != nil {
			return r.Err
		}
		line := outcomeLine{Outcome: r.Outcome, Bytes: r.Bytes, Substituted: r.Substituted}
		line.Cause, line.Remedy = s.tell(r.Cause)
		if r.Outcome == printer.Unknown && r.Cause == device.ProblemNone {
			line.Remedy = "the printer did not tell that it is done: look at the paper"
		}
		if err := e.say(line, line.human); err != nil {
			return err
		}
		if r.Outcome != printer.Printed {
			return errFailed
		}
		return nil
	})
}

func (l outcomeLine) human(w io.Writer) {
	fmt.Fprintf(w, "%s, %d bytes", l.Outcome, l.Bytes)
	if l.Cause != device.ProblemNone {
		fmt.Fprintf(w, " (%s)", l.Cause)
	}
	if l.Remedy != "" {
		fmt.Fprintf(w, ": %s", l.Remedy)
	}
	fmt.Fprintln(w)
	if l.Substituted > 0 {
		fmt.Fprintf(w, "%d characters are 〓 on the paper: neither the printer nor the fonts have them\n", l.Substituted)
	}
}
