package tracking

import (
	"errors"
	"strings"
	"testing"
)

func key() []byte { return DeviceKey([]byte("master key of central, 32 bytes."), 0x0207) }

func TestCodeIsGenuineForItsDeviceOnly(t *testing.T) {
	c := New(0x0207, key())
	if len(c) != Length || strings.ToUpper(string(c)) != string(c) {
		t.Errorf("code %q", c)
	}
	if d, err := c.Device(); err != nil || d != 0x0207 {
		t.Errorf("device %d, %v", d, err)
	}
	if !c.Genuine(key()) || c.Genuine(DeviceKey([]byte("master key of central, 32 bytes."), 0x0208)) || c.Genuine(nil) {
		t.Error("genuine for the wrong keys")
	}
	if New(0x0207, key()) == c {
		t.Error("made the same code twice")
	}
	parsed, err := Parse(strings.ToLower(string(c)))
	if err != nil || parsed != c || parsed.Hash() != c.Hash() {
		t.Errorf("parsed %q, %v", parsed, err)
	}
	if got := c.URL("https://sx.gov.cn/"); got != "HTTPS://SX.GOV.CN/T/"+string(c) {
		t.Errorf("URL %s", got)
	}
}

func TestAnyAlteredCharacterIsNoticed(t *testing.T) {
	c := New(7, key())
	for i := range c {
		for _, r := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" {
			if byte(r) == c[i] {
				continue
			}
			altered := c[:i] + Code(r) + c[i+1:]
			if altered.Genuine(key()) {
				t.Fatalf("character %d altered to %c is genuine", i, r)
			}
			if altered.Hash() == c.Hash() {
				t.Fatal("same hash")
			}
		}
	}
}

// Codes on paper must stay readable for years: key derivation, MAC and hash never change. Computed apart from this code.
func TestGoldenCode(t *testing.T) {
	c := Code(goldenCode)
	if !c.Genuine(key()) {
		t.Error("golden code is not genuine any more")
	}
	if d, err := c.Device(); err != nil || d != 0x0207 {
		t.Errorf("device %d, %v", d, err)
	}
	if c.Hash() != goldenHash {
		t.Errorf("hash %s, want %s", c.Hash(), goldenHash)
	}
}

func TestParseRefusesWhatIsNoCode(t *testing.T) {
	good := string(New(7, key()))
	for _, s := range []string{"", good[1:], good + "A", good[:28] + "1", good[:28] + "=", good[:28] + "\n", strings.Repeat("码", 10)[:29]} {
		if c, err := Parse(s); !errors.Is(err, ErrCode) || c != "" {
			t.Errorf("%q parsed as %q, %v", s, c, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(goldenCode)
	f.Add(strings.Repeat("A", Length))
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		if string(c) != strings.ToUpper(s) {
			t.Errorf("%q parsed as %q", s, c)
		}
		if _, err := c.Device(); err != nil {
			t.Errorf("parsed, but %v", err)
		}
		if c.Genuine(key()) && string(c) != goldenCode {
			t.Errorf("%q is genuine", c)
		}
	})
}
