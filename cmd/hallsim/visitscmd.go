package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
	"onedoor/cmd/hallsim/visits"
)

type visitsCommand struct {
	Bin    string        `default:"bin" type:"path" help:"Directory of the programs kiosk and central."`
	Count  int           `default:"2000" help:"How many visits."`
	Every  int           `default:"50" help:"After how many of them a line is printed."`
	Hold   time.Duration `default:"12ms" help:"How long the finger stays on the glass."`
	Slip   int           `default:"15" help:"By how many pixels it slips at most."`
	Width  int           `default:"1080" help:"Width of the kiosk's screen in pixels."`
	Height int           `default:"1920" help:"Height of the kiosk's screen in pixels."`
	Log    string        `type:"path" help:"File for what the programs say."`
}

// Run lets people come and go, says how the kiosk's process is meanwhile, and counts at the end what central holds.
func (c *visitsCommand) Run(e *env) (err error) {
	if c.Count < 1 || c.Every < 1 || c.Slip < 0 {
		return errors.New("visits: count and every are at least 1, and slip is not negative")
	}
	log := io.Discard
	if c.Log != "" {
		f, err := os.Create(c.Log)
		if err != nil {
			return fmt.Errorf("visits: %w", err)
		}
		defer f.Close()
		log = f
	}
	stage, err := story.Set(e.ctx, story.Config{Bin: c.Bin, Width: c.Width, Height: c.Height, Log: log, Logger: e.logger, Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	display, stop, err := citizen.StartXvfb(e.ctx, c.Width, c.Height)
	if err != nil {
		return err
	}
	defer stop()
	if err := stage.StartKiosk(display); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.StopKiosk()) }() // the window has to go before its X server does
	visitor, leave, err := stage.Visitor(display, visits.Slipping(c.Slip), c.Hold)
	if err != nil {
		return err
	}
	defer leave()
	row := visits.Row{Visitor: visitor, Vitals: stage.Vitals, Count: c.Count, Every: c.Every, Now: time.Now, Report: func(r visits.Reading) {
		fmt.Fprintf(e.stdout, "visits %d  filed %d  %.1f s a visit  resident %.1f MB  heap %.1f MB  goroutines %d  descriptors %d  threads %d\n",
			r.Visits, r.Filed, r.Took.Seconds()/float64(r.Visits), float64(r.Resident)/1e6, float64(r.Heap)/1e6, r.Goroutines, r.Descriptors, r.Threads)
	}}
	filed, err := row.Walk(e.ctx)
	if err != nil {
		return err
	}
	if err := stage.Held(e.ctx, filed); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "central holds the %d cases, each of them once\n", len(filed))
	return nil
}
