package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

var otherKiosk = central.Kiosk{Hall: "44011", Number: "108"}

// A case is its kiosk's own: whatever another kiosk sends under its id is set aside, and neither case is touched.
func foreignKiosk(t *testing.T, b *bench) {
	id := newCase()
	e := entry(kiosk, 1, id, 1, central.EffectOpen)
	b.ingest(t, e)
	for i, foreign := range []central.Entry{
		entry(otherKiosk, 1, id, 2, central.EffectPrint), entry(otherKiosk, 1, id, 1, central.EffectOpen), entry(otherKiosk, 2, id, 7, central.EffectUnknown),
	} {
		if o := b.ingest(t, foreign)[0]; o.Status != wire.Conflict || o.Why == "" {
			t.Errorf("foreign item %d: %+v", i, o)
		}
	}
	c, err := b.Case(t.Context(), id)
	if err != nil || c.Items != 1 || len(c.Prints) != 0 || c.Kiosk != kiosk || c.ItemID != e.Item.ID {
		t.Errorf("case: %+v, %v", c, err)
	}
	if _, total, err := b.Cases(t.Context(), 0, 10); err != nil || total != 1 {
		t.Errorf("%d cases, %v", total, err)
	}
	change := central.Change{Kiosk: otherKiosk, CaseID: id, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}
	if _, err := b.Advance(t.Context(), change); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("advance in the other kiosk's name: %v", err)
	}
	// One that came before the case was opened waits in vain, and does not keep the owner out.
	id = newCase()
	if o := b.ingest(t, entry(otherKiosk, 1, id, 2, central.EffectPrint))[0]; o.Status != wire.Held {
		t.Errorf("before the case: %+v", o)
	}
	early := entry(otherKiosk, 2, id, 1, central.EffectUnknown)
	b.ingest(t, early)
	if o := b.ingest(t, entry(kiosk, 2, id, 1, central.EffectOpen))[0]; o.Status != wire.Stored {
		t.Errorf("the owner: %+v", o)
	}
	early.Effect = central.EffectOpen
	if o := b.ingest(t, early)[0]; o.Status != wire.Held || o.Alarm == "" {
		t.Errorf("understood after the owner came: %+v", o)
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Kiosk != kiosk || c.Items != 1 {
		t.Errorf("the owner's case: %+v, %v", c, err)
	}
}

// An id is its source's own: nobody can use up another's ids by guessing or overhearing them.
func foreignID(t *testing.T, b *bench) {
	mine := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	foreign := entry(otherKiosk, 1, "", 0, central.EffectNone)
	foreign.Item.ID = mine.Item.ID
	foreign.Digest = foreign.Item.Digest()
	out := b.ingest(t, foreign, mine)
	if out[0].Status != wire.Stored || out[1].Status != wire.Stored {
		t.Fatalf("the same id from two sources: %+v", out)
	}
	for _, e := range []central.Entry{foreign, mine} {
		row, err := b.Row(t.Context(), e.Item.Source, e.Item.ID)
		if err != nil || row.Entry.Digest != e.Digest {
			t.Errorf("row of %s: %+v, %v", e.Item.Source, row, err)
		}
	}
	if _, err := b.Row(t.Context(), "urn:hall:44011:109:01", mine.Item.ID); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("row of a third source: %v", err)
	}
}

func enrolmentCodes(t *testing.T, b *bench) {
	ctx := t.Context()
	code := central.EnrolCode{Handle: "7K", SecretHash: "right", Kiosk: kiosk, HallName: "大厅", Expires: b.at.Add(15 * time.Minute)}
	if err := b.SaveCode(ctx, b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	if err := b.SaveCode(ctx, b.at, code); !errors.Is(err, central.ErrExists) {
		t.Fatalf("same handle again: %v", err)
	}
	req := central.EnrolRequest{Handle: "7K", SecretHash: "right", Suite: "s", SignPublic: []byte("key a"), At: b.at, MaxTries: 5}
	with := func(f func(*central.EnrolRequest)) central.EnrolRequest {
		r := req
		f(&r)
		return r
	}
	for name, r := range map[string]central.EnrolRequest{
		"unknown": with(func(r *central.EnrolRequest) { r.Handle = "ZZ" }),
		"wrong":   with(func(r *central.EnrolRequest) { r.SecretHash = "wrong" }),
		"expired": with(func(r *central.EnrolRequest) { r.At = code.Expires }),
	} {
		if _, err := b.Enrol(ctx, r); !errors.Is(err, central.ErrCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dev, err := b.Enrol(ctx, req)
	if err != nil || dev.Number != 1 || dev.Incarnation != "01" || dev.HallName != "大厅" || dev.Kiosk != kiosk {
		t.Fatalf("enrol: %+v, %v", dev, err)
	}
	late := with(func(r *central.EnrolRequest) { r.At = code.Expires.Add(time.Hour) })
	for range 6 { // wrong guesses after it was used change nothing
		if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.SecretHash = "wrong" })); !errors.Is(err, central.ErrCode) {
			t.Errorf("wrong after use: %v", err)
		}
	}
	for _, r := range []central.EnrolRequest{req, late} {
		if again, err := b.Enrol(ctx, r); err != nil || again.Number != dev.Number {
			t.Errorf("same key again: %+v, %v", again, err)
		}
	}
	if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.SignPublic = []byte("key b") })); !errors.Is(err, central.ErrCode) {
		t.Errorf("used by another key: %v", err)
	}
	if d, err := b.Device(ctx, dev.Source().String()); err != nil || string(d.SignPublic) != "key a" {
		t.Errorf("device: %+v, %v", d, err)
	}
	if d, err := b.DeviceByNumber(ctx, 1); err != nil || d.Source() != dev.Source() {
		t.Errorf("by number: %+v, %v", d, err)
	}
	if _, err := b.DeviceByNumber(ctx, 2); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("unknown number: %v", err)
	}
	if d := b.enrol(t, kiosk); d.Incarnation != "02" || d.Number != 2 {
		t.Errorf("second incarnation: %+v", d)
	}

	code.Handle = "8K"
	if err := b.SaveCode(ctx, b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	for range 5 {
		if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.Handle, r.SecretHash = "8K", "wrong" })); !errors.Is(err, central.ErrCode) {
			t.Fatalf("wrong: %v", err)
		}
	}
	if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.Handle = "8K" })); !errors.Is(err, central.ErrCode) {
		t.Errorf("right after five wrong: %v", err)
	}
}

func concurrentEnrolment(t *testing.T, b *bench) {
	code := central.EnrolCode{Handle: "7K", SecretHash: "right", Kiosk: kiosk, Expires: b.at.Add(time.Minute)}
	if err := b.SaveCode(t.Context(), b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = b.Enrol(t.Context(), central.EnrolRequest{Handle: "7K", SecretHash: "right", SignPublic: []byte{byte(i)}, At: b.at, MaxTries: 5})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, central.ErrCode) {
			t.Errorf("enrol: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("one code enrolled %d devices", won)
	}
}
