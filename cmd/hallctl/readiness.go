package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"onedoor/app/config"
	"onedoor/app/readiness"
	"onedoor/app/text"
	"onedoor/assets"
)

// readinessCommand shows the report that the kiosk made when the hall opened.
type readinessCommand struct {
	Config string `default:"/etc/onedoor/kiosk.yaml" type:"path" help:"The kiosk's configuration file."`
	langFlag
}

// Help goes above the flags.
func (c *readinessCommand) Help() string {
	return `Shows what the kiosk wrote down when the hall opened (hall.opens in its configuration): which services can be had, which can
not and why, and how the self-test of the night ended. With --json it is the whole report as one object.
The exit status is 0 when all can be had, 3 when something is lacking or a test failed, and 1 when a service can not be had, or
there is no report of today.`
}

// Run shows it.
func (c *readinessCommand) Run(e *env) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return failure{"config", err.Error(), `"hallctl doctor" says more`}
	}
	all, err := text.Load(assets.ReadinessText())
	if err != nil {
		return err
	}
	say := all.In(c.language())
	if cfg.Hall.Opens == "" {
		return failure{"no-report", say.T("none"), "hall.opens in the configuration says when one is made"}
	}
	raw, err := os.ReadFile(filepath.Join(cfg.Data, readiness.File))
	if errors.Is(err, fs.ErrNotExist) {
		return failure{"no-report", say.T("none"), "the kiosk makes one at " + cfg.Hall.Opens}
	}
	var r readiness.Report
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return failure{"no-report", err.Error(), "the kiosk makes a new one at " + cfg.Hall.Opens}
	}
	return c.tell(e, r, say)
}

// tell writes a report, and gives its exit status as an error.
func (c *readinessCommand) tell(e *env, r readiness.Report, say text.Printer) error {
	if err := e.say(r, func(w io.Writer) { human(w, r.Show(say)) }); err != nil {
		return err
	}
	if made, today := r.At.Local(), time.Now(); made.YearDay() != today.YearDay() || made.Year() != today.Year() {
		return failure{"stale", say.T("stale", "time", text.Stamp(made)), `see whether the kiosk runs: "hallctl doctor"`}
	}
	switch r.Extent() {
	case readiness.Not:
		return errFailed
	case readiness.Partly:
		return exitWarnings
	}
	return nil
}

func human(w io.Writer, v readiness.View) {
	fmt.Fprintf(w, "%s\n%s\n\n%s\n", v.Heading, v.When, v.Summary)
	for _, list := range v.Lists {
		if list.Of == readiness.Whole {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", list.Title)
		for _, l := range list.Lines {
			fmt.Fprintf(w, "  %s  %s\n", l.Text, l.Note)
		}
	}
}
