package health

import (
	"slices"
	"sync"
	"time"
)

// Observation is a problem that is there right now.
type Observation struct {
	Code  Code
	Since time.Time // zero: since it was observed first
}

// Problem is one that is shown.
type Problem struct {
	Kind
	Since time.Time
}

// Episode is a problem from its beginning to its end.
type Episode struct {
	Code   Code      `json:"code"`
	Opened time.Time `json:"opened"`
	Closed time.Time `json:"closed,omitzero"` // zero while it lasts
}

// BoardConfig is what NewBoard takes.
type BoardConfig struct {
	History []Episode // of former runs, oldest first. What was open there goes on if it is seen again soon
	Keep    int       // episodes that are kept; 0 means DefaultKeep
}

const (
	// DefaultKeep is some weeks of a bad kiosk.
	DefaultKeep = 500
	// resume is how soon after the start a problem of the former run has to be seen again to be the same.
	resume = time.Minute
)

// Board tells what is wrong. It is fed with observations by one, and read by many.
type Board struct {
	keep int

	mu      sync.Mutex
	tracks  map[Code]*track
	former  map[Code]time.Time // when what was open at the end of the former run had begun
	started time.Time          // the first observation
	history []Episode
	shown   Problems
	readers map[chan Problems]bool
}

// track is one problem on its way in or out.
type track struct {
	kind  Kind
	since time.Time
	began time.Time // first observed
	gone  time.Time // first missed; zero while it is there
	shown bool
}

// NewBoard makes a board on which nothing is wrong yet.
func NewBoard(cfg BoardConfig) *Board {
	if cfg.Keep <= 0 {
		cfg.Keep = DefaultKeep
	}
	b := &Board{keep: cfg.Keep, tracks: map[Code]*track{}, former: map[Code]time.Time{}, history: slices.Clone(cfg.History), readers: map[chan Problems]bool{}}
	for _, e := range b.history {
		if e.Closed.IsZero() {
			b.former[e.Code] = e.Opened
		}
	}
	b.trim()
	return b
}

// Observe takes in all that is wrong at now; what is not among it is not wrong. Codes outside the list mean nothing.
func (b *Board) Observe(now time.Time, seen []Observation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started.IsZero() {
		b.started = now
	}
	there := map[Code]bool{}
	changed := false
	for _, o := range seen {
		k, ok := KindOf(o.Code)
		if !ok {
			continue
		}
		there[o.Code] = true
		changed = b.see(now, k, o.Since) || changed
	}
	for code, t := range b.tracks {
		if !there[code] {
			changed = b.miss(now, code, t) || changed
		}
	}
	changed = b.forget(now) || changed
	if changed {
		b.publish()
	}
}

// see notes that a problem is there. It reports true when that changes what is shown.
func (b *Board) see(now time.Time, k Kind, since time.Time) bool {
	t := b.tracks[k.Code]
	if t == nil {
		t = &track{kind: k, since: now, began: now}
		b.tracks[k.Code] = t
	}
	t.gone = time.Time{}
	if t.began.After(now) { // the clock went back
		t.began = now
	}
	if !since.IsZero() && since.Before(t.since) && !t.shown {
		t.since = since
	}
	opened, again := b.former[k.Code]
	if t.shown || !again && now.Sub(t.began) < k.Raise && now.Sub(t.since) < k.Raise {
		return false
	}
	t.shown = true
	if again { // it has stood since before the start
		t.since = opened
		delete(b.former, k.Code)
		return true
	}
	b.history = append(b.history, Episode{Code: k.Code, Opened: t.since})
	b.trim()
	return true
}

// miss notes that a problem is not there.
func (b *Board) miss(now time.Time, code Code, t *track) bool {
	if t.gone.IsZero() || t.gone.After(now) {
		t.gone = now
	}
	if now.Sub(t.gone) < t.kind.Clear {
		return false
	}
	delete(b.tracks, code)
	if t.shown {
		b.end(code, t.gone)
	}
	return t.shown
}

// forget closes what was open in the former run and was not seen again.
func (b *Board) forget(now time.Time) bool {
	if len(b.former) == 0 || now.Sub(b.started) < resume {
		return false
	}
	for code := range b.former {
		b.end(code, b.started)
	}
	clear(b.former)
	return true
}

// end closes the last open episode of a code.
func (b *Board) end(code Code, at time.Time) {
	for i := len(b.history) - 1; i >= 0; i-- {
		if e := &b.history[i]; e.Code == code && e.Closed.IsZero() {
			e.Closed = at
			return
		}
	}
}

func (b *Board) trim() {
	if over := len(b.history) - b.keep; over > 0 {
		b.history = slices.Delete(b.history, 0, over)
	}
}

// publish works out what is shown and tells the subscribers.
func (b *Board) publish() {
	var all Problems
	for _, k := range kinds() { // in the list's order
		if t := b.tracks[k.Code]; t != nil && t.shown {
			all = append(all, Problem{Kind: k, Since: t.since})
		}
	}
	b.shown = all.sorted()
	for ch := range b.readers {
		select {
		case <-ch: // not taken yet, and old now
		default:
		}
		ch <- b.shown
	}
}

// At is what is wrong at one moment, worst first, for whoever looks once and can not wait: without any delay.
func At(now time.Time, seen []Observation) Problems {
	var all Problems
	for _, k := range kinds() {
		var p Problem
		for _, o := range seen {
			if o.Code != k.Code {
				continue
			}
			if o.Since.IsZero() {
				o.Since = now
			}
			if p.Code == "" || o.Since.Before(p.Since) {
				p = Problem{Kind: k, Since: o.Since}
			}
		}
		if p.Code != "" {
			all = append(all, p)
		}
	}
	return all.sorted()
}

// sorted puts the worst first; those of one severity stay as they are.
func (all Problems) sorted() Problems {
	slices.SortStableFunc(all, func(x, y Problem) int { return int(y.Severity) - int(x.Severity) })
	return all
}

// Problems is what is wrong, worst first. Nobody may change it.
func (b *Board) Problems() Problems {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shown
}

// History is what was and is wrong, in the order in which it was first shown.
func (b *Board) History() []Episode {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.history)
}

// Subscribe gives the present problems and then every change. A slow reader gets the newest only and delays nobody. The
// channel is closed by cancel, which may be called twice.
func (b *Board) Subscribe() (changes <-chan Problems, cancel func()) {
	ch := make(chan Problems, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readers[ch] = true
	ch <- b.shown
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.readers[ch] {
			delete(b.readers, ch)
			close(ch)
		}
	}
}
