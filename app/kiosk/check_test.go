package kiosk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device"
	"onedoor/device/printer"
)

// newborn goes to the checklist of a service that needs several materials.
func newborn(t *testing.T) *hall {
	t.Helper()
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("newborn-registration")
	h.picks("born=hospital", "parents=married")
	h.send(kiosk.Next{})
	if yes, no := have(now[kiosk.Check](h)); !slices.Equal(yes, []string{"本人身份证"}) || !slices.Equal(no, []string{"父母双方的户口簿", "出生医学证明", "结婚证"}) {
		t.Fatalf("before anything is ticked the list has %v and lacks %v", yes, no)
	}
	h.tickAll()
	return h
}

// tickAll ticks what is not.
func (h *hall) tickAll() {
	h.Helper()
	for _, i := range now[kiosk.Check](h).Items {
		if !i.Have {
			h.send(i.Tick)
		}
	}
}

// tick presses the row of a material.
func (h *hall) tick(name string) {
	h.Helper()
	for _, i := range now[kiosk.Check](h).Items {
		if i.Name == name {
			h.send(i.Tick)
			return
		}
	}
	h.Fatalf("%s is not on the list", name)
}

// have is what the checklist says is at hand, and what it says is not.
func have(c kiosk.Check) (yes, no []string) {
	for _, i := range c.Items {
		if i.Have {
			yes = append(yes, i.Name)
		} else {
			no = append(no, i.Name)
		}
	}
	return yes, no
}

// TestWhatIsMissingIsSaid: nothing but the card is ticked at first, the card stays so, and what is missing is told with what follows.
func TestWhatIsMissingIsSaid(t *testing.T) {
	h := newborn(t)
	c := now[kiosk.Check](h)
	if yes, no := have(c); !slices.Equal(yes, []string{"本人身份证", "父母双方的户口簿", "出生医学证明", "结婚证"}) || no != nil {
		t.Fatalf("the list has %v and lacks %v", yes, no)
	}
	if c.Missing.Text != "" || c.Print.Intent != nil || !strings.Contains(c.Next.Label, "都带了") || !c.Items[0].Fixed {
		t.Errorf("with everything it says %+v, %+v, %+v", c.Missing, c.Print, c.Next)
	}
	h.send(kiosk.PrintNotice{}, kiosk.Tick{Material: 0}, kiosk.Tick{Material: -1}, kiosk.Tick{Material: 99})
	if _, no := have(now[kiosk.Check](h)); no != nil {
		t.Errorf("the list lacks %v", no)
	}
	h.tick("出生医学证明")
	c = now[kiosk.Check](h)
	if _, no := have(c); !slices.Equal(no, []string{"出生医学证明"}) || c.Missing.Tone != kiosk.Caution || c.Print.Off || c.Next.Label != "先填写，以后再补" {
		t.Errorf("lacks %v, says %+v, %+v, %+v", no, c.Missing, c.Print, c.Next)
	}
	h.tick("出生医学证明")
	if c = now[kiosk.Check](h); c.Missing.Text != "" || c.Print.Intent != nil {
		t.Errorf("with everything again it says %+v", c.Missing)
	}
	h.tick("结婚证")
	h.send(kiosk.Next{})
	now[kiosk.Form](h)
	if n := len(h.paper.printed()); n != 0 {
		t.Errorf("%d papers came unasked", n)
	}
}

// TestTheNoticeSaysExactlyWhatIsMissing: all of it and nothing else, where to get it, and nothing of a person.
func TestTheNoticeSaysExactlyWhatIsMissing(t *testing.T) {
	h := newborn(t)
	h.tick("出生医学证明")
	h.tick("结婚证")
	began, goOn := make(chan struct{}), make(chan struct{})
	h.paper.before = func() {
		close(began)
		<-goOn
	}
	h.send(kiosk.PrintNotice{}, kiosk.PrintNotice{})
	<-began
	h.wait("the busy printer", func(v kiosk.View) bool {
		c, ok := v.Screen.(kiosk.Check)
		return ok && c.Print.Off && strings.Contains(c.Missing.Text, "正在打印")
	})
	h.send(kiosk.PrintNotice{})
	h.look()
	close(goOn)
	h.wait("the notice", func(v kiosk.View) bool {
		c, ok := v.Screen.(kiosk.Check)
		return ok && c.Missing.Tone == kiosk.Good && strings.Contains(c.Missing.Text, "已打印")
	})
	papers := h.paper.printed()
	if len(papers) != 1 {
		t.Fatalf("%d papers", len(papers))
	}
	got := fmt.Sprintf("%+v", papers[0])
	for _, want := range []string{"一次性告知单", "新生儿落户", "1. 出生医学证明", "由出生的医院签发", "2. 结婚证", "不是收件回执", "12345"} {
		if !strings.Contains(got, want) {
			t.Errorf("the notice lacks %q:\n%s", want, got)
		}
	}
	for _, never := range []string{"户口簿", "身份证", "3. ", "张", "小三", "110101", "东华门"} {
		if strings.Contains(got, never) {
			t.Errorf("the notice says %q:\n%s", never, got)
		}
	}
	h.tick("结婚证")
	if c := now[kiosk.Check](h); strings.Contains(c.Missing.Text, "已打印") {
		t.Errorf("of another list it still says %q", c.Missing.Text)
	}
}

