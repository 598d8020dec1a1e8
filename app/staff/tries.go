package staff

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"onedoor/sync/clock"
)

// How wrong PINs are slowed down.
const (
	freeTries  = 5  // wrong ones in a row after which each next one waits
	lockTries  = 15 // wrong ones in a row that lock
	firstDelay = 15 * time.Second
	maxUnknown = 64 // ids that there are none of, whose tries are counted
)

// delay is how long the next try waits after that many wrong ones.
func delay(fails int) time.Duration {
	if fails < freeTries {
		return 0
	}
	return firstDelay << (min(fails, lockTries) - freeTries)
}

// counter is what is kept of one member's tries. Boot and Up are when the last one was, by a time that nobody can step: after
// a restart of the machine the whole wait begins again.
type counter struct {
	Fails   int           `json:"fails"`
	Boot    string        `json:"boot,omitempty"`
	Up      time.Duration `json:"up,omitempty"`
	Unlocks uint64        `json:"unlocks,omitempty"` // of wire.Member, as far as it was heeded
	Revoked bool          `json:"revoked,omitempty"` // as the log was told
}

// left is how long the next try has to wait.
func (c counter) left(now clock.Uptime) time.Duration {
	wait := delay(c.Fails)
	if c.Boot == now.Boot {
		wait -= max(0, now.Up-c.Up)
	}
	return max(0, wait)
}

// book is all counters, on disk before what they count happens.
type book struct {
	file string
	kept kept
}

// kept is the file.
type kept struct {
	Epoch   string             `json:"epoch"` // of the roster that the log was told of
	Version uint64             `json:"version"`
	Old     bool               `json:"old,omitempty"` // the log was told that the roster is too old
	Members map[string]counter `json:"members"`
	Unknown map[string]counter `json:"unknown,omitempty"` // by a keyed hash of what was typed
}

// openBook reads the counters. When they can not be read everybody is where the next wrong try waits: whoever can damage a
// file gains no tries by it.
func openBook(file string, now clock.Uptime, logger *slog.Logger) (*book, error) {
	b := &book{file: file, kept: kept{Members: map[string]counter{}, Unknown: map[string]counter{}}}
	raw, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return b, nil
	case err != nil:
		return nil, fmt.Errorf("read counters of tries: %w", err)
	}
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil || k.Members == nil {
		logger.Error("counters of tries are damaged: everybody waits after the next wrong one", "file", file)
		b.kept.Members[everyone] = counter{Fails: freeTries, Boot: now.Boot, Up: now.Up}
		return b, nil //nolint:nilerr // what is damaged on the disk says the same again
	}
	if k.Unknown == nil {
		k.Unknown = map[string]counter{}
	}
	b.kept = k
	for _, set := range []map[string]counter{b.kept.Members, b.kept.Unknown} {
		for id, c := range set {
			if c.Fails >= freeTries && c.Boot != now.Boot { // the machine was restarted: the wait begins again
				c.Boot, c.Up = now.Boot, now.Up
				set[id] = c
			}
		}
	}
	if err := b.save(); err != nil { // then the wait begins again with the next restart of the program, too
		logger.Error("keep counters of tries", "error", err)
	}
	return b, nil
}

// everyone stands for members without a counter of their own; it is no valid id.
const everyone = "*"

func (b *book) save() error {
	raw, err := json.Marshal(b.kept)
	if err != nil {
		return fmt.Errorf("keep counters of tries: %w", err)
	}
	err = renameio.WriteFile(b.file, raw, 0o600)
	if errors.Is(err, unix.ENOSPC) && os.Remove(b.spare()) == nil {
		err = renameio.WriteFile(b.file, raw, 0o600)
	} else if err == nil {
		b.reserve()
	}
	if err != nil {
		return fmt.Errorf("keep counters of tries: %w", err)
	}
	dir, err := os.Open(filepath.Dir(b.file))
	if err != nil {
		return fmt.Errorf("keep counters of tries: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("keep counters of tries: %w", err)
	}
	return nil
}

// spareSize is room that is given up when the disk is full, so that whoever comes to make room can sign in.
const spareSize = 64 << 10

func (b *book) spare() string { return b.file + ".spare" }

// reserve lays the spare room by, where there is enough.
func (b *book) reserve() {
	if info, err := os.Stat(b.spare()); err == nil && info.Size() == spareSize {
		return
	}
	f, err := os.OpenFile(b.spare(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return // without it all works as well, until the disk is full
	}
	if err := errors.Join(unix.Fallocate(int(f.Fd()), 0, 0, spareSize), f.Close()); err != nil {
		_ = os.Remove(b.spare())
	}
}

func (b *book) member(id string) counter {
	if c, ok := b.kept.Members[id]; ok {
		return c
	}
	c := b.kept.Members[everyone]
	c.Revoked, c.Unlocks = false, 0
	return c
}

// set keeps a counter before it is believed. After an error nothing has changed.
func (b *book) set(id string, c counter) error {
	old, had := b.kept.Members[id]
	b.kept.Members[id] = c
	if err := b.save(); err != nil {
		if b.kept.Members[id] = old; !had {
			delete(b.kept.Members, id)
		}
		return err
	}
	return nil
}

// stranger is the counter of an id that there is none of, so that it locks as any other.
func (b *book) stranger(key string) counter { return b.kept.Unknown[key] }

func (b *book) setStranger(key string, c counter) error {
	if _, known := b.kept.Unknown[key]; !known && len(b.kept.Unknown) >= maxUnknown {
		fewest := slices.MinFunc(slices.Sorted(maps.Keys(b.kept.Unknown)), func(x, y string) int {
			return cmp.Compare(b.kept.Unknown[x].Fails, b.kept.Unknown[y].Fails)
		})
		delete(b.kept.Unknown, fewest)
	}
	b.kept.Unknown[key] = c
	return b.save()
}

// strangerKey hides what was typed: it may have been a PIN.
func strangerKey(pepper []byte, id string) string {
	return hex.EncodeToString(mac(pepper, "stranger", []byte(id))[:8])
}
