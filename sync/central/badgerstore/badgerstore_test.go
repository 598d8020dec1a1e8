package badgerstore_test

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/central/storetest"
	"onedoor/sync/item"
)

// The whole contract; with it C8 (other bytes under a known identity), N7 (the same item twice) and N8 (out of order).
func TestStore(t *testing.T) {
	storetest.Suite(t, func(t *testing.T, dir string) central.Store { return open(t, dir) }, func(t *testing.T, dir string) {
		if err := badgerstore.SetFormat(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}, 2); err != nil {
			t.Fatal(err)
		}
	})
}

// What this version can not read is refused, whether it is too old or too new.
func TestOtherFormatsAreRefused(t *testing.T) {
	for _, format := range []int{1, 5} {
		dir := t.TempDir()
		cfg := badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
		if err := open(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
		if err := badgerstore.SetFormat(cfg, format); err != nil {
			t.Fatal(err)
		}
		if s, err := badgerstore.Open(cfg); err == nil {
			s.Close()
			t.Errorf("format %d was opened", format)
		}
	}
}

func open(t *testing.T, dir string) *badgerstore.Store {
	t.Helper()
	s, err := badgerstore.Open(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer s.Close()
	_, err := badgerstore.Open(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, central.ErrLocked) {
		t.Fatalf("second open: %v, want ErrLocked", err)
	}
}

// A database whose MANIFEST is gone would open as an empty one and delete the tables.
func TestLostDatabaseIsNotANewOne(t *testing.T) {
	for _, lost := range []string{"db", "db/MANIFEST"} {
		dir := t.TempDir()
		if err := open(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, lost)); err != nil {
			t.Fatal(err)
		}
		_, err := badgerstore.Open(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
		if !errors.Is(err, badgerstore.ErrLost) {
			t.Errorf("without %s: %v, want ErrLost", lost, err)
		}
	}
}

func TestFullDiskIsRefusedBeforeWriting(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	s, err := badgerstore.Open(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler), MinFree: math.MaxUint64})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Ingest(t.Context(), time.Now(), []central.Entry{{}}); !errors.Is(err, central.ErrFull) {
		t.Fatalf("ingest on a full disk: %v, want ErrFull", err)
	}
}

// A flipped bit in a table must not come back as data.
func TestDamageIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var ids []string
	marker := []byte("MARKERMARKERMARKERMARKER")
	for i := range 50 {
		now := time.Unix(1_790_000_000, 0)
		it := item.Item{ID: item.NewID(now), Source: "urn:hall:44011:107:01", Sequence: item.FormatSequence(uint64(i + 1)), Catalogue: string(marker)}
		if _, err := s.Ingest(t.Context(), now, []central.Entry{{Item: it, Digest: it.Digest(), Effect: central.EffectNone}}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, it.ID)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	flipped := 0
	files, err := filepath.Glob(filepath.Join(dir, "db", "*.sst"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.Index(raw, marker); i >= 0 {
			raw[i+3] ^= 1
			flipped++
			if err := os.WriteFile(f, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if flipped == 0 {
		t.Fatal("found nothing to damage")
	}
	s = open(t, dir)
	defer s.Close()
	damaged := 0
	for _, id := range ids {
		row, err := s.Row(t.Context(), "urn:hall:44011:107:01", id)
		switch {
		case err != nil:
			damaged++
		case row.Entry.Item.Catalogue != string(marker):
			t.Errorf("damaged bytes came back as data: %q", row.Entry.Item.Catalogue)
		}
	}
	if damaged == 0 {
		t.Error("no damage was noticed")
	}
}

// A restored backup may have forgotten what was acknowledged: it comes up as another ledger.
func TestRestoredLedgerHasANewEpoch(t *testing.T) {
	dir := t.TempDir()
	cfg := badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	if _, err := badgerstore.Restored(cfg); !errors.Is(err, badgerstore.ErrLost) {
		t.Errorf("an empty directory: %v, want ErrLost", err)
	}
	s := open(t, dir)
	old := s.Epoch()
	if _, err := badgerstore.Restored(cfg); !errors.Is(err, central.ErrLocked) {
		t.Errorf("while it is open: %v, want ErrLocked", err)
	}
	now := time.Unix(1_790_000_000, 0)
	it := item.Item{ID: item.NewID(now), Source: "urn:hall:44011:107:01", Sequence: item.FormatSequence(1)}
	if _, err := s.Ingest(t.Context(), now, []central.Entry{{Item: it, Digest: it.Digest(), Effect: central.EffectNone}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The backup may be of the database alone, and an attempt may have ended between database and witness.
	for _, witness := range []string{old, "", "of another ledger"} {
		path := filepath.Join(dir, "EPOCH")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if witness != "" {
			if err := os.WriteFile(path, []byte(witness+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		epoch, err := badgerstore.Restored(cfg)
		if err != nil || epoch == "" || epoch == old {
			t.Fatalf("witness %q: epoch %q after %q, %v", witness, epoch, old, err)
		}
		old = epoch
		s := open(t, dir)
		if s.Epoch() != epoch {
			t.Errorf("opened with epoch %s, want %s", s.Epoch(), epoch)
		}
		if _, err := s.Row(t.Context(), it.Source, it.ID); err != nil {
			t.Errorf("row: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
