package observe

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"time"

	"github.com/google/renameio/v2"
)

// ConfigWatch gives a function that reports whether a file holds something else than it does now. A file that has gone has
// changed. The function is for one goroutine.
func ConfigWatch(file string) (changed func() bool, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("watch configuration: %w", err)
	}
	sum, last := sha256.Sum256(b), stamp{}
	differs := false
	return func() bool {
		info, err := os.Stat(file)
		if err != nil {
			return true
		}
		if now := (stamp{info.Size(), info.ModTime()}); now != last { // reading it each time would be waste
			b, err := os.ReadFile(file)
			differs, last = err != nil || sha256.Sum256(b) != sum, now
		}
		return differs
	}, nil
}

type stamp struct {
	size int64
	at   time.Time
}

// Program gives a function that reports whether a program can be started.
func Program(name string) func() bool {
	return func() bool {
		_, err := exec.LookPath(name)
		return err == nil
	}
}

// BeginRun leaves a mark that EndRun takes away; crashed is true when the one of the former run is still there.
func BeginRun(mark string) (crashed bool, err error) {
	_, err = os.Stat(mark)
	switch {
	case err == nil:
		return true, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("begin run: %w", err)
	}
	if err := renameio.WriteFile(mark, nil, 0o600); err != nil {
		return false, fmt.Errorf("begin run: %w", err)
	}
	return false, nil
}

// EndRun takes the mark away.
func EndRun(mark string) error {
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("end run: %w", err)
	}
	return nil
}
