package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
)

type demoCommand struct {
	Bin      string `default:"bin" type:"path" help:"Directory of the programs kiosk and central."`
	Out      string `default:"out/demo" type:"path" help:"Where the scripted run writes its findings and pictures."`
	Headless bool   `help:"Let the scripted citizen play even if there is a display."`
	Width    int    `default:"1080" help:"Width of the kiosk's screen in pixels."`
	Height   int    `default:"1920" help:"Height of the kiosk's screen in pixels."`
	Dock     string `default:"127.0.0.1:8470" help:"Address of the dock page when a person plays."`
}

// Run plays the story: by script on an own X server, or with a person at the display.
func (c *demoCommand) Run(e *env) error {
	display := os.Getenv("DISPLAY")
	scripted := c.Headless || display == ""
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	log, err := os.Create(filepath.Join(c.Out, "programs.log"))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer log.Close()
	cfg := story.Config{Bin: c.Bin, Width: c.Width, Height: c.Height, Log: log, Logger: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now}
	if !scripted {
		cfg.Dock = c.Dock
		if cfg.Width, cfg.Height, err = fit(display, c.Width, c.Height); err != nil {
			return err
		}
	}
	stage, err := story.Set(e.ctx, cfg)
	if err != nil {
		return err
	}
	if scripted {
		return errors.Join(c.script(e, stage), stage.Close())
	}
	return errors.Join(c.person(e, stage, display), stage.Close())
}

// fit makes the kiosk's window small enough for a person's display, in tenths: Fyne scales in tenths.
func fit(display string, width, height int) (w, h int, err error) {
	hands, err := citizen.Dial(display)
	if err != nil {
		return 0, 0, fmt.Errorf("demo: %w", err)
	}
	defer hands.Close()
	const margin = 0.92 // for panels and title bars
	b := hands.Bounds()
	tenths := math.Floor(10 * margin * min(float64(b.Dx())/float64(width), float64(b.Dy())/float64(height)))
	tenths = min(10, max(3, tenths))
	return int(float64(width) * tenths / 10), int(float64(height) * tenths / 10), nil
}

func (c *demoCommand) script(e *env, stage *story.Stage) error {
	display, stop, err := citizen.StartXvfb(e.ctx, c.Width, c.Height)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintf(e.stdout, "a scripted citizen visits a hall in a box (%d × %d) …\n", c.Width, c.Height)
	if err := stage.StartKiosk(display); err != nil {
		return err
	}
	if err := stage.Play(e.ctx, display, c.Out); err != nil {
		return err
	}
	// The window has to go before its X server does.
	if err := stage.StopKiosk(); err != nil {
		return err
	}
	summary, err := os.ReadFile(filepath.Join(c.Out, "summary.json"))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	fmt.Fprintf(e.stdout, "%severy step was true; pictures and receipt are in %s\n", summary, c.Out)
	return nil
}

func (c *demoCommand) person(e *env, stage *story.Stage, display string) error {
	if err := stage.StartKiosk(display); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "The kiosk's window is open. Lay a card on the reader at the dock.\n%s\nEnd with Ctrl-C or by closing the window.\n", stage.Addresses())
	if opener, err := exec.LookPath("xdg-open"); err == nil {
		// A desktop without a browser is no reason to end: the address is printed.
		if err := exec.CommandContext(e.ctx, opener, stage.DockURL()).Run(); err != nil {
			e.logger.Warn("open the dock in a browser", "err", err)
		}
	}
	select {
	case <-e.ctx.Done():
	case <-stage.Closed():
	}
	return nil
}