// TestT2TheNoticeDoesNotCome: the screen says so, and what to do; without a printer nothing is offered that can not come.
func TestT2TheNoticeDoesNotCome(t *testing.T) {
	h := newborn(t)
	h.paper.result = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
	h.tick("结婚证")
	h.send(kiosk.PrintNotice{})
	v := h.wait("the failure", func(v kiosk.View) bool {
		c, ok := v.Screen.(kiosk.Check)
		return ok && strings.Contains(c.Missing.Text, "没有打印出来")
	})
	if c := v.Screen.(kiosk.Check); c.Missing.Tone != kiosk.Caution || c.Print.Off {
		t.Errorf("says %+v, and again is %+v", c.Missing, c.Print)
	}
	h.paper.set(device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: time.Now()})
	if c := now[kiosk.Check](h); !c.Print.Off {
		t.Error("paper is offered by a printer that has none")
	}
	h.send(kiosk.PrintNotice{})
	now[kiosk.Check](h)
	if n := len(h.paper.printed()); n != 1 {
		t.Errorf("the printer was asked %d times", n)
	}
	h.send(kiosk.Next{})
	now[kiosk.Form](h)
}

// TestTicksFollowTheMaterial: another situation asks for other materials, and another service for its own; none of them is
// ticked or unticked because something else was.
func TestTicksFollowTheMaterial(t *testing.T) {
	h := newborn(t)
	h.tick("出生医学证明")
	h.send(kiosk.Back{})
	h.picks("born=home", "parents=unmarried")
	h.send(kiosk.Next{})
	h.tickAll()
	c := now[kiosk.Check](h)
	if yes, no := have(c); no != nil || !slices.Contains(yes, "出生医学证明（家中出生）") || !slices.Contains(yes, "非婚生育情况说明") || slices.Contains(yes, "结婚证") {
		t.Errorf("born at home the list has %v and lacks %v", yes, no)
	}
	h.send(kiosk.PrintNotice{})
	now[kiosk.Check](h)
	if n := len(h.paper.printed()); n != 0 {
		t.Errorf("a notice of nothing was printed")
	}
	h.send(kiosk.Back{})
	h.picks("born=hospital")
	h.send(kiosk.Next{})
	if _, no := have(now[kiosk.Check](h)); !slices.Equal(no, []string{"出生医学证明"}) {
		t.Errorf("back in the hospital the list lacks %v", no)
	}
	h.tick("父母双方的户口簿")
	h.send(kiosk.Home{}, kiosk.Choice{Service: "household-move"}, kiosk.Next{})
	h.picks("reason=house", "alone=alone")
	h.send(kiosk.Next{})
	if yes, no := have(now[kiosk.Check](h)); !slices.Equal(yes, []string{"本人身份证"}) || !slices.Contains(no, "本人户口簿") {
		t.Errorf("another service has %v and lacks %v", yes, no)
	}
}

// TestTheSituationDecides: its answers bring and take materials and questions, and what was answered under another one is
// not handed in.
func TestTheSituationDecides(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := equipped(t, box, nil)
	h.begins("social-card-replacement")
	h.send(kiosk.Next{})
	if f := now[kiosk.Form](h); f.Errors == "" || f.Fields[0].Error == "" {
		t.Errorf("without an answer it says %q and %q", f.Errors, f.Fields[0].Error)
	}
	h.picks("reason=lost")
	h.send(kiosk.Next{})
	if yes, _ := have(now[kiosk.Check](h)); !slices.Equal(yes, []string{"本人身份证"}) {
		t.Errorf("for a lost card the list has %v", yes)
	}
	h.send(kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"lost_on", "reported", "bank", "delivery"}) {
		t.Errorf("for a lost card it asks %v", got)
	}
	h.writes("lost_on", "19991101")
	h.picks("reported=yes", "bank=icbc", "delivery=counter")
	h.send(kiosk.Back{}, kiosk.Back{}, kiosk.Back{})
	if f := now[kiosk.Form](h); f.Heading != "旧卡怎么了？" || !f.Fields[0].Options[0].Chosen {
		t.Fatalf("back is %+v", f)
	}
	h.picks("reason=changed")
	h.send(kiosk.Next{})
	h.tickAll()
	if yes, _ := have(now[kiosk.Check](h)); !slices.Equal(yes, []string{"本人身份证", "旧社保卡", "户口簿"}) {
		t.Errorf("for a change the list has %v", yes)
	}
	h.send(kiosk.Next{}, kiosk.Next{})
	if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"bank", "delivery"}) {
		t.Errorf("for a change it asks %v", got)
	}
	h.send(kiosk.Next{})
	for _, g := range now[kiosk.Review](h).Groups {
		if strings.Contains(fmt.Sprint(g), "1999") {
			t.Errorf("the review shows %v", g)
		}
	}
	h.send(kiosk.Confirm{}, scrawl(), kiosk.Confirm{})
	h.wait("the receipt", printed)
	var sent struct {
		Form map[string]any `json:"form"`
	}
	if err := json.Unmarshal(<-box.seen, &sent); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"lost_on", "reported"} {
		if v, ok := sent.Form[hidden]; ok {
			t.Errorf("%s is handed in as %v", hidden, v)
		}
	}
	if sent.Form["reason"] != "changed" || sent.Form["bank"] != "icbc" {
		t.Errorf("handed in: %v", sent.Form)
	}
}

// scrawl is a stroke that is long enough for a signature.
func scrawl() kiosk.Write {
	return kiosk.Write{Stroke: kiosk.Stroke{{X: 100, Y: 100}, {X: 400, Y: 200, At: 200}, {X: 700, Y: 90, At: 400}}}
}
