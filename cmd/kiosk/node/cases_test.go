package node_test

import (
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/sync/wire"
)

// listed lays a card down at 查进度 and waits for a list that satisfies cond.
func (w *world) listed(card, what string, cond func(kiosk.CaseList) bool) kiosk.CaseList {
	w.Helper()
	w.until("the attract screen", on[kiosk.Attract])
	w.node.Kiosk.Send(kiosk.Start{})
	w.until("the menu", on[kiosk.Menu])
	w.node.Kiosk.Send(kiosk.Open{What: kiosk.Follow})
	w.until("the question for a number", on[kiosk.Track])
	if err := w.hall.Tray.Lay(card); err != nil {
		w.Fatal(err)
	}
	return w.until(what, func(v kiosk.View) bool { l, ok := v.Screen.(kiosk.CaseList); return ok && cond(l) }).Screen.(kiosk.CaseList)
}

func (w *world) ends() {
	w.Helper()
	w.node.Kiosk.Send(kiosk.Abandon{})
	w.until("the goodbye", on[kiosk.Goodbye])
	w.hall.Tray.Lift()
}

// TestACardListsItsCases: over the real ports, HTTP and central. A kiosk that was started anew knows a card's cases from
// central alone; without a link it knows those that it accepted since.
func TestACardListsItsCases(t *testing.T) {
	w := build(t)
	w.start()
	done := w.submit("card-1")
	w.pageUntil(done.QR, "<h1>已送达</h1>")
	w.leave()
	w.stop()
	if _, err := w.central.Advance(t.Context(), strings.ReplaceAll(done.Number, " ", ""), wire.StageReturned, "", ""); err != nil {
		t.Fatal(err)
	}
	w.start()
	l := w.listed("card-1", "central's list", func(l kiosk.CaseList) bool {
		return len(l.Cases) > 0 && strings.Contains(l.Note.Text, "这是中心在")
	})
	if len(l.Cases) != 1 || !strings.Contains(l.Cases[0].Text, done.Number) || l.Cases[0].Title != "高龄津贴申领" || l.Cases[0].Badge != "需要您补充材料" {
		t.Errorf("the list is %+v", l)
	}
	w.node.Kiosk.Send(l.Cases[0].Intent)
	if p := w.until("its progress", on[kiosk.Progress]).Screen.(kiosk.Progress); p.Number != done.Number || p.Rate.Intent == nil {
		t.Errorf("its progress is %+v", p)
	}
	w.ends()
	if l := w.listed("card-2", "an empty list", func(l kiosk.CaseList) bool { return strings.Contains(l.Note.Text, "的记录里没有您的办件") }); len(l.Cases) != 0 {
		t.Errorf("somebody else's card lists %+v", l)
	}
	w.ends()

	w.stop()
	w.hall.Link.Cut()
	w.start()
	fresh := w.submit("card-1")
	w.leave()
	l = w.listed("card-1", "this machine's list", func(l kiosk.CaseList) bool { return strings.Contains(l.Note.Text, "断开") })
	if len(l.Cases) != 1 || !strings.Contains(l.Cases[0].Text, fresh.Number) {
		t.Errorf("offline the list is %+v", l)
	}
	w.hall.Link.Restore()
	w.node.Kiosk.Send(kiosk.Again{})
	l = w.until("both", func(v kiosk.View) bool {
		l, ok := v.Screen.(kiosk.CaseList)
		return ok && len(l.Cases) == 2 && strings.Contains(l.Note.Text, "这是中心在")
	}).Screen.(kiosk.CaseList)
	if !strings.Contains(l.Cases[0].Text, fresh.Number) || !strings.Contains(l.Cases[1].Text, done.Number) {
		t.Errorf("with the link back the list is %+v", l)
	}
	w.ends()
}
