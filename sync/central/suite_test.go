package central_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// The suite is chosen when the keys are made, and stays with them.
func TestKeysRememberTheirSuite(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		dir := t.TempDir()
		made, err := central.OpenKeys(dir, suite, true)
		if err != nil || made.Suite != suite.Name() {
			t.Fatalf("made for %q, %v", made.Suite, err)
		}
		if again, err := central.OpenKeys(dir, nil, true); err != nil || again.Suite != suite.Name() || again.SealID != made.SealID {
			t.Errorf("opened without a word about the suite: %q, %v", again.Suite, err)
		}
		for _, other := range item.Suites() {
			if _, err := central.OpenKeys(dir, other, true); (err == nil) != (other.Name() == suite.Name()) {
				t.Errorf("opened for %s: %v", other.Name(), err)
			}
		}
		path := filepath.Join(dir, central.KeysFile)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(raw), suite.Name(), "rot13", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := central.OpenKeys(dir, nil, true); !errors.Is(err, item.ErrSuite) {
			t.Errorf("keys of a suite that is not known: %v", err)
		}
	})
	if made, err := central.OpenKeys(t.TempDir(), nil, true); err != nil || made.Suite != item.Default().Name() {
		t.Errorf("new keys without a word about the suite: %q, %v", made.Suite, err)
	}
}

// A kiosk that asks with another suite is told so, and may ask again with the same code.
func TestEnrolmentNamesTheSuite(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		code := h.newCode("107")
		for _, other := range item.Suites() {
			if other.Name() == suite.Name() {
				continue
			}
			for range 10 {
				key := newKey(t, other)
				e, err := wire.NewEnrolment(other, code, key.private, key.public)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := wire.Enrol(t.Context(), h.http.URL, wire.HTTPOptions{}, other, e); !refusedWith(err, 422, wire.ProblemSuite) {
					t.Errorf("enrolled with %s: %v", other.Name(), err)
				}
			}
		}
		if dev, err := h.redeem(code, newKey(t, suite)); err != nil || dev.Suite != suite.Name() {
			t.Errorf("enrolled with the right suite: %+v, %v", dev, err)
		}
	})
}
