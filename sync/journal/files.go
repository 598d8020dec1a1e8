package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	suffix    = ".journal"
	spareName = "spare"
)

func (j *Journal) path(first uint64) string {
	return filepath.Join(j.cfg.Dir, fmt.Sprintf("%020d%s", first, suffix))
}

// load finds the files and their records.
func (j *Journal) load() (Found, error) {
	firsts, err := listFiles(j.cfg.Dir)
	if err != nil {
		return Found{}, err
	}
	for _, first := range firsts {
		j.files = append(j.files, &file{path: j.path(first), first: first})
	}
	var found Found
	j.next = 1
	for i, f := range j.files {
		if f.first < j.next {
			return found, fmt.Errorf("%w: %s begins before the end of the file before it", ErrDamaged, f.path)
		}
		if i > 0 {
			for seq := j.next; seq < f.first; seq++ {
				found.Damaged = append(found.Damaged, seq)
			}
		}
		torn, err := j.loadFile(f, i == len(j.files)-1)
		if err != nil {
			return found, err
		}
		found.Torn = found.Torn || torn
		for at, p := range f.places {
			if p == 0 {
				found.Damaged = append(found.Damaged, f.first+uint64(at))
			}
		}
		j.next = f.first + uint64(len(f.places))
	}
	found.First, found.Last = j.firstSeq(), j.next-1
	return found, nil
}

// loadFile reads one file's table, or without one its records. The last file is made ready for writing.
func (j *Journal) loadFile(f *file, tail bool) (torn bool, err error) {
	flag := os.O_RDONLY
	if tail {
		flag = os.O_RDWR
	}
	file, err := os.OpenFile(f.path, flag, 0)
	if err != nil {
		return false, err
	}
	keep := false
	defer func() {
		if !keep {
			err = errors.Join(err, file.Close())
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	f.size = info.Size()
	head := make([]byte, headerSize)
	n, _ := file.ReadAt(head, 0)
	h, ok := parseHeader(head[:n])
	if ok && h.label != j.cfg.Label {
		return false, fmt.Errorf("%w: %s", ErrOther, f.path)
	}
	if !ok || h.first != f.first {
		j.cfg.Logger.Error("header of a journal file is damaged; its records are read all the same", "file", f.path)
	}
	if start, places, ok := readTable(file, f.size); ok {
		f.end, f.places, f.full = start, places, true
		return false, nil
	}
	b := make([]byte, f.size)
	if err := readAll(file, b); err != nil {
		if tail { // writing on might destroy what a second try can read
			return false, fmt.Errorf("read %s: %w", f.path, err)
		}
		j.cfg.Logger.Error("parts of a journal file can not be read", "file", f.path, "err", err)
	}
	s := scan(b, f.first, tail)
	f.places, f.end, f.full = s.places, int64(s.end), !tail
	if !tail {
		return false, nil
	}
	if s.torn {
		if err := wipe(file, f.end, f.size); err != nil {
			return false, fmt.Errorf("wipe what was cut off: %w", err)
		}
	}
	j.tail, keep = file, true
	return s.torn, nil
}

// readAll reads a file in pieces: what can not be read stays zero, and the rest of the file may be well.
func readAll(f *os.File, b []byte) error {
	var failed error
	for at := 0; at < len(b); at += 64 << 10 {
		if _, err := f.ReadAt(b[at:min(len(b), at+64<<10)], int64(at)); err != nil {
			failed = err
		}
	}
	return failed
}

// wipe overwrites a part of a file with zeros and syncs it.
func wipe(f *os.File, from, to int64) error {
	if _, err := f.WriteAt(make([]byte, to-from), from); err != nil {
		return err
	}
	return f.Sync()
}

// seal ends a file: its table is written, and what it has not used is given back.
func (j *Journal) seal(f *file) error {
	b := appendTable(nil, f.end, f.places)
	size := f.end + int64(len(b))
	if _, err := j.tail.WriteAt(b, f.end); err != nil {
		return fmt.Errorf("seal %s: %w", f.path, err)
	}
	if err := j.tail.Truncate(size); err != nil {
		return fmt.Errorf("seal %s: %w", f.path, err)
	}
	if err := j.tail.Sync(); err != nil {
		return fmt.Errorf("seal %s: %w", f.path, err)
	}
	j.mu.Lock()
	f.full, f.size = true, size
	j.mu.Unlock()
	err := j.tail.Close()
	j.tail = nil
	return err
}

// begin makes the file that starts with seq.
func (j *Journal) begin(seq uint64) (*file, error) {
	f := &file{path: j.path(seq), first: seq, end: headerSize}
	fresh, err := j.spare.take(f.path, header{seq, j.cfg.Label}.bytes())
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", f.path, err)
	}
	if info, err := fresh.Stat(); err == nil {
		f.size = info.Size()
	}
	j.tail = fresh
	j.mu.Lock()
	j.files = append(j.files, f)
	j.mu.Unlock()
	return f, nil
}

// SkipTo leaves a gap, so that the next record is seq: what was lost keeps its sequence for ever. A smaller seq changes
// nothing.
func (j *Journal) SkipTo(seq uint64) error {
	j.appending.Lock()
	defer j.appending.Unlock()
	j.mu.RLock()
	err, next := j.failed, j.next
	var f *file
	if n := len(j.files); n > 0 {
		f = j.files[n-1]
	}
	j.mu.RUnlock()
	if err != nil || seq <= next {
		return err
	}
	if f != nil && !f.full {
		if err := j.seal(f); err != nil {
			return fmt.Errorf("skip in journal: %w", err)
		}
	}
	if _, err := j.begin(seq); err != nil {
		return fmt.Errorf("skip in journal: %w", err)
	}
	j.mu.Lock()
	j.next = seq
	j.mu.Unlock()
	return nil
}

// Drop removes the files whose records all come before seq. The last file always stays: it holds the sequence.
func (j *Journal) Drop(before uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	dropped := false
	for len(j.files) > 1 && j.files[1].first <= before {
		if err := os.Remove(j.files[0].path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("drop journal file: %w", err)
		}
		j.files, dropped = j.files[1:], true
	}
	if !dropped {
		return nil
	}
	if err := syncDir(j.cfg.Dir); err != nil {
		return fmt.Errorf("drop journal file: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
