package node_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
	"onedoor/cmd/kiosk/node"
	"onedoor/cmd/kiosk/node/nodetest"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// staffed gives the hall a pepper, and starts the kiosk with an invented supervisor.
func (w *world) staffed(restart func()) {
	w.Helper()
	var members []wire.Member
	w.file.Staff.Pepper, members = nodetest.Members(w, "704913", wire.Member{ID: "s1", Name: "李四维", Role: string(audit.Supervisor)})
	var tail node.Tail
	n, err := node.Start(context.Background(), node.Config{File: w.file, Now: time.Now, StopLimit: limit, Show: func(v kiosk.View) { w.views <- v },
		Logger: slog.New(slog.NewJSONHandler(&tail, nil)), Restart: restart, Tail: &tail})
	if err != nil {
		w.Fatal(err)
	}
	w.node = n
	if err := n.Outbox().ApplyFeed(context.Background(), outbox.FeedUpdate{Epoch: "e1", Cursor: "c1",
		Roster: &wire.Roster{Hall: "44011", Epoch: "e1", Version: 1, Members: members},
		Mark:   &wire.RosterMark{Hall: "44011", Epoch: "e1", Version: 1, At: time.Now().UTC().Format(time.RFC3339)}}); err != nil {
		w.Fatal(err)
	}
}

// TestStaffAtTheKiosk: over the real ports, HTTP and central: sign in, see the steps to central, print a page, take the machine
// out of service, and restart it. It is out of service then.
func TestStaffAtTheKiosk(t *testing.T) {
	w := build(t)
	restarted := make(chan struct{})
	w.staffed(func() { close(restarted) })
	w.until("the attract screen", on[kiosk.Attract])
	send := w.node.Kiosk.Send
	nodetest.Knock(w.node.Kiosk)
	w.until("the sign-in", on[kiosk.StaffSignIn])
	nodetest.Type(w.node.Kiosk, "s1")
	send(kiosk.Done{})
	nodetest.Type(w.node.Kiosk, "704913")
	send(kiosk.Next{})
	w.until("the overview", on[kiosk.Staff])
	says := func(what, words string) {
		w.Helper()
		w.until(what, func(v kiosk.View) bool {
			s, ok := v.Screen.(kiosk.Staff)
			if !ok {
				return false
			}
			all := s.Summary.Text
			for _, c := range s.Cards {
				all += "\n" + strings.Join(c.Lines, "\n")
			}
			return strings.Contains(all, words)
		})
	}
	send(kiosk.Section{ID: "devices"})
	w.until("the devices", func(v kiosk.View) bool { s, ok := v.Screen.(kiosk.Staff); return ok && s.Heading == "设备" })
	send(kiosk.Act{ID: "test", Subject: "network"})
	says("the last step", "中心平台：通")
	send(kiosk.Act{ID: "page"})
	if p := w.paper(); len(p.Bytes) == 0 {
		t.Error("no test page came out")
	}
	says("that it was printed", "打印好了")
	send(kiosk.Section{ID: "settings"})
	send(kiosk.Act{ID: "out-of-service"})
	send(kiosk.Act{ID: "choose", Subject: "out.notice.maintenance"})
	says("that it is closed", "本机已停用")
	send(kiosk.Act{ID: "restart"})
	send(kiosk.Act{ID: "choose", Subject: "backroom.restart.do"})
	<-restarted
	w.stop()
	w.start()
	w.until("out of service", func(v kiosk.View) bool {
		o, ok := v.Screen.(kiosk.OutOfService)
		return ok && strings.Contains(o.Help, "检修") && strings.Contains(o.Code, "KIOSK-CLOSED")
	})
	w.stop()
	found := map[audit.Kind]int{}
	if err := audit.Read(filepath.Join(w.file.Data, "audit"), func(e audit.Entry) error { found[e.Event]++; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []audit.Kind{audit.KindSignIn, audit.KindDeviceTested, audit.KindOutOfService, audit.KindRestarted} {
		if found[kind] == 0 {
			t.Errorf("the log has no entry of %s: %v", kind, found)
		}
	}
}
