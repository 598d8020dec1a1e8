package backroom

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// shelf is an outbox that holds one acceptance.
type shelf struct {
	Outbox
	entry outbox.Entry
}

func (s shelf) Stats() outbox.Stats { return outbox.Stats{LastSequence: s.entry.Sequence} }

func (s shelf) List(uint64, int, func(outbox.State) bool) ([]outbox.Entry, error) {
	return []outbox.Entry{s.entry}, nil
}

// TestALateSearchIsNotShown: what was found for digits that have changed since is nothing any more, however late it comes; the
// button that staff are about to press stays.
func TestALateSearchIsNotShown(t *testing.T) {
	found := func(r receipts) bool { return len(r.found) == 1 }
	for name, then := range map[string]struct {
		do    func(*Backroom)
		shows func(receipts) bool
	}{
		"other digits": {func(b *Backroom) { b.seek(kiosk.Clear{}); b.seek(kiosk.Type{Text: "5"}) }, found},
		"a code":       {func(b *Backroom) { b.scanned("") }, func(r receipts) bool { return r.wrong == "backroom.receipts.nocode" }},
		"opened anew":  {func(b *Backroom) { b.open(receiptsSection) }, found},
	} {
		t.Run(name, func(t *testing.T) {
			one := outbox.Entry{Sequence: 1, AcceptedAt: noon, Item: &item.Item{Type: item.TypeSubmission, ReceiptNo: "44011107010000010755"}}
			b := &Backroom{cfg: Config{Outbox: shelf{entry: one}, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler)},
				results: make(chan func() bool)}
			b.ctx, b.cancel = context.WithCancel(t.Context())
			b.Enter(noon, text.Chinese)
			b.desk.session, b.desk.section = &staff.Session{Member: staff.Member{Role: audit.Supervisor}}, receiptsSection
			b.seek(kiosk.Type{Text: "8"}) // nothing ends or begins so
			late := <-b.results
			then.do(b)
			for !then.shows(b.desk.receipts) {
				(<-b.results)()
			}
			late()
			if !then.shows(b.desk.receipts) {
				t.Errorf("in the end it shows %+v", b.desk.receipts)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
