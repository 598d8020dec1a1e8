package kiosk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

func TestVisitOffline(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	review := h.fill()
	if got := fmt.Sprint(review.Groups); !strings.Contains(got, "张*三") || !strings.Contains(got, "138 0013 8000") || !strings.Contains(got, "1999年11月1日") {
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

// Err is what a stopped outbox says, and nil of one that only refused.
func (b *brokenBox) Err() error {
	if errors.Is(b.err, outbox.ErrStopped) {
		return b.err
	}
	return nil
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
		"in doubt":      {fmt.Errorf("accept: %w", outbox.ErrUndecided), "OUTBOX-UNSURE"},
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

// TestOutOfServiceWhileThereIsNoRoom: the kiosk closes with the reason for staff, and opens again by itself.
func TestOutOfServiceWhileThereIsNoRoom(t *testing.T) {
	for code, err := range map[string]error{"OUTBOX-NO-SPACE": outbox.ErrNoSpace, "OUTBOX-FULL": outbox.ErrFull, "OUTBOX-FENCED": outbox.ErrFenced} {
		real, _ := newOutbox(t)
		box := &gate{Outbox: real}
		box.set(fmt.Errorf("accept: %w", err))
		h := open(t, box, nil)
		if got := screen[kiosk.OutOfService](h); !strings.HasSuffix(got.Code, code) {
			t.Errorf("says %+v, want %s", got, code)
		}
		box.set(nil)
		screen[kiosk.Attract](h)
	}
}

// gate is an outbox that can be closed.
type gate struct {
	kiosk.Outbox
	mu  sync.Mutex
	err error
}

func (g *gate) set(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = err
}

func (g *gate) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// TestOutOfServiceWhenTheOutboxStopped: people are told before filling anything in, and no card starts a visit.
func TestOutOfServiceWhenTheOutboxStopped(t *testing.T) {
	h := open(t, &brokenBox{err: fmt.Errorf("write: %w", outbox.ErrStopped)}, nil)
	if got := screen[kiosk.OutOfService](h); !strings.HasSuffix(got.Code, "OUTBOX-STOPPED") || got.Since == "" || !strings.Contains(got.Staff, "不要删除数据目录") {
		t.Errorf("says %+v", got)
	}
	late := card()
	h.lay(late)
	h.settle()
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

// TestI9OneOriginal: paper that never came is printed unmarked, paper that may have come is marked as a copy, and each try
// is on record.
func TestI9OneOriginal(t *testing.T) {
	for name, c := range map[string]struct {
		first  printer.Outcome
		copies int
	}{"never came": {printer.NotPrinted, 0}, "may have come": {printer.Unknown, 1}} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			rec := &recorder{box, make(chan outbox.Draft, 8)}
			h := open(t, rec, nil)
			h.paper.result = printer.Result{Outcome: c.first}
			h.fill()
			h.send(kiosk.Confirm{})
			if a := h.wait("the first try", printed).Screen.(kiosk.Accepted); a.Again.Intent == nil {
				t.Fatal("the paper can not be asked for again")
			}
			h.paper.mu.Lock()
			h.paper.result = printer.Result{Outcome: printer.Printed}
			h.paper.mu.Unlock()
			h.send(kiosk.Again{})
			a := h.wait("the second try", func(v kiosk.View) bool {
				a, ok := v.Screen.(kiosk.Accepted)
				return ok && !a.Printing && a.Receipt.Tone == kiosk.Good
			}).Screen.(kiosk.Accepted)
			if a.Again.Intent != nil {
				t.Error("a printed receipt is offered again")
			}
			_, marked := h.paper.printed()[1].Blocks[0].(document.Box)
			if marked != (c.copies > 0) {
				t.Errorf("the second paper is marked: %v", marked)
			}
			<-rec.drafts // the submission
			// Outcomes are recorded beside the visit, so either may be first.
			outcomes := string((<-rec.drafts).Payload) + string((<-rec.drafts).Payload)
			if want := fmt.Sprintf(`{"outcome":"printed","copy":%d}`, c.copies); !strings.Contains(outcomes, want) {
				t.Errorf("the outcomes %s lack %s", outcomes, want)
			}
		})
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
	if !bytes.Contains(submission.Payload, []byte(`"since":"1999-11-01"`)) || !bytes.Contains(submission.Payload, []byte("110101190001010014")) {
		t.Errorf("submission is %s", submission.Payload)
	}
}

// TestI10WipedAfterEveryExit: whatever ends a visit, the card's own bytes are overwritten and no later view of the screen
// holds a trace of it.
func TestI10WipedAfterEveryExit(t *testing.T) {
	toReview := func(h *hall) {
		h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{})
		h.send(typed("phone", "13800138000")...)
		h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "owned"})
		h.send(typed("room", "77CANARY")...)
		h.send(typed("since", "19991101")...)
		h.send(kiosk.Next{})
		screen[kiosk.Review](h)
	}
	for name, exit := range map[string]func(h *hall){
		"home from the services": func(h *hall) { h.send(kiosk.Home{}, kiosk.Abandon{}) },
		"back from the services": func(h *hall) { h.send(kiosk.Back{}) },
		"home from the form": func(h *hall) {
			h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{}, kiosk.Home{}, kiosk.Abandon{})
		},
		"home from the review": func(h *hall) { toReview(h); h.send(kiosk.Home{}, kiosk.Abandon{}) },
		"leave after printing": func(h *hall) {
			toReview(h)
			h.send(kiosk.Confirm{})
			h.wait("print", printed)
			h.send(kiosk.Leave{})
		},
		"home after printing": func(h *hall) {
			toReview(h)
			h.send(kiosk.Confirm{})
			h.wait("print", printed)
			h.send(kiosk.Home{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := open(t, box, nil)
			c := card()
			nameBytes, number := c.Name, c.Number
			screen[kiosk.Attract](h)
			h.lay(c)
			h.known()
			exit(h)
			after := []kiosk.View{h.wait("the goodbye", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Goodbye); return ok })}
			h.send(kiosk.Start{})
			after = append(after, h.wait("the attract screen", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Attract); return ok }))
			for _, b := range [][]byte{nameBytes, number} {
				if !bytes.Equal(b, make([]byte, len(b))) {
					t.Errorf("card bytes are still %q", b)
				}
			}
			for _, trace := range []string{"张", "77CANARY", "138", "4401"} {
				for _, v := range after {
					if strings.Contains(fmt.Sprintf("%+v", v), trace) {
						t.Errorf("%T still holds %q", v.Screen, trace)
					}
				}
			}
		})
	}
}

