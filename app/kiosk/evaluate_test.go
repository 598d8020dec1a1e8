package kiosk_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// rated goes from the review by way of the receipt to the evaluation.
func (h *hall) rated() kiosk.Accepted {
	h.Helper()
	h.fill()
	h.send(kiosk.Confirm{})
	done := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	h.send(done.Rate.Intent)
	screen[kiosk.Evaluate](h)
	return done
}

// evaluations are those that an outbox holds.
func evaluations(t *testing.T, box *outbox.Outbox) (found []outbox.Entry) {
	t.Helper()
	all, err := box.List(0, 100, func(outbox.State) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Item.Type == item.TypeEvaluation {
			found = append(found, e)
		}
	}
	return found
}

// TestAnEvaluationIsFreelyGiven: no level is chosen beforehand, reasons are asked for after a bad one only, and nobody has to.
func TestAnEvaluationIsFreelyGiven(t *testing.T) {
	box, _ := newOutbox(t)
	rec := &recorder{box, make(chan outbox.Draft, 8)}
	h := equipped(t, rec, nil)
	h.rated()
	<-rec.drafts // the submission
	<-rec.drafts // the outcome of printing
	e := now[kiosk.Evaluate](h)
	if len(e.Levels) != 5 || !e.Send.Off || e.Reasons != nil || e.Skip.Off {
		t.Fatalf("the evaluation begins with %+v", e)
	}
	for _, l := range e.Levels {
		if l.Chosen {
			t.Errorf("%s is chosen beforehand", l.Label)
		}
	}
	h.send(kiosk.Next{}, kiosk.Reason{ID: "slow"}, kiosk.Rate{Level: 0}, kiosk.Rate{Level: 6}, kiosk.Rate{Level: -1})
	if e := now[kiosk.Evaluate](h); !e.Send.Off || e.Thanks.Text != "" {
		t.Errorf("nothing was chosen, and it has %+v", e)
	}
	for i, l := range e.Levels { // the best first
		h.send(l.Intent)
		got := now[kiosk.Evaluate](h)
		if bad := i >= 3; (len(got.Reasons) == 5) != bad || (got.ReasonsTitle != "") != bad || got.Send.Off || !got.Levels[i].Chosen {
			t.Errorf("after %s it asks %v", l.Label, got.Reasons)
		}
	}
	h.send(kiosk.Reason{ID: "slow"}, kiosk.Reason{ID: "nonsense"}, kiosk.Reason{ID: "broken"}, kiosk.Reason{ID: "slow"})
	if got := now[kiosk.Evaluate](h); got.Reasons[0].Chosen || !got.Reasons[2].Chosen {
		t.Errorf("the reasons are %v", got.Reasons)
	}
	h.send(kiosk.Rate{Level: 5}, kiosk.Reason{ID: "slow"}, kiosk.Rate{Level: 2})
	for _, r := range now[kiosk.Evaluate](h).Reasons {
		if r.Chosen {
			t.Errorf("the reason %s came back", r.Label)
		}
	}
	h.send(kiosk.Reason{ID: "unclear"}, kiosk.Next{}, kiosk.Next{}, kiosk.Rate{Level: 5})
	h.wait("the thanks", func(v kiosk.View) bool {
		e, ok := v.Screen.(kiosk.Evaluate)
		return ok && e.Thanks.Text != "" && e.Levels == nil
	})
	got := <-rec.drafts
	if got.Type != item.TypeEvaluation || string(got.Payload) != `{"level":2,"reasons":["unclear"]}` {
		t.Errorf("sent %s %s", got.Type, got.Payload)
	}
	h.send(kiosk.Next{}, kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	if n := len(evaluations(t, box)); n != 1 {
		t.Errorf("%d evaluations", n)
	}
}

// TestNobodyHasToEvaluate: whoever skips it leaves, and nothing is sent.
func TestNobodyHasToEvaluate(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.rated()
	h.send(kiosk.Rate{Level: 1})
	h.send(now[kiosk.Evaluate](h).Skip.Intent)
	screen[kiosk.Goodbye](h)
	if n := len(evaluations(t, box)); n != 0 {
		t.Errorf("%d evaluations", n)
	}
}

// TestI2OneEvaluationPerCase: whoever asks, how often and by which way, a case is evaluated once.
func TestI2OneEvaluationPerCase(t *testing.T) {
	box, _ := newOutbox(t)
	rec := &recorder{box, make(chan outbox.Draft, 16)}
	h := equipped(t, rec, nil)
	done := h.rated()
	submission, outcome := <-rec.drafts, <-rec.drafts
	h.send(kiosk.Rate{Level: 5}, kiosk.Next{})
	thanks := func(v kiosk.View) bool { e, ok := v.Screen.(kiosk.Evaluate); return ok && e.Thanks.Text != "" }
	h.wait("the thanks", thanks)
	h.send(kiosk.Back{})
	screen[kiosk.Accepted](h)
	h.send(kiosk.Open{What: kiosk.Rating}, kiosk.Rate{Level: 1}, kiosk.Next{})
	h.wait("the thanks", thanks)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)

	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Rating}) // somebody else, by the number
	if tr := now[kiosk.Track](h); !strings.Contains(tr.Heading, "评") {
		t.Errorf("is asked %q", tr.Heading)
	}
	h.types(strings.ReplaceAll(done.Number, " ", ""))
	h.send(kiosk.Next{})
	h.send(screen[kiosk.Progress](h).Rate.Intent, kiosk.Rate{Level: 3}, kiosk.Next{})
	h.wait("the thanks", thanks)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)

	first, second, third := <-rec.drafts, <-rec.drafts, <-rec.drafts
	want := item.DerivedID(submission.CaseID, "evaluation")
	if first.ID != want || second.ID != want || third.ID != want || first.CaseID != submission.CaseID || outcome.Type != item.TypePrint {
		t.Errorf("ids %s, %s and %s, want %s", first.ID, second.ID, third.ID, want)
	}
	if n := len(evaluations(t, box)); n != 1 {
		t.Errorf("%d evaluations", n)
	}
}

