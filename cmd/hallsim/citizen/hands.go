package citizen

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

const (
	// answerLimit bounds every exchange with the X server.
	answerLimit = 10 * time.Second
	// hold is how long a finger stays on the glass: a short human tap, long enough for a press to be drawn.
	hold   = 60 * time.Millisecond
	stroke = 8 * time.Millisecond // between two places of a drawing finger
	// slide is how many pixels a slipping finger moves from one event to the next.
	slide = 2
	// leftButton is what the first finger on a touch screen arrives as.
	leftButton = 1
)

// ErrOffScreen says that a point lies outside the screen.
var ErrOffScreen = errors.New("point is off the screen")

// Hands taps on an X server's screen and takes pictures of it. Make one with Dial.
type Hands struct {
	conn   *xgb.Conn
	screen xproto.ScreenInfo
	format pixelFormat
	bounds image.Rectangle
	keys   map[Key]byte  // their codes
	turn   chan struct{} // holds one token while nothing is going on
}

// Dial joins the X server at display (":7", or empty for DISPLAY). The server must have the XTEST extension and a
// true-colour screen with 32 bits a pixel, as all present ones have. Close ends the connection.
func Dial(display string) (*Hands, error) {
	conn, err := connect(display)
	if err != nil {
		return nil, err
	}
	h, err := newHands(conn)
	if err != nil {
		hangUp(conn)
		return nil, fmt.Errorf("use X server %q: %w", display, err)
	}
	return h, nil
}

func newHands(conn *xgb.Conn) (*Hands, error) {
	if err := xtest.Init(conn); err != nil {
		return nil, fmt.Errorf("find the XTEST extension: %w", err)
	}
	setup := xproto.Setup(conn)
	if conn.DefaultScreen >= len(setup.Roots) {
		return nil, fmt.Errorf("there is no screen %d", conn.DefaultScreen)
	}
	screen := setup.Roots[conn.DefaultScreen]
	format, err := formatOf(setup, screen)
	if err != nil {
		return nil, err
	}
	h := &Hands{
		conn: conn, screen: screen, format: format,
		bounds: image.Rect(0, 0, int(screen.WidthInPixels), int(screen.HeightInPixels)),
		turn:   make(chan struct{}, 1),
	}
	if h.keys, err = keyCodes(conn, setup); err != nil {
		return nil, err
	}
	h.turn <- struct{}{}
	return h, nil
}

// Bounds is the whole screen, in pixels.
func (h *Hands) Bounds() image.Rectangle { return h.bounds }

// Tap puts a finger down at a point, in pixels of the screen, lets it slip by slip and lifts it. It returns when the server
// has taken all of it in; the program that owns the window may still have to react. The finger is lifted also if ctx ends
// meanwhile. ErrOffScreen: the way leaves the screen.
func (h *Hands) Tap(ctx context.Context, at, slip image.Point) error {
	return h.Press(ctx, at, slip, func(ctx context.Context) error {
		pause(ctx, hold)
		return nil
	})
}

// Press is a Tap whose finger stays on the glass until lie returns. lie must not use these hands.
func (h *Hands) Press(ctx context.Context, at, slip image.Point, lie func(context.Context) error) error {
	for _, p := range []image.Point{at, at.Add(slip)} {
		if !p.In(h.bounds) {
			return fmt.Errorf("tap at %v: %w (%v)", p, ErrOffScreen, h.bounds)
		}
	}
	err := h.do(ctx, func(ctx context.Context) error {
		if err := h.fake(xproto.MotionNotify, 0, at.X, at.Y); err != nil {
			return err
		}
		if err := h.fake(xproto.ButtonPress, leftButton, 0, 0); err != nil {
			return err
		}
		moved := h.slip(at, slip)
		return errors.Join(moved, lie(ctx), h.fake(xproto.ButtonRelease, leftButton, 0, 0), ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("tap at %v: %w", at, err)
	}
	return nil
}

// Draw puts a finger down at the first of points, in pixels of the screen, leads it through all the others and lifts it.
// ErrOffScreen: the way leaves the screen.
func (h *Hands) Draw(ctx context.Context, points []image.Point) error {
	if len(points) == 0 {
		return nil
	}
	for _, p := range points {
		if !p.In(h.bounds) {
			return fmt.Errorf("draw at %v: %w (%v)", p, ErrOffScreen, h.bounds)
		}
	}
	err := h.do(ctx, func(ctx context.Context) error {
		if err := h.fake(xproto.MotionNotify, 0, points[0].X, points[0].Y); err != nil {
			return err
		}
		if err := h.fake(xproto.ButtonPress, leftButton, 0, 0); err != nil {
			return err
		}
		var moved error
		for _, p := range points[1:] {
			if moved = h.fake(xproto.MotionNotify, 0, p.X, p.Y); moved != nil {
				break
			}
			pause(ctx, stroke)
		}
		return errors.Join(moved, h.fake(xproto.ButtonRelease, leftButton, 0, 0), ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("draw from %v: %w", points[0], err)
	}
	return nil
}

// slip leads the finger from at, in steps of slide pixels.
func (h *Hands) slip(at, by image.Point) error {
	steps := (max(abs(by.X), abs(by.Y)) + slide - 1) / slide
	for i := 1; i <= steps; i++ {
		if err := h.fake(xproto.MotionNotify, 0, at.X+by.X*i/steps, at.Y+by.Y*i/steps); err != nil {
			return err
		}
	}
	return nil
}

func abs(n int) int { return max(n, -n) }

// fake sends one input event and waits until the server has taken it.
func (h *Hands) fake(kind, detail byte, x, y int) error {
	return xtest.FakeInputChecked(h.conn, kind, detail, xproto.TimeCurrentTime, h.screen.Root, int16(x), int16(y), 0).Check()
}

// do runs one exchange after the other, each within answerLimit. An exchange that is given up ends on its own when the
// server answers or its connection ends; until then the next one waits.
func (h *Hands) do(ctx context.Context, exchange func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	select {
	case <-h.turn:
	case <-ctx.Done():
		return fmt.Errorf("wait for the hands to be free: %w", ctx.Err())
	}
	done := make(chan error, 1)
	go func() {
		err := exchange(ctx)
		for event, fault := h.conn.PollForEvent(); event != nil || fault != nil; event, fault = h.conn.PollForEvent() {
			// Nobody asked for events, but keyboard mappings are told to every client.
			continue
		}
		h.turn <- struct{}{}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(answerLimit):
		return errors.New("the X server does not answer")
	}
}

// Close leaves the X server. A Tap or Screenshot under way fails. It may be called more than once.
func (h *Hands) Close() { hangUp(h.conn) }

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
