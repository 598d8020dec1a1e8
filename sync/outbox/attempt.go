package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Badger maps its files, and what is damaged in them ends the whole program while it opens: on a goroutine of its own, where
// nothing can be recovered from. So each attempt leaves a byte in a file, which is removed when the attempt is over.
const (
	attemptName = "opening"
	maxAttempts = 2 // a power cut may end one; the next finds out
)

// attempt counts this one in and gives the number since the last that ended well.
func (o *Outbox) attempt() (int, error) {
	f, err := os.OpenFile(filepath.Join(o.cfg.Dir, attemptName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return 0, fmt.Errorf("note attempt: %w", err)
	}
	_, err = f.Write([]byte{'.'})
	info, serr := f.Stat()
	if err = errors.Join(err, serr, f.Close()); err != nil {
		return 0, fmt.Errorf("note attempt: %w", err)
	}
	return int(info.Size()), nil
}

// survived forgets the attempts.
func (o *Outbox) survived() error {
	if err := os.Remove(filepath.Join(o.cfg.Dir, attemptName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}
