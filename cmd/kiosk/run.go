package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/google/renameio/v2"

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

// run brings the node up, opens the window and serves until ctx ends or the window is closed. Whatever stands in the way
// of the node is said before there is a window.
func (c *runCommand) run(ctx context.Context, logger *slog.Logger, tail *node.Tail) (err error) {
	file, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	if os.Getenv("DISPLAY") == "" {
		return errors.New("start kiosk: there is no display (DISPLAY is not set)")
	}
	collectEarly()
	var views curtain
	ctx, end := context.WithCancel(ctx) // also when staff restart the program: whoever starts programs starts it again
	defer end()
	n, err := node.Start(ctx, node.Config{File: file, Path: c.Config, Show: views.show, Now: time.Now, Logger: logger, Restart: end, Tail: tail})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Stop()) }()
	if err := prepareFyne(file); err != nil {
		return err
	}
	a := app.New() // without an id it keeps no preferences on disk
	a.Settings().SetTheme(theme.New())
	w := a.NewWindow("Onedoor")
	screen, err := ui.New(ui.Config{Send: n.Kiosk.Send})
	if err != nil {
		return err
	}
	first := newPainted()
	w.SetContent(container.NewStack(screen.Content(), first.object))
	w.SetPadded(false)
	if keys, ok := w.Canvas().(desktop.Canvas); ok { // a pad of four keys, or two switches; Fyne keeps Tab from OnTypedKey
		keys.SetOnKeyDown(func(ev *fyne.KeyEvent) { screen.Key(ev.Name) })
	}
	if file.Screen.Fullscreen {
		w.SetFullScreen(true)
	} else {
		w.Resize(fyne.NewSize(float32(file.Screen.Width)/scale(file.Screen), float32(file.Screen.Height)/scale(file.Screen)))
		w.SetFixedSize(true)
	}
	bridge := ui.NewBridge(first.after(screen.Show))
	quiet, err := told(ctx, n, bridge, first, logger.With("part", "service"))
	if err != nil {
		return err
	}
	defer quiet()
	var inspection func()
	a.Lifecycle().SetOnStarted(func() {
		views.rise(bridge.Post)
		if c.Inspect == "" {
			return
		}
		stop, err := inspector{bridge, screen, w}.listen(ctx, c.Inspect)
		if err != nil {
			logger.Error("open inspection", "err", err)
			return
		}
		inspection = stop
	})
	gone := make(chan struct{})
	go func() {
		select {
		case <-gone: // the window was closed, or Fyne has caught the signal itself
		case <-ctx.Done():
			bridge.Do(a.Quit)
		}
	}()
	w.ShowAndRun()
	close(gone)
	if inspection != nil {
		inspection()
	}
	return nil
}

// curtain keeps the latest view until there is a window to show it in.
type curtain struct {
	mu   sync.Mutex
	last kiosk.View
	to   func(kiosk.View)
}

func (c *curtain) show(v kiosk.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to == nil {
		c.last = v
		return
	}
	c.to(v)
}

// rise shows the latest view and passes all later ones on.
func (c *curtain) rise(to func(kiosk.View)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to(c.last)
	c.to, c.last = to, kiosk.View{}
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

// installFont writes the bundled font unless it is there already; under another name first, so that a half written one never
// bears the right name.
func installFont(name string) error {
	if have, err := os.Stat(name); err == nil && have.Size() == int64(len(fonts.Rare())) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(name, fonts.Rare(), 0o644)
}
