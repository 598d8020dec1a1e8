package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/sync/wire"
)

// Identity is what enrolment leaves behind: central's answer, and the private key that never left this machine.
type Identity struct {
	Device      wire.Device `json:"device"`
	SignPrivate []byte      `json:"sign_private"`
}

// ErrNotEnrolled is returned while there is no identity yet.
var ErrNotEnrolled = errors.New("this kiosk is not enrolled yet")

const identityFile = "identity.json"

// IdentityPath is where a data directory keeps the identity.
func IdentityPath(dir string) string { return filepath.Join(dir, identityFile) }

// LoadIdentity reads the identity from the data directory.
func LoadIdentity(dir string) (Identity, error) {
	var id Identity
	data, err := os.ReadFile(filepath.Join(dir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return id, fmt.Errorf("%w: run kiosk enrol with a code from central", ErrNotEnrolled)
	}
	if err != nil {
		return id, fmt.Errorf("read identity: %w", err)
	}
	if err := json.Unmarshal(data, &id); err != nil {
		return id, fmt.Errorf("read identity: %w", err)
	}
	if len(id.SignPrivate) == 0 || len(id.Device.SealPublic) == 0 {
		return id, errors.New("read identity: keys are missing, enrol again")
	}
	return id, nil
}

// SaveIdentity writes the identity, readable by the owner alone, so that it is either wholly there or not at all.
func SaveIdentity(dir string, id Identity) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	data, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	if err := writeAtomic(filepath.Join(dir, identityFile), data); err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	pending, err := filepath.Glob(filepath.Join(dir, "enrolment-*.key"))
	for _, name := range pending {
		if gone := os.Remove(name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = gone
		}
	}
	if err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	return nil
}

// KeyPair is a device's signing key before central knows it.
type KeyPair struct {
	Private []byte `json:"private"`
	Public  []byte `json:"public"`
}

// PendingKey gives the key of an enrolment under way, made by generate at the first try, one for each suite that central
// is asked with. It is on disk before central hears of it: a lost answer can be asked for again with the same code and the
// same key.
func PendingKey(dir, suite string, generate func() (private, public []byte, err error)) (KeyPair, error) {
	var k KeyPair
	name := filepath.Join(dir, "enrolment-"+suite+".key")
	data, err := os.ReadFile(name)
	if err == nil && json.Unmarshal(data, &k) == nil && len(k.Private) > 0 && len(k.Public) > 0 {
		return k, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return k, fmt.Errorf("prepare enrolment: %w", err)
	}
	if k.Private, k.Public, err = generate(); err != nil {
		return k, fmt.Errorf("prepare enrolment: %w", err)
	}
	if data, err = json.Marshal(k); err == nil {
		err = writeAtomic(name, data)
	}
	if err != nil {
		return k, fmt.Errorf("prepare enrolment: %w", err)
	}
	return k, nil
}

// writeAtomic replaces a file through a synced temporary one, and syncs the directory so that the name survives too.
func writeAtomic(name string, data []byte) (err error) {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, ".new-*") // created 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name()) // leaves nothing half written behind
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
