package item

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"

	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// SM is the suite of the Chinese national algorithms: SM2 (GB/T 32918), SM3 (GB/T 32905), SM4 (GB/T 32907) in GCM mode. It
// shows the function; a certified module takes its place behind the same interface. Private keys are the 32 bytes of the
// number, public ones the 65 of the uncompressed point.
//
// A sealed payload is a digital envelope: a fresh SM4 key of 16 bytes under SM2 as C1 C3 C2 (113 bytes, C1 uncompressed),
// a fresh nonce of 12 bytes, and the SM4-GCM ciphertext with its tag of 16 bytes, info being the additional data. A
// signature is the ASN.1 of (r, s) over the message with SM3 and the default user id 1234567812345678.
func SM() Suite { return &shangmi{} }

type shangmi struct {
	signing, opening lastKey[*sm2.PrivateKey]
}

var _ Suite = (*shangmi)(nil)

const (
	smKeySize   = 16
	smNonceSize = 12
	smTagSize   = 16
	smWrapped   = 1 + 2*32 + sm3.Size + smKeySize // C1 C3 C2
)

// Name implements Suite.
func (*shangmi) Name() string { return nameSM }

// GenerateSealKey implements Suite.
func (*shangmi) GenerateSealKey() (private, public []byte, err error) { return smKeyPair() }

// GenerateSignKey implements Suite.
func (*shangmi) GenerateSignKey() (private, public []byte, err error) { return smKeyPair() }

func smKeyPair() (private, public []byte, err error) {
	k, err := ecdh.P256().GenerateKey(rand.Reader) // gmsm's name for SM2's own curve
	if err != nil {
		return nil, nil, fmt.Errorf("generate SM2 key: %w", err)
	}
	return k.Bytes(), k.PublicKey().Bytes(), nil
}

// SignPublic implements Suite.
func (*shangmi) SignPublic(private []byte) ([]byte, error) {
	k, err := ecdh.P256().NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return k.PublicKey().Bytes(), nil
}

// Seal implements Suite; what it gives is 141 bytes more than plaintext.
func (*shangmi) Seal(public, info, plaintext []byte) ([]byte, error) {
	pk, err := sm2.NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	key := make([]byte, smKeySize)
	rand.Read(key) // never fails
	defer clear(key)
	wrapped, err := sm2.Encrypt(rand.Reader, pk, key, sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := smAEAD(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	sealed := make([]byte, smWrapped+smNonceSize, smWrapped+smNonceSize+len(plaintext)+smTagSize)
	copy(sealed, wrapped)
	nonce := sealed[smWrapped:]
	rand.Read(nonce) // never fails
	return aead.Seal(sealed, nonce, plaintext, info), nil
}

// Open implements Suite.
func (s *shangmi) Open(private, info, sealed []byte) ([]byte, error) {
	k, err := s.opening.of(private, sm2.NewPrivateKey)
	if err != nil {
		return nil, fmt.Errorf("read sealing key: %w", err)
	}
	if len(sealed) < smWrapped+smNonceSize+smTagSize || sealed[0] != 4 { // gmsm would take other forms of the same
		return nil, ErrOpen
	}
	key, err := sm2.Decrypt(k, sealed[:smWrapped])
	if err != nil {
		return nil, ErrOpen
	}
	defer clear(key)
	aead, err := smAEAD(key)
	if err != nil {
		return nil, ErrOpen
	}
	rest := sealed[smWrapped:]
	plain, err := aead.Open(nil, rest[:smNonceSize], rest[smNonceSize:], info)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Sign implements Suite; a signature has 70 to 72 bytes, seldom fewer.
func (s *shangmi) Sign(private, message []byte) ([]byte, error) {
	key, err := s.signing.of(private, sm2.NewPrivateKey)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signature, err := key.Sign(rand.Reader, message, sm2.DefaultSM2SignerOpts)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// Verify implements Suite.
func (*shangmi) Verify(public, message, signature []byte) bool {
	pk, err := sm2.NewPublicKey(public)
	return err == nil && sm2.VerifyASN1WithSM2(pk, nil, message, signature)
}

func smAEAD(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("SM4 key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("SM4-GCM: %w", err)
	}
	return aead, nil
}
