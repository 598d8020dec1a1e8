package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"onedoor/sync/attach"
	"onedoor/sync/central"
	"onedoor/sync/item"
)

// What an item names is found from when it is durable, also while it is held, but only for its own kiosk.
func attachmentsAreNamed(t *testing.T, b *bench) {
	name := func(e *central.Entry) string {
		id := item.NewID(b.at)
		e.Facts = &central.Facts{ServiceID: "jzz", Attachments: []attach.Ref{{ID: id, Size: 100, Digest: strings.Repeat("0a", 32), Type: "image/jpeg"}}}
		return id
	}
	stored, held, odd := entry(kiosk, 1, newCase(), 1, central.EffectOpen), entry(kiosk, 2, newCase(), 2, central.EffectOpen), entry(kiosk, 3, newCase(), 1, central.EffectUnknown)
	first, second := name(&stored), name(&held)
	b.ingest(t, stored, held, odd)
	odd.Effect = central.EffectOpen
	third := name(&odd)
	stranger := item.NewID(b.at)
	all := []string{first, second, third, stranger}
	expect := func(what string, k central.Kiosk, want ...string) {
		t.Helper()
		got, err := b.Named(t.Context(), k, all)
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: named %v, %v; want %v", what, got, err, want)
		}
	}
	expect("before the last is understood", kiosk, first, second)
	b.ingest(t, odd)
	expect("when it is", kiosk, first, second, third)
	expect("another kiosk", otherKiosk)
	if c, err := b.Case(t.Context(), stored.Item.CaseID); err != nil || len(c.Facts.Attachments) != 1 || c.Facts.Attachments[0] != stored.Facts.Attachments[0] {
		t.Errorf("case: %+v, %v", c.Facts, err)
	}
	b.reopen(t)
	expect("after a restart", kiosk, first, second, third)
	if got, err := b.Named(t.Context(), kiosk, nil); err != nil || len(got) != 0 {
		t.Errorf("nothing asked: %v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Named(ended, kiosk, all); err == nil {
		t.Error("answers although its context has ended")
	}
}
