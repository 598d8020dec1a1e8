package nodetest

import (
	"os"
	"path/filepath"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/sync/wire"
)

// Members are people with one PIN, under a new pepper that is in the file it names. What a PIN costs is package staff's concern:
// these are cheap.
func Members(t testing.TB, pin string, people ...wire.Member) (pepper string, members []wire.Member) {
	t.Helper()
	pepper = filepath.Join(t.TempDir(), "pepper")
	if err := os.WriteFile(pepper, staff.NewPepper(), 0o400); err != nil {
		t.Fatal(err)
	}
	key, err := staff.KeyFile(pepper).Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range people {
		if m.Verifier, err = staff.NewVerifier(key, m.ID, []byte(pin), staff.Params{Memory: 64, Passes: 1, Threads: 1}); err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	return pepper, members
}

// Knock makes the sign of staff at a kiosk's screen.
func Knock(k *kiosk.Kiosk) {
	for range 2 {
		k.Send(kiosk.Knock{Place: kiosk.HallName})
		k.Send(kiosk.Knock{Place: kiosk.FrameClock})
	}
}

// Type presses a key for each character.
func Type(k *kiosk.Kiosk, s string) {
	for _, c := range s {
		k.Send(kiosk.Type{Text: string(c)})
	}
}
