package item

import (
	"strings"
	"testing"
	"time"
)

func TestClockHasOneForm(t *testing.T) {
	for _, c := range []Clock{{}, {Known: true}, {true, -1240 * time.Millisecond, 24 * time.Hour}, {true, 60 * 365 * 24 * time.Hour, 0}} {
		back, err := ParseClock(c.String())
		if err != nil || back != c {
			t.Errorf("%q reads as %+v, %v", c.String(), back, err)
		}
	}
	for _, s := range []string{"off=1", "age=1;off=1", "off=+1;age=1", "off=01;age=1", "off=1;age=-1", "off=-0;age=0", "off=9223372036854775807;age=1", "off=1;age=9223372036854775807",
		" off=1;age=1", "off=1;age=1;", strings.Repeat("9", 400)} {
		if c, err := ParseClock(s); err == nil {
			t.Errorf("%q reads as %+v", s, c)
		}
	}
}

// TestTheClockIsSealedAndSigned: nobody on the way can move a filing time.
func TestTheClockIsSealedAndSigned(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		priv, pub, err := suite.GenerateSignKey()
		if err != nil {
			t.Fatal(err)
		}
		sealPriv, sealPub, err := suite.GenerateSealKey()
		if err != nil {
			t.Fatal(err)
		}
		it := vector(suite)
		it.Clock = Clock{Known: true, Offset: 3 * time.Hour, Age: time.Minute}.String()
		if err := (Sealer{Suite: suite, SealKey: "seal-1", SealPublic: sealPub, SignKey: "kiosk-1", SignPriv: priv}).Finish(it, []byte("payload")); err != nil {
			t.Fatal(err)
		}
		if err := Verify(it, suite, pub); err != nil {
			t.Fatal(err)
		}
		at, off, exact := it.Filed()
		raw, _ := time.Parse(time.RFC3339, it.Time)
		if !exact || off != 3*time.Hour || !at.Equal(raw.Add(3*time.Hour)) {
			t.Errorf("filed %v, corrected by %v, %v", at, off, exact)
		}
		for _, other := range []string{"", "off=0;age=60"} {
			moved := *it
			moved.Clock = other
			if Verify(&moved, suite, pub) == nil {
				t.Errorf("verifies with clock %q", other)
			}
			if _, err := (Opener{Suite: suite, SealPrivate: sealPriv}).Open(&moved); err == nil {
				t.Errorf("opens with clock %q", other)
			}
		}
		it.Clock = "off=soon;age=1"
		if it.Validate() == nil {
			t.Error("a clock that can not be read is valid")
		}
	})
}
