package outbox

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// The queue's values stay in the tree, and it is small; what it loses in a power cut the journal has.
func TestTheQueueIsSetUpForAKiosk(t *testing.T) {
	opt := badgerOptions("x", slog.New(slog.DiscardHandler))
	if opt.ValueThreshold < maxGroupBytes || opt.BlockCacheSize != 0 || opt.MemTableSize > 16<<20 || opt.SyncWrites {
		t.Errorf("options %+v", opt)
	}
}

func TestSecondOpenerIsRefusedAtOnce(t *testing.T) {
	b := setup(t)
	d := submission()
	b.accept(d)
	if _, err := Open(b.cfg); !errors.Is(err, ErrInUse) {
		t.Fatalf("second open: %v", err)
	}
	if b.get(d.ID).Item.ID != d.ID {
		t.Error("the first opener lost its item")
	}
	b.reopen() // the lock is given back
}

func TestOpenRefusesUnusableDirectories(t *testing.T) {
	good := setup(t).cfg
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var pathError *fs.PathError
	cfg := good
	cfg.Dir = filepath.Join(file, "sub")
	if _, err := Open(cfg); !errors.As(err, &pathError) {
		t.Errorf("directory below a file: %v", err)
	}
	if os.Getuid() != 0 {
		cfg.Dir = t.TempDir()
		if err := os.Chmod(cfg.Dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(cfg); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("directory without write permission: %v", err)
		}
	}
	for name, change := range map[string]func(*Config){
		"dir": func(c *Config) { c.Dir = "" }, "source": func(c *Config) { c.Source.Hall = "1" },
		"sealer": func(c *Config) { c.Sealer.Suite = nil }, "clock": func(c *Config) { c.Now = nil },
	} {
		cfg := good
		cfg.Dir = t.TempDir()
		change(&cfg)
		if o, err := Open(cfg); err == nil {
			t.Errorf("opened without %s", name)
			o.Close()
		}
	}
}

func TestOpenRefusesAnotherSource(t *testing.T) {
	b := setup(t)
	b.accept(submission())
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	other := b.cfg
	other.Source = item.Source{Hall: "11010", Kiosk: "107", Incarnation: "03"}
	if _, err := Open(other); !errors.Is(err, ErrOtherSource) {
		t.Errorf("other incarnation: %v", err)
	}
	if err := os.Remove(filepath.Join(b.cfg.Dir, markerName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(other); !errors.Is(err, ErrOtherSource) {
		t.Errorf("other incarnation without marker: %v", err)
	}
	b.open()
}

// TestD14EachPartGone: whatever one part has lost, another knows; nothing is started anew over a loss, and nothing goes unsaid.
func TestD14EachPartGone(t *testing.T) {
	remove := func(names ...string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(append([]string{dir}, names...)...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		part  Part
		lost  int
	}{
		"queue": {remove(queueName), PartQueue, 0},
		"queue, emptied": {func(t *testing.T, dir string) {
			remove(queueName)(t, dir)
			emptyBadger(t, filepath.Join(dir, queueName))
		}, PartQueue, 0},
		"manifest":          {remove(queueName, "MANIFEST"), PartQueue, 0},
		"witness":           {remove(witnessName), PartWitness, 0},
		"witness, zeroed":   {func(t *testing.T, dir string) { overwrite(t, filepath.Join(dir, witnessName), make([]byte, 9000)) }, PartWitness, 0},
		"marker":            {remove(markerName), PartMarker, 0},
		"marker, spoilt":    {func(t *testing.T, dir string) { overwrite(t, filepath.Join(dir, markerName), []byte("{")) }, PartMarker, 0},
		"journal":           {remove(journalName), PartJournal, 0},
		"journal and queue": {func(t *testing.T, dir string) { remove(journalName)(t, dir); remove(queueName)(t, dir) }, PartJournal, 4},
		"all but the witness": {func(t *testing.T, dir string) {
			remove(journalName)(t, dir)
			remove(queueName)(t, dir)
			remove(markerName)(t, dir)
		}, PartJournal, 4},
		"all but the journal": {func(t *testing.T, dir string) {
			remove(queueName)(t, dir)
			remove(witnessName)(t, dir)
			remove(markerName)(t, dir)
		}, PartWitness, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			var before []Accepted
			for range 4 {
				before = append(before, b.accept(submission()))
			}
			b.settle(before[0].ID, wire.Stored, wire.TierCentral)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, b.cfg.Dir)
			b.open()
			d := b.Damage()
			i := slices.IndexFunc(d, func(d Damage) bool { return d.Part == c.part })
			if i < 0 || d[i].Lost != c.lost || d[i].Mended != (c.lost == 0) {
				t.Fatalf("damage %+v, want of %s with %d lost", d, c.part, c.lost)
			}
			if n := b.Stats().ByState[StateLost]; n != c.lost {
				t.Errorf("%d items count as lost", n)
			}
			// No number is given twice, and the chain goes on.
			next := b.accept(submission())
			if next.Sequence != 5 || slices.ContainsFunc(before, func(a Accepted) bool { return a.ReceiptNo == next.ReceiptNo }) {
				t.Errorf("after %v came %+v", before, next)
			}
			if c.lost > 0 {
				return
			}
			for i, a := range before {
				if got, err := b.Get(a.ID); err != nil || got.Sequence != uint64(i)+1 || got.AcceptedAt != a.At || got.Item.ReceiptNo != a.ReceiptNo {
					t.Errorf("item %d: %+v, %v", i+1, got, err)
				}
				if again := b.accept(Draft{ID: a.ID, Type: item.TypeSubmission, Payload: []byte("x")}); again != a {
					t.Errorf("accepted again as %+v, was %+v", again, a)
				}
			}
			if err := b.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			b.reopen()
			if d := b.Damage(); len(d) > 0 {
				t.Errorf("damage was told again: %+v", d)
			}
		})
	}
}

func overwrite(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// emptyBadger puts a fresh, valid queue there.
func emptyBadger(t *testing.T, dir string) {
	t.Helper()
	st, err := openBadger(dir, slog.New(slog.DiscardHandler))
	if err == nil {
		err = st.close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheQueueIsMadeAnew: states that are missing or altered are noticed, and made from the journal: I13, B7, B8 and B10 of
// the facts.
func TestTheQueueIsMadeAnew(t *testing.T) {
	rewrite := func(key []byte, alter func([]byte) []byte) func(t *testing.T, b *bench) {
		return func(t *testing.T, b *bench) {
			err := b.store.(*badgerStore).db.Update(func(txn *badger.Txn) error {
				it, err := txn.Get(key)
				if err != nil {
					return err
				}
				v, err := it.ValueCopy(nil)
				return errors.Join(err, txn.Set(key, alter(v)))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(v []byte) []byte { v[len(v)/2] ^= 1; return v }
	for name, spoil := range map[string]func(t *testing.T, b *bench){
		"last state gone":     func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixRec, 3)) },
		"state in the midst":  func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixRec, 2)) },
		"state altered":       rewrite(seqKey(prefixRec, 2), flip),
		"head gone":           func(t *testing.T, b *bench) { remove(t, b, []byte(keyMeta)) },
		"head altered":        rewrite([]byte(keyMeta), flip),
		"states of the queue": func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixRec, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			var ids []string
			for range 3 {
				ids = append(ids, b.accept(submission()).ID)
			}
			b.rest()
			spoil(t, b)
			b.reopen()
			if d := b.Damage(); len(d) != 1 || d[0].Part != PartQueue || !d[0].Mended || d[0].Aside == "" {
				t.Errorf("damage %+v", d)
			}
			if due := b.dueIDs(); !slices.Equal(due, ids) {
				t.Errorf("due %v of %v", due, ids)
			}
		})
	}
}

