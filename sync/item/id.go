package item

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// NewID makes a UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Uniqueness rests on the random bits
// alone, so a wrong clock does no harm.
func NewID(now time.Time) string {
	var b [16]byte
	rand.Read(b[6:]) // never fails: crypto/rand aborts the process instead
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// DerivedID makes the id of what can happen to another item or a case only once: the same two give the same UUIDv8.
func DerivedID(of, what string) string {
	b := sha256.Sum256([]byte("onedoor derived id v1\x00" + of + "\x00" + what))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func validUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// Source names one incarnation of one kiosk: hall 5 digits, kiosk 3, incarnation 2.
type Source struct {
	Hall, Kiosk, Incarnation string
}

// String gives the urn that stands in Item.Source.
func (s Source) String() string {
	return "urn:hall:" + s.Hall + ":" + s.Kiosk + ":" + s.Incarnation
}

// ParseSource reads the urn form.
func ParseSource(urn string) (Source, error) {
	parts := strings.Split(urn, ":")
	if len(parts) != 5 || parts[0] != "urn" || parts[1] != "hall" ||
		!digits(parts[2], 5) || !digits(parts[3], 3) || !digits(parts[4], 2) {
		return Source{}, fmt.Errorf("parse source: want urn:hall:NNNNN:NNN:NN, have %.40q", urn)
	}
	return Source{parts[2], parts[3], parts[4]}, nil
}

func validSource(urn string) bool {
	_, err := ParseSource(urn)
	return err == nil
}