// deaf does not keep evaluations until it is told to.
type deaf struct {
	kiosk.Outbox
	listens atomic.Bool
}

func (d *deaf) Accept(ctx context.Context, dr outbox.Draft) (outbox.Accepted, error) {
	if dr.Type == item.TypeEvaluation && !d.listens.Load() {
		return outbox.Accepted{}, errors.New("no space")
	}
	return d.Outbox.Accept(ctx, dr)
}

// TestI14ThanksAreSaidForWhatIsKept: an opinion that could not be kept is not thanked for, and can be sent again.
func TestI14ThanksAreSaidForWhatIsKept(t *testing.T) {
	real, _ := newOutbox(t)
	box := &deaf{Outbox: real}
	h := equipped(t, box, nil)
	h.rated()
	h.send(kiosk.Rate{Level: 4}, kiosk.Next{})
	v := h.wait("the failure", func(v kiosk.View) bool {
		e, ok := v.Screen.(kiosk.Evaluate)
		return ok && strings.Contains(e.Help, "没有保存")
	})
	if e := v.Screen.(kiosk.Evaluate); e.Thanks.Text != "" || e.Send.Off || !e.Levels[1].Chosen {
		t.Errorf("shows %+v", e)
	}
	box.listens.Store(true)
	h.send(kiosk.Next{})
	h.wait("the thanks", func(v kiosk.View) bool { e, ok := v.Screen.(kiosk.Evaluate); return ok && e.Thanks.Text != "" })
	if n := len(evaluations(t, real)); n != 1 {
		t.Errorf("%d evaluations", n)
	}
}

// TestU1BackFromAnEvaluationByNumber: there is no receipt to go back to, and a late tap does no harm.
func TestU1BackFromAnEvaluationByNumber(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	done := h.rated()
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.codes.read(done.QR)
	h.send(screen[kiosk.Progress](h).Rate.Intent, kiosk.Back{}, kiosk.Back{}, kiosk.Confirm{}, kiosk.Again{})
	if e := now[kiosk.Evaluate](h); len(e.Levels) != 5 {
		t.Errorf("shows %+v", e)
	}
}
