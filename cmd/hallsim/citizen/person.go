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
	Press(ctx context.Context, at, slip image.Point, lie func(context.Context) error) error
	Draw(ctx context.Context, points []image.Point) error
	Strike(ctx context.Context, key Key) error
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
	// Slip says by how many pixels the finger slips in the next touch; nil: by none. It slips the other way where it would
	// leave the window.
	Slip func() image.Point
	// Hold is how long the finger stays on the glass; 0 means as long as in a short human tap.
	Hold time.Duration
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
	every := glance
	if p.Hold > 0 { // who is quick with the hands is so with the eyes
		every = min(glance, p.Hold)
	}
	tick := time.NewTicker(every)
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
	return p.touch(ctx, targetID, Target{})
}

// touch is Touch by somebody who has looked once already.
func (p Person) touch(ctx context.Context, targetID string, before Target) error {
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
	slip := image.Point{}
	if p.Slip != nil {
		slip = p.Slip()
	}
	if !before.Centre().Add(slip).In(image.Rect(0, 0, view.Width, view.Height)) {
		slip = image.Point{}.Sub(slip)
	}
	if err := p.press(ctx, at, slip); err != nil {
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
			return p.touch(ctx, targetID, t)
		}
		if err := p.Touch(ctx, "Page:down"); err != nil {
			return err
		}
	}
	return fmt.Errorf("reach %q: %w on %d pages", targetID, ErrNotSeen, mostPages)
}

// Wake touches the middle of the screen, again and again, until another screen than the one of that name is shown. The last
// touch may fall on what is shown then.
func (p Person) Wake(ctx context.Context, asleep string) error {
	glimpse := p
	glimpse.Patience = wakes
	gone := func(v View) bool { return v.Screen != asleep }
	var missed error
	for range mostTouches {
		v, err := p.Eyes.Look(ctx)
		if err != nil || gone(v) {
			return err
		}
		if err := p.press(ctx, p.Origin.Add(image.Pt(v.Width/2, v.Height/2)), image.Point{}); err != nil {
			return err
		}
		if _, missed = glimpse.WaitFor(ctx, "an end of the screen "+asleep, gone); missed == nil {
			return nil
		}
	}
	return missed
}

const (
	wakes       = 150 * time.Millisecond // between two touches of somebody who wants to be next
	mostTouches = 100
)

// press touches a point of the screen.
func (p Person) press(ctx context.Context, at, slip image.Point) error {
	still := hold
	if p.Hold > 0 {
		still = p.Hold
	}
	return p.Hands.Press(ctx, at, slip, func(ctx context.Context) error {
		pause(ctx, still)
		return nil
	})
}

// Settle waits until the screen is the same in several looks in a row: what was touched before may still move something,
// for instance a keypad that is not needed any more.
func (p Person) Settle(ctx context.Context) error {
	before, same := "", 0
	_, err := p.WaitFor(ctx, "the screen to be at rest", func(v View) bool {
		if s := v.String(); s != before {
			before, same = s, 0
		}
		same++
		return same >= rests
	})
	return err
}

// mostPages is more than any screen has, and enough the height of a target, in pixels, of which enough is in sight.
const (
	mostPages = 20
	settled   = 25 // looks in a row that see the same
	rests     = 6  // the same, before a touch that must not miss
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
