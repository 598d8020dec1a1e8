package badgerstore

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// TestNoTwoKindsOfRecordShareAPlace: what begins with the same letter would be read as the other.
func TestNoTwoKindsOfRecordShareAPlace(t *testing.T) {
	k := central.Kiosk{Hall: "44011", Number: "107"}
	const source = "urn:hall:44011:107:01"
	kinds := map[string]string{}
	for name, key := range map[string][]byte{
		"row": keyRow(1), "applied": keyApplied(1), "reading": keyReading(1), "unknown": keyUnknown(1), "id": keyID(source, "1"), "seq": keySeq(source, "1"),
		"through": keyThrough(source), "conflict": keyConflict("d"), "named": keyNamed(k, "1"), "held": keyHeld(k, "1", "1"), "case": keyCase(k, "1"),
		"opened": keyOpened(1), "unindexed": keyUnindexed(1), "case id": keyCaseID("1"), "receipt": keyReceipt("1"), "feed": keyFeed(k, 1), "holder": keyHolder("h", 1),
		"track": keyTrack(1, "h"), "device": keyDevice(source), "number": keyNumber(1), "incarnation": keyIncarnation(k), "code": keyCode("1"), "session": keySession("1"),
		"roster": keyRoster("44011"), "checkpoint": keyCheckpoint(source, 1, 1), "counter": keyCounter("ledger"), "format": keyFormat(),
	} {
		place := string(key[:2])
		if other := kinds[place]; other != "" {
			t.Errorf("%s and %s are both at %q", name, other, place)
		}
		kinds[place] = name
	}
}

// TestRostersOfAnOlderLedger: they are moved to where nothing else is, and so are checkpoints; cases that nobody has looked at stay.
func TestRostersOfAnOlderLedger(t *testing.T) {
	const source = "urn:hall:44011:107:01"
	cfg := Config{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	old := func(key []byte, from, to string) []byte { return []byte(strings.Replace(string(key), from, to, 1)) }
	err = s.update(t.Context(), func(txn *badger.Txn) error {
		if err := set(txn, keyUnindexed(7), true); err != nil {
			return err
		}
		if err := set(txn, old(keyRoster("44011"), "R/", oldRosters), central.Roster{Hall: "44011", Version: 3, Members: []wire.Member{{ID: "wang-li"}}}); err != nil {
			return err
		}
		for n := range uint64(2) {
			row := central.CheckpointRow{Checkpoint: wire.Checkpoint{Count: n + 1}, Sequence: n}
			if err := set(txn, old(keyCheckpoint(source, n+1, n), "C/urn:", oldCheckpoints), row); err != nil {
				return err
			}
		}
		return set(txn, keyFormat(), formatHolders)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(cfg); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if r, err := s.Roster(t.Context(), "44011"); err != nil || r.Version != 3 || len(r.Members) != 1 {
		t.Errorf("the roster is %+v, %v", r, err)
	}
	if rows, err := s.Checkpoints(t.Context(), source, 0, 10); err != nil || len(rows) != 2 || rows[1].Checkpoint.Count != 2 {
		t.Errorf("the checkpoints are %+v, %v", rows, err)
	}
	err = s.view(t.Context(), func(txn *badger.Txn) error {
		for _, prefix := range []string{oldRosters, oldCheckpoints} {
			if left := keysOf(txn, prefix); len(left) > 0 {
				t.Errorf("%q is still there", left)
			}
		}
		_, err := txn.Get(keyUnindexed(7))
		return err
	})
	if err != nil {
		t.Errorf("a case that nobody has looked at: %v", err)
	}
}
