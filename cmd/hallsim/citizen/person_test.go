package citizen_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/cmd/hallsim/citizen"
)

// inspection is a kiosk's inspection on a real unix socket; answer may be changed at any time.
type inspection struct {
	mu     sync.Mutex
	answer http.HandlerFunc
	looks  int
}

func (i *inspection) set(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *inspection) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	answer := i.answer
	i.looks++
	i.mu.Unlock()
	answer(w, r)
}

func startInspection(t *testing.T, answer http.HandlerFunc) (*inspection, *citizen.Eyes) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "view.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	i := &inspection{answer: answer}
	server := &http.Server{Handler: i, ReadHeaderTimeout: limit}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	eyes, err := citizen.NewEyes(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		eyes.Close()
		_ = server.Close()
		<-served
	})
	return i, eyes
}

func shows(v citizen.View) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/view" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(v)
	}
}

func page(name string, targets ...citizen.Target) citizen.View {
	return citizen.View{Screen: name, Width: 1080, Height: 1920, Targets: targets, Texts: []string{"请选择要办的事"}}
}

func TestLookReadsTheInspection(t *testing.T) {
	_, eyes := startInspection(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"screen":"Form","width":1080,"height":1920,"targets":[{"id":"Choice:residence-permit",
			"label":"居住证签注","x":40,"y":300,"w":1000,"h":160,"enabled":true}],"texts":["第 2 步，共 4 步"]}`))
	})
	view, err := eyes.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	target, ok := view.Target("Choice:residence-permit")
	if view.Screen != "Form" || !ok || !target.Enabled || target.Rect() != image.Rect(40, 300, 1040, 460) || target.Centre() != image.Pt(540, 380) {
		t.Errorf("view %+v", view)
	}
	if !view.Shows("共 4 步") || !view.Shows("签注") || view.Shows("高龄") {
		t.Errorf("Shows is wrong for %v", view)
	}
	if _, ok := view.Target("Primary"); ok {
		t.Error("found a target that is not there")
	}
}

func TestLookRefusesBadAnswers(t *testing.T) {
	long := strings.Repeat("a", 2<<20)
	for name, answer := range map[string]http.HandlerFunc{
		"status":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusInternalServerError) },
		"type":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"json": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"screen":`))
		},
		"length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"screen":"` + long + `"}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, eyes := startInspection(t, answer)
			if view, err := eyes.Look(t.Context()); err == nil {
				t.Errorf("believed it: %.200v", view)
			}
		})
	}
}

func TestWaitForSeesTheScreenChange(t *testing.T) {
	i, eyes := startInspection(t, shows(page("Attract")))
	person := citizen.Person{Eyes: eyes, Patience: limit}
	first, err := person.WaitFor(t.Context(), "attract screen", func(v citizen.View) bool { return v.Screen == "Attract" })
	if err != nil || first.Screen != "Attract" {
		t.Fatal(first, err)
	}
	asked := 0
	view, err := person.WaitFor(t.Context(), "service list", func(v citizen.View) bool {
		if asked++; asked == 2 {
			i.set(shows(page("Services")))
		}
		return v.Screen == "Services"
	})
	if err != nil || view.Screen != "Services" {
		t.Fatal(view, err)
	}
	if asked < 3 {
		t.Errorf("looked %d times", asked)
	}
}

// still are eyes before which nothing changes.
type still citizen.View

func (s still) Look(context.Context) (citizen.View, error) { return citizen.View(s), nil }

// TestWaitForTellsWhatWasThere: time is the bubble's, so that patience never ends before the first look.
func TestWaitForTellsWhatWasThere(t *testing.T) { synctest.Test(t, waitForTellsWhatWasThere) }

