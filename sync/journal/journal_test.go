package journal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"onedoor/sync/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var label = journal.Label{1, 2, 3}

func open(t testing.TB, dir string, size int64) (*journal.Journal, journal.Found) {
	t.Helper()
	j, found, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: size})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j, found
}

// record is what the record with that sequence holds.
func record(seq uint64) []byte {
	return bytes.Repeat(binary.BigEndian.AppendUint64(nil, seq*0x9E3779B97F4A7C15), 30)[:33+seq%200]
}

// fast is a directory in memory where there is one: what is tried there thousands of times is what files hold, not whether
// they last.
func fast(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "journal")
	if err != nil {
		return filepath.Join(t.TempDir(), "j")
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "j")
}

func appendTo(t testing.TB, j *journal.Journal, groups ...int) {
	t.Helper()
	for _, n := range groups {
		_, last := j.Bounds()
		var group [][]byte
		for i := range n {
			group = append(group, record(last+1+uint64(i)))
		}
		if err := j.Append(group...); err != nil {
			t.Fatal(err)
		}
	}
}

// check reads everything and gives the sequences that are damaged; other bytes than were appended are a failure.
func check(t testing.TB, j *journal.Journal) (damaged []uint64) {
	t.Helper()
	first, last := j.Bounds()
	for seq := first; seq <= last; seq++ {
		b, err := j.Read(seq)
		switch {
		case errors.Is(err, journal.ErrDamaged):
			damaged = append(damaged, seq)
		case err != nil:
			t.Fatal(err)
		case !bytes.Equal(b, record(seq)):
			t.Fatalf("record %d has other bytes", seq)
		}
	}
	return damaged
}

func TestAppendedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	j, found := open(t, dir, 4096)
	if found.First != 1 || found.Last != 0 {
		t.Errorf("a new journal has %+v", found)
	}
	appendTo(t, j, 1, 3, 40, 1, 20, 20, 20, 1, 29)
	if d := check(t, j); d != nil {
		t.Errorf("damaged: %v", d)
	}
	for _, seq := range []uint64{0, 136} {
		if _, err := j.Read(seq); !errors.Is(err, journal.ErrMissing) {
			t.Errorf("record %d: %v", seq, err)
		}
	}
	if err := errors.Join(j.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record(136)); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	again, found := open(t, dir, 4096)
	if found.Last != 135 || found.Damaged != nil || found.Torn {
		t.Errorf("found %+v", found)
	}
	if d := check(t, again); d != nil {
		t.Errorf("damaged: %v", d)
	}
	appendTo(t, again, 2)
	if files, _ := filepath.Glob(filepath.Join(dir, "*.journal")); len(files) < 5 {
		t.Errorf("only %v: files of 4 KiB were not ended", files)
	}
}

func TestAnotherLabelIsRefused(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, 4096)
	appendTo(t, j, 1)
	if _, _, err := journal.Open(journal.Config{Dir: dir, Label: journal.Label{9}}); !errors.Is(err, journal.ErrOther) {
		t.Errorf("err = %v", err)
	}
}

func TestDropAndSkip(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, 4096)
	appendTo(t, j, 20, 20, 20, 60, 3)
	if err := j.Drop(50); err != nil {
		t.Fatal(err)
	}
	first, last := j.Bounds()
	if first < 2 || first > 50 || last != 123 {
		t.Errorf("bounds are %d to %d", first, last)
	}
	if err := j.SkipTo(200); err != nil {
		t.Fatal(err)
	}
	appendTo(t, j, 2)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, found := open(t, dir, 4096)
	if found.First != first || found.Last != 201 || len(found.Damaged) != 76 {
		t.Errorf("found %d to %d, %d damaged", found.First, found.Last, len(found.Damaged))
	}
	if d := check(t, again); len(d) != 76 {
		t.Errorf("%d damaged, want those left out", len(d))
	}
	if err := again.Drop(10_000); err != nil {
		t.Fatal(err)
	}
	if _, last := again.Bounds(); last != 201 {
		t.Errorf("dropping everything forgot the sequence: last is %d", last)
	}
}

