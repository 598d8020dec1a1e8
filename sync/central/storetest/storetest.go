// Package storetest is the contract of central.Store as tests. Every store passes Suite.
package storetest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// Suite runs all tests. open opens the store that lives in dir, making it when there is none; the suite closes it and
// may open the same dir again. age makes the closed store in dir one that the version before holders were kept left behind.
func Suite(t *testing.T, open func(t *testing.T, dir string) central.Store, age func(t *testing.T, dir string)) {
	tests := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"StoredOnceWhateverHappens", storedOnce},
		{"ConcurrentIngestOfOneItem", concurrentIngest},
		{"ConflictsAreKeptAside", conflicts},
		{"HeldUntilThePredecessorComes", held},
		{"HeldInsideOneBatch", heldInBatch},
		{"UnknownTypeIsHeld", unknownType},
		{"AnotherKioskCanNotTouchACase", foreignKiosk},
		{"AnotherSourceCanNotBurnAnID", foreignID},
		{"UnknownTypeIsUnderstoodLater", understoodLater},
		{"HeldIsReleasedInTheFeed", heldIsReleased},
		{"AttachmentsAreNamed", attachmentsAreNamed},
		{"DoubleReceiptNumberKeepsBoth", doubleReceipt},
		{"ThroughSkipsNothing", through},
		{"C1HasTellsWhatIsThere", has},
		{"AllOrNothing", allOrNothing},
		{"LargestBatch", largestBatch},
		{"ManyAtOnceKeepOrder", fleet},
		{"AdvanceWhilePrinting", advanceWhilePrinting},
		{"OddTextsAreKept", oddTexts},
		{"AdvanceAndVersions", advanceVersions},
		{"CasesNewestFirst", casesOrder},
		{"CasesOfHolders", casesOfHolders},
		{"CasesOfBeforeGetTheirHolders", casesOfBefore},
		{"CasesOfBeforeAreFoundByTheCard", casesOfBeforeByCard},
		{"FeedOrderAndSnapshot", feedOrder},
		{"ChangedWakes", changedWakes},
		{"EnrolmentCodes", enrolmentCodes},
		{"ConcurrentEnrolment", concurrentEnrolment},
		{"RevokedIsForGood", revocation},
		{"ConcurrentRevocationAndEnrolment", concurrentRevocation},
		{"SessionsStayEnded", sessions},
		{"RosterIsInTheFeedOfItsHall", rosters},
		{"ConcurrentRosters", concurrentRosters},
		{"CheckpointsStay", checkpoints},
		{"CloseWaitsForReaders", closeWithReaders},
		{"ReopenKeepsEverything", reopen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{dir: t.TempDir(), open: open, age: age, at: time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)}
			b.Store = open(t, b.dir)
			t.Cleanup(func() {
				if err := b.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			tt.run(t, b)
		})
	}
}

type bench struct {
	central.Store
	dir  string
	open func(*testing.T, string) central.Store
	age  func(*testing.T, string)
	at   time.Time
}

func (b *bench) reopen(t *testing.T) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	b.Store = b.open(t, b.dir)
}

func (b *bench) ingest(t *testing.T, entries ...central.Entry) []central.Outcome {
	t.Helper()
	out, err := b.Ingest(t.Context(), b.at, entries)
	if err != nil {
		t.Fatalf("ingest: %v", err)
	}
	if len(out) != len(entries) {
		t.Fatalf("ingest gave %d outcomes for %d entries", len(out), len(entries))
	}
	return out
}

func (b *bench) enrol(t *testing.T, k central.Kiosk) central.Device {
	t.Helper()
	handle := item.NewID(b.at)
	code := central.EnrolCode{Handle: handle, SecretHash: "secret", Kiosk: k, HallName: "河源大厅", Expires: b.at.Add(time.Minute)}
	if err := b.SaveCode(t.Context(), b.at, code); err != nil {
		t.Fatalf("save code: %v", err)
	}
	key := make([]byte, 32)
	rand.Read(key)
	dev, err := b.Enrol(t.Context(), central.EnrolRequest{Handle: handle, SecretHash: "secret", Suite: "s", SignPublic: key, At: b.at, MaxTries: 5})
	if err != nil {
		t.Fatalf("enrol: %v", err)
	}
	return dev
}

var kiosk = central.Kiosk{Hall: "44011", Number: "107"}

// entry makes item seq of a kiosk, which is caseSeq of a case.
func entry(k central.Kiosk, seq uint64, caseID string, caseSeq uint32, effect central.Effect) central.Entry {
	data := make([]byte, 64)
	rand.Read(data)
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	e := central.Entry{Device: 1, Effect: effect, Item: item.Item{
		SpecVersion: item.SpecVersion, ID: item.NewID(now), Source: item.Source{Hall: k.Hall, Kiosk: k.Number, Incarnation: "01"}.String(),
		Type: item.TypeSubmission, Time: item.FormatTime(now), Sequence: item.FormatSequence(seq), Prev: item.Genesis,
		Suite: "s", SealKey: "a", SignKey: "b", DataType: item.ContentType, Data: data, Signature: []byte("sig"),
	}}
	if caseID != "" {
		e.Item.CaseID, e.Item.CaseSeq = caseID, item.FormatCaseSeq(caseSeq)
	}
	switch effect {
	case central.EffectOpen:
		e.Item.ReceiptNo = fmt.Sprintf("%s%s01%06d0000", k.Hall, k.Number, seq)
		e.Item.TrackHash = fmt.Sprintf("%064x", seq)
		e.Facts = &central.Facts{ServiceID: "jzz", Title: central.Text{"zh-Hans": "居住证签注"}}
	case central.EffectPrint:
		e.Item.Type = item.TypePrint
		e.Print = &central.Print{Outcome: "printed"}
	}
	e.Digest = e.Item.Digest()
	return e
}

func newCase() string { return item.NewID(time.Unix(1_790_000_000, 0)) }
