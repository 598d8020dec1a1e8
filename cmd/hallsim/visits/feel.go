package visits

import (
	"context"
	"errors"
	"image"
	"slices"
	"time"

	"onedoor/cmd/hallsim/citizen"
)

// Feel is a hand that measures how the kiosk answers it: how long after the finger came down the glass shows it, how long
// after it was lifted the last thing of what follows is painted, and whether anything moved under it meanwhile.
type Feel struct {
	Hands citizen.Tapper
	Eyes  citizen.Looker
	Watch *citizen.Watch

	// Pressed are the times from a touch to the first changed pixel below the finger.
	Pressed []time.Duration
	// Slowest is where the longest of them was.
	Slowest string
	// Mute are the targets that showed nothing, and Moved those that were not at their place any more while the finger lay on them.
	Mute, Moved []string
	// Changes are the times from lifting the finger to the last paint, by the screen that was shown then. A touch after which
	// the screen is the same as before, a key for instance, counts as Stays.
	Changes map[string][]time.Duration
}

var _ citizen.Tapper = (*Feel)(nil)

// Stays is the name of no other screen than before.
const Stays = "same screen"

const (
	fingertip = 60                     // pixels around the finger in which a press must show
	muteAfter = 5 * time.Second        // for so long a press may show nothing
	restAfter = 400 * time.Millisecond // so long nothing is painted once a screen is there
	restLimit = 5 * time.Second
)

// Press is a touch.
func (f *Feel) Press(ctx context.Context, at, slip image.Point, lie func(context.Context) error) error {
	if _, err := f.Watch.Rest(ctx, restAfter/4, restLimit); err != nil { // what came before
		return err
	}
	before, err := f.Eyes.Look(ctx)
	if err != nil {
		return err
	}
	tip := image.Rect(at.X-fingertip, at.Y-fingertip, at.X+fingertip, at.Y+fingertip)
	bare, err := f.Watch.Sum(tip)
	if err != nil {
		return err
	}
	if below(before, at) == "" { // the plain ground shows no press
		return f.Hands.Press(ctx, at, slip, lie)
	}
	f.Watch.Forget()
	err = f.Hands.Press(ctx, at, slip, func(ctx context.Context) error {
		down := time.Now()
		shown, err := f.Watch.Changed(ctx, tip, bare, muteAfter)
		switch {
		case errors.Is(err, citizen.ErrNotPainted):
			f.Mute = append(f.Mute, before.Screen+" "+below(before, at))
		case err != nil:
			return err
		default:
			took := shown.Sub(down)
			if len(f.Pressed) == 0 || took > slices.Max(f.Pressed) {
				f.Slowest = before.Screen + " " + below(before, at)
			}
			f.Pressed = append(f.Pressed, took)
		}
		meanwhile, err := f.Eyes.Look(ctx)
		if err != nil {
			return err
		}
		f.still(before, meanwhile, at)
		err = lie(ctx)
		f.Watch.Forget()
		return err
	})
	if err != nil {
		return err
	}
	lifted := time.Now()
	last, err := f.Watch.Rest(ctx, restAfter, restLimit)
	if err != nil || last.IsZero() {
		return err
	}
	after, err := f.Eyes.Look(ctx)
	if err != nil {
		return err
	}
	name := after.Screen
	if name == before.Screen {
		name = Stays
	}
	if f.Changes == nil {
		f.Changes = map[string][]time.Duration{}
	}
	f.Changes[name] = append(f.Changes[name], max(0, last.Sub(lifted)))
	return nil
}

// still notes what is below the finger and has moved.
func (f *Feel) still(before, now citizen.View, at image.Point) {
	id := below(before, at)
	was, _ := before.Target(id)
	if t, there := now.Target(id); id != "" && (!there || t.Rect() != was.Rect()) {
		f.Moved = append(f.Moved, before.Screen+" "+id)
	}
}

// below is the target below a point; the one in front where several are.
func below(v citizen.View, at image.Point) string {
	id := ""
	for _, t := range v.Targets {
		if at.In(t.Rect()) {
			id = t.ID
		}
	}
	return id
}

// Draw draws and measures nothing.
func (f *Feel) Draw(ctx context.Context, points []image.Point) error {
	return f.Hands.Draw(ctx, points)
}

// Strike strikes a key and measures nothing.
func (f *Feel) Strike(ctx context.Context, key citizen.Key) error { return f.Hands.Strike(ctx, key) }

// Share is the time that so many percent of all stay below or reach; 0 of none.
func Share(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}
