package central_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"onedoor/assets/dictionaries"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// trained is a dictionary that no program brings.
func trained(t *testing.T, id uint32, words string) *item.Dictionary {
	t.Helper()
	raw, err := zstd.BuildDict(zstd.BuildDictOptions{ID: id, History: []byte(submission + words), Offsets: [3]int{1, 4, 8},
		Contents: [][]byte{[]byte(submission), []byte("0123456789" + submission + "=?+*#")}})
	if err != nil {
		t.Fatal(err)
	}
	return must(item.ParseDictionary(raw))
}

func (h *hall) keep(d *item.Dictionary) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, central.DictionariesDir, d.ID()+".dict"), d.Bytes(), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// A kiosk may be ahead of its central: what it compressed with a dictionary that is not here yet is acknowledged as held,
// never rejected, and takes effect when the dictionary is there. Its kiosk finds the acks in the feed.
func TestItemsWaitForTheirDictionary(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		k := h.enrol("107")
		before, _ := k.submit(submission)
		k.stored(before)
		tomorrow := trained(t, 1<<20, "tomorrow")
		k.sealer.Dictionary = tomorrow
		sub, code := k.submit(submission)
		printed := k.item(item.TypePrint, sub.CaseID, 2, `{"outcome":"printed","cause":"","copy":0}`, nil)
		k.sealer.Dictionary = nil
		again := k.item(item.TypePrint, sub.CaseID, 3, `{"outcome":"unknown","cause":"","copy":1}`, nil)
		for range 2 { // the second time as a repetition
			for i, r := range k.post(sub, printed, again) {
				if r.Status != wire.Held || r.Ack == nil || r.Ack.Status != wire.Held || r.Problem == nil || r.Problem.Type != central.ProblemHeld {
					t.Errorf("item %d: %+v", i+1, r)
				}
			}
		}
		if a := h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo, nil, nil); a.status != 404 {
			t.Errorf("a case that can not be read: %d %s", a.status, a.body)
		}
		// A seal that does not open is no case of a missing dictionary.
		broken := *k
		_, strange, err := suite.GenerateSealKey()
		if err != nil {
			t.Fatal(err)
		}
		broken.sealer.SealPublic, broken.sealer.Dictionary = strange, tomorrow
		closed, _ := broken.submit(submission)
		if r := k.post(closed)[0]; r.Status != wire.Rejected || r.Problem.Type != central.ProblemPayload {
			t.Errorf("does not open: %+v", r)
		}

		h.keep(tomorrow)
		h.restart()
		k.connect()
		if err := h.server.Reconsider(t.Context()); err != nil {
			t.Fatal(err)
		}
		var v central.CaseView
		h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo, nil, &v)
		if v.Items != 3 || len(v.Prints) != 2 || v.Stage != wire.StageDelivered {
			t.Errorf("case %+v", v)
		}
		if a := h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo+"/payload", nil, nil); a.status != 200 {
			t.Errorf("payload: %d %s", a.status, a.body)
		}
		if a := h.get("/T/" + string(code)); a.status != 200 {
			t.Errorf("tracking page: %d", a.status)
		}
		page, err := k.client.Feed(t.Context(), "", 0)
		acks := map[string]wire.Status{}
		for _, e := range page.Events {
			if e.Ack != nil {
				acks[e.Ack.ID] = e.Ack.Status
			}
		}
		if err != nil || acks[sub.ID] != wire.Stored || acks[printed.ID] != wire.Stored || acks[again.ID] != wire.Stored {
			t.Errorf("acks %v, %v", acks, err)
		}
		if r := k.post(sub)[0]; r.Status != wire.Duplicate {
			t.Errorf("sent again: %+v", r)
		}
	})
}

// Central keeps every dictionary that it ever had, also when a later program no longer brings it.
func TestDictionariesAreKept(t *testing.T) {
	dir := t.TempDir()
	first, second := trained(t, 1<<20, "first"), trained(t, 1<<20+1, "second")
	brings := func(d *item.Dictionary) fstest.MapFS { return fstest.MapFS{d.ID() + ".dict": {Data: d.Bytes()}} }
	for _, d := range []*item.Dictionary{first, second, second} {
		if _, err := central.OpenDictionaries(dir, brings(d)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := central.OpenDictionaries(dir, dictionaries.FS)
	if err != nil || all.Newest().ID() != second.ID() || len(all.All()) != 2+len(must(item.LoadDictionaries(dictionaries.FS)).All()) {
		t.Errorf("%d dictionaries, %v", len(all.All()), err)
	}
	// The same number for other words, as where two centres train their own, is another dictionary.
	if all, err = central.OpenDictionaries(dir, brings(trained(t, 1<<20, "other words"))); err != nil || len(all.All()) != 3+len(must(item.LoadDictionaries(dictionaries.FS)).All()) {
		t.Errorf("%d dictionaries, %v", len(all.All()), err)
	}
	if err := os.WriteFile(filepath.Join(dir, central.DictionariesDir, first.ID()+".dict"), first.Bytes()[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := central.OpenDictionaries(dir, dictionaries.FS); err == nil {
		t.Error("a damaged dictionary was passed over")
	}
}
