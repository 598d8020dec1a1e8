package staff

import (
	"errors"
	"strings"
	"testing"
)

func TestWeakPINs(t *testing.T) {
	for pin, weak := range map[string]bool{
		"12345": true, "1234567890123": true, "12345a": true, "": true, "１２３４５６": true,
		"000000": true, "111111": true, "123456": true, "654321": true, "890123": true, "135791": true, "987654": true,
		"121212": true, "123123": true, "112112": true, "123321": true, "112233": true, "445566": true, "111222": true,
		"147258": true, "159753": true, "521314": true,
		"850417": true, "170485": true, "041785": true, "199004": true, "19900417": true, "17041990": true, "04171990": true, "85041773": true,
		"730594": false, "604862": false, "93861740": false, "483975462": false,
	} {
		if err := CheckPIN([]byte(pin)); errors.Is(err, ErrWeakPIN) != weak {
			t.Errorf("%q: %v", pin, err)
		}
	}
	if err := CheckPIN([]byte("850417")); strings.Contains(err.Error(), "850417") {
		t.Errorf("the error repeats the PIN: %v", err)
	}
	left := 0
	for n := range 1_000_000 {
		pin := []byte{byte('0' + n/100000), byte('0' + n/10000%10), byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)}
		if CheckPIN(pin) == nil {
			left++
		}
	}
	if left < 700_000 {
		t.Errorf("only %d PINs of six digits are left", left)
	}
}

func TestVerifier(t *testing.T) {
	pepper := []byte(strings.Repeat("p", 32))
	s, err := NewVerifier(pepper, "wang-li", []byte(pin), cheap)
	if err != nil {
		t.Fatal(err)
	}
	v, err := parseVerifier(s)
	if err != nil || v.params != cheap {
		t.Fatalf("parse %q: %+v, %v", s, v, err)
	}
	other, err := NewVerifier(pepper, "wang-li", []byte(pin), cheap)
	if err != nil || other == s {
		t.Error("two verifiers of one PIN are the same")
	}
	for name, right := range map[string]bool{
		"right":        v.matches(pepper, "wang-li", []byte(pin)),
		"wrong PIN":    !v.matches(pepper, "wang-li", []byte("730595")),
		"other member": !v.matches(pepper, "li-wei", []byte(pin)),
		"other pepper": !v.matches([]byte(strings.Repeat("q", 32)), "wang-li", []byte(pin)),
		"nobody":       !nobody(pepper, cheap).matches(pepper, "wang-li", []byte(pin)),
	} {
		if !right {
			t.Errorf("%s: is not so", name)
		}
	}
	if _, err := NewVerifier(pepper, "wang-li", []byte("123456"), cheap); !errors.Is(err, ErrWeakPIN) {
		t.Errorf("weak: %v", err)
	}
	if _, err := NewVerifier(pepper, "wang-li", []byte(pin), Params{Memory: maxMemory + 1, Passes: 1, Threads: 1}); err == nil {
		t.Error("without bounds")
	}
}

func FuzzParseVerifier(f *testing.F) {
	s, err := NewVerifier([]byte(strings.Repeat("p", 32)), "wang-li", []byte(pin), cheap)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s)
	f.Add("$argon2id$v=19$m=47104,t=2,p=1,keyid=$$")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseVerifier(s)
		if err == nil && (v.String() != s || !v.params.valid() || len(v.hash) != hashSize) {
			t.Errorf("%q is taken as %+v", s, v)
		}
	})
}

// BenchmarkTry is what a PIN costs: time and memory.
func BenchmarkTry(b *testing.B) {
	pepper := []byte(strings.Repeat("p", 32))
	v := nobody(pepper, DefaultParams())
	b.ReportAllocs()
	for b.Loop() {
		v.matches(pepper, "wang-li", []byte(pin))
	}
}
