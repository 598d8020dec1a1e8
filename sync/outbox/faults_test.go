package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"onedoor/sync/wire"
)

// TestD8NoFilesLeftOnTheMedium (I14, I15): a medium that has bytes and no inodes is a full one: nothing is taken that could not be
// kept, what waits is settled while a few are left, and nothing is opened without any.
func TestD8NoFilesLeftOnTheMedium(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("D8 needs a medium with few inodes, and mounting one needs root")
	}
	at := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=512m,nr_inodes=150"); err != nil {
		t.Skipf("D8 needs a medium with few inodes: can not mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	b := fresh(t, filepath.Join(at, "o"))
	b.cfg.MinFree = DefaultMinFree
	b.open()
	was := b.accept(submission())
	var others []string
	fill := func(least int64) {
		t.Helper()
		for {
			if n, err := Free(at); err != nil || n <= least {
				return
			}
			others = append(others, filepath.Join(at, fmt.Sprint(len(others))))
			if err := os.WriteFile(others[len(others)-1], nil, 0o600); err != nil {
				return // none are left
			}
		}
	}
	fill(DefaultMinFree / 2)
	if _, err := b.Accept(t.Context(), submission()); !errors.Is(err, ErrNoSpace) || !errors.Is(b.Err(), ErrNoSpace) {
		t.Errorf("accept: %v; err says %v", err, b.Err())
	}
	b.settle(was.ID, wire.Stored, wire.TierCentral)
	fill(8 << 20)
	if err := b.ApplyFeed(t.Context(), FeedUpdate{Epoch: "e", Cursor: "c"}); !errors.Is(err, ErrNoSpace) {
		t.Errorf("feed with hardly a file left: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	fill(0)
	if o, err := Open(b.cfg); !errors.Is(err, ErrNoSpace) {
		t.Errorf("open without a file left: %v", err)
		if err == nil {
			o.Close()
		}
	}
	for _, path := range others {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	b.open()
	if d := b.Damage(); len(d) > 0 || b.get(was.ID).State != StateStoredCentral {
		t.Errorf("with files again: damage %+v, item %s", d, b.get(was.ID).State)
	}
	if a := b.accept(submission()); a.Sequence != 2 {
		t.Errorf("the next is %+v", a)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// TestD11OnePlaceCanNotBeRead (I13, I16): the item there is passed over and told of, once; all others go on, but for those of its
// case; nothing is given up, since the medium may give it the next time.
func TestD11OnePlaceCanNotBeRead(t *testing.T) {
	b := setup(t)
	bad := b.accept(submission())
	next, other := b.accept(printed(bad.CaseID)), b.accept(submission())
	b.rest()
	s := b.makeBrittle()
	s.setBad(bad.Sequence)
	if due := b.dueIDs(); !slices.Equal(due, []string{bad.ID, other.ID}) {
		t.Errorf("due %v: the queue's copy was not used", due)
	}
	removeFrom(t, s.store.(*badgerStore), seqKey(prefixItem, bad.Sequence))
	for range 2 {
		if due := b.dueIDs(); !slices.Equal(due, []string{other.ID}) {
			t.Errorf("due %v, want only %s", due, other.ID)
		}
	}
	if d := b.Damage(); len(d) != 1 || d[0].Part != PartJournal || d[0].Lost != 0 || d[0].Mended {
		t.Errorf("damage %+v", d)
	}
	if err := b.Verify(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Errorf("verify: %v", err)
	}
	b.accept(submission())
	s.setBad(0)
	if due := b.dueIDs(); len(due) != 3 || due[0] != bad.ID || slices.Contains(due, next.ID) {
		t.Errorf("due %v once it can be read", due)
	}
}

// TestD17AStalledMedium (I14, I20): while a sync hangs, whoever waits has his answer when his time is over, and it is not that of
// an acceptance; whoever asks is answered; and trying again makes no second item.
func TestD17AStalledMedium(t *testing.T) {
	b := setup(t)
	s := b.makeBrittle()
	s.block = make(chan struct{})
	var drafts []Draft
	for range 3 {
		d := submission()
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error, 1)
		go func() { _, err := b.Accept(ctx, d); result <- err }()
		for pending := false; !pending; runtime.Gosched() { // until it has its place
			b.mu.Lock()
			_, pending = b.pending[d.ID]
			b.mu.Unlock()
		}
		cancel()
		if err := <-result; !errors.Is(err, ErrUndecided) {
			t.Fatalf("accept over a stalled medium: %v", err)
		}
		drafts = append(drafts, d)
		if _, err := b.Get(d.ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("get before it is durable: %v", err)
		}
	}
	if st := b.Stats(); st.LastSequence != 0 || st.Waiting != 0 || b.Err() != nil || len(b.due()) != 0 {
		t.Errorf("while it hangs: %+v, %v", st, b.Err())
	}
	close(s.block)
	for i, d := range drafts {
		if a := b.accept(d); a.Sequence != uint64(i)+1 {
			t.Errorf("again: %+v", a)
		}
	}
	if st := b.Stats(); st.LastSequence != 3 || st.Waiting != 3 {
		t.Errorf("afterwards: %+v", st)
	}
}

// TestD18ShortOfMemory (I1, I15): with items as large as they may be a process under a limit on its memory goes on, and one that has
// too little ends without losing what it acknowledged. The limit is one on its data, which needs no cgroup of its own.
func TestD18ShortOfMemory(t *testing.T) {
	if underRace {
		t.Skip("D18 limits the data of a process, and the race detector's own takes more than any limit")
	}
	const large = 40 << 10
	t.Run("enough", func(t *testing.T) {
		b := fresh(t, filepath.Join(t.TempDir(), "o"))
		var c tally
		c.judge(t, b, child{lines: 600, data: 512 << 20, payload: large}.run(t, b))
		if c.lost+c.undetected+c.doubled > 0 || c.accepted < 600 {
			t.Error(c)
		}
	})
	t.Run("too little", func(t *testing.T) {
		b := fresh(t, filepath.Join(t.TempDir(), "o"))
		var c tally
		for _, most := range []uint64{60 << 20, 100 << 20, 140 << 20} {
			c.judge(t, b, child{lines: 300, mayEnd: true, data: most, payload: large}.run(t, b))
		}
		if c.lost+c.undetected+c.doubled > 0 {
			t.Error(c)
		}
		t.Log(c)
	})
}

// TestD19NothingIsLeftOver (I15): descriptors and goroutines of many openings and sessions come back to where they were, and few
// descriptors are enough.
func TestD19NothingIsLeftOver(t *testing.T) {
	b := setup(t)
	count := func() (files, routines int) {
		names, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("D19 counts descriptors in /proc: %v", err)
		}
		return len(names), runtime.NumGoroutine()
	}
	session := func() {
		for range 20 {
			views, cancel := b.Watch(newID())
			a := b.accept(submission())
			if err := b.Begin(t.Context(), []string{a.ID}); err != nil {
				t.Fatal(err)
			}
			b.settle(a.ID, wire.Stored, wire.TierCentral)
			cancel()
			for range views {
			}
		}
		b.rest()
	}
	session()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	files, routines := count()
	for range 15 {
		b.open()
		session()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if f, r := count(); f > files+2 || r > routines+2 { // the runtime's own come and go
		t.Errorf("%d descriptors and %d goroutines became %d and %d", files, routines, f, r)
	}
	b.open()
	few := fresh(t, filepath.Join(t.TempDir(), "o"))
	var c tally
	c.judge(t, few, child{lines: 3000, files: 128}.run(t, few))
	if c.lost+c.undetected+c.doubled > 0 || c.accepted < 3000 {
		t.Error(c)
	}
}

// TestD20StartsThatFailAreNoLoop (I15): a start that can not succeed leaves everything as it is, however often; when opening the queue
// has ended the program again and again, it is set aside, and all is there.
func TestD20StartsThatFailAreNoLoop(t *testing.T) {
	b := setup(t)
	one, two := b.accept(submission()), b.accept(submission())
	b.rest()
	for range 5 {
		if _, err := Open(b.cfg); !errors.Is(err, ErrInUse) {
			t.Errorf("second start: %v", err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	wrong := b.cfg
	wrong.Source.Kiosk = "108"
	for range 5 {
		if _, err := Open(wrong); !errors.Is(err, ErrOtherSource) {
			t.Errorf("start with another's configuration: %v", err)
		}
	}
	b.open()
	if d := b.Damage(); len(d) > 0 {
		t.Errorf("failed starts left %+v", d)
	}
	for deaths := range 4 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		overwrite(t, filepath.Join(b.cfg.Dir, attemptName), bytes.Repeat([]byte{'.'}, deaths))
		b.open()
		d := b.Damage()
		if aside := deaths >= maxAttempts; aside != (len(d) == 1 && d[0].Part == PartQueue && d[0].Mended && d[0].Aside != "") {
			t.Errorf("after %d deaths in opening: %+v", deaths, d)
		}
		if due := b.dueIDs(); !slices.Equal(due, []string{one.ID, two.ID}) {
			t.Errorf("after %d deaths in opening %v are due", deaths, due)
		}
	}
}

// TestD22ManyUncleanStops (I1, I15): a process that is killed each time leaves as much behind after many kills as after a few,
// beside the items. It kills 25 times, and 100 times with -crash.rounds above 1.
func TestD22ManyUncleanStops(t *testing.T) {
	kills, settled := 25, 8
	if *crashRounds > 1 {
		kills = 100
	}
	b := fresh(t, filepath.Join(t.TempDir(), "o"))
	var all []Accepted
	var after [2]int // files after some kills, and after all
	for n := 1; n <= kills; n++ {
		all = append(all, child{lines: 4}.run(t, b)...)
		names, err := filepath.Glob(filepath.Join(b.cfg.Dir, queueName, "*"))
		if err != nil {
			t.Fatal(err)
		}
		if n <= settled {
			after[0] = max(after[0], len(names))
		}
		after[1] = len(names)
	}
	// Each kill may leave a table that is not merged yet, and these are merged a few at a time.
	if after[1] > after[0]+10 {
		t.Errorf("at most %d files after up to %d kills, %d after %d", after[0], settled, after[1], kills)
	}
	if _, err := os.Stat(filepath.Join(b.cfg.Dir, asideName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was set aside: %v", err)
	}
	var c tally
	c.judge(t, b, all)
	if c.lost+c.undetected+c.doubled > 0 || c.accepted < 4*kills {
		t.Error(c)
	}
	t.Logf("%d kills, %d files, at most %d after the first %d: %s", kills, after[1], after[0], settled, c)
}
