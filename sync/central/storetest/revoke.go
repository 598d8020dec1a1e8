package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// A revocation is of the devices that are there, keeps its first time and reason, and touches nothing that they sent.
func revocation(t *testing.T, b *bench) {
	ctx := t.Context()
	first, other, second := b.enrol(t, kiosk), b.enrol(t, otherKiosk), b.enrol(t, kiosk)
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, e)
	for _, r := range []central.Revocation{
		{Kiosk: central.Kiosk{Hall: "44011", Number: "109"}, At: b.at, Reason: "x"}, {Kiosk: kiosk, Incarnation: "03", At: b.at, Reason: "x"},
	} {
		if list, err := b.Revoke(ctx, r); !errors.Is(err, central.ErrNotFound) || len(list) != 0 {
			t.Errorf("revoked what is not there: %+v, %v", list, err)
		}
	}
	list, err := b.Devices(ctx, 0, 10)
	same(t, "before", list, err, first, other, second)

	// The former incarnation alone: the present one goes on.
	mine, others := b.Changed(kiosk), b.Changed(otherKiosk)
	first.RevokedAt, first.RevokedFor = b.at, "机器被盗 \"x\" \\"
	list, err = b.Revoke(ctx, central.Revocation{Kiosk: kiosk, Incarnation: "01", At: b.at, Reason: first.RevokedFor})
	same(t, "the former incarnation", list, err, first)
	select {
	case <-mine:
	case <-time.After(10 * time.Second):
		t.Error("whoever waits for the kiosk was not woken")
	}
	select {
	case <-others:
		t.Error("another kiosk was woken")
	default:
	}
	if d, err := b.Device(ctx, second.Source().String()); err != nil || d.Revoked() {
		t.Errorf("the later incarnation: %+v, %v", d, err)
	}

	// All, twice: the first word stands.
	later := b.at.Add(time.Hour)
	second.RevokedAt, second.RevokedFor = later, "retired"
	for i, reason := range []string{"retired", "again"} {
		list, err = b.Revoke(ctx, central.Revocation{Kiosk: kiosk, At: later.Add(time.Duration(i) * time.Hour), Reason: reason})
		same(t, "all, "+reason, list, err, first, second)
	}
	b.reopen(t)
	third := b.enrol(t, kiosk)
	if third.Incarnation != "03" || third.Revoked() {
		t.Errorf("enrolled after it: %+v", third)
	}
	list, err = b.Devices(ctx, 0, 10)
	same(t, "after", list, err, first, other, second, third)
	list, err = b.Devices(ctx, 1, 2)
	same(t, "page", list, err, other, second)
	list, err = b.Devices(ctx, 65535, 2)
	same(t, "behind the last", list, err)
	if d, err := b.DeviceByNumber(ctx, first.Number); err != nil || !reflect.DeepEqual(d, first) {
		t.Errorf("by number: %+v, %v", d, err)
	}
	if o := b.ingest(t, e)[0]; o.Status != wire.Duplicate || o.Position != 1 {
		t.Errorf("what it had sent: %+v", o)
	}

	// A device that was revoked does not get its papers again by the code that made it.
	code := central.EnrolCode{Handle: "7K", SecretHash: "right", Kiosk: otherKiosk, Expires: b.at.Add(time.Minute)}
	if err := b.SaveCode(ctx, b.at, code); err != nil {
		t.Fatalf("save code: %v", err)
	}
	req := central.EnrolRequest{Handle: "7K", SecretHash: "right", Suite: "s", SignPublic: []byte("key"), At: b.at, MaxTries: 5}
	if _, err := b.Enrol(ctx, req); err != nil {
		t.Fatalf("enrol: %v", err)
	}
	if _, err := b.Revoke(ctx, central.Revocation{Kiosk: otherKiosk, At: b.at, Reason: "x"}); err != nil {
		t.Fatalf("revoke: %v", err)
	}
	if d, err := b.Enrol(ctx, req); !errors.Is(err, central.ErrCode) {
		t.Errorf("the code of a revoked device: %+v, %v", d, err)
	}
}

func same(t *testing.T, what string, got []central.Device, err error, want ...central.Device) {
	t.Helper()
	if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v, want %+v", what, got, err, want)
	}
}

// Whoever enrols while its kiosk is revoked is either among the revoked or there afterwards, never half of both.
func concurrentRevocation(t *testing.T, b *bench) {
	b.enrol(t, kiosk)
	const rounds = 8
	for i := range rounds {
		code := central.EnrolCode{Handle: fmt.Sprintf("%02d", i), SecretHash: "right", Kiosk: kiosk, Expires: b.at.Add(time.Minute)}
		if err := b.SaveCode(t.Context(), b.at, code); err != nil {
			t.Fatalf("save code: %v", err)
		}
	}
	said := make([][]central.Device, rounds)
	errs := make([]error, 2*rounds)
	var wg sync.WaitGroup
	for i := range rounds {
		wg.Go(func() {
			_, errs[2*i] = b.Enrol(t.Context(), central.EnrolRequest{Handle: fmt.Sprintf("%02d", i), SecretHash: "right", SignPublic: []byte{byte(i)}, At: b.at, MaxTries: 5})
		})
		wg.Go(func() {
			said[i], errs[2*i+1] = b.Revoke(t.Context(), central.Revocation{Kiosk: kiosk, At: b.at.Add(time.Duration(i+1) * time.Second), Reason: fmt.Sprint(i)})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	now, err := b.Devices(t.Context(), 0, 100)
	if err != nil || len(now) != rounds+1 {
		t.Fatalf("%d devices, %v", len(now), err)
	}
	most := 0
	for _, list := range said {
		for n, dev := range list {
			if !reflect.DeepEqual(dev, now[n]) {
				t.Errorf("said %+v, is %+v", dev, now[n])
			}
		}
		most = max(most, len(list))
	}
	for n, dev := range now {
		if dev.Revoked() != (n < most) {
			t.Errorf("device %d of %d revoked: %+v", n+1, most, dev)
		}
	}
}
