package item

import (
	"bytes"
	"errors"
	"testing"
)

func TestSuitesByName(t *testing.T) {
	for _, s := range Suites() {
		if got, err := SuiteNamed(s.Name()); err != nil || got.Name() != s.Name() {
			t.Errorf("%s gives %v, %v", s.Name(), got, err)
		}
	}
	if _, err := SuiteNamed("rot13"); !errors.Is(err, ErrSuite) {
		t.Errorf("another: %v", err)
	}
	if Suites()[0].Name() != Default().Name() {
		t.Error("the default suite is not the first")
	}
}

// Keys and sealed bytes of one suite are nothing to another, and never a panic.
func TestSuitesDoNotMix(t *testing.T) {
	a, b := newParty(t, Default()), newParty(t, SM())
	for _, pair := range [][2]party{{a, b}, {b, a}} {
		mine, other := pair[0], pair[1]
		it := mine.finish(t, []byte("payload"))
		if err := Verify(it, other.sealer.Suite, other.signPub); !errors.Is(err, ErrInvalid) {
			t.Errorf("verified by another suite: %v", err)
		}
		relabelled := *it
		relabelled.Suite = other.sealer.Suite.Name()
		if relabelled.Digest() == it.Digest() {
			t.Error("the digest is that of the other suite's hash")
		}
		if err := Verify(&relabelled, other.sealer.Suite, other.signPub); !errors.Is(err, ErrSignature) {
			t.Errorf("under another suite's name: %v", err)
		}
		if _, err := other.opener.Open(&relabelled); !errors.Is(err, ErrOpen) {
			t.Errorf("opened under another suite's name: %v", err)
		}
		if _, err := other.sealer.Suite.Seal(mine.sealer.SealPublic, nil, nil); err == nil {
			t.Error("sealed to a key of another suite")
		}
		if other.sealer.Suite.Verify(mine.signPub, nil, it.Signature) {
			t.Error("verified with a key of another suite")
		}
	}
	for _, suite := range Suites() {
		for _, key := range [][]byte{nil, {1}, make([]byte, 31), make([]byte, 33), bytes.Repeat([]byte{0xff}, 65)} {
			if _, err := suite.Sign(key, []byte("m")); err == nil {
				t.Errorf("%s signed with a key of %d bytes", suite.Name(), len(key))
			}
			if _, err := suite.Open(key, nil, make([]byte, 200)); err == nil || errors.Is(err, ErrOpen) {
				t.Errorf("%s opened with a key of %d bytes: %v", suite.Name(), len(key), err)
			}
		}
	}
}

// A suite keeps what it derived from one key: the other keys' results must not change by that.
func TestOneSuiteManyKeys(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		a, b := newParty(t, suite), newParty(t, suite)
		for range 3 {
			for _, p := range []party{a, b} {
				it := p.finish(t, []byte("payload"))
				if err := Verify(it, suite, p.signPub); err != nil {
					t.Error(err)
				}
				if plain, err := p.opener.Open(it); err != nil || string(plain) != "payload" {
					t.Errorf("opened as %q, %v", plain, err)
				}
			}
		}
		// The caller may wipe or reuse his slice.
		priv := bytes.Clone(a.sealer.SignPriv)
		if _, err := suite.Sign(priv, []byte("m")); err != nil {
			t.Fatal(err)
		}
		copy(priv, b.sealer.SignPriv)
		sig, err := suite.Sign(priv, []byte("m"))
		if err != nil || !suite.Verify(b.signPub, []byte("m"), sig) {
			t.Errorf("signed with the key that stood there before: %v", err)
		}
	})
}

// The envelope has one form only: what gmsm would take as well, is refused.
func TestSMEnvelopeHasOneForm(t *testing.T) {
	p := newParty(t, SM())
	it := p.finish(t, []byte("payload"))
	for name, change := range map[string]func([]byte) []byte{
		"compressed point": func(b []byte) []byte { return append([]byte{2 + b[64]&1}, append(bytes.Clone(b[1:33]), b[65:]...)...) },
		"hybrid point":     func(b []byte) []byte { b[0] = 6 + b[64]&1; return b },
		"ASN.1":            func(b []byte) []byte { b[0] = 0x30; return b },
		"C1 C2 C3": func(b []byte) []byte {
			return append(append(bytes.Clone(b[:65]), b[97:113]...), append(bytes.Clone(b[65:97]), b[113:]...)...)
		},
		"point off the curve": func(b []byte) []byte { b[1] ^= 1; return b },
		"too short":           func(b []byte) []byte { return b[:smWrapped+smNonceSize+smTagSize-1] },
	} {
		altered := *it
		altered.Data = change(bytes.Clone(it.Data))
		if _, err := p.opener.Open(&altered); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
