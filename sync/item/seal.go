package item

import (
	"crypto/ecdh"
	"errors"
	"fmt"
)

func ecdhX25519() ecdh.Curve { return ecdh.X25519() }

// Sealer seals and signs the items of one device. It can not open what it sealed.
type Sealer struct {
	Suite      Suite
	SealKey    string // id of central's key
	SealPublic []byte
	SignKey    string // id of the device's key
	SignPriv   []byte
}

// ErrSignature is returned for an item whose signature is not by the given key.
var ErrSignature = errors.New("item signature is wrong")

// Finish fills in algorithm and key attributes, seals payload into it.Data and signs. All other attributes must be
// set; they can not be changed afterwards. The payload is not kept.
func (s Sealer) Finish(it *Item, payload []byte) error {
	it.SpecVersion, it.DataType = SpecVersion, ContentType
	it.Suite, it.SealKey, it.SignKey = s.Suite.Name(), s.SealKey, s.SignKey
	it.Data, it.Signature = nil, nil
	if err := it.Validate(); err != nil {
		return err
	}
	if len(payload) > MaxPayload { // Open would refuse it
		return fmt.Errorf("%w: payload of %d bytes", ErrInvalid, len(payload))
	}
	packed, err := compress(payload)
	if err != nil {
		return err
	}
	header := it.Header()
	it.Data, err = s.Suite.Seal(s.SealPublic, header[:], packed)
	clear(packed)
	if err != nil {
		return fmt.Errorf("seal item %s: %w", it.ID, err)
	}
	digest := it.Digest()
	if it.Signature, err = s.Suite.Sign(s.SignPriv, digest[:]); err != nil {
		return fmt.Errorf("sign item %s: %w", it.ID, err)
	}
	return nil
}

// Verify checks shape and signature against the device's public key.
func Verify(it *Item, suite Suite, signPublic []byte) error {
	if err := it.Validate(); err != nil {
		return err
	}
	if it.Suite != suite.Name() {
		return fmt.Errorf("%w: suite %q", ErrInvalid, it.Suite)
	}
	digest := it.Digest()
	if !suite.Verify(signPublic, digest[:], it.Signature) {
		return ErrSignature
	}
	return nil
}

// Open gives the payload of an item to the holder of central's private key.
func Open(it *Item, suite Suite, sealPrivate []byte) ([]byte, error) {
	header := it.Header()
	packed, err := suite.Open(sealPrivate, header[:], it.Data)
	if err != nil {
		return nil, fmt.Errorf("open item %s: %w", it.ID, err)
	}
	return inflate(packed)
}
