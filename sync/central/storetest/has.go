package storetest

import (
	"context"
	"slices"
	"testing"

	"onedoor/sync/central"
)

// What is there of a source is told by its sequences, whether or not it has taken effect, and of no other source.
func has(t *testing.T, b *bench) {
	caseID := newCase()
	b.ingest(t, entry(kiosk, 1, newCase(), 1, central.EffectOpen), entry(kiosk, 2, caseID, 2, central.EffectPrint),
		entry(kiosk, 5, newCase(), 1, central.EffectOpen), entry(otherKiosk, 3, newCase(), 1, central.EffectOpen))
	source := entry(kiosk, 1, caseID, 1, central.EffectOpen).Item.Source
	expect := func(from, to uint64, want ...uint64) {
		t.Helper()
		if got, err := b.Has(t.Context(), source, from, to); err != nil || !slices.Equal(got, want) {
			t.Errorf("between %d and %d: %v, %v; want %v", from, to, got, err, want)
		}
	}
	expect(1, 10, 1, 2, 5)
	expect(2, 4, 2)
	expect(3, 4)
	expect(5, 5, 5)
	b.reopen(t)
	expect(1, 10, 1, 2, 5)
	if got, err := b.Has(t.Context(), "urn:hall:99999:999:01", 1, 10); err != nil || len(got) != 0 {
		t.Errorf("a source that never was: %v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Has(ended, source, 1, 10); err == nil {
		t.Error("answers although its context has ended")
	}
}
