package staff

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// KeySource gives a secret that is not in the data directory.
type KeySource interface {
	// Key gives the secret, 32 bytes or more. ErrPepper when it can not.
	Key(ctx context.Context) ([]byte, error)
}

// ErrPepper is returned when the hall's pepper can not be had; its text says what to do.
var ErrPepper = errors.New("nobody can sign in: the hall's pepper is missing")

// KeyFile is a KeySource: a file that holds the secret in hexadecimal digits, and that not everybody may read. systemd's
// credentials are such files.
type KeyFile string

// Key implements KeySource.
func (f KeyFile) Key(context.Context) ([]byte, error) {
	info, err := os.Stat(string(f))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no file %s: copy it from another kiosk of the hall, or make the hall's first one with: central staff pepper", ErrPepper, string(f))
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrPepper, err)
	case info.Mode().Perm()&0o027 != 0:
		return nil, fmt.Errorf("%w: everybody can read %s: chmod 0400 it", ErrPepper, string(f))
	}
	raw, err := os.ReadFile(string(f))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPepper, err)
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(raw)))
	clear(raw)
	if err != nil || len(key) < 32 {
		return nil, fmt.Errorf("%w: %s does not hold 64 hexadecimal digits", ErrPepper, string(f))
	}
	return key, nil
}

// NewPepper makes the content of a KeyFile.
func NewPepper() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return append(hex.AppendEncode(nil, key), '\n')
}

// mac is an HMAC under the pepper for one use.
func mac(pepper []byte, use string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, pepper)
	h.Write([]byte("onedoor staff " + use + " v1"))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write(p)
	}
	return h.Sum(nil)
}

// pepperID tells peppers apart; nothing of the secret can be learnt from it.
func pepperID(pepper []byte) string {
	return base64.RawURLEncoding.EncodeToString(mac(pepper, "pepper id")[:6])
}
