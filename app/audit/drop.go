package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"onedoor/sync/wire"
)

// drop removes the files all of whose entries are older than before. The checkpoint at the end of the last one stays, as
// the anchor of what is left, and an entry says what was dropped before it is.
func (t *tail) drop(before time.Time) error {
	dir := t.log.cfg.Dir
	names, err := entryFiles(dir)
	if err != nil {
		return err
	}
	old := 0
	for old+1 < len(names) {
		first, ok, err := firstEntry(filepath.Join(dir, names[old+1]))
		if err != nil {
			return err
		}
		if !ok || !first.At().Before(before) {
			break
		}
		old++
	}
	if old == 0 {
		return nil
	}
	last, err := scan(filepath.Join(dir, names[old-1]), t.log.cfg.Suite.Name(), head{})
	if err != nil {
		return err
	}
	if err := t.anchor(last.last); err != nil {
		return err
	}
	up, err := t.log.cfg.Uptime()
	if err != nil {
		return err
	}
	from := head{}
	from.seq, from.digest = t.log.Head()
	said := &intake{Event{Kind: KindLogDropped, Actor: System, Disposition: Done, Count: last.last.seq}, t.log.cfg.Now(), up, nil}
	to, err := t.write(from, []*intake{said})
	if err != nil {
		return err
	}
	t.log.mu.Lock()
	t.log.head = to
	t.log.mu.Unlock()
	for _, name := range names[:old] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("drop old entries: %w", err)
		}
	}
	return syncDir(dir)
}

// anchor sees to it that a checkpoint at h is kept, and none before it.
func (t *tail) anchor(h head) error {
	i, found := slices.BinarySearchFunc(t.checkpoints, h.seq, func(c wire.Checkpoint, seq uint64) int { return int(c.Count) - int(seq) })
	if !found {
		c, err := t.sign(h)
		if err != nil {
			return err
		}
		t.checkpoints = slices.Insert(t.checkpoints, i, c)
	}
	t.checkpoints = slices.Clone(t.checkpoints[i:])
	return writeCheckpoints(t.log.cfg.Dir, t.checkpoints)
}

// firstEntry reads the first line of a file; ok is false when that is no entry.
func firstEntry(file string) (e Entry, ok bool, err error) {
	err = eachLine(file, func(l rawLine) error {
		var bad error
		e, bad = ParseEntry(l.text)
		ok = bad == nil
		return errEnough
	})
	if err != nil && err != errEnough { //nolint:errorlint // our own, as it is
		return e, false, err
	}
	return e, ok, nil
}
