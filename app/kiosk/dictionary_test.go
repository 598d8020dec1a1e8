package kiosk_test

import (
	"testing"

	"onedoor/app/kiosk"
	"onedoor/assets/dictionaries"
	"onedoor/sync/item"
)

// TestAVisitFitsTheDictionary: what a kiosk really sends is what the newest dictionary was trained for. When its form
// changes, the samples of cmd/dictionary must follow.
func TestAVisitFitsTheDictionary(t *testing.T) {
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := open(t, box, nil)
	h.fill()
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	payload := <-box.seen

	suite := item.Default()
	_, public, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	size := map[*item.Dictionary]int{}
	for _, d := range []*item.Dictionary{nil, known.Newest()} {
		it := &item.Item{ID: "01a20288-77aa-7c11-9b2e-4d1f0e6a2b90", Source: "urn:hall:11010:107:02", Type: item.TypeSubmission, Time: "2026-11-22T09:14:05Z"}
		sealer := item.Sealer{Suite: suite, SealKey: "s", SealPublic: public, SignKey: "k", SignPriv: make([]byte, 32), Dictionary: d}
		if err := sealer.Seal(it, payload); err != nil {
			t.Fatal(err)
		}
		size[d] = len(it.Data)
	}
	t.Logf("%d bytes of payload are sealed in %d, and in %d with the dictionary", len(payload), size[nil], size[known.Newest()])
	if size[known.Newest()] > len(payload)/3 {
		t.Errorf("%d bytes of payload are sealed in %d with the dictionary, and in %d without: the samples of cmd/dictionary are no longer like it", len(payload), size[known.Newest()], size[nil])
	}
}
