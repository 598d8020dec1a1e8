package item

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
)

// Default is the suite of RFC 9180 and RFC 8032: X25519 with HKDF-SHA256, AES-256-GCM, Ed25519. Private keys are 32 bytes
// (for signing, the seed), public ones too.
func Default() Suite { return &international{} }

type international struct {
	signing lastKey[ed25519.PrivateKey]
	opening lastKey[hpke.PrivateKey]
}

var _ Suite = (*international)(nil)

// Name implements Suite.
func (*international) Name() string { return nameDefault }

// GenerateSealKey implements Suite.
func (*international) GenerateSealKey() (private, public []byte, err error) {
	k, err := kem().GenerateKey()
	if err != nil {
		return nil, nil, fmt.Errorf("generate sealing key: %w", err)
	}
	private, err = k.Bytes()
	if err != nil {
		return nil, nil, fmt.Errorf("encode sealing key: %w", err)
	}
	return private, k.PublicKey().Bytes(), nil
}

// GenerateSignKey implements Suite.
func (*international) GenerateSignKey() (private, public []byte, err error) {
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, nil, fmt.Errorf("generate signing key: %w", err)
	}
	return priv.Seed(), pub, nil
}

// Seal implements Suite; what it gives is enc and ciphertext of RFC 9180 in base mode, 48 bytes more than plaintext.
func (*international) Seal(public, info, plaintext []byte) ([]byte, error) {
	pk, err := kem().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	sealed, err := hpke.Seal(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), info, plaintext)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open implements Suite.
func (s *international) Open(private, info, sealed []byte) ([]byte, error) {
	k, err := s.opening.of(private, kem().NewPrivateKey)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	plain, err := hpke.Open(k, hpke.HKDFSHA256(), hpke.AES256GCM(), info, sealed)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Sign implements Suite; a signature has 64 bytes.
func (*international) SignPublic(private []byte) ([]byte, error) {
	if len(private) != ed25519.SeedSize {
		return nil, fmt.Errorf("public key: want a private one of %d bytes, have %d", ed25519.SeedSize, len(private))
	}
	return ed25519.NewKeyFromSeed(private)[ed25519.SeedSize:], nil
}

// Sign implements Suite.
func (s *international) Sign(private, message []byte) ([]byte, error) {
	key, err := s.signing.of(private, func(seed []byte) (ed25519.PrivateKey, error) {
		if len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("want a key of %d bytes, have %d", ed25519.SeedSize, len(seed))
		}
		return ed25519.NewKeyFromSeed(seed), nil
	})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return ed25519.Sign(key, message), nil
}

// Verify implements Suite.
func (*international) Verify(public, message, signature []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, signature)
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }
