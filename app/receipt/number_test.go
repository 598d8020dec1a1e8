package receipt_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onedoor/app/receipt"
)

func TestNumberHasTheParts(t *testing.T) {
	got, err := receipt.Numbers{Hall: "44011", Kiosk: "107", Incarnation: "02", Salt: 7}.Number(4711)
	if err != nil {
		t.Fatal(err)
	}
	if want := "440111070200471107"; got[:18] != want {
		t.Errorf("number %s does not begin with %s", got, want)
	}
	if _, err := receipt.ParseNumber(got); err != nil {
		t.Errorf("own number %s: %v", got, err)
	}
}

// TestNumberCheckDigits proves what MOD 97-10 promises: every single wrong digit and every swap of neighbours is found.
func TestNumberCheckDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := receipt.Numbers{
			Hall: rapid.StringMatching(`[0-9]{5}`).Draw(t, "hall"), Kiosk: rapid.StringMatching(`[0-9]{3}`).Draw(t, "kiosk"),
			Incarnation: rapid.StringMatching(`[0-9]{2}`).Draw(t, "incarnation"), Salt: uint8(rapid.IntRange(0, 99).Draw(t, "salt")),
		}
		n, err := g.Number(uint32(rapid.IntRange(1, receipt.MaxRunning).Draw(t, "n")))
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, receipt.NumberLength-1).Draw(t, "place")
		d := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if d != n[i] {
			if _, err := receipt.ParseNumber(n[:i] + string(d) + n[i+1:]); !errors.Is(err, receipt.ErrNumber) {
				t.Fatalf("%s with digit %d as %c passes", n, i, d)
			}
		}
		if i > 0 && n[i] != n[i-1] {
			if _, err := receipt.ParseNumber(n[:i-1] + string(n[i]) + string(n[i-1]) + n[i+1:]); !errors.Is(err, receipt.ErrNumber) {
				t.Fatalf("%s with places %d and %d swapped passes", n, i-1, i)
			}
		}
	})
}

func TestParseNumberAcceptsGroups(t *testing.T) {
	n, err := receipt.Numbers{Hall: "44011", Kiosk: "001", Incarnation: "01"}.Number(1)
	if err != nil {
		t.Fatal(err)
	}
	grouped := n[:4] + " " + n[4:8] + "-" + n[8:]
	if got, err := receipt.ParseNumber(grouped); err != nil || got != n {
		t.Errorf("ParseNumber(%q) = %q, %v; want %q", grouped, got, err, n)
	}
	if _, err := receipt.ParseNumber(strings.Repeat("1", 19)); !errors.Is(err, receipt.ErrNumber) {
		t.Errorf("19 digits: %v", err)
	}
}

func TestNumberEndsWithTheIncarnation(t *testing.T) {
	g := receipt.Numbers{Hall: "44011", Kiosk: "001", Incarnation: "01"}
	for _, n := range []uint32{0, receipt.MaxRunning + 1} {
		if got, err := g.Number(n); err == nil {
			t.Errorf("running number %d gave %s", n, got)
		}
	}
}
