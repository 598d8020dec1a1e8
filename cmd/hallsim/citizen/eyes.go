package citizen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	lookLimit = 30 * time.Second // one look; the kiosk answers from memory, but the machine may pause
	viewLimit = 1 << 20          // bytes of one answer
)

// View is what the kiosk's development inspection says is on its screen, in pixels of its window.
type View struct {
	Screen  string   `json:"screen"` // name of the screen, for instance "Form"
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Targets []Target `json:"targets"` // what can be touched
	Texts   []string `json:"texts"`   // what can be read
	Ring    string   `json:"ring"`    // target that the ring of the key pad is around, by its ID; empty: there is no ring
}

// Target is a thing that can be touched.
type Target struct {
	ID      string `json:"id"`    // for instance "Choice:residence-permit"
	Label   string `json:"label"` // its words
	X       int    `json:"x"`     // left edge
	Y       int    `json:"y"`     // top edge
	W       int    `json:"w"`
	H       int    `json:"h"`
	Enabled bool   `json:"enabled"`
}

// Rect is the target's place in the window.
func (t Target) Rect() image.Rectangle { return image.Rect(t.X, t.Y, t.X+t.W, t.Y+t.H) }

// Centre is the middle of the target.
func (t Target) Centre() image.Point { return image.Pt(t.X+t.W/2, t.Y+t.H/2) }

// Target finds a target by its ID.
func (v View) Target(id string) (Target, bool) {
	for _, t := range v.Targets {
		if t.ID == id {
			return t, true
		}
	}
	return Target{}, false
}

// Shows tells whether any text or label on the screen contains part.
func (v View) Shows(part string) bool {
	for _, text := range v.Texts {
		if strings.Contains(text, part) {
			return true
		}
	}
	for _, t := range v.Targets {
		if strings.Contains(t.Label, part) {
			return true
		}
	}
	return false
}

// String lists what is on the screen, for the message of a failed test.
func (v View) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "screen %q (%d x %d)\n", v.Screen, v.Width, v.Height)
	for _, t := range v.Targets {
		state := ""
		if !t.Enabled {
			state = ", disabled"
		}
		fmt.Fprintf(&b, "  target %q %q at %v%s\n", t.ID, t.Label, t.Rect(), state)
	}
	for _, text := range v.Texts {
		fmt.Fprintf(&b, "  text %q\n", text)
	}
	return b.String()
}

// Eyes reads the inspection: GET /view over HTTP on a unix socket. Make one with NewEyes.
type Eyes struct {
	socket string
	client *http.Client
}

// NewEyes returns eyes that look through the unix socket at path. The socket need not be there yet.
func NewEyes(path string) (*Eyes, error) {
	if path == "" {
		return nil, errors.New("eyes: the path of the inspection's socket is required")
	}
	var dialer net.Dialer
	return &Eyes{socket: path, client: &http.Client{
		Timeout: lookLimit,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "unix", path)
			},
			MaxIdleConns: 1, MaxConnsPerHost: 2, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Pulse is how the kiosk's process is.
type Pulse struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes that are reached, or were until a moment ago
}

// Look says what is on the screen now.
func (e *Eyes) Look(ctx context.Context) (View, error) {
	var view View
	if err := e.ask(ctx, "view", &view); err != nil {
		return View{}, fmt.Errorf("look at the screen through %s: %w", e.socket, err)
	}
	return view, nil
}

// Pulse says how the kiosk's process is.
func (e *Eyes) Pulse(ctx context.Context) (Pulse, error) {
	var pulse Pulse
	if err := e.ask(ctx, "pulse", &pulse); err != nil {
		return Pulse{}, fmt.Errorf("feel the pulse through %s: %w", e.socket, err)
	}
	return pulse, nil
}

func (e *Eyes) ask(ctx context.Context, what string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://kiosk/"+what, http.NoBody)
	if err != nil {
		return err
	}
	response, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, viewLimit+1))
	if err != nil {
		return err
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("answer %s", response.Status)
	case kind != "application/json":
		return fmt.Errorf("answer of type %q, want application/json", kind)
	case len(body) > viewLimit:
		return fmt.Errorf("answer is longer than %d bytes", viewLimit)
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// Close ends idle connections.
func (e *Eyes) Close() { e.client.CloseIdleConnections() }
