package link

import (
	"math"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]Rate{"": 0, "0": 0, "64kbit": 64e3, "1mbit": 1e6, "2.5Mbit/s": 2.5e6, "9600bit": 9600, "1gbit": 1e9} {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"1", "mbit", "-1mbit", "0kbit", "1mb", "1MB/s", "inf bit", "nanbit", "infmbit", "5tbit", "1e30gbit"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestParseStatus(t *testing.T) {
	if got, err := ParseStatus("0.05=503"); err != nil || got != (StatusFault{0.05, 503}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "503", "0.05", "0.05=", "=503", "2=503", "-1=503", "0.1=200", "NaN=503", "0.1=five"} {
		if got, err := ParseStatus(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

// Each throw falls on one fault, and the shares are as wide as they say.
func TestPick(t *testing.T) {
	f := Faults{DropRequest: 0.125, DropReply: 0.125, CutBody: 0.125, Portal: 0.125, Redirect: 0.125, Status: []StatusFault{{0.125, 502}, {0.125, 503}}}
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	type fate struct {
		fault Fault
		code  int
	}
	met := map[fate]int{}
	const throws = 8 * 100
	for i := range throws {
		fault, code := f.Pick(float64(i) / throws)
		met[fate{fault, code}]++
	}
	for _, want := range []fate{{NoFault, 0}, {DropRequest, 0}, {DropReply, 0}, {CutBody, 0}, {Portal, 0}, {Redirect, 0}, {Status, 502}, {Status, 503}} {
		if met[want] != throws/8 {
			t.Errorf("%v %d: %d of %d throws", want.fault, want.code, met[want], throws)
		}
	}
	if fault, _ := (Faults{}).Pick(0); fault != NoFault {
		t.Errorf("without faults there is %v", fault)
	}
	if fault, _ := (Faults{DropReply: 1}).Pick(math.Nextafter(1, 0)); fault != DropReply {
		t.Errorf("a certain fault is %v", fault)
	}
}

// All connections together get the rate, an idle line saves nothing up, and a late timer is made up for.
func TestBucketIsSharedAndExact(t *testing.T) {
	b := bucket{rate: 8000} // a byte takes a millisecond
	at := func(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	for i, c := range []struct {
		n         int
		now, want int
	}{
		{110, 0, 100},       // the burst of 10 ms is there from the start
		{50, 0, 150},        // another connection's at the same time comes behind it
		{50, 155, 200},      // 5 ms late: they are not lost
		{20, 10_000, 10010}, // idle for long: no more than the burst is left
		{5, 20_000, 20_000}, // gone within it, but never before it came
	} {
		if got := b.take(c.n, at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%d: %d bytes at %d leave at %v, want %v", i, c.n, c.now, got.Sub(noon), at(c.want).Sub(noon))
		}
	}
	free := bucket{}
	if got := free.take(1<<30, noon); !got.Equal(noon) {
		t.Errorf("without a rate bytes leave %v later", got.Sub(noon))
	}
}

// Half the round trip each way, and the jitter above it; the same seed jitters the same.
func TestLaneDelays(t *testing.T) {
	plain := newLane(Shape{RTT: 50 * time.Millisecond}, 0)
	if leaves, arrives := plain.send(packet, noon); !leaves.Equal(noon) || arrives.Sub(noon) != 25*time.Millisecond {
		t.Errorf("leaves %v, arrives %v", leaves.Sub(noon), arrives.Sub(noon))
	}
	s := Shape{RTT: 50 * time.Millisecond, Jitter: 10 * time.Millisecond, Seed: 4}
	a, b := newLane(s, 0), newLane(s, 0)
	seen := map[time.Duration]bool{}
	for range 100 {
		_, one := a.send(1, noon)
		_, other := b.send(1, noon)
		d := one.Sub(noon)
		if d != other.Sub(noon) || d < 25*time.Millisecond || d > 35*time.Millisecond {
			t.Fatalf("delays %v and %v", d, other.Sub(noon))
		}
		seen[d] = true
	}
	if len(seen) < 50 {
		t.Errorf("only %d different delays of 100", len(seen))
	}
}
