package central

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"onedoor/sync/item"
)

// Keys are central's secrets. Whoever loses them can open no case; whoever copies them can open all.
type Keys struct {
	Suite         string `json:"suite"`
	SealID        string `json:"seal_id"`
	SealPrivate   []byte `json:"seal_private"`
	SealPublic    []byte `json:"seal_public"`
	SignID        string `json:"sign_id"`
	SignPrivate   []byte `json:"sign_private"`
	SignPublic    []byte `json:"sign_public"`
	Tracking      []byte `json:"tracking"` // master of the devices' tracking keys, 32 bytes
	OperatorToken string `json:"-"`        // bearer of the staff API and the desk; in a file of its own
}

// Names of the files that OpenKeys keeps in the data directory, readable by their owner only.
const (
	KeysFile  = "keys.json"
	TokenFile = "operator-token"
)

// ErrKeysMissing is returned instead of making new keys beside a ledger that was sealed to others.
var ErrKeysMissing = errors.New("key file is missing though there is a ledger; restore it from the backup")

// OpenKeys reads the keys in dir. If there are none and create is true it makes them, durably; create is false when
// dir already holds a ledger. A missing operator token is always made anew, since that loses nothing. suite is nil for
// the one that the keys are of, and then for the default one if they have to be made.
func OpenKeys(dir string, suite item.Suite, create bool) (Keys, error) {
	path := filepath.Join(dir, KeysFile)
	k, err := readKeys(path)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist) && create:
		if suite == nil {
			suite = item.Default()
		}
		if k, err = NewKeys(suite); err != nil {
			return Keys{}, err
		}
		raw, err := json.MarshalIndent(k, "", "  ")
		if err != nil {
			return Keys{}, fmt.Errorf("encode keys: %w", err)
		}
		if err := writeSecret(path, raw); err != nil {
			return Keys{}, err
		}
	case errors.Is(err, fs.ErrNotExist):
		return Keys{}, fmt.Errorf("%w: %s", ErrKeysMissing, path)
	default:
		return Keys{}, err
	}
	if k.OperatorToken, err = openToken(filepath.Join(dir, TokenFile)); err != nil {
		return Keys{}, err
	}
	if suite == nil {
		if suite, err = item.SuiteNamed(k.Suite); err != nil {
			return Keys{}, fmt.Errorf("read keys: %s: %w", path, err)
		}
	}
	return k, k.validate(suite)
}

// ReadKeys reads the keys in dir, without the operator token, and makes none. It is for who opens what was sealed to them.
func ReadKeys(dir string) (Keys, error) {
	k, err := readKeys(filepath.Join(dir, KeysFile))
	if err == nil && (k.SealID == "" || len(k.SealPrivate) == 0) {
		err = fmt.Errorf("read keys: %s holds no sealing key", filepath.Join(dir, KeysFile))
	}
	return k, err
}

func readKeys(path string) (k Keys, err error) {
	raw, err := readSecret(path)
	if err != nil {
		return k, err
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return Keys{}, fmt.Errorf("read keys: %s is not a key file: %w", path, err)
	}
	return k, nil
}

// NewKeys makes keys without keeping them; the operator token is new as well.
func NewKeys(suite item.Suite) (Keys, error) {
	k := Keys{Suite: suite.Name(), Tracking: make([]byte, 32), OperatorToken: newToken()}
	rand.Read(k.Tracking) // never fails
	var err error
	if k.SealPrivate, k.SealPublic, err = suite.GenerateSealKey(); err != nil {
		return Keys{}, fmt.Errorf("make keys: %w", err)
	}
	if k.SignPrivate, k.SignPublic, err = suite.GenerateSignKey(); err != nil {
		return Keys{}, fmt.Errorf("make keys: %w", err)
	}
	k.SealID, k.SignID = keyID("central-seal-", k.SealPublic), keyID("central-sign-", k.SignPublic)
	return k, nil
}

func (k Keys) validate(suite item.Suite) error {
	switch {
	case k.Suite != suite.Name():
		return fmt.Errorf("keys are of suite %q, not %q", k.Suite, suite.Name())
	case k.SealID == "" || k.SignID == "" || len(k.SealPrivate) == 0 || len(k.SealPublic) == 0 ||
		len(k.SignPrivate) == 0 || len(k.SignPublic) == 0:
		return errors.New("keys are incomplete")
	case len(k.Tracking) < 32:
		return errors.New("tracking key is shorter than 32 bytes")
	case len(k.OperatorToken) < 20:
		return errors.New("operator token is shorter than 20 characters")
	}
	return nil
}

// Thumbprint is the first 16 hex digits of the SHA-256 of a public key: short enough to be read aloud.
func Thumbprint(public []byte) string {
	d := sha256.Sum256(public)
	return hex.EncodeToString(d[:8])
}

func keyID(prefix string, public []byte) string {
	d := sha256.Sum256(public)
	return prefix + hex.EncodeToString(d[:6])
}

func newToken() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func openToken(path string) (string, error) {
	raw, err := readSecret(path)
	if err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	token := newToken()
	return token, writeSecret(path, []byte(token+"\n"))
}

// readSecret refuses a file that others can read.
func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read secret: others may read %s (mode %04o); make it 0600", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	return raw, nil
}

// writeSecret writes a new file with mode 0600 so that it is either there in full after a power cut or not at all.
func writeSecret(path string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write secret: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
			err = fmt.Errorf("write secret %s: %w", path, err)
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
