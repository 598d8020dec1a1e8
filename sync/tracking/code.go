// Package tracking makes and checks the code in a receipt's QR.
//
// A code says nothing about a person. Whoever holds the device's tracking key can tell a genuine code from an invented
// one without ever having seen the case, so central can say "genuine, not yet arrived" while a kiosk is offline.
// Central keeps only the hash. It stands beside sync/item, not in app/receipt, because both the kiosk and central need
// it and sync may not import app.
package tracking

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Length is the number of characters of a code: 2 bytes device, 6 random, 10 MAC, in base32 without padding.
const Length = 29

const (
	deviceLen = 2
	randomLen = 6
	macLen    = 10
)

// ErrCode is returned for text that is not a code at all.
var ErrCode = errors.New("not a tracking code")

// Code is 29 characters of A–Z and 2–7, upper case so that a QR holds it in alphanumeric mode.
type Code string

// DeviceKey derives one device's key from central's master key, so that central stores no key per device.
func DeviceKey(master []byte, device uint16) []byte {
	m := hmac.New(sha256.New, master)
	m.Write([]byte("onedoor tracking device"))
	m.Write(binary.BigEndian.AppendUint16(nil, device))
	return m.Sum(nil)
}

// New makes a code for the device with that key.
func New(device uint16, key []byte) Code {
	body := binary.BigEndian.AppendUint16(make([]byte, 0, deviceLen+randomLen+macLen), device)
	body = append(body, make([]byte, randomLen)...)
	rand.Read(body[deviceLen:]) // never fails
	return Code(encoding().EncodeToString(append(body, mac(key, body)...)))
}

// Parse accepts either case and gives ErrCode for anything that is not 29 base32 characters.
func Parse(s string) (Code, error) {
	c := Code(strings.ToUpper(s))
	if _, err := c.bytes(); err != nil {
		return "", err
	}
	return c, nil
}

// Device is the number of the device that the code claims to come from.
func (c Code) Device() (uint16, error) {
	b, err := c.bytes()
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(b), nil
}

// Genuine reports whether the holder of key made the code.
func (c Code) Genuine(key []byte) bool {
	b, err := c.bytes()
	if err != nil {
		return false
	}
	body := b[:deviceLen+randomLen]
	return hmac.Equal(b[len(body):], mac(key, body))
}

// Hash is what travels in Item.TrackHash and what central stores: 64 hexadecimal digits.
func (c Code) Hash() string {
	h := sha256.Sum256([]byte("onedoor tracking code" + string(c)))
	return hex.EncodeToString(h[:])
}

// URL is the text of the QR: base is scheme and host, for instance HTTPS://SX.GOV.CN. At most 21 characters of host
// keep a QR of version 3 with level M.
func (c Code) URL(base string) string {
	return strings.ToUpper(strings.TrimRight(base, "/")) + "/T/" + string(c)
}

func (c Code) bytes() ([]byte, error) {
	if len(c) != Length {
		return nil, fmt.Errorf("%w: %d characters", ErrCode, len(c))
	}
	b, err := encoding().DecodeString(string(c))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCode, err)
	}
	if encoding().EncodeToString(b) != string(c) { // the last character has spare bits
		return nil, fmt.Errorf("%w: not canonical", ErrCode)
	}
	return b, nil
}

func encoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

func mac(key, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("onedoor tracking code"))
	m.Write(body)
	return m.Sum(nil)[:macLen]
}
