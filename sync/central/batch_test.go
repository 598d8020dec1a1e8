package central_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// A full batch of all kinds is answered item by item in its order, and takes effect in its order, whoever computed what.
func TestFullBatchKeepsItsOrder(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		k := h.enrol("107")
		var items []*item.Item
		var want []wire.Status
		add := func(it *item.Item, status wire.Status) { items, want = append(items, it), append(want, status) }
		var opened *item.Item
		for i := range wire.MaxBatchItems {
			switch i % 10 {
			case 0:
				opened, _ = k.submit(submission)
				add(opened, wire.Stored)
			case 3: // once more in the same batch
				add(opened, wire.Duplicate)
			case 4: // altered on the way
				bad, _ := k.submit(submission)
				k.seq, k.prev = k.seq-1, bad.Prev
				bad.Subject = "service/other"
				add(bad, wire.Rejected)
			case 5: // its predecessor never comes
				add(k.item(item.TypePrint, item.NewID(h.clock.now()), 2, `{"outcome":"printed","copy":0}`, nil), wire.Held)
			case 6: // no payload that can be read
				bad, _ := k.submit("no JSON")
				k.seq, k.prev = k.seq-1, bad.Prev
				add(bad, wire.Rejected)
			default: // the copy that it says it is, which only the right order makes them be
				add(k.item(item.TypePrint, opened.CaseID, nextInCase(items, opened.CaseID), fmt.Sprintf(`{"outcome":"printed","copy":%d}`, i%10), nil), wire.Stored)
			}
		}
		results := k.post(items...)
		positions := map[string]uint64{}
		last := uint64(0)
		for i, r := range results {
			if r.ID != items[i].ID || r.Status != want[i] {
				t.Errorf("item %d: %s %s %+v, want %s %s", i, r.ID, r.Status, r.Problem, items[i].ID, want[i])
				continue
			}
			if (r.Ack != nil) != (r.Status != wire.Rejected) {
				t.Errorf("item %d is %s with ack %+v", i, r.Status, r.Ack)
			}
			if r.Ack == nil {
				continue
			}
			if err := r.Ack.Verify(items[i], h.suite, k.dev.UpstreamPub); err != nil {
				t.Errorf("item %d: %v", i, err)
			}
			if first, again := positions[r.ID]; again && first != r.Ack.Position {
				t.Errorf("item %d: position %d, was %d", i, r.Ack.Position, first)
			} else if !again && r.Ack.Position != last+1 {
				t.Errorf("item %d: position %d after %d", i, r.Ack.Position, last)
			} else if !again {
				last = r.Ack.Position
			}
			positions[r.ID] = r.Ack.Position
		}
		var list central.CaseList
		if a := h.staff("GET", "/api/v1/cases", nil, &list); a.status != 200 || list.Count != 10 {
			t.Fatalf("%d: %d cases", a.status, list.Count)
		}
		for _, c := range list.Cases {
			if got := fmt.Sprint(copies(c.Prints)); got != "[1 2 7 8 9]" {
				t.Errorf("case %s was printed as %s", c.CaseID, got)
			}
		}
	})
}

// nextInCase is the case sequence after those that items have.
func nextInCase(items []*item.Item, id string) uint32 {
	n := map[string]bool{}
	for _, it := range items {
		if it.CaseID == id {
			n[it.ID] = true
		}
	}
	return uint32(len(n)) + 1
}

func copies(prints []central.Print) (out []int) {
	for _, p := range prints {
		out = append(out, p.Copy)
	}
	return out
}

func TestBatchesThatAreNone(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	it, _ := k.submit(submission)
	good := string(must(json.Marshal(it)))
	tooMany := "["
	for range wire.MaxBatchItems {
		tooMany += "{},"
	}
	for _, tt := range []struct {
		body   string
		status int
		detail string
	}{
		{"", 400, "the batch is not a JSON array"},
		{"{}", 400, "the batch is not a JSON array"},
		{"[" + good, 400, "the batch is not a JSON array"},
		{"[" + good + ",]", 400, "the batch is not a JSON array"},
		{"[" + good + " " + good + "]", 400, "the batch is not a JSON array"},
		{"[" + good + "]]", 400, "the batch is not a JSON array"},
		{"[" + good[:40] + "]", 400, "the batch is not a JSON array"},
		{"[]", 400, "the batch is empty"},
		{"[" + good + ",7]", 400, "item 2 of the batch is not an item"},
		{"[" + good + `,{"data_base64":"!"}]`, 400, "item 2 of the batch is not an item"},
		{tooMany + "{}]", 413, "a batch holds at most 100 items"},
	} {
		header, _ := k.sign("POST", wire.PathBatches, []byte(tt.body))
		a := h.do("POST", wire.PathBatches, header, []byte(tt.body))
		var p wire.Problem
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != tt.status || tt.body != "" && p.Detail != tt.detail {
			t.Errorf("%.60q: %d %s, want %d %s", tt.body, a.status, a.body, tt.status, tt.detail)
		}
	}
	body := []byte(" [ " + good + " \n, null ] ")
	header, _ := k.sign("POST", wire.PathBatches, body)
	var answer wire.BatchAnswer
	if a := h.do("POST", wire.PathBatches, header, body); a.status != 200 || json.Unmarshal(a.body, &answer) != nil || len(answer.Results) != 2 ||
		answer.Results[0].Status != wire.Stored || answer.Results[1].Status != wire.Rejected {
		t.Errorf("with blanks and a null: %d %s", a.status, a.body)
	}
}
