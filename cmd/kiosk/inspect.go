package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"fyne.io/fyne/v2"

	"onedoor/app/ui"
)

// inspector answers what the screen shows, for a scripted citizen. It tells no more than the screen itself does, and
// listens only when asked to, on a socket that only the same user can open.
type inspector struct {
	bridge *ui.Bridge
	screen *ui.UI
	window fyne.Window
}

type inspected struct {
	Screen  string            `json:"screen"`
	Width   int               `json:"width"`
	Height  int               `json:"height"`
	Targets []inspectedTarget `json:"targets"`
	Texts   []string          `json:"texts"`
	Ring    string            `json:"ring"` // what a key would press
}

type inspectedTarget struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	X       int    `json:"x"`
	Y       int    `json:"y"`
	W       int    `json:"w"`
	H       int    `json:"h"`
	Enabled bool   `json:"enabled"`
}

// pulse is how the process is, of which no screen tells.
type pulse struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes
}

func beat() pulse {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return pulse{runtime.NumGoroutine(), m.HeapAlloc}
}

// listen serves GET /view and GET /pulse on a Unix socket until ctx ends or stop is called.
func (i inspector) listen(ctx context.Context, socket string) (stop func(), err error) {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open inspection: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("open inspection: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("open inspection: %w", err), l.Close())
	}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		// A peer that has gone away is its own affair.
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /view", func(w http.ResponseWriter, _ *http.Request) { answer(w, i.look()) })
	mux.HandleFunc("GET /pulse", func(w http.ResponseWriter, _ *http.Request) { answer(w, beat()) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 2 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // always ErrServerClosed after Close
	}()
	return func() {
		_ = server.Close()
		<-ended
	}, nil
}

// look collects everything on Fyne's goroutine and turns units into pixels.
func (i inspector) look() inspected {
	var v inspected
	i.bridge.Do(func() {
		canvas := i.window.Canvas()
		s, size := canvas.Scale(), canvas.Size()
		px := func(units float32) int { return int(units*s + 0.5) }
		v = inspected{Screen: i.screen.Name(), Width: px(size.Width), Height: px(size.Height), Texts: i.screen.Texts(), Ring: i.screen.Ring()}
		for _, t := range i.screen.Targets() {
			v.Targets = append(v.Targets, inspectedTarget{t.ID, t.Label, px(t.X), px(t.Y), px(t.W), px(t.H), t.Enabled})
		}
	})
	return v
}
