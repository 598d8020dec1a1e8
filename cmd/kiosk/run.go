package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/app/ui"
	"onedoor/app/ui/theme"
	"onedoor/assets/fonts"
	"onedoor/cmd/kiosk/node"
)

type runCommand struct {
	Config  string `required:"" type:"path" help:"Configuration file."`
	Inspect string `type:"path" help:"Development: answer on this Unix socket what the screen shows."`
}

// run opens the window and serves until ctx ends or the window is closed.
func (c *runCommand) run(ctx context.Context, logger *slog.Logger) error {
	file, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	if os.Getenv("DISPLAY") == "" {
		return errors.New("start kiosk: there is no display (DISPLAY is not set)")
	}
	if err := prepareFyne(file); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	a := app.New() // without an id it keeps no preferences on disk
	a.Settings().SetTheme(theme.New())
	w := a.NewWindow("Onedoor")
	intents := make(chan kiosk.Intent, 64)
	screen, err := ui.New(ui.Config{Send: func(in kiosk.Intent) {
		select {
		case intents <- in:
		default: // a flood of touches before the node is up
		}
	}})
	if err != nil {
		return err
	}
	w.SetContent(screen.Content())
	w.SetPadded(false)
	if file.Screen.Fullscreen {
		w.SetFullScreen(true)
	} else {
		w.Resize(fyne.NewSize(float32(file.Screen.Width)/scale(file.Screen), float32(file.Screen.Height)/scale(file.Screen)))
		w.SetFixedSize(true)
	}
	bridge := ui.NewBridge(screen.Show)
	failed, gone := make(chan error, 1), make(chan struct{})
	a.Lifecycle().SetOnStarted(func() {
		go func() {
			failed <- c.serve(ctx, file, logger, bridge, intents, inspector{bridge, screen, w})
			select {
			case <-gone: // Fyne has caught the signal itself, or the window was closed
			default:
				bridge.Do(a.Quit)
			}
		}()
	})
	w.SetOnClosed(cancel)
	w.ShowAndRun()
	close(gone)
	cancel()
	select {
	case err := <-failed:
		return err
	case <-time.After(10 * time.Second):
		return node.ErrSlowStop
	}
}

// serve runs the node behind the window.
func (c *runCommand) serve(ctx context.Context, file config.Config, logger *slog.Logger, bridge *ui.Bridge,
	intents <-chan kiosk.Intent, look inspector) error {
	n, err := node.Start(ctx, node.Config{File: file, Show: bridge.Post, Now: time.Now, Logger: logger})
	if err != nil {
		return err
	}
	if c.Inspect != "" {
		stop, err := look.listen(ctx, c.Inspect)
		if err != nil {
			return errors.Join(err, n.Stop())
		}
		defer stop()
	}
	for {
		select {
		case <-ctx.Done():
			return n.Stop()
		case in := <-intents:
			n.Kiosk.Send(in)
		}
	}
}

// prepareFyne sets what Fyne reads from the environment before it starts: the size of a unit (0.25 mm on the glass), no
// probing of the monitor, which can end the process when one is switched off, short-lived caches, and the font for rare
// characters, which Fyne finds in a private font folder.
func prepareFyne(file config.Config) error {
	share := filepath.Join(file.Data, "share")
	if err := installFont(filepath.Join(share, "fonts", "OnedoorRare.otf")); err != nil {
		return fmt.Errorf("start kiosk: %w", err)
	}
	for name, value := range map[string]string{
		"FYNE_SCALE":                 strconv.FormatFloat(float64(scale(file.Screen)), 'f', 3, 32),
		"FYNE_DISABLE_DPI_DETECTION": "1",
		"FYNE_CACHE":                 "10s",
		"XDG_DATA_DIRS":              share,
		"LANG":                       "zh_CN.UTF-8",
	} {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("start kiosk: %w", err)
		}
	}
	return nil
}

// scale is how many pixels make a unit of 0.25 mm on this glass, in tenths: Fyne rounds to them.
func scale(s config.Screen) float32 {
	const millimetres, unit = 25.4, 0.25
	pitch := s.Diagonal * millimetres / math.Hypot(float64(s.Width), float64(s.Height))
	return float32(math.Round(unit/pitch*10) / 10)
}

// installFont writes the bundled font unless it is there already.
func installFont(name string) error {
	if have, err := os.ReadFile(name); err == nil && bytes.Equal(have, fonts.Rare()) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, fonts.Rare(), 0o644)
}