// TestI14FirstByteAfterTheOutbox: when the printer is asked, the item is durable already.
func TestI14FirstByteAfterTheOutbox(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	var durable uint64
	h.paper.before = func() { durable = box.Stats().LastSequence }
	h.fill()
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	if durable != 1 {
		t.Errorf("the outbox held %d items when printing began", durable)
	}
}

// TestD21StopWhilePrinting: the receipt comes to its end, and its outcome is kept, before the kiosk has stopped.
func TestD21StopWhilePrinting(t *testing.T) {
	box, _ := newOutbox(t)
	rec := &recorder{box, make(chan outbox.Draft, 8)}
	h := open(t, rec, nil)
	printing, goOn := make(chan struct{}), make(chan struct{})
	h.paper.before = func() {
		close(printing)
		<-goOn
	}
	h.fill()
	h.send(kiosk.Confirm{})
	<-printing
	h.cancel()
	close(goOn)
	<-h.ended
	if len(rec.drafts) != 2 {
		t.Fatalf("%d items, want the submission and the outcome", len(rec.drafts))
	}
	if <-rec.drafts; !bytes.Contains((<-rec.drafts).Payload, []byte(`"outcome":"printed"`)) {
		t.Error("the outcome is not kept as printed")
	}
}

// TestNothingOfTheFormerVisitGuidesTheNext: neither a refused card's trouble, nor language or size, nor a receipt that
// never came out.
func TestNothingOfTheFormerVisitGuidesTheNext(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.paper.result = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
	h.fill()
	h.send(kiosk.Language{To: text.English}, kiosk.Elder{}, kiosk.Confirm{})
	h.wait("the outcome", printed)
	h.reader.events <- cardreader.Removed{}
	h.settle()
	h.send(kiosk.Leave{})
	if got := screen[kiosk.Goodbye](h); len(got.Reminders) != 0 {
		t.Errorf("the goodbye reminds of %v", got.Reminders)
	}
	h.send(kiosk.Start{})
	if v := h.wait("attract", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Attract); return ok }); v.Frame.Elder || v.Frame.Link.Text != "网络断开，照常收件" {
		t.Errorf("the next visit begins with %+v", v.Frame)
	}
	foreign := card()
	foreign.Kind = cardreader.Foreigner2023
	h.lay(foreign)
	h.wait("the trouble", func(v kiosk.View) bool { m, ok := v.Screen.(kiosk.Menu); return ok && m.Trouble.Tone == kiosk.Caution })
	h.reader.events <- cardreader.Removed{}
	h.settle()
	h.send(kiosk.Back{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{})
	if got := screen[kiosk.Menu](h); got.Trouble.Text != "" {
		t.Errorf("the next one reads %q", got.Trouble.Text)
	}
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	if got := screen[kiosk.Identify](h); got.Trouble.Text != "" || got.Phase != kiosk.CardAwaited {
		t.Errorf("the next one reads %q in phase %v", got.Trouble.Text, got.Phase)
	}
}

