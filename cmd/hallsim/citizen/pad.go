package citizen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// mostSteps is more than any screen has places for the ring to stop at.
const mostSteps = 200

// Walk goes to a target by the keys of a pad, always the same way round until the ring is around it, and presses it. Content
// scrolled out of sight comes into sight on the way.
func (p Person) Walk(ctx context.Context, targetID string) error {
	way := Key(0)
	for range mostSteps {
		var seen View
		v, err := p.WaitFor(ctx, fmt.Sprintf("a ring, on the way to %q", targetID), func(v View) bool {
			rests := v.Ring == seen.Ring && v.Screen == seen.Screen
			seen = v
			return rests
		})
		if err != nil {
			return err
		}
		if t, there := v.Target(targetID); there && v.Ring == targetID && t.Enabled {
			return p.Hands.Strike(ctx, KeyEnter)
		}
		if way == 0 || v.Ring == "" {
			way = shorter(v, targetID)
		}
		if err := p.Hands.Strike(ctx, way); err != nil {
			return err
		}
		_, err = p.WaitFor(ctx, fmt.Sprintf("the ring to leave %q", v.Ring), func(now View) bool {
			return now.Ring != "" && (now.Ring != v.Ring || now.Screen != v.Screen)
		})
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("walk to %q: %w after %d steps", targetID, ErrNotSeen, mostSteps)
}

// shorter guesses from where things stand which way round a target is nearer.
func shorter(v View, targetID string) Key {
	all := slices.Clone(v.Targets)
	slices.SortStableFunc(all, func(a, b Target) int {
		const line = 40 // pixels that things on one line may differ by
		return cmp.Or(cmp.Compare(a.Y/line, b.Y/line), cmp.Compare(a.X, b.X))
	})
	at := func(id string) int { return slices.IndexFunc(all, func(t Target) bool { return t.ID == id }) }
	from, to := at(v.Ring), at(targetID)
	if from < 0 || to < 0 || (to-from+len(all))%len(all) <= len(all)/2 {
		return KeyRight
	}
	return KeyLeft
}