// TestAnAlteredItem: damage in the journal is made good from the queue; damage in both costs the item that it hit, is told,
// and holds nobody else up.
func TestAnAlteredItem(t *testing.T) {
	for at := range 3 {
		for _, both := range []bool{false, true} {
			b := setup(t)
			var ids []string
			for range 3 {
				ids = append(ids, b.accept(submission()).ID)
			}
			b.rest()
			if both {
				remove(t, b, seqKey(prefixItem, uint64(at)+1))
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(b.cfg.Dir, journalName, "*.journal"))
			if err != nil || len(files) != 1 {
				t.Fatalf("%v, %v", files, err)
			}
			raw, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			raw[bytes.Index(raw, []byte(ids[at]))] ^= 1
			overwrite(t, files[0], raw)
			b.open()
			lost, due := 0, ids
			if both {
				lost, due = 1, slices.Delete(slices.Clone(ids), at, at+1)
			}
			if d := b.Damage(); len(d) != 1 || d[0].Part != PartJournal || d[0].Lost != lost || d[0].Mended == both {
				t.Errorf("item %d, both %v: damage %+v", at+1, both, d)
			}
			if got := b.dueIDs(); !slices.Equal(got, due) {
				t.Errorf("item %d, both %v: due %v of %v", at+1, both, got, ids)
			}
			if s := b.Stats(); s.ByState[StateLost] != lost || s.Waiting != 3-lost {
				t.Errorf("item %d, both %v: stats %+v", at+1, both, s)
			}
			if err := b.Verify(t.Context()); errors.Is(err, ErrDamaged) != both {
				t.Errorf("item %d, both %v: verify says %v", at+1, both, err)
			}
			if a := b.accept(submission()); a.Sequence != 4 {
				t.Errorf("item %d, both %v: the next is %d", at+1, both, a.Sequence)
			}
		}
	}
}

func remove(t *testing.T, b *bench, key []byte) {
	t.Helper()
	removeFrom(t, b.store.(*badgerStore), key)
}

func removeFrom(t *testing.T, s *badgerStore, key []byte) {
	t.Helper()
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	if err := errors.Join(txn.Delete(key), txn.Commit()); err != nil {
		t.Fatal(err)
	}
}

func TestCloseTwiceAndUseAfter(t *testing.T) {
	b := setup(t)
	id := b.accept(submission()).ID
	views, cancel := b.Watch(newID())
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if _, open := <-views; open {
		t.Error("watch is open after close")
	}
	cancel()
	if _, err := b.Get(id); !errors.Is(err, ErrClosed) {
		t.Errorf("get: %v", err)
	}
	if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrClosed) {
		t.Errorf("accept: %v", err)
	}
}
