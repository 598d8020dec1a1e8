package kiosk_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	calls "onedoor/app/hall"
	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// helpdesk is where calls go: the real list, and whether anybody looks.
type helpdesk struct {
	calls.Calls
	mu       sync.Mutex
	attended bool
	err      error
}

func (d *helpdesk) Place(at calls.Place) (calls.Call, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return calls.Call{}, d.err
	}
	return d.Calls.Place(at, time.Now()), nil
}
func (d *helpdesk) Withdraw(id uint64, left bool) { d.Calls.Withdraw(id, left, time.Now()) }
func (d *helpdesk) Attended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attended
}
func (d *helpdesk) set(attended bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attended, d.err = attended, err
}

func helped(t *testing.T) (*hall, *helpdesk) {
	t.Helper()
	box, _ := newOutbox(t)
	d := &helpdesk{attended: true}
	h := open(t, box, func(c *kiosk.Config) {
		c.Helpdesk = d
		c.Site.Counter = text.Local{text.Chinese: "大门左边的 3 号窗口", text.English: "counter 3, left of the entrance"}
	})
	return h, d
}

// panel waits for the help panel to have a heading.
func (h *hall) panel(heading string) kiosk.HelpPanel {
	h.Helper()
	v := h.wait("the panel "+heading, func(v kiosk.View) bool { return v.Frame.Help != nil && v.Frame.Help.Heading == heading })
	return *v.Frame.Help
}

// tool is the label of the help button.
func tool(v kiosk.View) string { return v.Frame.Tools[len(v.Frame.Tools)-1].Label }

// TestStaffAreCalled: the screen says that staff were called, then that they come and since when, for as long as it is so.
func TestStaffAreCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := helped(t)
		h.patience = time.Hour
		h.fill()
		h.send(kiosk.Help{})
		p := h.panel("需要帮忙？")
		if p.Call.Intent != (kiosk.CallStaff{}) || p.Calling || p.Close.Label == "" {
			t.Errorf("the panel offers %+v", p)
		}
		h.send(kiosk.CallStaff{}, kiosk.CallStaff{})
		p = h.panel("已经呼叫工作人员")
		if p.Call.Intent != (kiosk.CallOff{}) || !p.Calling || strings.Contains(p.Text, "3 号窗口") {
			t.Errorf("called, the panel is %+v", p)
		}
		list := d.List()
		if len(list) != 1 || list[0].Place != (calls.Place{Kiosk: "107", Service: "residence-permit", Step: "review"}) {
			t.Fatalf("the calls are %+v", list)
		}
		h.send(kiosk.Help{})
		h.wait("the button says so", func(v kiosk.View) bool { return v.Frame.Help == nil && tool(v) == "已呼叫" })
		h.send(kiosk.Back{})
		screen[kiosk.Form](h)
		if call, _ := d.Call(1); call.Place.Step != "fill" {
			t.Errorf("the call stays at %q", call.Place.Step)
		}
		h.send(kiosk.Help{})
		p = h.panel("还没有人应答") // a minute has gone by
		if call, _ := d.Call(1); time.Since(call.Since) < time.Minute {
			t.Errorf("after %s", time.Since(call.Since))
		}
		if !strings.Contains(p.Text, "大门左边的 3 号窗口") || !strings.Contains(p.Text, "12345") || !p.Calling {
			t.Errorf("unanswered, the panel is %+v", p)
		}
		if _, err := d.Answer(1, "1003", time.Now()); err != nil {
			t.Fatal(err)
		}
		if p = h.panel("工作人员马上过来"); !strings.HasPrefix(p.Text, "刚刚答复") {
			t.Errorf("answered, the panel says %q", p.Text)
		}
		h.wait("two minutes later", func(v kiosk.View) bool {
			return v.Frame.Help != nil && strings.HasPrefix(v.Frame.Help.Text, "2 分钟前答复")
		})
		h.send(kiosk.Language{To: text.English})
		h.panel("Staff are on the way")
		if _, err := d.Finish(1, time.Now()); err != nil {
			t.Fatal(err)
		}
		h.wait("the offer", func(v kiosk.View) bool { return v.Frame.Help != nil && !v.Frame.Help.Calling && tool(v) == "Help" })
	})
}

