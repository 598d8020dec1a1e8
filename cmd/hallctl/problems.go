package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"onedoor/app/config"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/text"
	"onedoor/assets"
)

// problemsCommand shows what was wrong with a kiosk.
type problemsCommand struct {
	Config string        `default:"/etc/onedoor/kiosk.yaml" type:"path" help:"The kiosk's configuration file."`
	For    time.Duration `default:"168h" help:"Only what lasted into this time before now, such as 24h."`
	langFlag
}

// Help goes above the flags.
func (c *problemsCommand) Help() string {
	return `Shows what was and is wrong with the kiosk, as its screens told it, the newest last; the kiosk may be running. What it
can not know while it does not run is not in it. "hallctl doctor" looks at the machine now.`
}

// problemLine is one episode with --json.
type problemLine struct {
	Event  string    `json:"event"` // problem
	Code   string    `json:"code"`
	Cause  string    `json:"cause"`
	Opened time.Time `json:"opened"`
	Closed time.Time `json:"closed,omitzero"` // absent while it lasts
}

// Run shows them.
func (c *problemsCommand) Run(e *env) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return failure{"config", err.Error(), `"hallctl doctor" says more`}
	}
	all, err := observe.LoadHistory(filepath.Join(cfg.Data, observe.HistoryFile))
	if err != nil {
		return failure{"history", err.Error(), "the kiosk begins a new one at its next start"}
	}
	texts, err := text.Load(assets.Text())
	if err != nil {
		return err
	}
	return c.tell(e, texts.In(c.language()), slices.DeleteFunc(all, func(one health.Episode) bool {
		return !one.Closed.IsZero() && time.Since(one.Closed) > c.For
	}))
}

func (c *problemsCommand) tell(e *env, say text.Printer, all []health.Episode) error {
	for _, one := range all {
		line := problemLine{"problem", string(one.Code), "", one.Opened, one.Closed}
		if kind, ok := health.KindOf(one.Code); ok { // one of a former version has no words any more
			line.Cause = say.T(kind.Cause())
		}
		if err := e.say(line, func(w io.Writer) {
			closed := padded("…", len(text.Stamp(one.Opened))+1)
			if !one.Closed.IsZero() {
				closed = text.Stamp(one.Closed.Local())
			}
			fmt.Fprintf(w, "%s  %s  %s%s\n", text.Stamp(one.Opened.Local()), closed, padded(line.Code, 24), line.Cause)
		}); err != nil {
			return err
		}
	}
	return nil
}
