package node_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/app/staff"
	"onedoor/cmd/kiosk/node/nodetest"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// What central says of the hall's staff holds at the kiosk at once, and without a link; its audit log says what happened, and
// its checkpoint reaches central.
func TestStaffOfCentralSignInAtTheKiosk(t *testing.T) {
	w := build(t)
	const pin = "730594"
	pepper, members := nodetest.Members(t, pin, wire.Member{ID: "wang-li", Name: "王丽", Role: "attendant"})
	w.file.Staff.Pepper = pepper
	version := uint64(0)
	says := func(m wire.Member) {
		t.Helper()
		r, err := w.store.SaveRoster(t.Context(), central.RosterChange{Hall: "44011", IfVersion: version, At: time.Now(), Members: []wire.Member{m}})
		if err != nil {
			t.Fatal(err)
		}
		version = r.Version
	}
	member := members[0]
	w.start()
	says(member)
	w.eventually("the roster", func() bool {
		st, err := w.node.Staff.Status(t.Context())
		return err == nil && st.Members == 1 && !st.Old
	})
	w.hall.Link.Set(false)
	ses, err := w.node.Staff.SignIn(t.Context(), staff.Kiosk, "wang-li", []byte(pin))
	if err != nil {
		t.Fatalf("sign in without a link: %v", err)
	}
	if _, err := w.node.Staff.SignIn(t.Context(), staff.Console, "wang-li", []byte("000000")); !errors.Is(err, staff.ErrWrong) {
		t.Errorf("wrong PIN: %v", err)
	}
	says(wire.Member{ID: "wang-li", Name: "王丽", Role: "attendant", Revoked: true})
	if _, err := w.node.Staff.Use(staff.Kiosk, ses.Token); err != nil {
		t.Errorf("before the revocation is here: %v", err)
	}
	w.hall.Link.Set(true)
	select {
	case <-ses.Done():
	case <-time.After(limit):
		t.Fatal("the revocation does not end the session")
	}
	if _, err := w.node.Staff.SignIn(t.Context(), staff.Kiosk, "wang-li", []byte(pin)); !errors.Is(err, staff.ErrWrong) {
		t.Errorf("revoked: %v", err)
	}
	w.stop()

	id, err := config.LoadIdentity(w.file.Data)
	if err != nil {
		t.Fatal(err)
	}
	public, err := item.Default().SignPublic(id.SignPrivate)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(w.file.Data, "audit")
	whole := func() audit.Report {
		t.Helper()
		rows, err := w.store.Checkpoints(t.Context(), id.Device.Source().String(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var held []wire.Checkpoint
		for _, r := range rows {
			held = append(held, r.Checkpoint)
		}
		r, err := audit.Verify(t.Context(), audit.VerifyConfig{Dir: dir, Source: id.Device.Source(), Suite: item.Default(), Public: public, Central: held})
		if err != nil {
			t.Fatal(err)
		}
		if r.Finding != nil {
			t.Fatalf("found %+v", *r.Finding)
		}
		return r
	}
	whole()
	got := map[string]int{}
	if err := audit.Read(dir, func(e audit.Entry) error {
		got[string(e.Event)+" "+string(e.Disposition)+" "+string(e.Detail)]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"started ok ": 1, "stopped ok ": 1, "catalogue ok ": 1, "configured ok ": 1, "roster ok ": 2, "sign-in ok kiosk": 1,
		"sign-in failed wrong-pin": 1, "sign-in failed revoked-id": 1, "revoked ok ": 1, "session-ended ok revoked": 1} {
		if got[what] != n {
			t.Errorf("%q is logged %d times, want %d, in %v", what, got[what], n, got)
		}
	}
	w.start() // the last checkpoint leaves with the next start
	w.eventually("the checkpoint at central", func() bool {
		rows, err := w.store.Checkpoints(t.Context(), id.Device.Source().String(), 0, 100)
		return err == nil && len(rows) == 1
	})
	w.stop()
	if r := whole(); r.Central != 1 {
		t.Errorf("report: %+v", r)
	}
}

// eventually waits for what happens beside the test.
func (w *world) eventually(what string, cond func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.Fatalf("waited in vain for %s", what)
		}
	}
}

// wantLogged insists on one entry of each kind, about one and the same case.
func (w *world) wantLogged(kinds ...audit.Kind) {
	w.Helper()
	var subjects []string
	err := audit.Read(filepath.Join(w.file.Data, "audit"), func(e audit.Entry) error {
		if slices.Contains(kinds, e.Event) && e.Disposition == audit.Done {
			subjects = append(subjects, e.Subject)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	if len(subjects) != len(kinds) || len(slices.Compact(subjects)) != 1 || !strings.HasPrefix(subjects[0], "case/4401110701") {
		w.Errorf("logged are %v, want %v of one case", subjects, kinds)
	}
}
