package central_test

import (
	"errors"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestFeedBringsStagesBack(t *testing.T) { eachSuite(t, testFeedBringsStagesBack) }

func testFeedBringsStagesBack(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k, other := h.enrol("107"), h.enrol("108")
	it, _ := k.submit(submission)
	k.stored(it)
	page, err := k.client.Feed(t.Context(), "", 0)
	if err != nil || len(page.Events) != 1 || !page.UpToDate || page.Epoch != h.store.Epoch() {
		t.Fatalf("snapshot %+v, %v", page, err)
	}
	if st := page.Events[0].Status; st == nil || st.CaseID != it.CaseID || st.ReceiptNo != it.ReceiptNo || st.Stage != wire.StageDelivered || st.Version != 1 {
		t.Errorf("first event %+v", st)
	}
	if p, err := other.client.Feed(t.Context(), "", 0); err != nil || len(p.Events) != 0 {
		t.Errorf("another kiosk sees %+v, %v", p, err)
	}

	// A waiting reader is woken by the change, long before its time is over.
	type result struct {
		page wire.FeedPage
		err  error
	}
	got := make(chan result, 1)
	go func() {
		p, err := k.client.Feed(t.Context(), page.Cursor, wire.MaxWait)
		got <- result{p, err}
	}()
	if a := h.stage(it.ReceiptNo, wire.StageAccepted, "粤河受〔2026〕17"); a.status != 200 {
		t.Fatalf("accept: %d %s", a.status, a.body)
	}
	var r result
	select {
	case r = <-got:
	case <-time.After(15 * time.Second):
		t.Fatal("not woken")
	}
	if r.err != nil || len(r.page.Events) != 1 {
		t.Fatalf("long poll %+v, %v", r.page, r.err)
	}
	if st := r.page.Events[0].Status; st.Stage != wire.StageAccepted || st.Version != 2 || st.OfficialNo != "粤河受〔2026〕17" {
		t.Errorf("second event %+v", st)
	}
	empty, err := k.client.Feed(t.Context(), r.page.Cursor, 0)
	if err != nil || len(empty.Events) != 0 || empty.Cursor != r.page.Cursor {
		t.Errorf("nothing new: %+v, %v", empty, err)
	}
	var p *wire.ProblemError
	if _, err := k.client.Feed(t.Context(), "bm9uc2Vuc2U", 0); !errors.As(err, &p) || p.Status != 409 || p.Problem.Type != wire.ProblemCursor {
		t.Errorf("strange cursor: %v", err)
	}
	// The cursor outlives central's restart.
	h.restart()
	k.connect()
	if p, err := k.client.Feed(t.Context(), page.Cursor, 0); err != nil || len(p.Events) != 1 || p.Events[0].Status.Version != 2 {
		t.Errorf("after restart: %+v, %v", p, err)
	}
}

func TestStopEndsLongPolls(t *testing.T) { eachSuite(t, testStopEndsLongPolls) }

func testStopEndsLongPolls(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	got := make(chan error, 1)
	go func() {
		_, err := k.client.Feed(t.Context(), "", wire.MaxWait)
		got <- err
	}()
	h.server.Stop()
	select {
	case err := <-got:
		if err != nil {
			t.Errorf("stopped poll: %v", err)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("the poll went on")
	}
}
