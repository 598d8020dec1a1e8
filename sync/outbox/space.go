package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNoSpace is returned while the medium has too little room: by Accept below Config.MinFree, by everything else that
// writes below a quarter of it. Nothing has been written, and nothing is lost; it ends when there is room again.
var ErrNoSpace = errors.New("too little room on the medium")

// ErrFull is returned by Accept at one of Config.Limits. It ends when central has taken some of what waits. At the limits of age
// and silence it is an ErrTooOld or an ErrSilent as well.
var (
	ErrFull   = errors.New("outbox is full")
	ErrTooOld = errors.New("an item has waited too long")
	ErrSilent = errors.New("upstream was silent for too long")
)

// Limits are how much may wait before new work is refused. Zero fields mean no limit.
type Limits struct {
	Items   int
	Bytes   int64         // of the waiting items, as they travel
	Age     time.Duration // of the oldest waiting item; a quarter of it has to be lived through, whatever the clock says
	Silence time.Duration // since the upstream was last heard of, while anything waits; as with Age
}

const (
	// DefaultMinFree keeps Badger, which maps its files, from ever meeting a full medium: it would die of it.
	DefaultMinFree = 64 << 20
	// DefaultBallast is given up before opening on a full medium, so that there is room to come up and say so.
	DefaultBallast = 16 << 20

	ballastName = "ballast"
)

// perFile is what a file that can still be made counts for: without any left a medium is as full as without bytes.
const perFile = 1 << 20

// Free is how many bytes of the medium of a directory a program may still use.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask for room: %w", err)
	}
	n := int64(s.Bavail) * s.Bsize
	if s.Files > 0 && s.Ffree < uint64(n)/perFile { // some file systems do not count files
		n = int64(s.Ffree) * perFile
	}
	return n, nil
}

// roomFor is ErrNoSpace when less than least is free. A medium that can not be asked is left to its own errors.
func (o *Outbox) roomFor(least int64) error {
	n, err := o.cfg.Free(o.cfg.Dir)
	if err == nil && n < least {
		return fmt.Errorf("%w: %d MiB free, want %d", ErrNoSpace, n>>20, least>>20)
	}
	return nil
}

// admit says whether new work may be taken now. It is called with mu held.
func (o *Outbox) admit() error {
	if o.fenced != "" {
		return fmt.Errorf("%w: %s", ErrFenced, o.fenced)
	}
	if err := o.roomFor(o.cfg.MinFree); err != nil {
		return err
	}
	l, now := o.cfg.Limits, o.cfg.Now()
	oldest := o.index.oldest()
	waiting := o.index.count[StateAccepted] + o.index.count[StateSending]
	switch {
	case waiting == 0:
		return nil
	case l.Items > 0 && waiting >= l.Items:
		return fmt.Errorf("%w: %d items wait", ErrFull, waiting)
	case l.Bytes > 0 && o.index.bytes >= l.Bytes:
		return fmt.Errorf("%w: %d MiB wait", ErrFull, o.index.bytes>>20)
	case l.Age > 0 && now.Sub(oldest) > l.Age && o.lived.waited(o.index.oldestSequence(), l.Age):
		return fmt.Errorf("%w: %w: since %s", ErrFull, ErrTooOld, oldest.Format(time.RFC3339))
	case l.Silence > 0 && !o.heard.IsZero() && now.Sub(o.heard) > l.Silence && now.Sub(oldest) > l.Silence && o.lived.silent(l.Silence):
		return fmt.Errorf("%w: %w: since %s", ErrFull, ErrSilent, o.heard.Format(time.RFC3339))
	}
	return nil
}

// release gives the ballast up when the medium is too full to open on. If that is not enough nothing is opened: Badger would
// end the program.
func (c Config) release() error {
	n, err := c.Free(c.Dir)
	if err != nil || n >= c.MinFree {
		return nil //nolint:nilerr // a medium that can not be asked is left to its own errors
	}
	if err := os.Remove(filepath.Join(c.Dir, ballastName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("release ballast: %w", err)
	}
	if n, err = c.Free(c.Dir); err == nil && n < c.MinFree/4 {
		return fmt.Errorf("%w: %d MiB free, want %d; nothing was opened, and nothing is lost", ErrNoSpace, n>>20, c.MinFree>>22)
	}
	return nil
}

// load puts the ballast on board when there is room for it and more.
func (c Config) load() {
	path := filepath.Join(c.Dir, ballastName)
	if n, err := c.Free(c.Dir); err != nil || n < c.MinFree+2*c.Ballast || c.Ballast <= 0 {
		return
	}
	if info, err := os.Stat(path); err == nil && info.Size() == c.Ballast {
		return
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return // without it the outbox works as well, until the medium is full
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, c.Ballast); err != nil {
		_ = os.Remove(path)
	}
}
