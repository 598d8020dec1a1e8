package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onedoor/app/config"
	"onedoor/app/doctor"
	"onedoor/app/text"
)

// doctorCommand is thin: what is looked at, and how, is in app/doctor.
type doctorCommand struct {
	Config  string `default:"/etc/onedoor/kiosk.yaml" type:"path" help:"The kiosk's configuration file."`
	Unit    string `default:"onedoor-kiosk.service" help:"The kiosk's systemd unit."`
	Display string `placeholder:":0" help:"The kiosk's X display; without it that of the environment, or the first there is."`
	Metrics string `placeholder:"URL" help:"The page of metrics of a running kiosk, on this machine: it is then asked how its devices are."`
	langFlag
	Detail bool `help:"Show also what the system said, word for word."`

	machine *doctor.Machine // nil: this one
}

// Help goes above the flags.
func (c *doctorCommand) Help() string {
	return `Looks at configuration, data directory, disk, keys, outbox, clock, devices, display, fonts and every step of the way to
central, all at the same time, in less than 15 seconds. Nothing is changed, and a running kiosk is left alone. Best run as root.
The exit status is 0 when nothing is wrong, 3 when there are warnings only, and 1 when there is a fault to mend.`
}

// langFlag is the language that people are spoken to in.
type langFlag struct {
	Lang string `enum:",zh,zh-Hans,zh-Hant,en" default:"" help:"zh, zh-Hant or en; without it as LANG says."`
}

func (l langFlag) language() text.Language {
	if l.Lang != "" {
		return doctor.LanguageOf(l.Lang)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := os.Getenv(name); locale != "" {
			return doctor.LanguageOf(locale)
		}
	}
	return text.English
}

// findingLine is one finding with --json.
type findingLine struct {
	Event   string         `json:"event"` // finding
	Check   doctor.Check   `json:"check"`
	Verdict doctor.Verdict `json:"verdict"`
	Code    string         `json:"code,omitempty"` // as the kiosk says it
	Why     string         `json:"why,omitempty"`  // closer, where the doctor knows it
	Cause   string         `json:"cause"`
	Do      string         `json:"do,omitempty"`
	Detail  string         `json:"detail,omitempty"`
}

// code is the whole code, as people read it.
func (f findingLine) code() string {
	if f.Why == "" {
		return f.Code
	}
	return f.Code + "." + f.Why
}

// doctorLine is the last line with --json.
type doctorLine struct {
	Event    string  `json:"event"` // doctor
	Faults   int     `json:"faults"`
	Warnings int     `json:"warnings"`
	Skipped  int     `json:"skipped"`
	Seconds  float64 `json:"seconds"`
}

// exitWarnings is the status of a machine with warnings and no fault.
const exitWarnings status = 3

// Run looks, and tells.
func (c *doctorCommand) Run(e *env) error {
	machine := doctor.System()
	if c.machine != nil {
		machine = *c.machine
	}
	cfg := doctor.Config{File: c.Config, Unit: c.Unit, Display: c.Display, Machine: machine}
	if page := c.page(); page != "" {
		cfg.Live = doctor.Metrics{URL: page}
	}
	report := doctor.Run(e.ctx, cfg)
	if e.ctx.Err() != nil {
		return failure{"interrupted", "stopped before everything was looked at", ""}
	}
	return c.tell(e, report)
}

// page is that of a running kiosk's metrics: the one that was named, or else the configuration's. A configuration with faults is
// told of by the report.
func (c *doctorCommand) page() string {
	if c.Metrics != "" {
		return c.Metrics
	}
	if file, _ := config.Load(c.Config); file.Metrics != "" {
		return "http://" + file.Metrics + "/metrics"
	}
	return ""
}

// tell writes a report, and gives its exit status as an error.
func (c *doctorCommand) tell(e *env, report doctor.Report) error {
	words, err := doctor.LoadWords(c.language())
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		line := findingLine{"finding", f.Check, f.Verdict, f.Code.Name(), f.Code.Why(), words.Cause(f), words.Do(f), f.Detail}
		if err := e.say(line, func(w io.Writer) { c.human(w, words, line) }); err != nil {
			return err
		}
	}
	sum := doctorLine{"doctor", report.Count(doctor.Fault), report.Count(doctor.Warning), report.Count(doctor.Skipped), report.Took.Seconds()}
	if err := e.say(sum, func(w io.Writer) {
		fmt.Fprintf(w, "\n%s\n", words.Sum(sum.Faults, sum.Warnings, report.Took.Round(100*time.Millisecond)))
	}); err != nil {
		return err
	}
	switch {
	case sum.Faults > 0:
		return errFailed
	case sum.Warnings > 0:
		return exitWarnings
	}
	return nil
}

// human writes a finding in one line, and what to do in another.
func (c *doctorCommand) human(w io.Writer, words doctor.Words, f findingLine) {
	const verdicts, names = 9, 20 // columns
	fmt.Fprint(w, padded(words.Verdict(f.Verdict), verdicts), padded(words.Name(f.Check), names))
	if f.Code != "" && f.Verdict != doctor.Skipped {
		fmt.Fprint(w, f.code(), "  ")
	}
	fmt.Fprintln(w, f.Cause)
	if f.Do != "" && f.Verdict != doctor.Skipped {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", verdicts), words.ToDo(f.Do))
	}
	if c.Detail && f.Detail != "" {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", verdicts), words.Said(f.Detail))
	}
}

// padded fills a text up with blanks; a Chinese character takes two columns.
func padded(s string, columns int) string {
	for _, r := range s {
		columns--
		if r >= 0x1100 {
			columns--
		}
	}
	return s + strings.Repeat(" ", max(columns, 1))
}
