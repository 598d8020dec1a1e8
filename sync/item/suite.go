package item

import (
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Suite is a set of algorithms for sealing and signing. Keys are opaque bytes in the suite's own encoding.
type Suite interface {
	Name() string
	// GenerateSealKey makes central's key pair for sealing, GenerateSignKey a device's or an upstream's for signing.
	GenerateSealKey() (private, public []byte, err error)
	GenerateSignKey() (private, public []byte, err error)
	// Seal encrypts plaintext to public with info bound in; Open reverses it and fails when either was altered.
	Seal(public, info, plaintext []byte) ([]byte, error)
	Open(private, info, sealed []byte) ([]byte, error)
	Sign(private, message []byte) ([]byte, error)
	Verify(public, message, signature []byte) bool
}

// ErrOpen is returned when a sealed payload does not belong to its key or its attributes.
var ErrOpen = errors.New("payload cannot be opened with this key and these attributes")

// Default is the suite of RFC 9180 and RFC 8032: X25519 with HKDF-SHA256, AES-256-GCM, Ed25519.
func Default() Suite { return international{} }

type international struct{}

var _ Suite = international{}

// Name implements Suite.
func (international) Name() string { return "x25519-aes256gcm-ed25519" }

func (international) GenerateSealKey() (private, public []byte, err error) {
	k, err := hpke.DHKEM(ecdhX25519()).GenerateKey()
	if err != nil {
		return nil, nil, fmt.Errorf("generate sealing key: %w", err)
	}
	private, err = k.Bytes()
	if err != nil {
		return nil, nil, fmt.Errorf("encode sealing key: %w", err)
	}
	return private, k.PublicKey().Bytes(), nil
}

func (international) GenerateSignKey() (private, public []byte, err error) {
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, nil, fmt.Errorf("generate signing key: %w", err)
	}
	return priv.Seed(), pub, nil
}

func (international) Seal(public, info, plaintext []byte) ([]byte, error) {
	pk, err := hpke.DHKEM(ecdhX25519()).NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	sealed, err := hpke.Seal(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), info, plaintext)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

func (international) Open(private, info, sealed []byte) ([]byte, error) {
	k, err := hpke.DHKEM(ecdhX25519()).NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	plain, err := hpke.Open(k, hpke.HKDFSHA256(), hpke.AES256GCM(), info, sealed)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func (international) Sign(private, message []byte) ([]byte, error) {
	if len(private) != ed25519.SeedSize {
		return nil, fmt.Errorf("sign: want a key of %d bytes, have %d", ed25519.SeedSize, len(private))
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(private), message), nil
}

func (international) Verify(public, message, signature []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, signature)
}

// MaxPayload bounds what Open inflates, in bytes.
const MaxPayload = 1 << 20

// compress and inflate are zstd frames; a payload is compressed before it is sealed, since sealed bytes do not compress.
func compress(plain []byte) ([]byte, error) {
	// An encoder of its own each time, and a small one: a shared one would keep what the last visitor typed.
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(64<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("compress payload: %w", err)
	}
	defer w.Close()
	return w.EncodeAll(plain, nil), nil
}

func inflate(packed []byte) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxPayload))
	if err != nil {
		return nil, fmt.Errorf("inflate payload: %w", err)
	}
	defer r.Close()
	plain, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("inflate payload: %w", err)
	}
	return plain, nil
}
