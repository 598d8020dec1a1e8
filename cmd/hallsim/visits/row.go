package visits

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Row is many visits, one after the other, with an eye on what the kiosk takes of its machine.
type Row struct {
	Visitor *Visitor
	// Vitals says how the kiosk's process is.
	Vitals func(context.Context) (Vitals, error)
	Count  int
	// Report is told the state of things every Every visits.
	Report func(Reading)
	Every  int
	Now    func() time.Time
}

// Vitals is what a process takes of its machine.
type Vitals struct {
	Resident    int64 // bytes
	Heap        uint64
	Goroutines  int
	Descriptors int
	Threads     int
}

// Reading is how things stand after a number of visits.
type Reading struct {
	Visits int
	Filed  int // of them
	Took   time.Duration
	Vitals
}

// ResidentLimit is the most memory that a kiosk may take with software GL.
const ResidentLimit = 400e6

// ErrGrows says that the kiosk takes more and more.
var ErrGrows = errors.New("the kiosk grows")

// Walk does the visits and returns the numbers of the cases filed. It fails when a visit does, when the kiosk takes more memory
// than ResidentLimit, or with ErrGrows.
func (r Row) Walk(ctx context.Context) (filed []string, err error) {
	var all []Vitals
	begin := r.Now()
	for n := range r.Count {
		kind := rounds[n%len(rounds)]
		number, err := kind.play(ctx, r.Visitor, n)
		if err != nil {
			return filed, fmt.Errorf("visit %d, %s: %w", n+1, kind.name, err)
		}
		if number != "" {
			filed = append(filed, number)
		}
		v, err := r.Vitals(ctx)
		if err != nil {
			return filed, fmt.Errorf("visit %d: %w", n+1, err)
		}
		all = append(all, v)
		if r.Report != nil && ((n+1)%r.Every == 0 || n+1 == r.Count) {
			r.Report(Reading{n + 1, len(filed), r.Now().Sub(begin), v})
		}
		if v.Resident > ResidentLimit {
			return filed, fmt.Errorf("visit %d: %d MB resident, and %d at most", n+1, v.Resident/1e6, int64(ResidentLimit/1e6))
		}
	}
	return filed, Grown(all)
}

// What a middle of the last quarter of the visits may be above that of the second, which begins when everything has been
// shown and used.
const (
	moreResident    = 12e6 // bytes
	moreGoroutines  = 3
	moreDescriptors = 3
	moreThreads     = 3
	// fewest is from how many visits on memory is compared: a young process still takes what it needs.
	fewest = 200
)

// Grown compares the last quarter of what was measured after each visit with the second one. It fails with ErrGrows.
func Grown(all []Vitals) error {
	second, last := all[len(all)/4:len(all)/2], all[len(all)*3/4:]
	if len(second) == 0 {
		return nil
	}
	var err error
	for _, c := range []struct {
		what string
		more int64
		of   func(Vitals) int64
	}{
		{"bytes resident", moreResident, func(v Vitals) int64 { return v.Resident }},
		{"goroutines", moreGoroutines, func(v Vitals) int64 { return int64(v.Goroutines) }},
		{"descriptors", moreDescriptors, func(v Vitals) int64 { return int64(v.Descriptors) }},
		{"threads", moreThreads, func(v Vitals) int64 { return int64(v.Threads) }},
	} {
		if c.what == "bytes resident" && len(all) < fewest {
			continue
		}
		if before, after := middle(second, c.of), middle(last, c.of); after > before+c.more {
			err = errors.Join(err, fmt.Errorf("%w: from %d to %d %s", ErrGrows, before, after, c.what))
		}
	}
	return err
}

func middle(all []Vitals, of func(Vitals) int64) int64 {
	var sorted []int64
	for _, v := range all {
		sorted = append(sorted, of(v))
	}
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// round is a kind of visit in a row: what somebody does between laying her card down and lifting it.
type round struct {
	name string
	does []string // what she presses, and with a colon in front the screens that she waits for; nothing: she files a case
}

// rounds are the visits of a row, again and again: some file a case, others only look, or change their mind.
var rounds = []round{
	{"files a case", nil},
	{"reads a guide in English", []string{
		"Settings:language", "Language:en", "Open:guides", ":Choose", "Choice:old-age-allowance", ":Guide", "Home", ":Menu", "Back",
	}},
	{"gives a form up", []string{
		"Open:apply", ":Choose", "Choice:pension-check", ":Guide", "Next", ":Check", "Next", ":Form", "Type:1", "Type:3", "Home", "Abandon",
	}},
	{"looks for a word", []string{"Open:search", ":Choose", "Type:l", "Type:a", "Type:o", "Home", ":Menu", "Back"}},
	{"tries large letters and strong contrast", []string{
		"Settings:display", "Elder", "Contrast:true", "Settings:", "Open:apply", ":Choose", "Home", ":Menu", "Back",
	}},
	{"has no number to type", []string{"Open:progress", ":CaseList", "Next", ":Track", "Type:4", "Type:4", "Clear", "Home", ":Menu", "Back"}},
}

func (r round) play(ctx context.Context, v *Visitor, n int) (number string, err error) {
	if r.does == nil {
		return v.File(ctx, Quick(n))
	}
	d := doing{v, Visit{Card: fmt.Sprintf("card-%d", 1+n%len(rounds)), CardFirst: true, Hurry: true}}
	if err := d.begin(ctx); err != nil {
		return "", err
	}
	if err := d.menu(ctx); err != nil {
		return "", err
	}
	for _, what := range r.does {
		do := d.on
		screen, waits := strings.CutPrefix(what, ":")
		if !waits {
			do = func(ctx context.Context, id string) error { return d.press(ctx, id) }
		}
		if err := do(ctx, screen); err != nil {
			return "", err
		}
	}
	return "", d.goodbye(ctx)
}
