package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// scanned is what a file of entries holds at its end.
type scanned struct {
	last  head
	month string // of the first entry
	good  int64  // bytes up to the end of the last whole line that is an entry
	size  int64
	bad   bool // a whole line that is no entry, or not chained to the one before it, with good ones behind it
}

// scan reads a file to its end. prev is the head before it, zero when not known.
func scan(file, suite string, prev head) (scanned, error) {
	s := scanned{last: prev}
	broken := false
	err := eachLine(file, func(l rawLine) error {
		s.size = l.at + int64(len(l.text))
		if l.whole {
			s.size++
		}
		e, bad := ParseEntry(l.text)
		if bad != nil || !l.whole {
			broken = true
			return nil //nolint:nilerr // what is behind it tells what it is
		}
		if broken || s.last.seq != 0 && (e.Seq != s.last.seq+1 || e.Prev != s.last.digest) {
			s.bad = true
		}
		broken = false
		if s.month == "" {
			s.month = month(e.At())
		}
		s.last, s.good = head{e.Seq, digestOf(suite, l.text)}, s.size
		return nil
	})
	return s, err
}

func month(t time.Time) string { return t.UTC().Format("2006-01") }

// recover finds the end of the log, cuts off what a power cut left there, and gives the entries that say so. What is wrong
// further up stays as it is, for Verify to name.
func (l *Log) recover() ([]Event, error) {
	dir, suite := l.cfg.Dir, l.cfg.Suite.Name()
	names, err := entryFiles(dir)
	if err != nil {
		return nil, err
	}
	list, faults, err := readCheckpoints(dir)
	if err != nil {
		return nil, err
	}
	damaged := len(faults) > 0
	proved, err := l.proved(list, faults)
	if err != nil {
		return nil, err
	}
	l.tail = tail{log: l, checkpoints: list, spare: true}
	end := head{digest: item.Genesis}
	var repaired int64
	for i := len(names) - 1; i >= 0; i-- { // a file whose first entry was never whole has none: then the one before it tells
		s, err := scan(filepath.Join(dir, names[i]), suite, head{})
		if err != nil {
			return nil, err
		}
		damaged = damaged || s.bad
		if s.good < s.size {
			if err := setAside(dir, names[i], s.good); err != nil {
				return nil, err
			}
			repaired += s.size - s.good
		}
		if s.last.seq != 0 {
			end = s.last
			if err := l.tail.open(names[i], s.good, s.month); err != nil {
				return nil, err
			}
			break
		}
		if err := os.Remove(filepath.Join(dir, names[i])); err != nil {
			return nil, fmt.Errorf("remove an empty file: %w", err)
		}
	}
	if proved.Count > end.seq || proved.Count == end.seq && proved.Count > 0 && proved.Head != end.digest {
		damaged = true
	}
	opened := Event{Kind: KindLogOpened, Actor: System, Count: end.seq}
	if proved.Count > end.seq { // a number that was given away is not given again
		end = head{proved.Count, proved.Head}
	}
	l.head = end
	said := []Event{opened}
	if repaired > 0 {
		said = append(said, Event{Kind: KindLogRepaired, Actor: System, Count: uint64(repaired)})
		l.logger.Warn("torn end of the audit log was cut off and kept aside", "bytes", repaired)
	}
	if l.altered = damaged; damaged {
		said = append(said, Event{Kind: KindLogDamaged, Actor: System, Disposition: Failed})
		l.logger.Error("audit log is not as it was written: run hallctl audit verify")
	}
	return said, nil
}

// proved is the last checkpoint that this device made.
func (l *Log) proved(list []wire.Checkpoint, faults map[int]bool) (last wire.Checkpoint, err error) {
	public, err := l.cfg.Suite.SignPublic(l.cfg.SignPrivate)
	if err != nil {
		return last, err
	}
	for i, c := range list {
		if faults[i] {
			continue
		}
		if c.Source != l.cfg.Source.String() {
			return last, fmt.Errorf("%w: %.40s", ErrOtherSource, c.Source)
		}
		if c.Verify(l.cfg.Suite, public) != nil {
			faults[i] = true
			continue
		}
		if c.Count > last.Count {
			last = c
		}
	}
	return last, nil
}

// setAside moves what is behind the good part of a file into a file of its own: it is evidence, if it was no power cut.
func setAside(dir, name string, good int64) error {
	file := filepath.Join(dir, name)
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cut off torn end: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cut off torn end: %w", err)
	}
	torn := make([]byte, min(info.Size()-good, 1<<20))
	if _, err := f.ReadAt(torn, good); err != nil {
		return fmt.Errorf("cut off torn end: %w", err)
	}
	if err := os.WriteFile(fmt.Sprintf("%s.torn-%d", file, good), torn, 0o600); err != nil {
		return fmt.Errorf("keep torn end aside: %w", err)
	}
	if err := errors.Join(f.Truncate(good), f.Sync()); err != nil {
		return fmt.Errorf("cut off torn end: %w", err)
	}
	return nil
}
