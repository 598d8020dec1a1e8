package kiosk

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// What a machine accepted lately is found by the number of the card for a day, the newest first, and no other person's with
// it; it is bounded, and holds no number.
func TestRecentCases(t *testing.T) {
	const zhang, li = "110101190001010014", "11010119000101003X"
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	r := newRecent()
	want := func(card string, now time.Time, numbers ...string) {
		t.Helper()
		if got := r.of([]byte(card), now); !slices.Equal(got, numbers) {
			t.Errorf("of %s at %v: %v, want %v", card, now, got, numbers)
		}
	}
	want(zhang, at)
	r.add([]byte(zhang), "1", at)
	r.add([]byte(li), "2", at.Add(time.Hour))
	r.add([]byte(zhang), "3", at.Add(2*time.Hour))
	want(zhang, at.Add(2*time.Hour), "3", "1")
	want(li, at.Add(2*time.Hour), "2")
	want(zhang[:17], at.Add(2*time.Hour))
	want(zhang, at.Add(recentAge-1), "3", "1")
	want(zhang, at.Add(recentAge), "3")
	want(zhang, at.Add(2*time.Hour).Add(recentAge))
	for n := range recentMost + 50 {
		r.add([]byte(zhang), fmt.Sprint(n), at)
	}
	if got := r.of([]byte(zhang), at); len(got) != recentMost || got[0] != fmt.Sprint(recentMost+49) || got[recentMost-1] != "50" {
		t.Errorf("%d are kept, from %s to %s", len(got), got[len(got)-1], got[0])
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&r.cases[0])), len(r.cases)*int(unsafe.Sizeof(r.cases[0])))
	if bytes.Contains(raw, []byte(zhang)) || bytes.Contains(r.key[:], []byte(zhang[:8])) {
		t.Error("a number is held")
	}
	if other := newRecent(); other.holder([]byte(zhang)) == r.holder([]byte(zhang)) {
		t.Error("another start hashes the same")
	}
}
