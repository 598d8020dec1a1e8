package health_test

import (
	"slices"
	"testing"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/health"
)

// TestWhatCanBeFinishedHere: each problem alone, and three services that need different things.
func TestWhatCanBeFinishedHere(t *testing.T) {
	card := &catalog.Service{}
	typed := &catalog.Service{Identity: catalog.IdentityPolicy{Typed: true}}
	online := &catalog.Service{Offline: catalog.Offline{Refuse: true}}
	scans := &catalog.Service{Form: &catalog.Form{Pages: []catalog.Page{{Fields: []catalog.Field{{Scan: true}}}}}}
	type want struct{ card, typed, online, scans health.Extent }
	for code, w := range map[health.Code]want{
		health.OutboxFull:       {health.Not, health.Not, health.Not, health.Not},
		health.KioskClosed:      {health.Not, health.Not, health.Not, health.Not},
		"READER-UNPLUGGED":      {health.Not, health.Partly, health.Not, health.Not},
		"PRINTER-PAPER-OUT":     {health.Partly, health.Partly, health.Partly, health.Partly},
		"PRINTER-PAPER-LOW":     {},
		"SCANNER-NO-PORT":       {scans: health.Partly},
		health.LinkPortal:       {online: health.Not},
		health.CentralFull:      {},
		health.OutboxRejected:   {},
		health.ProcessRestarted: {},
	} {
		t.Run(string(code), func(t *testing.T) {
			k, ok := health.KindOf(code)
			if !ok {
				t.Fatal("is not in the list")
			}
			all := health.Problems{{Kind: k, Since: noon}}
			got := want{all.Service(card).Extent, all.Service(typed).Extent, all.Service(online).Extent, all.Service(scans).Extent}
			if got != w {
				t.Errorf("got %v, want %v", got, w)
			}
			for _, s := range []*catalog.Service{card, typed, online, scans} {
				if v := all.Service(s); (v.Extent == health.Whole) != (len(v.Because) == 0) {
					t.Errorf("says %s because of %v", v.Extent, codes(v.Because))
				}
			}
		})
	}
}

func TestTheReasonsAreWorstFirst(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	b.Observe(noon, []health.Observation{{Code: "PRINTER-CUTTER", Since: noon.Add(-time.Hour)}, {Code: "READER-SILENT", Since: noon.Add(-time.Hour)}})
	v := b.Problems().Service(&catalog.Service{})
	if v.Extent != health.Not || !slices.Equal(codes(v.Because), []health.Code{"READER-SILENT", "PRINTER-CUTTER"}) {
		t.Errorf("says %s because of %v", v.Extent, codes(v.Because))
	}
	if p, ok := b.Problems().Lacks(health.ReceiptPrinting); !ok || p.Code != "PRINTER-CUTTER" {
		t.Errorf("no paper because of %+v, %v", p, ok)
	}
	if _, ok := b.Problems().Closed(); ok {
		t.Error("it is closed")
	}
}
