package item

import (
	"errors"
	"fmt"
)

// Sealer seals and signs the items of one device. It can not open what it sealed.
type Sealer struct {
	Suite      Suite
	SealKey    string // id of central's key
	SealPublic []byte
	SignKey    string // id of the device's key
	SignPriv   []byte
	Dictionary *Dictionary // that payloads are compressed with; nil: none
}

// ErrSignature is returned for an item whose signature is not by the given key.
var ErrSignature = errors.New("item signature is wrong")

// Finish seals and signs an item whose other attributes are all set.
func (s Sealer) Finish(it *Item, payload []byte) error {
	if err := s.Seal(it, payload); err != nil {
		return err
	}
	return s.Sign(it)
}

// Seal fills in algorithm and key attributes and seals payload into it.Data, bound to it.Binding: what that covers must be
// set and can not be changed afterwards. The item is numbered after it, and then signed. The payload is not kept.
func (s Sealer) Seal(it *Item, payload []byte) error {
	it.SpecVersion, it.DataType = SpecVersion, ContentType
	it.Suite, it.SealKey, it.SignKey = s.Suite.Name(), s.SealKey, s.SignKey
	it.Data, it.Signature, it.Dictionary = nil, nil, ""
	if s.Dictionary != nil {
		it.Dictionary = s.Dictionary.ID()
	}
	if err := it.validateBound(); err != nil {
		return err
	}
	if len(payload) > MaxPayload { // Open would refuse it
		return fmt.Errorf("%w: payload of %d bytes", ErrInvalid, len(payload))
	}
	packed, err := compress(payload, s.Dictionary)
	if err != nil {
		return err
	}
	info := it.Binding()
	it.Data, err = s.Suite.Seal(s.SealPublic, info[:], packed)
	clear(packed)
	if err != nil {
		return fmt.Errorf("seal item %s: %w", it.ID, err)
	}
	return nil
}

// Sign signs the digest of a sealed item that has its numbers. Nothing but it.Signature may be changed afterwards.
func (s Sealer) Sign(it *Item) error {
	if err := it.Validate(); err != nil {
		return err
	}
	digest := it.Digest()
	var err error
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

// Opener opens what was sealed to central. Any goroutine may use it.
type Opener struct {
	Suite        Suite
	SealPrivate  []byte
	Dictionaries Dictionaries
}

// Open gives the payload of an item, which the caller wipes. It says nothing about the item's numbers: Verify does.
// ErrOpen, or ErrDictionary for an item that is well sealed and compressed with a dictionary that is not known here.
func (o Opener) Open(it *Item) ([]byte, error) {
	info := it.Binding()
	packed, err := o.Suite.Open(o.SealPrivate, info[:], it.Data)
	if err != nil {
		return nil, fmt.Errorf("open item %s: %w", it.ID, err)
	}
	defer clear(packed)
	dictionary, err := o.Dictionaries.of(it.Dictionary)
	if err != nil {
		return nil, fmt.Errorf("open item %s: %w", it.ID, err)
	}
	plain, err := inflate(packed, dictionary)
	if err != nil {
		return nil, fmt.Errorf("open item %s: %w", it.ID, err)
	}
	return plain, nil
}

// Open gives the payload of an item that was compressed without a dictionary to the holder of central's private key.
func Open(it *Item, suite Suite, sealPrivate []byte) ([]byte, error) {
	return Opener{Suite: suite, SealPrivate: sealPrivate}.Open(it)
}
