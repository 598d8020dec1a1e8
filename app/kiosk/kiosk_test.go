package kiosk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

func TestVisitOffline(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	review := h.fill()
	if got := fmt.Sprint(review.Groups); !strings.Contains(got, "张*三") || !strings.Contains(got, "138****8000") || !strings.Contains(got, "2025年11月1日") {
		t.Errorf("review does not show what was filled in: %s", got)
	}
	h.send(kiosk.Confirm{})
	done := screen[kiosk.Accepted](h)
	if !strings.HasPrefix(done.Number, "4401 1107 01") || done.Track[0].State != kiosk.Reached || done.Track[1].State != kiosk.Ahead {
		t.Errorf("accepted screen: number %q, track %v", done.Number, done.Track)
	}
	h.wait("the receipt", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
	if got := h.paper.printed(); len(got) != 1 {
		t.Fatalf("%d receipts printed", len(got))
	}
	var paperText strings.Builder
	for _, b := range h.paper.printed()[0].Blocks {
		fmt.Fprintf(&paperText, "%+v\n", b)
	}
	for _, want := range []string{"现在离线", "张*三", done.Number[:14], done.QR} {
		if !strings.Contains(paperText.String(), want) {
			t.Errorf("receipt lacks %q:\n%s", want, paperText.String())
		}
	}
	for _, never := range []string{"110101190001010014", "张小三", "13800138000"} {
		if strings.Contains(paperText.String(), never) {
			t.Errorf("receipt shows %q", never)
		}
	}
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	due, err := box.Due(time.Now(), 10)
	if err != nil || len(due) == 0 || due[0].Item.Type != item.TypeSubmission {
		t.Errorf("outbox holds %v, %v", due, err)
	}
}

// TestU2DoubleTapIsOneItem: however often and however fast the citizen confirms, one item is accepted.
func TestU2DoubleTapIsOneItem(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.fill()
	h.send(kiosk.Confirm{}, kiosk.Confirm{}, kiosk.Back{}, kiosk.Confirm{}, kiosk.Confirm{})
	h.wait("the receipt", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
	submissions := 0
	due, err := box.Due(time.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range due {
		if e.Item.Type == item.TypeSubmission {
			submissions++
		}
	}
	if submissions != 1 {
		t.Errorf("%d submissions", submissions)
	}
}

// brokenBox refuses or leaves open what it was asked to accept.
type brokenBox struct {
	kiosk.Outbox
	err   error
	asked []string
}

func (b *brokenBox) Accept(_ context.Context, d outbox.Draft) (outbox.Accepted, error) {
	b.asked = append(b.asked, d.ID)
	return outbox.Accepted{}, b.err
}

func (b *brokenBox) Case(string) (outbox.CaseView, error) {
	return outbox.CaseView{}, outbox.ErrNotFound
}

// TestI14NothingIsClaimed: what is not durable is neither shown as received nor printed, and a second try is the same item.
func TestI14NothingIsClaimed(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"certainly not": {errors.New("no space"), "OUTBOX-REFUSED"},
		"in doubt":      {fmt.Errorf("accept: %w", outbox.ErrStopped), "OUTBOX-UNSURE"},
	} {
		t.Run(name, func(t *testing.T) {
			box := &brokenBox{err: c.err}
			h := open(t, box, nil)
			h.fill()
			h.send(kiosk.Confirm{})
			if got := screen[kiosk.Refused](h); !strings.HasSuffix(got.Code, c.code) {
				t.Errorf("code %s, want %s", got.Code, c.code)
			}
			h.send(kiosk.Confirm{})
			screen[kiosk.Accepting](h)
			screen[kiosk.Refused](h)
			for _, v := range h.seen {
				if _, ok := v.Screen.(kiosk.Accepted); ok {
					t.Error("the accepted screen was shown")
				}
			}
			if len(h.paper.printed()) != 0 {
				t.Error("a receipt was printed")
			}
			if len(box.asked) != 2 || box.asked[0] != box.asked[1] {
				t.Errorf("ids of the two tries: %v", box.asked)
			}
		})
	}
}

// TestOutOfServiceAfterTheOutboxStopped: the next citizen is told before filling anything in.
func TestOutOfServiceAfterTheOutboxStopped(t *testing.T) {
	h := open(t, &brokenBox{err: fmt.Errorf("accept: %w", outbox.ErrStopped)}, nil)
	h.fill()
	h.send(kiosk.Confirm{})
	screen[kiosk.Refused](h)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	if got := screen[kiosk.OutOfService](h); !strings.HasSuffix(got.Code, "OUTBOX-STOPPED") || got.Since == "" {
		t.Errorf("says %+v", got)
	}
	late := card()
	h.lay(late)
	h.send(kiosk.Start{}, kiosk.Language{To: text.English})
	v := h.wait("English", func(v kiosk.View) bool { return v.Frame.Link.Text == "Not receiving now" })
	if _, ok := v.Screen.(kiosk.OutOfService); !ok || len(late.Name) != 0 {
		t.Errorf("a card or a touch led to %T", v.Screen)
	}
}

func TestPrinterTroubleDoesNotHideTheNumber(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.paper.result = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
	h.fill()
	h.send(kiosk.Confirm{})
	v := h.wait("the outcome", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
	a := v.Screen.(kiosk.Accepted)
	if !strings.Contains(a.Receipt.Text, "纸用完了") || a.Number == "" || a.Heading == "已收件，请收好回执" {
		t.Errorf("heading %q, number %q, receipt %q", a.Heading, a.Number, a.Receipt.Text)
	}
}

// recorder keeps the drafts that pass through to the real outbox. Payloads are copied: the kiosk wipes its own.
type recorder struct {
	*outbox.Outbox
	drafts chan outbox.Draft
}

func (r *recorder) Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error) {
	kept := d
	kept.Payload = bytes.Clone(d.Payload)
	got, err := r.Outbox.Accept(ctx, d)
	r.drafts <- kept
	return got, err
}

// TestPrintOutcomeIsAnItem: the outcome travels with the case, after the submission.
func TestPrintOutcomeIsAnItem(t *testing.T) {
	box, _ := newOutbox(t)
	rec := &recorder{box, make(chan outbox.Draft, 8)}
	h := open(t, rec, nil)
	h.paper.result = printer.Result{Outcome: printer.Unknown}
	h.fill()
	h.send(kiosk.Confirm{})
	h.wait("the outcome", printed)
	submission, outcome := <-rec.drafts, <-rec.drafts
	if submission.Type != item.TypeSubmission || outcome.Type != item.TypePrint || outcome.CaseID != submission.CaseID {
		t.Errorf("items are %s and %s of cases %s and %s", submission.Type, outcome.Type, submission.CaseID, outcome.CaseID)
	}
	if !bytes.Contains(outcome.Payload, []byte(`"outcome":"unknown"`)) {
		t.Errorf("outcome is %s", outcome.Payload)
	}
	if !bytes.Contains(submission.Payload, []byte(`"since":"2025-11-01"`)) || !bytes.Contains(submission.Payload, []byte("110101190001010014")) {
		t.Errorf("submission is %s", submission.Payload)
	}
}

// TestI10WipedAfterEveryExit: the card's own bytes are overwritten and no later view holds a trace of the visit.
func TestI10WipedAfterEveryExit(t *testing.T) {
	exits := map[string]func(h *hall){
		"home":  func(h *hall) { h.send(kiosk.Home{}) },
		"leave": func(h *hall) { h.send(kiosk.Confirm{}); h.wait("print", printed); h.send(kiosk.Leave{}) },
	}
	for name, exit := range exits {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := open(t, box, nil)
			c := card()
			nameBytes, number := c.Name, c.Number
			screen[kiosk.Attract](h)
			h.lay(c)
			screen[kiosk.Choose](h)
			h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
			h.send(typed("phone", "13800138000")...)
			h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "owned"})
			h.send(typed("room", "77CANARY")...)
			h.send(typed("since", "20251101")...)
			h.send(kiosk.Next{})
			screen[kiosk.Review](h)
			exit(h)
			v := h.wait("the goodbye", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Goodbye); return ok })
			for _, b := range [][]byte{nameBytes, number} {
				if !bytes.Equal(b, make([]byte, len(b))) {
					t.Errorf("card bytes are still %q", b)
				}
			}
			for _, trace := range []string{"张", "77CANARY", "138 0013", "4401"} {
				if strings.Contains(fmt.Sprintf("%+v", v), trace) {
					t.Errorf("goodbye still holds %q", trace)
				}
			}
		})
	}
}

