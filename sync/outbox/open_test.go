package outbox

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"onedoor/sync/item"
)

// Badger's default loses thousands of acknowledged records in a power cut (B2 of the facts): this must stay on.
func TestWritesAreSynced(t *testing.T) {
	b := setup(t)
	opt := b.store.(*badgerStore).db.Opts()
	if !opt.SyncWrites {
		t.Fatal("the queue is opened without SyncWrites")
	}
	if opt.ValueThreshold < maxGroupBytes || opt.BlockCacheSize != 0 || opt.MemTableSize > 16<<20 {
		t.Errorf("options %+v", opt)
	}
	if !badgerOptions("x", slog.New(slog.DiscardHandler)).SyncWrites {
		t.Fatal("options without SyncWrites")
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

// A directory that lost its queue is never opened as a new one: I13, D14.
func TestOpenNeverStartsAnewOverALoss(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"queue gone":    func(dir string) error { return os.RemoveAll(filepath.Join(dir, "queue")) },
		"manifest gone": func(dir string) error { return os.Remove(filepath.Join(dir, "queue", "MANIFEST")) },
		"emptied": func(dir string) error { // a fresh, valid Badger in its place
			if err := os.RemoveAll(filepath.Join(dir, "queue")); err != nil {
				return err
			}
			st, err := openBadger(filepath.Join(dir, "queue"), slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			return st.close()
		},
		"marker spoilt": func(dir string) error { return os.WriteFile(filepath.Join(dir, markerName), []byte("{"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.accept(submission())
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			if err := spoil(b.cfg.Dir); err != nil {
				t.Fatal(err)
			}
			if o, err := Open(b.cfg); !errors.Is(err, ErrDamaged) {
				t.Errorf("opened: %v", err)
				if err == nil {
					o.Close()
				}
			}
		})
	}
}

// Missing or altered records are told by their position: I13, B7, B8 and B10 of the facts.
func TestDamageIsDetected(t *testing.T) {
	type spoil func(t *testing.T, b *bench)
	rewrite := func(key []byte, alter func([]byte) []byte) spoil {
		return func(t *testing.T, b *bench) {
			v, err := b.store.read(key)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.store.write([]change{{key, alter(v)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(v []byte) []byte { v[len(v)/2] ^= 1; return v }
	for name, c := range map[string]struct {
		spoil  spoil
		atOpen bool
	}{
		"last item altered":      {rewrite(seqKey(prefixItem, 3), flip), true},
		"last state gone":        {func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixRec, 3)) }, true},
		"state in the midst":     {func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixRec, 2)) }, true},
		"state unreadable":       {rewrite(seqKey(prefixRec, 2), func([]byte) []byte { return []byte("l{") }), true},
		"head gone":              {func(t *testing.T, b *bench) { remove(t, b, []byte(keyMeta)) }, true},
		"item in the midst":      {rewrite(seqKey(prefixItem, 2), flip), false},
		"item in the midst gone": {func(t *testing.T, b *bench) { remove(t, b, seqKey(prefixItem, 2)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			var ids []string
			for range 3 {
				ids = append(ids, b.accept(submission()).ID)
			}
			c.spoil(t, b)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			o, err := Open(b.cfg)
			if c.atOpen {
				if !errors.Is(err, ErrDamaged) {
					t.Errorf("opened: %v", err)
				}
				if err == nil {
					o.Close()
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			b.Outbox = o
			if err := b.Verify(context.Background()); !errors.Is(err, ErrDamaged) {
				t.Errorf("verify: %v", err)
			}
			// The altered item is set aside; the others go on.
			if due := b.dueIDs(); len(due) != 2 || due[0] != ids[0] || due[1] != ids[2] {
				t.Errorf("due %v of %v", due, ids)
			}
			if s := b.Stats(); s.ByState[StateConflict] != 1 || s.Waiting != 2 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func remove(t *testing.T, b *bench, key []byte) {
	t.Helper()
	txn := b.store.(*badgerStore).db.NewTransaction(true)
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
