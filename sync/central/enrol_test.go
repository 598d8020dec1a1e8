package central_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// keyPair is a device's key before it is enrolled.
type keyPair struct{ private, public []byte }

func newKey(t *testing.T, suite item.Suite) keyPair {
	t.Helper()
	private, public, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{private, public}
}

func (h *hall) newCode(number string) string {
	h.t.Helper()
	code, _, err := h.server.NewEnrolCode(h.t.Context(), central.Kiosk{Hall: "44011", Number: number}, "大厅")
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

func (h *hall) redeem(code string, key keyPair) (wire.Device, error) {
	h.t.Helper()
	e, err := wire.NewEnrolment(h.suite, code, key.private, key.public)
	if err != nil {
		h.t.Fatal(err)
	}
	return wire.Enrol(h.t.Context(), h.http.URL, wire.HTTPOptions{}, h.suite, e)
}

func refusedWith(err error, status int, kind string) bool {
	var p *wire.ProblemError
	return errors.As(err, &p) && p.Status == status && (kind == "" || p.Problem.Type == kind)
}

// wrongCode is code with another secret behind the same handle.
func wrongCode(code string) string {
	last := byte('0')
	if code[len(code)-1] == last {
		last = '1'
	}
	return code[:len(code)-1] + string(last)
}

func TestEnrolmentCodeHasFiveTries(t *testing.T) { eachSuite(t, testEnrolmentCodeHasFiveTries) }

func testEnrolmentCodeHasFiveTries(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	key := newKey(t, h.suite)
	code := h.newCode("107")
	for range 4 {
		if _, err := h.redeem(wrongCode(code), key); !refusedWith(err, 403, wire.ProblemCode) {
			t.Fatalf("wrong code: %v", err)
		}
	}
	if _, err := h.redeem(code, key); err != nil {
		t.Errorf("right after four wrong: %v", err)
	}
	h.clock.add(time.Minute) // or the address would be blocked first
	code = h.newCode("108")
	for range 5 {
		if _, err := h.redeem(wrongCode(code), key); !refusedWith(err, 403, wire.ProblemCode) {
			t.Fatalf("wrong code: %v", err)
		}
	}
	if _, err := h.redeem(code, key); !refusedWith(err, 403, wire.ProblemCode) {
		t.Errorf("right after five wrong: %v", err)
	}
}

func TestEnrolmentCodeWorksForOneKey(t *testing.T) { eachSuite(t, testEnrolmentCodeWorksForOneKey) }

func testEnrolmentCodeWorksForOneKey(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	first, second := newKey(t, h.suite), newKey(t, h.suite)
	code := h.newCode("107")
	dev, err := h.redeem(code, first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.redeem(code, second); !refusedWith(err, 403, wire.ProblemCode) {
		t.Errorf("used code with another key: %v", err)
	}
	// The answer was lost: the same machine hears the same again, even when it took long.
	for _, pause := range []time.Duration{0, time.Hour} {
		h.clock.add(pause)
		again, err := h.redeem(code, first)
		if err != nil || again.Number != dev.Number || again.Incarnation != dev.Incarnation || string(again.TrackingKey) != string(dev.TrackingKey) {
			t.Errorf("same key after %v: %+v, %v", pause, again, err)
		}
	}
	if _, err := h.redeem(code, second); !refusedWith(err, 403, wire.ProblemCode) {
		t.Errorf("used and expired code with another key: %v", err)
	}
}

// Without the private key nobody gets the device document, whatever code and public key were overheard.
func TestEnrolmentNeedsTheKey(t *testing.T) { eachSuite(t, testEnrolmentNeedsTheKey) }

func testEnrolmentNeedsTheKey(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	mine, other := newKey(t, h.suite), newKey(t, h.suite)
	code := h.newCode("107")
	good, err := wire.NewEnrolment(h.suite, code, mine.private, mine.public)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := wire.NewEnrolment(h.suite, code, other.private, mine.public)
	if err != nil {
		t.Fatal(err)
	}
	otherCode := good
	otherCode.Code = h.newCode("108")
	bare := good
	bare.Proof = nil
	for name, e := range map[string]wire.Enrolment{"no proof": bare, "another key's proof": forged, "proof of another code": otherCode} {
		if _, err := wire.Enrol(t.Context(), h.http.URL, wire.HTTPOptions{}, h.suite, e); !refusedWith(err, 401, "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := wire.Enrol(t.Context(), h.http.URL, wire.HTTPOptions{}, h.suite, good); err != nil {
		t.Errorf("with proof: %v", err)
	}
}

func TestBlockedAddressBurnsNoTries(t *testing.T) { eachSuite(t, testBlockedAddressBurnsNoTries) }

func testBlockedAddressBurnsNoTries(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	key := newKey(t, h.suite)
	code := h.newCode("107")
	for range 10 {
		if _, err := h.redeem("00AA-BBBB-CCCC", key); err == nil {
			t.Fatal("unknown code enrolled")
		}
	}
	for range 6 {
		if _, err := h.redeem(wrongCode(code), key); !refusedWith(err, 429, "") {
			t.Fatalf("blocked: %v", err)
		}
	}
	h.clock.add(time.Minute)
	if _, err := h.redeem(code, key); err != nil {
		t.Errorf("the code after the address was free again: %v", err)
	}
}

// A newer kiosk may say more than this central understands, and no refusal repeats the code.
func TestEnrolmentAcrossVersions(t *testing.T) { eachSuite(t, testEnrolmentAcrossVersions) }

func testEnrolmentAcrossVersions(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	key := newKey(t, h.suite)
	code := h.newCode("107")
	e, err := wire.NewEnrolment(h.suite, code, key.private, key.public)
	if err != nil {
		t.Fatal(err)
	}
	full := map[string]any{"tomorrow": map[string]any{"x": 1}}
	if err := json.Unmarshal(must(json.Marshal(e)), &full); err != nil {
		t.Fatal(err)
	}
	header := func() http.Header {
		return http.Header{wire.HeaderVersion: {wire.Version}, "Content-Type": {wire.TypeJSON}}
	}
	for name, bad := range map[string]any{
		"number for a key": map[string]any{"code": code, "suite": e.Suite, "sign_public": 7},
		"no key":           map[string]any{"code": code, "suite": e.Suite},
		"other suite":      map[string]any{"code": code, "suite": code, "sign_public": e.SignPublic},
		"no object":        []string{code},
	} {
		a := h.do("POST", wire.PathEnrolments, header(), must(json.Marshal(bad)))
		if a.status != 422 || a.header.Get("Content-Type") != wire.TypeProblem || strings.Contains(string(a.body), code) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := h.do("POST", wire.PathEnrolments, header(), must(json.Marshal(full))); a.status != 200 || strings.Contains(string(a.body), code) {
		t.Errorf("with a member of a newer version: %d %s", a.status, a.body)
	}
	if strings.Contains(h.log.String(), code) {
		t.Error("the log holds the code")
	}
}