func waitForTellsWhatWasThere(t *testing.T) {
	eyes := still(page("Fault", citizen.Target{ID: "Home", Label: "首页", X: 10, Y: 20, W: 30, H: 40}))
	person := citizen.Person{Eyes: eyes, Patience: 150 * time.Millisecond}
	_, err := person.WaitFor(t.Context(), "receipt screen", func(v citizen.View) bool { return v.Screen == "Receipt" })
	if !errors.Is(err, citizen.ErrNotSeen) {
		t.Fatal(err)
	}
	for _, part := range []string{"receipt screen", `"Fault"`, `"Home"`, "首页", "disabled", "请选择要办的事"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}

	nothing, err := citizen.NewEyes(filepath.Join(t.TempDir(), "none.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer nothing.Close()
	person.Eyes = nothing
	_, err = person.WaitFor(t.Context(), "attract screen", func(citizen.View) bool { return true })
	if !errors.Is(err, citizen.ErrNotSeen) || !strings.Contains(err.Error(), "none.sock") {
		t.Errorf("without a kiosk: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	person.Eyes, person.Patience = eyes, limit
	_, err = person.WaitFor(ctx, "anything", func(citizen.View) bool { return false })
	if !errors.Is(err, context.Canceled) || !errors.Is(err, citizen.ErrNotSeen) {
		t.Errorf("with an ended context: %v", err)
	}
}

// The whole of it: eyes on a socket, hands on a real screen, a target that becomes enabled and moves.
func TestTouchTapsTheTargetOnceItRests(t *testing.T) {
	display := startXvfb(t, 400, 600)
	w := openWindow(t, display, image.Rect(50, 60, 350, 560), 0xffffff)
	i, eyes := startInspection(t, nil)
	view := func(x int, enabled bool) http.HandlerFunc {
		return shows(citizen.View{Screen: "Review", Width: 300, Height: 500,
			Targets: []citizen.Target{{ID: "Primary", Label: "确认提交", X: x, Y: 400, W: 100, H: 60, Enabled: enabled}}})
	}
	var steps []http.HandlerFunc // one a look
	steps = append(steps, view(10, false), view(20, false), view(30, true), view(80, true), view(150, true))
	i.set(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		answer := steps[min(i.looks, len(steps))-1]
		i.mu.Unlock()
		answer(w, r)
	})
	person := citizen.Person{Eyes: eyes, Hands: dial(t, display), Slip: func() image.Point { return image.Pt(6, 0) }, Origin: image.Pt(50, 60), Patience: limit}
	if err := person.Touch(t.Context(), "Primary"); err != nil {
		t.Fatal(err)
	}
	press, _, release := w.tap(t)
	if press.EventX != 200 || press.EventY != 430 || release.EventX != 206 || release.EventY != 430 {
		t.Errorf("pressed at (%d,%d), lifted at (%d,%d)", press.EventX, press.EventY, release.EventX, release.EventY)
	}
}

// untouched fails the test if it is tapped.
type untouched struct{ t *testing.T }

func (u untouched) Press(context.Context, image.Point, image.Point, func(context.Context) error) error {
	u.t.Error("tapped")
	return nil
}

func (u untouched) Strike(context.Context, citizen.Key) error {
	u.t.Error("struck a key of")
	return nil
}

func (u untouched) Draw(context.Context, []image.Point) error {
	u.t.Error("drawn on")
	return nil
}

func TestTouchDoesNotTapWhatCannotBeTouched(t *testing.T) {
	for name, target := range map[string]citizen.Target{
		"other":          {ID: "Back", X: 10, Y: 10, W: 100, H: 100, Enabled: true},
		"disabled":       {ID: "Primary", X: 10, Y: 10, W: 100, H: 100},
		"below the fold": {ID: "Primary", X: 10, Y: 1900, W: 100, H: 100, Enabled: true},
		"empty":          {ID: "Primary", X: 10, Y: 10, Enabled: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, eyes := startInspection(t, shows(page("Review", target)))
			person := citizen.Person{Eyes: eyes, Hands: untouched{t}, Patience: 150 * time.Millisecond}
			if err := person.Touch(t.Context(), "Primary"); !errors.Is(err, citizen.ErrNotSeen) {
				t.Error(err)
			}
		})
	}
}

// pad is a kiosk that is used by keys: the ring goes round its targets. It keeps what was pressed.
type pad struct {
	t       *testing.T
	mu      sync.Mutex
	targets []citizen.Target
	at      int // -1: no ring yet
	keys    int
	pressed []string
}

func (p *pad) Look(context.Context) (citizen.View, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := page("Choose", p.targets...)
	if p.at >= 0 {
		v.Ring = p.targets[p.at].ID
	}
	return v, nil
}

func (p *pad) Press(context.Context, image.Point, image.Point, func(context.Context) error) error {
	p.t.Error("touched")
	return nil
}

func (p *pad) Draw(context.Context, []image.Point) error {
	p.t.Error("drawn on")
	return nil
}

func (p *pad) Strike(_ context.Context, key citizen.Key) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.targets)
	p.keys++
	switch {
	case key == citizen.KeyEnter && p.at >= 0:
		p.pressed = append(p.pressed, p.targets[p.at].ID)
	case p.at < 0:
		p.at = 0
	case key == citizen.KeyRight:
		p.at = (p.at + 1) % n
	case key == citizen.KeyLeft:
		p.at = (p.at + n - 1) % n
	}
	return nil
}

// TestWalkGoesByKeys: the ring is led to the target, the shorter way round, and only it is pressed.
func TestWalkGoesByKeys(t *testing.T) {
	p := &pad{t: t, at: -1}
	for n := range 20 {
		p.targets = append(p.targets, citizen.Target{ID: fmt.Sprintf("Choice:%d", n), X: 10, Y: 60 * n, W: 100, H: 50, Enabled: true})
	}
	person := citizen.Person{Eyes: p, Hands: p, Patience: limit}
	for _, c := range []struct {
		id   string
		most int
	}{{"Choice:0", 2}, {"Choice:3", 4}, {"Choice:18", 6}, {"Choice:18", 1}, {"Choice:1", 4}} {
		p.keys, p.pressed = 0, nil
		if err := person.Walk(t.Context(), c.id); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.pressed, []string{c.id}) || p.keys > c.most {
			t.Errorf("to %s: pressed %v with %d keys, want at most %d", c.id, p.pressed, p.keys, c.most)
		}
	}
}