func printed(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing }

func TestFaultsAreSaidInWords(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.lay(card())
	screen[kiosk.Choose](h)
	h.send(kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{})
	h.send(typed("phone", "12345")...)
	h.send(kiosk.Next{})
	v := h.wait("the complaint", func(v kiosk.View) bool { f, ok := v.Screen.(kiosk.Form); return ok && f.Errors != "" })
	form := v.Screen.(kiosk.Form)
	if got := form.Fields[3].Error; !strings.Contains(got, "11 位") {
		t.Errorf("phone says %q", got)
	}
	if len(form.Keypad.Rows) == 0 || !form.Fields[3].Focused {
		t.Error("the keypad is not under the field that needs attention")
	}
	h.send(kiosk.Language{To: text.English})
	v = h.wait("English", func(v kiosk.View) bool {
		f, ok := v.Screen.(kiosk.Form)
		return ok && f.Heading == "How can we reach you?"
	})
	if got := v.Screen.(kiosk.Form).Fields[3]; got.Value != "123 45" || !strings.Contains(got.Error, "11 digits") {
		t.Errorf("after the switch the phone is %q with %q", got.Value, got.Error)
	}
}

// TestR9CardOfAnotherIsIgnored: one visit, one card.
func TestR9CardOfAnotherIsIgnored(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.lay(card())
	screen[kiosk.Choose](h)
	other := card()
	other.Name = []byte("李四")
	h.lay(other)
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	form := screen[kiosk.Form](h)
	if form.Fields[0].Value != "张*三" {
		t.Errorf("the form is for %q", form.Fields[0].Value)
	}
	if len(other.Name) != 0 {
		t.Error("the other card was not wiped")
	}
}