// snapshot copies the files of a journal, but not its spare one: that comes and goes, and holds nothing.
func snapshot(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if files[filepath.Base(n)], err = os.ReadFile(n); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func restore(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestD12EveryBitFlipIsSeen: one flipped bit anywhere damages at most one record, and never one without its being known: it
// reads as damaged, or the end lies before it.
func TestD12EveryBitFlipIsSeen(t *testing.T) {
	dir := fast(t)
	j, _ := open(t, dir, 4096)
	appendTo(t, j, 1, 2, 14, 20, 6, 1, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole := snapshot(t, dir)
	flips, seen := 0, 0
	for name, b := range whole {
		used := len(bytes.TrimRight(b, "\x00"))
		for at := range used {
			restore(t, dir, whole)
			flipped := bytes.Clone(b)
			flipped[at] ^= 1 << rand.IntN(8)
			if err := os.WriteFile(filepath.Join(dir, name), flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			flips++
			got, found, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: 4096})
			if err != nil {
				if !errors.Is(err, journal.ErrOther) {
					t.Fatalf("%s byte %d: %v", name, at, err)
				}
				continue
			}
			d := check(t, got)
			missing := 45 - int(found.Last)
			if len(d)+missing > 1 {
				t.Errorf("%s byte %d: damaged %v and %d missing", name, at, d, missing)
			}
			seen += len(d) + missing
			if err := got.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d flips, %d took a record", flips, seen)
	if flips < 2000 || seen < flips/2 || len(whole) < 2 {
		t.Errorf("%d flips took %d records: the test does not reach them", flips, seen)
	}
}

// TestEveryTruncation: a file cut at any length loses what was behind, and nothing else.
func TestEveryTruncation(t *testing.T) {
	dir := fast(t)
	j, _ := open(t, dir, 4096)
	appendTo(t, j, 3, 20, 4)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole := snapshot(t, dir)
	for name, b := range whole {
		for n := range len(bytes.TrimRight(b, "\x00")) {
			restore(t, dir, whole)
			if err := os.Truncate(filepath.Join(dir, name), int64(n)); err != nil {
				t.Fatal(err)
			}
			got, found, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: 4096})
			if err != nil {
				t.Fatalf("%s of %d bytes: %v", name, n, err)
			}
			d := check(t, got)
			// What can be written goes behind what was found, and is found again.
			appendTo(t, got, 2)
			if more := check(t, got); !slices.Equal(more, d) {
				t.Errorf("%s of %d bytes: %v damaged, then %v", name, n, d, more)
			}
			if err := got.Close(); err != nil {
				t.Fatal(err)
			}
			after, again, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: 4096})
			if err != nil || again.Last != found.Last+2 {
				t.Fatalf("%s of %d bytes: reopened with %+v, %v", name, n, again, err)
			}
			if err := after.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestACutOffWriteLeavesNothing: of the last write any part of the sectors may have reached the medium. What was answered
// before is there, nothing is damaged, and nothing of the write comes back after later ones.
func TestACutOffWriteLeavesNothing(t *testing.T) {
	dir := fast(t)
	j, _ := open(t, dir, 64<<10)
	appendTo(t, j, 2, 3)
	before := snapshot(t, dir)
	appendTo(t, j, 12)
	after := snapshot(t, dir)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	name := "00000000000000000001.journal"
	for round := range 400 {
		torn := make([]byte, len(after[name]))
		copy(torn, before[name])
		for at := 0; at < len(torn); at += 512 {
			if rand.IntN(2) == 0 {
				copy(torn[at:min(len(torn), at+512)], after[name][at:])
			}
		}
		restore(t, dir, map[string][]byte{name: torn})
		got, found, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: 64 << 10})
		if err != nil || found.Last < 5 || found.Damaged != nil {
			t.Fatalf("round %d: %+v, %v", round, found, err)
		}
		if d := check(t, got); d != nil {
			t.Fatalf("round %d: damaged %v", round, d)
		}
		// One record at a time, as long as those before: a leftover would stand right behind it.
		for range 3 {
			appendTo(t, got, 1)
			if err := got.Close(); err != nil {
				t.Fatal(err)
			}
			next, _, err := journal.Open(journal.Config{Dir: dir, Label: label, FileSize: 64 << 10})
			if err != nil {
				t.Fatal(err)
			}
			if _, last := next.Bounds(); last != found.Last+1 {
				t.Fatalf("round %d: last is %d, want %d", round, last, found.Last+1)
			}
			found.Last++
			got = next
		}
		if err := got.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFailedWriteIsTheLast: after it nothing is appended, until the next opening tells what is there.
func TestAFailedWriteIsTheLast(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "j")
	j, _ := open(t, dir, 4096)
	appendTo(t, j, 5)
	if err := os.Rename(dir, dir+".gone"); err != nil {
		t.Fatal(err)
	}
	var err error
	for range 50 { // until it needs a new file
		if err = j.Append(record(6)); err != nil {
			break
		}
	}
	if !errors.Is(err, journal.ErrFailed) {
		t.Fatalf("err = %v", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record(6)); !errors.Is(err, journal.ErrFailed) {
		t.Errorf("after the failure: %v", err)
	}
}