// TestR9CardLeftLyingIsSaid: a card that was not lifted is not read again; the screen says what to do.
func TestR9CardLeftLyingIsSaid(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.lay(card())
	h.known()
	h.send(kiosk.Home{}, kiosk.Abandon{})
	if got := screen[kiosk.Goodbye](h); len(got.Reminders) != 1 {
		t.Errorf("the goodbye reminds of %v, want the card", got.Reminders)
	}
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	if got := screen[kiosk.Identify](h); !strings.Contains(got.Trouble.Text, "重新平放") {
		t.Errorf("identify says %q", got.Trouble.Text)
	}
}

func printed(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing }

func TestFaultsAreSaidInWords(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.lay(card())
	h.known()
	h.send(kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{}, kiosk.Next{})
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
	h.known()
	other := card()
	other.Name = []byte("李四")
	h.lay(other)
	h.settle()
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{})
	form := screen[kiosk.Form](h)
	if form.Fields[0].Value != "张*三" {
		t.Errorf("the form is for %q", form.Fields[0].Value)
	}
	if len(other.Name) != 0 {
		t.Error("the other card was not wiped")
	}
}

// TestHomeAsksBeforeAnythingIsLost: one slip of a finger costs no form; after acceptance there is nothing to ask.
func TestHomeAsksBeforeAnythingIsLost(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.fill()
	h.send(kiosk.Home{})
	v := h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
	if _, ok := v.Screen.(kiosk.Review); !ok || v.Frame.Warning.Seconds != 0 {
		t.Errorf("asked on %T with %d seconds", v.Screen, v.Frame.Warning.Seconds)
	}
	h.send(kiosk.Stay{})
	h.wait("going on", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Review); return ok && v.Frame.Warning == nil })
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	h.send(kiosk.Home{})
	screen[kiosk.Goodbye](h)
}

// TestU3IdleEndsTheVisit: first the question, then the end; never while accepting. Time is the bubble's.
func TestU3IdleEndsTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowBox{brokenBox: &brokenBox{}, hold: 20 * time.Second}
		h := open(t, slow, nil)
		h.patience = 10 * time.Minute
		screen[kiosk.Attract](h)
		h.lay(card())
		h.known()
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
		began := time.Now()
		h.wait("attract, though the card was forgotten", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Attract); return ok })
		if shown := time.Since(began); shown < 58*time.Second || shown > 62*time.Second {
			t.Errorf("the reminder of the card stood for %v", shown)
		}
		h.send(kiosk.Language{To: text.English}, kiosk.Language{To: text.Chinese}) // new attract views for fill to see
		h.fill()
		h.send(kiosk.Confirm{})
		screen[kiosk.Accepting](h)
		if v := h.wait("an end of accepting", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Accepting); return !ok || v.Frame.Warning != nil }); v.Frame.Warning != nil {
			t.Error("the citizen was asked to leave while accepting")
		} else if _, ok := v.Screen.(kiosk.Accepted); !ok {
			t.Errorf("accepting ended in %T", v.Screen)
		}
	})
}

// slowBox takes long, and then accepts.
type slowBox struct {
	*brokenBox
	hold time.Duration
}

func (b *slowBox) Accept(_ context.Context, d outbox.Draft) (outbox.Accepted, error) {
	<-time.After(b.hold)
	return outbox.Accepted{ID: d.ID, ReceiptNo: "44011107010000010742", At: time.Now()}, nil
}

// ByReceipt knows the one number that it ever gave.
func (b *slowBox) ByReceipt(number string) (outbox.Entry, error) {
	if number != "44011107010000010742" {
		return outbox.Entry{}, outbox.ErrNotFound
	}
	return outbox.Entry{Item: &item.Item{ReceiptNo: number, CaseID: item.NewID(time.Now()), Subject: "service/residence-permit"}, AcceptedAt: time.Now()}, nil
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
	h.wait("offline", func(v kiosk.View) bool { return strings.Contains(v.Frame.Link.Text, "网络断开") })
	h.link.mu.Lock()
	h.link.state = engine.Status{Link: engine.Online}
	h.link.mu.Unlock()
	h.wait("online", func(v kiosk.View) bool { return v.Frame.Link.Text == "联网正常" })
}
