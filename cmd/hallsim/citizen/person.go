package citizen

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"
)

// DefaultPatience is how long a Person waits for one thing.
const DefaultPatience = 10 * time.Second

// glance is the pause between two looks.
const glance = 20 * time.Millisecond

// ErrNotSeen says that what a Person waited for did not come.
var ErrNotSeen = errors.New("not seen on the screen")

// Tapper is a hand. Hands is one.
type Tapper interface {
	Tap(ctx context.Context, x, y int, slip int) error
	Draw(ctx context.Context, points []image.Point) error
}

// Looker is a pair of eyes. Eyes is one.
type Looker interface {
	Look(ctx context.Context) (View, error)
}

var (
	_ Tapper = (*Hands)(nil)
	_ Looker = (*Eyes)(nil)
)

// Person looks and touches.
type Person struct {
	// Hands touches the screen. Required for Touch.
	Hands Tapper
	// Eyes looks at it. Required.
	Eyes Looker
	// Slip is how many pixels the finger slips to the right in a touch, for instance 6.
	Slip int
	// Origin is where on the screen the window's upper left corner is.
	Origin image.Point
	// Patience bounds each wait; 0 means DefaultPatience.
	Patience time.Duration
}

// WaitFor looks until cond holds and returns what was seen then. What names the thing waited for, in an error's words. The
// error wraps ErrNotSeen and lists what was on the screen last (so it belongs on a developer's terminal, not in a log); it
// wraps ctx's error if ctx ended the wait.
func (p Person) WaitFor(ctx context.Context, what string, cond func(View) bool) (View, error) {
	patience := p.Patience
	if patience <= 0 {
		patience = DefaultPatience
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	var last View
	seen, blind := false, error(nil)
	for {
		view, err := p.Eyes.Look(limited)
		switch {
		case err == nil && cond(view):
			return view, nil
		case err == nil:
			last, seen, blind = view, true, nil
		case limited.Err() == nil:
			blind = err // the kiosk may still be starting
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			return last, p.missed(ctx, what, patience, last, seen, blind)
		}
	}
}

func (p Person) missed(ctx context.Context, what string, patience time.Duration, last View, seen bool, blind error) error {
	err := fmt.Errorf("wait for %s: %w within %v", what, ErrNotSeen, patience)
	if cause := ctx.Err(); cause != nil {
		err = fmt.Errorf("wait for %s: %w, %w", what, ErrNotSeen, cause)
	}
	if blind != nil {
		err = fmt.Errorf("%w; the last look failed: %w", err, blind)
	}
	if !seen {
		return fmt.Errorf("%w; nothing was ever seen", err)
	}
	return fmt.Errorf("%w; there was: %s", err, last)
}

// Touch waits until the target is there, enabled, with its centre in the window and at the same place in two looks in a row
// (so that a screen that is still being laid out is not touched), then taps its centre.
func (p Person) Touch(ctx context.Context, targetID string) error {
	var before Target
	view, err := p.WaitFor(ctx, fmt.Sprintf("target %q, enabled and at rest", targetID), func(v View) bool {
		t, there := v.Target(targetID)
		if !there || !t.Enabled || t.Rect().Empty() || !t.Centre().In(image.Rect(0, 0, v.Width, v.Height)) {
			before = Target{}
			return false
		}
		rests := before.Rect() == t.Rect()
		before = t
		return rests
	})
	if err != nil {
		return err
	}
	at := before.Centre().Add(p.Origin)
	if err := p.Hands.Tap(ctx, at.X, at.Y, p.Slip); err != nil {
		return fmt.Errorf("touch %q on screen %q: %w", targetID, view.Screen, err)
	}
	return nil
}

// Reach is Touch for a target that may have to be paged to.
func (p Person) Reach(ctx context.Context, targetID string) error {
	for range mostPages {
		before, same := "", 0
		v, err := p.WaitFor(ctx, fmt.Sprintf("target %q, or a way to it", targetID), func(v View) bool {
			if s := v.String(); s == before {
				same++
			} else {
				before, same = s, 0
			}
			_, there := v.Target(targetID)
			_, more := v.Target("Page:down")
			return there || more && same >= settled // what was touched before may still lead to another screen
		})
		if err != nil {
			return err
		}
		whole := image.Rect(0, 0, v.Width, v.Height)
		if t, there := v.Target(targetID); there && t.H >= enough && t.Centre().In(whole) {
			return p.Touch(ctx, targetID)
		}
		if err := p.Touch(ctx, "Page:down"); err != nil {
			return err
		}
	}
	return fmt.Errorf("reach %q: %w on %d pages", targetID, ErrNotSeen, mostPages)
}

// mostPages is more than any screen has, and enough the height of a target, in pixels, of which enough is in sight.
const (
	mostPages = 20
	settled   = 25 // looks in a row that see the same
	enough    = 40
)

// Sketch draws on the pad: strokes in thousandths of its width and height.
func (p Person) Sketch(ctx context.Context, strokes ...[]image.Point) error {
	v, err := p.WaitFor(ctx, "a pad to draw on", func(v View) bool {
		t, there := v.Target("Ink")
		return there && !t.Rect().Empty()
	})
	if err != nil {
		return err
	}
	pad, _ := v.Target("Ink")
	for _, s := range strokes {
		points := make([]image.Point, len(s))
		for i, at := range s {
			points[i] = p.Origin.Add(image.Pt(pad.X+at.X*pad.W/1000, pad.Y+at.Y*pad.H/1000))
		}
		if err := p.Hands.Draw(ctx, points); err != nil {
			return err
		}
	}
	return nil
}
