package audit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/sync/item"
)

// said are the entries of this run, but for those about the log itself.
func (b *bench) said() (list []string) {
	b.t.Helper()
	b.flush()
	for _, e := range b.entries() {
		switch e.Event {
		case KindLogOpened:
			list = nil
		case KindInService, KindAccepted, KindSignIn, KindPrinted, KindLogDropped:
		default:
			list = append(list, strings.Join(strings.Fields(string(e.Event)+" "+e.Subject+" "+string(e.Detail)), " "))
		}
	}
	return list
}

// TestBeginningsTellWhatHasChanged: enrolment once, an update, another catalogue and another configuration when they are; whatever
// lies between, and also when the files with the older beginnings are dropped.
func TestBeginningsTellWhatHasChanged(t *testing.T) {
	b := setup(t, item.Default())
	b.cfg.FileSize = 2000
	b.reopen()
	begin := func(now Beginning, want ...string) {
		t.Helper()
		if err := b.Begin(now); err != nil {
			t.Fatal(err)
		}
		if got := b.said(); !slices.Equal(got, want) {
			t.Errorf("said %q, want %q", got, want)
		}
		b.fill(40) // some files
		b.reopen()
	}
	now := Beginning{Incarnation: 3, Program: "v1", Catalogue: "2026.11-3", Configuration: strings.Repeat("ab", 32)}
	same := []string{"started version/v1", "catalogue version/2026.11-3", "configured version/" + now.Configuration}
	begin(now, append([]string{"enrolled"}, same...)...)
	begin(now, same...)
	now.Program = "v2"
	begin(now, "updated version/v2", "started version/v2", same[1], same[2])
	now.Catalogue, now.Configuration = "2026.12-1", strings.Repeat("cd", 32)
	begin(now, "started version/v2", "catalogue version/2026.12-1 changed", "configured version/"+now.Configuration+" changed")
	entries := b.entries()
	if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Event == KindEnrolled }); i < 0 || entries[i].Count != 3 || entries[i].Actor != "system" {
		t.Errorf("enrolment is not as it was")
	}
	b.advance(300 * 24 * time.Hour)
	b.fill(40)
	b.day()
	if r := b.wantWhole(); r.First == 1 {
		t.Fatal("nothing was dropped")
	}
	b.reopen()
	begin(now, "started version/v2", "catalogue version/2026.12-1", "configured version/"+now.Configuration) // and no second enrolment
	b.wantWhole()
}
