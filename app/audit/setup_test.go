package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"onedoor/sync/clock"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

var source = item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}

// fakeOutbox keeps drafts, each id once, as the real one does.
type fakeOutbox struct {
	mu     sync.Mutex
	fail   error
	drafts []outbox.Draft
	asked  chan struct{} // a value for each call
}

func (f *fakeOutbox) Accept(_ context.Context, d outbox.Draft) (outbox.Accepted, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case f.asked <- struct{}{}:
	default:
	}
	if f.fail != nil {
		return outbox.Accepted{}, f.fail
	}
	if !slices.ContainsFunc(f.drafts, func(have outbox.Draft) bool { return have.ID == d.ID }) {
		f.drafts = append(f.drafts, d)
	}
	return outbox.Accepted{}, nil
}

func (f *fakeOutbox) ids() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, d := range f.drafts {
		ids = append(ids, d.ID)
	}
	return ids
}

// bench is a log with everything around it.
type bench struct {
	*Log
	t       testing.TB
	cfg     Config
	private []byte
	public  []byte
	outbox  *fakeOutbox
	look    chan time.Time

	mu  sync.Mutex
	now time.Time
	up  time.Duration
}

func setup(t testing.TB, suite item.Suite) *bench {
	t.Helper()
	b := &bench{t: t, outbox: &fakeOutbox{asked: make(chan struct{}, 100)}, look: make(chan time.Time), now: time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)}
	var err error
	if b.private, b.public, err = suite.GenerateSignKey(); err != nil {
		t.Fatal(err)
	}
	b.cfg = Config{Dir: filepath.Join(t.TempDir(), "audit"), Source: source, Suite: suite, SignKey: "44011-107-01", SignPrivate: b.private, Outbox: b.outbox, look: b.look,
		Now: func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
		Uptime: func() (clock.Uptime, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return clock.Uptime{Boot: "b1", Up: b.up}, nil
		}}
	b.open()
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func (b *bench) open() {
	b.t.Helper()
	var err error
	if b.Log, err = Open(b.cfg); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) reopen() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now, b.up = b.now.Add(d), b.up+d
}

// day lets the writer do what is due by time, and waits until it has.
func (b *bench) day() {
	b.look <- time.Time{}
	b.look <- time.Time{} // taken when the first is done
	b.flush()
}

// flush waits until the writer has tried what waits.
func (b *bench) flush() {
	_ = b.Record(context.Background(), Event{Kind: KindInService, Actor: System}) // whether it works is for the test to see
}

func (b *bench) record(events ...Event) {
	b.t.Helper()
	for _, e := range events {
		if err := b.Record(context.Background(), e); err != nil {
			b.t.Fatal(err)
		}
	}
}

// fill records n events of several kinds.
func (b *bench) fill(n int) {
	b.t.Helper()
	for i := range n {
		switch i % 4 {
		case 0:
			b.record(Event{Kind: KindSignIn, Actor: Staff("wang-li", Attendant), Detail: AtKiosk})
		case 1:
			b.record(Event{Kind: KindAccepted, Actor: Citizen, Subject: OfCase("11010107020000018343")})
		case 2:
			b.record(Event{Kind: KindPrinted, Actor: System, Disposition: Unknown, Subject: OfCase("11010107020000018343"), Count: 1})
		default:
			b.record(Event{Kind: KindSignIn, Actor: Somebody, Disposition: Failed, Detail: UnknownID})
		}
	}
}

func (b *bench) verify() Report {
	b.t.Helper()
	return verifyDir(b.t, b.cfg, b.public, b.cfg.Dir)
}

func verifyDir(t testing.TB, cfg Config, public []byte, dir string) Report {
	t.Helper()
	r, err := Verify(context.Background(), VerifyConfig{Dir: dir, Source: source, Suite: cfg.Suite, Public: public})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (b *bench) wantWhole() Report {
	b.t.Helper()
	r := b.verify()
	if r.Finding != nil {
		b.t.Fatalf("found %+v in a log that nobody touched", *r.Finding)
	}
	return r
}

func (b *bench) entries() []Entry {
	b.t.Helper()
	var list []Entry
	if err := Read(b.cfg.Dir, func(e Entry) error { list = append(list, e); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return list
}

func (b *bench) kinds() (kinds []Kind) {
	for _, e := range b.entries() {
		kinds = append(kinds, e.Event)
	}
	return kinds
}

// copyDir is what a power cut leaves: the files as they are now.
func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "audit")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(to, spareName))
	return to
}

func eachSuite(t *testing.T, test func(t *testing.T, suite item.Suite)) {
	t.Helper()
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) { test(t, suite) })
	}
}

var errOutbox = errors.New("outbox is full")
