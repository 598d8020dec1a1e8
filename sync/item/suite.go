package item

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm3"
)

// Suite is a set of algorithms for sealing and signing. Keys are opaque bytes in the suite's own encoding. Its methods may
// be called from any goroutine. A suite keeps what it derived from the private key it used last, so whoever signs or
// opens much keeps his suite.
type Suite interface {
	Name() string
	// GenerateSealKey makes central's key pair for sealing, GenerateSignKey a device's or an upstream's for signing.
	GenerateSealKey() (private, public []byte, err error)
	GenerateSignKey() (private, public []byte, err error)
	// SignPublic gives the public key that belongs to a private one for signing.
	SignPublic(private []byte) ([]byte, error)
	// Seal encrypts plaintext to public with info bound in; Open reverses it and fails when either was altered.
	Seal(public, info, plaintext []byte) ([]byte, error)
	Open(private, info, sealed []byte) ([]byte, error)
	Sign(private, message []byte) ([]byte, error)
	Verify(public, message, signature []byte) bool
}

var (
	// ErrOpen is returned when a sealed payload does not belong to its key or its attributes.
	ErrOpen = errors.New("payload cannot be opened with this key and these attributes")
	// ErrSuite is returned for the name of a suite that this program does not have.
	ErrSuite = errors.New("unknown suite of algorithms")
)

// Names of the suites, as they stand in Item.Suite. They never change.
const (
	nameDefault = "x25519-aes256gcm-ed25519"
	nameSM      = "sm2-sm3-sm4gcm"
)

// Suites gives every suite of this program, the default one first.
func Suites() []Suite { return []Suite{Default(), SM()} }

// SuiteNamed gives the suite with that name. ErrSuite.
func SuiteNamed(name string) (Suite, error) {
	var known []string
	for _, s := range Suites() {
		if s.Name() == name {
			return s, nil
		}
		known = append(known, s.Name())
	}
	return nil, fmt.Errorf("%w: %.40q, known are %s", ErrSuite, name, strings.Join(known, " and "))
}

// newHash is the hash of the suite with that name, of 32 bytes. For a name that is not known here, whose items nobody
// here can verify, it is SHA-256.
func newHash(suite string) hash.Hash {
	if suite == nameSM {
		return sm3.New()
	}
	return sha256.New()
}

// lastKey keeps the form in which a suite uses a private key, for the key that was used last: a party has one, and
// deriving it costs as much as a signature.
type lastKey[K any] struct{ last atomic.Pointer[derived[K]] }

type derived[K any] struct {
	private []byte
	key     K
}

func (l *lastKey[K]) of(private []byte, derive func(private []byte) (K, error)) (K, error) {
	if d := l.last.Load(); d != nil && subtle.ConstantTimeCompare(d.private, private) == 1 {
		return d.key, nil
	}
	key, err := derive(private)
	if err == nil {
		l.last.Store(&derived[K]{bytes.Clone(private), key})
	}
	return key, err
}