func TestR11CardsThatCannotServe(t *testing.T) {
	expired := card()
	expired.ValidTo = []byte("20200101")
	foreign := card()
	foreign.Kind, foreign.Address = cardreader.Foreigner2023, nil
	for name, c := range map[string]struct {
		card *cardreader.Card
		want string
	}{"expired": {expired, "过有效期"}, "no address": {foreign, "人工窗口"}} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := open(t, box, nil)
			screen[kiosk.Attract](h)
			h.lay(c.card)
			v := h.wait("the reason", func(v kiosk.View) bool { i, ok := v.Screen.(kiosk.Identify); return ok && i.Phase == kiosk.CardFailed })
			if got := v.Screen.(kiosk.Identify).Trouble.Text; !strings.Contains(got, c.want) {
				t.Errorf("says %q", got)
			}
			if len(c.card.Name) != 0 {
				t.Error("the refused card was not wiped")
			}
		})
	}
}

func TestReaderTroubleIsSaidBeforeAnyoneStarts(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.reader.set(device.Status{State: device.StateDisconnected, Problem: device.ProblemNoPort})
	h.wait("the notice", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Attract); return ok && a.Trouble.Tone == kiosk.Stop })
	h.send(kiosk.Start{})
	if got := screen[kiosk.Identify](h); got.Phase != kiosk.ReaderMissing || !strings.Contains(got.Trouble.Text, "人工窗口") {
		t.Errorf("identify says %v %q", got.Phase, got.Trouble.Text)
	}
}

// TestU3IdleEndsTheVisit: first the question, then the end; never while accepting. Time is the bubble's.
func TestU3IdleEndsTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &brokenBox{}, nil)
		h.patience = 10 * time.Minute
		screen[kiosk.Attract](h)
		h.lay(card())
		screen[kiosk.Choose](h)
		start := time.Now()
		v := h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
		if waited := time.Since(start); waited < 59*time.Second || waited > 62*time.Second {
			t.Errorf("the question came after %v", waited)
		}
		if v.Frame.Warning.Seconds != 30 {
			t.Errorf("it gives %d s", v.Frame.Warning.Seconds)
		}
		h.send(kiosk.Stay{})
		h.wait("going on", func(v kiosk.View) bool { return v.Frame.Warning == nil })
		h.wait("the second question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
		screen[kiosk.Goodbye](h)
		screen[kiosk.Attract](h)
	})
}

// staged is an outbox to which central's word comes when the test says so.
type staged struct {
	*outbox.Outbox
	arrived atomic.Bool
}

func (s *staged) Case(id string) (outbox.CaseView, error) {
	v, err := s.Outbox.Case(id)
	if s.arrived.Load() {
		v.State = outbox.StateStoredCentral
	}
	return v, err
}

// TestMilestonesFollowTheOutbox: the screen says 送达中心 only when the outbox has central's word.
func TestMilestonesFollowTheOutbox(t *testing.T) {
	box, _ := newOutbox(t)
	stage := &staged{Outbox: box}
	h := open(t, stage, nil)
	h.fill()
	h.send(kiosk.Confirm{})
	before := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	if before.Track[1].State != kiosk.Ahead || !strings.Contains(before.Help, "离线") {
		t.Errorf("before: %v %q", before.Track, before.Help)
	}
	stage.arrived.Store(true)
	after := h.wait("delivery", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Accepted)
		return ok && a.Track[1].State == kiosk.Reached
	}).Screen.(kiosk.Accepted)
	if after.Track[2].State != kiosk.Ahead || !strings.Contains(after.Help, "已送达") {
		t.Errorf("after: %v %q", after.Track, after.Help)
	}
}

func TestLinkIsAlwaysInWords(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.wait("offline", func(v kiosk.View) bool { return strings.Contains(v.Frame.Link.Text, "离线") })
	h.link.mu.Lock()
	h.link.state = engine.Status{Link: engine.Online}
	h.link.mu.Unlock()
	h.wait("online", func(v kiosk.View) bool { return v.Frame.Link.Text == "联网正常" })
}
