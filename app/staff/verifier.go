package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are the cost of argon2id.
type Params struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultParams take some 125 ms of one core of a small machine, and 46 MiB for that time.
func DefaultParams() Params { return Params{Memory: 46 << 10, Passes: 2, Threads: 1} }

// Bounds of what a verifier may ask for: a roster must not be able to bring a kiosk down.
const (
	maxMemory  = 128 << 10
	maxPasses  = 10
	maxThreads = 4
	saltSize   = 16
	hashSize   = 32
)

func (p Params) valid() bool {
	return p.Threads >= 1 && p.Threads <= maxThreads && p.Passes >= 1 && p.Passes <= maxPasses && p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory
}

var errVerifier = errors.New("PIN verifier can not be read")

// verifier is what is kept of a PIN.
type verifier struct {
	params Params
	pepper string // pepperID
	salt   []byte
	hash   []byte
}

// NewVerifier makes what central keeps of a member's PIN. The PIN must pass CheckPIN. The id is bound in: a verifier is of no
// use to anybody else.
func NewVerifier(pepper []byte, id string, pin []byte, p Params) (string, error) {
	if err := CheckPIN(pin); err != nil {
		return "", err
	}
	if !p.valid() {
		return "", errors.New("new PIN verifier: parameters are out of bounds")
	}
	v := verifier{params: p, pepper: pepperID(pepper), salt: make([]byte, saltSize)}
	rand.Read(v.salt) // never fails
	v.hash = v.compute(pepper, id, pin)
	return v.String(), nil
}

func (v verifier) compute(pepper []byte, id string, pin []byte) []byte {
	key := mac(pepper, "pin", []byte(id), pin)
	defer clear(key)
	return argon2.IDKey(key, v.salt, v.params.Passes, v.params.Memory, v.params.Threads, hashSize)
}

// matches costs the same whatever the answer.
func (v verifier) matches(pepper []byte, id string, pin []byte) bool {
	return subtle.ConstantTimeCompare(v.compute(pepper, id, pin), v.hash) == 1
}

// String is the form of the PHC: $argon2id$v=19$m=47104,t=2,p=1,keyid=PEPPER$SALT$HASH.
func (v verifier) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d,keyid=%s$%s$%s", argon2.Version, v.params.Memory, v.params.Passes, v.params.Threads,
		v.pepper, b64(v.salt), b64(v.hash))
}

// parseVerifier reads the form that String writes, and no other.
func parseVerifier(s string) (verifier, error) {
	var v verifier
	parts := strings.Split(s, "$")
	if len(s) > 300 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return v, errVerifier
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return v, errVerifier
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d,keyid=%s", &v.params.Memory, &v.params.Passes, &v.params.Threads, &v.pepper); err != nil || !v.params.valid() {
		return v, errVerifier
	}
	var err, err2 error
	v.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	v.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || err2 != nil || len(v.salt) != saltSize || len(v.hash) != hashSize || v.String() != s {
		return v, errVerifier
	}
	return v, nil
}

// CheckVerifier says whether this program can check a PIN against s.
func CheckVerifier(s string) error {
	_, err := parseVerifier(s)
	return err
}

// nobody stands in for the verifier of an id that there is none of, at the same cost. No PIN matches it.
func nobody(pepper []byte, p Params) verifier {
	return verifier{params: p, pepper: pepperID(pepper), salt: mac(pepper, "nobody")[:saltSize], hash: make([]byte, hashSize)}
}
