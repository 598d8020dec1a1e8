package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
)

type benchCommand struct {
	Bin  string `default:"bin" type:"path" help:"Directory of the programs kiosk and central."`
	Runs int    `default:"3" help:"How many starts."`

	Width  int `default:"1080" help:"Width of the kiosk's screen in pixels."`
	Height int `default:"1920" help:"Height of the kiosk's screen in pixels."`
}

// Run starts the kiosk several times and prints each start's figures in the form of Go's benchmarks, then how it feels.
func (c *benchCommand) Run(e *env) error {
	for range c.Runs {
		if err := c.once(e); err != nil {
			return err
		}
	}
	return c.feel(e)
}

func (c *benchCommand) once(e *env) error {
	stage, err := story.Set(e.ctx, story.Config{Bin: c.Bin, Width: c.Width, Height: c.Height, Log: io.Discard, Logger: e.logger, Now: time.Now})
	if err != nil {
		return err
	}
	display, stop, err := citizen.StartXvfb(e.ctx, c.Width, c.Height)
	if err != nil {
		return errors.Join(err, stage.Close())
	}
	defer stop()
	f, err := stage.Measure(e.ctx, display)
	if err = errors.Join(err, stage.StopKiosk(), stage.Close()); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "ProcessStartToFirstScreen\t1\t%d ns/op\n", f.FirstScreen.Nanoseconds())
	fmt.Fprintf(e.stdout, "ProcessCardToServices\t1\t%d ns/op\n", f.CardToForm.Nanoseconds())
	fmt.Fprintf(e.stdout, "ProcessIdle\t1\t%.1f %%core\t%.1f MB-resident\n", 100*f.IdleCPU, float64(f.Resident)/1e6)
	return nil
}