// TestACallEndsWithTheVisit, however that ends, and when the citizen takes it back.
func TestACallEndsWithTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := helped(t)
		h.patience = time.Hour
		state := func(id uint64) calls.CallState { call, _ := d.Call(id); return call.State }
		screen[kiosk.Attract](h)
		h.send(kiosk.Start{}, kiosk.Help{}, kiosk.CallStaff{})
		h.panel("已经呼叫工作人员")
		h.send(kiosk.CallOff{})
		h.panel("需要帮忙？")
		if state(1) != calls.CallWithdrew {
			t.Errorf("taken back, the call is %s", state(1))
		}
		h.send(kiosk.CallStaff{})
		h.panel("已经呼叫工作人员")
		h.send(kiosk.Abandon{})
		screen[kiosk.Attract](h)
		if state(2) != calls.CallLeft {
			t.Errorf("after leaving, the call is %s", state(2))
		}
		h.send(kiosk.Help{}, kiosk.CallStaff{})
		h.panel("已经呼叫工作人员")
		if call, _ := d.Call(3); call.Place != (calls.Place{Kiosk: "107", Step: "attract"}) {
			t.Errorf("without a visit the call is at %+v", call.Place)
		}
		h.wait("nobody is here any more", func(v kiosk.View) bool { return v.Frame.Help == nil })
		if state(3) != calls.CallLeft {
			t.Errorf("of somebody who went away, the call is %s", state(3))
		}
		h.send(kiosk.Start{}, kiosk.Help{}, kiosk.CallStaff{})
		h.panel("已经呼叫工作人员")
		h.cancel()
		<-h.ended
		if state(4) != calls.CallLeft {
			t.Errorf("after the kiosk's end, the call is %s", state(4))
		}
	})
}

// TestNobodyIsSaidToBeCalled who was not.
func TestNobodyIsSaidToBeCalled(t *testing.T) {
	h, d := helped(t)
	d.set(false, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Help{}, kiosk.CallStaff{})
	if p := h.panel("已经记下您的呼叫"); !strings.Contains(p.Text, "大门左边的 3 号窗口") || !strings.Contains(p.Text, "12345") {
		t.Errorf("nobody looks, and the panel says %q", p.Text)
	}
	d.set(true, nil)
	h.panel("已经呼叫工作人员")
	h.send(kiosk.CallOff{})
	h.panel("需要帮忙？")
	d.set(false, errors.New("no console"))
	h.send(kiosk.CallStaff{})
	p := h.panel("没有叫到工作人员")
	if p.Calling || p.Call.Intent != (kiosk.CallStaff{}) || !strings.Contains(p.Text, "大门左边的 3 号窗口") {
		t.Errorf("not called, the panel is %+v", p)
	}
	d.set(true, nil)
	h.send(kiosk.CallStaff{})
	h.panel("已经呼叫工作人员")
}

// TestWithoutAHelpdesk nobody can be called, and nothing is said of it.
func TestWithoutAHelpdesk(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.CallStaff{}, kiosk.Help{})
	p := h.panel("需要帮忙？")
	if p.Call != (kiosk.Button{}) || !strings.Contains(p.Text, "举手") {
		t.Errorf("the panel is %+v", p)
	}
}

// TestStanding: staff are told of service and step, and of nobody.
func TestStanding(t *testing.T) {
	h, _ := helped(t)
	h.fill()
	at := h.kiosk.Standing()
	if !at.Visit || at.At != (calls.Place{Kiosk: "107", Service: "residence-permit", Step: "review"}) || at.Since.IsZero() {
		t.Errorf("stands at %+v", at)
	}
	h.send(kiosk.Confirm{})
	h.wait("the receipt", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	if at := h.kiosk.Standing(); at.Visit || at.At.Service != "" {
		t.Errorf("afterwards stands at %+v", at)
	}
}

// TestStaffAtTheKioskEndACall: with staff at the machine nobody waits for them any more.
func TestStaffAtTheKioskEndACall(t *testing.T) {
	r := openRoom(t, nil)
	r.help.set(true, nil)
	screen[kiosk.Attract](r.hall)
	r.send(kiosk.Help{}, kiosk.CallStaff{})
	r.panel("已经呼叫工作人员")
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	if call, ok := r.help.Call(1); !ok || call.State != calls.CallLeft {
		t.Errorf("the call is %+v", call)
	}
	if at := r.kiosk.Standing(); at.Visit || at.At.Step != "operator" {
		t.Errorf("stands at %+v", at)
	}
}
