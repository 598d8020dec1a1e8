package central_test

import (
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// A kiosk with a wrong clock files at the right time, and staff see what was corrected.
func TestK2FilingTimesAreCorrected(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	now := h.clock.now()
	file := func(at time.Time, c item.Clock) central.CaseView {
		t.Helper()
		it := k.item(item.TypeSubmission, item.NewID(now), 1, submission, func(it *item.Item) {
			it.Subject, it.ReceiptNo, it.TrackHash = "service/jzz", k.number(k.seq), strings.Repeat("5d", 32)
			it.TrackHash = strings.Repeat(string("0123456789abcdef"[k.seq%16]), 64)
			it.Time, it.Clock = item.FormatTime(at), c.String()
		})
		k.stored(it)
		var v central.CaseView
		if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo, nil, &v); a.status != 200 {
			t.Fatalf("case: %d %s", a.status, a.body)
		}
		return v
	}
	dead := time.Date(1970, 1, 1, 0, 10, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		at   time.Time
		c    item.Clock
		want time.Time
	}{
		"an hour slow, and knows it":   {now.Add(-3 * time.Hour), item.Clock{Known: true, Offset: time.Hour, Age: 40 * time.Minute}, now.Add(-2 * time.Hour)},
		"in 1970, and knows it":        {dead, item.Clock{Known: true, Offset: now.Add(-time.Minute).Sub(dead)}, now.Add(-time.Minute)},
		"in 1970, and does not":        {dead, item.Clock{}, dead},
		"fast, and does not know it":   {now.Add(26 * time.Hour), item.Clock{}, now},
		"right, as far as anyone says": {now.Add(-time.Minute), item.Clock{Known: true}, now.Add(-time.Minute)},
	} {
		v := file(tc.at, tc.c)
		if f := v.Filed; !f.At.Equal(tc.want) || !f.Said.Equal(tc.at) || f.By != tc.want.Sub(tc.at) || f.Known != tc.c.Known || f.Age != tc.c.Age {
			t.Errorf("%s: %+v; want it at %v", name, f, tc.want)
		}
	}
}
