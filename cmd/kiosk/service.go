package main

import (
	"context"
	"image"
	"log/slog"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"onedoor/app/kiosk"
	"onedoor/app/ui"
	"onedoor/cmd/kiosk/node"
	"onedoor/cmd/kiosk/service"
)

// painted is a dot that nobody sees. It is there from the first screen on, and its painting tells that the window was painted
// with that screen.
type painted struct {
	object fyne.CanvasObject
	dot    *canvas.Raster
	done   chan struct{}
}

func newPainted() painted {
	done := make(chan struct{})
	once := sync.OnceFunc(func() { close(done) })
	dot := canvas.NewRaster(func(w, h int) image.Image {
		once()
		return image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	})
	dot.Resize(fyne.NewSquareSize(1))
	dot.Hide()
	return painted{container.NewWithoutLayout(dot), dot, done}
}

// after gives a show that lets the dot be painted with the first screen.
func (p painted) after(show func(kiosk.View)) func(kiosk.View) {
	return func(v kiosk.View) {
		show(v)
		if v.Screen != nil && !p.dot.Visible() {
			p.dot.Show()
		}
	}
}

// told begins to tell systemd how the kiosk is. quiet says that it stops, and waits until that was told.
func told(ctx context.Context, n *node.Node, bridge *ui.Bridge, first painted, logger *slog.Logger) (quiet func(), err error) {
	s, err := service.New(service.Config{
		Painted: first.done, Status: n.Sentence, Logger: logger,
		Pings: map[string]service.Ping{
			"node":   n.Ping,
			"screen": func(context.Context) error { bridge.Do(func() {}); return nil },
		},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Run(ctx) // always nil: a systemd that does not listen is logged
	}()
	return func() {
		cancel()
		<-ended
	}, nil
}
