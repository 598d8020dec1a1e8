package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// tail is where the log grows. Only the writer uses it.
type tail struct {
	log         *Log
	file        *os.File // nil before the first entry, and after a failed write
	name        string
	size        int64
	month       string // of the file's first entry
	checkpoints []wire.Checkpoint
	lastAt      time.Duration // uptime of the last checkpoint in this run
	looked      string        // day on which old files were last looked for
	spare       bool          // the spare room may be there
}

// spareSize is room for some thousand entries that is given up when the disk is full, so that whoever comes to make room
// can sign in and is logged.
const spareSize = 1 << 20

func (t *tail) open(name string, size int64, month string) error {
	f, err := os.OpenFile(filepath.Join(t.log.cfg.Dir, name), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open audit file: %w", err)
	}
	if _, err := f.Seek(size, 0); err != nil {
		return errors.Join(fmt.Errorf("open audit file: %w", err), f.Close())
	}
	t.file, t.name, t.size, t.month = f, name, size, month
	return nil
}

func (t *tail) close() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}

// run writes what waits until Close.
func (l *Log) run() {
	defer close(l.idle)
	l.tail.reserve()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	look := l.cfg.look
	if look == nil {
		look = ticker.C
	}
	for {
		for l.writeNext() {
		}
		select {
		case <-l.wake:
		case <-look:
			l.tail.daily()
		case <-l.quit:
			for l.writeNext() {
			}
			if err := l.tail.checkpoint(); err != nil {
				l.logger.Error("make the last checkpoint", "error", err)
			}
			return
		}
	}
}

// writeNext writes one group; false when nothing waits.
func (l *Log) writeNext() bool {
	l.mu.Lock()
	n := min(len(l.waiting), maxGroup)
	group := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	lost, from := l.lost, l.head
	l.mu.Unlock()
	if n == 0 {
		return false
	}
	if lost > 0 {
		last := group[n-1]
		group = append(group, &intake{Event{Kind: KindLogLost, Actor: System, Disposition: Failed, Count: lost}, last.at, last.up, nil})
	}
	to, err := l.tail.write(from, group)
	l.mu.Lock()
	l.failed = err
	if err == nil {
		l.head, l.lost = to, l.lost-lost
	} else {
		for _, in := range group[:n] {
			if in.done == nil {
				l.lost++
			}
		}
	}
	l.mu.Unlock()
	for _, in := range group {
		if in.done == nil {
			continue
		}
		if err != nil {
			in.done <- fmt.Errorf("%w: %w", ErrStopped, err)
		} else {
			in.done <- nil
		}
	}
	if err != nil {
		l.logger.Error("audit log can not be written", "entries", n, "error", err)
		return true
	}
	l.tail.due(to)
	return true
}

// write appends a group behind from and syncs it. After an error nothing of it counts: the next call cuts it off.
func (t *tail) write(from head, group []*intake) (head, error) {
	var b []byte
	to := from
	for _, in := range group {
		line, err := in.entry(to).line()
		if err != nil {
			return from, err
		}
		to = head{to.seq + 1, digestOf(t.log.cfg.Suite.Name(), line)}
		b = append(append(b, line...), '\n')
	}
	err := t.append(from, group[0].at, b)
	if errors.Is(err, unix.ENOSPC) && t.giveUpSpare() {
		err = t.append(from, group[0].at, b)
	}
	if err != nil {
		return from, errors.Join(err, t.close())
	}
	t.size += int64(len(b))
	return to, nil
}

func (t *tail) append(from head, at time.Time, b []byte) error {
	if err := t.ready(from, at); err != nil {
		return err
	}
	if _, err := t.file.WriteAt(b, t.size); err != nil {
		return fmt.Errorf("append to audit log: %w", err)
	}
	if err := t.file.Sync(); err != nil {
		return fmt.Errorf("sync audit log: %w", err)
	}
	return nil
}

// entry completes an event.
func (in *intake) entry(after head) Entry {
	return Entry{Seq: after.seq + 1, Time: item.FormatTime(in.at), Boot: in.up.Boot, Up: in.up.Up.Milliseconds(), Actor: in.event.Actor.String(),
		Role: in.event.Actor.Role(), Event: in.event.Kind, Disposition: in.event.Disposition, Subject: in.event.Subject.String(),
		Detail: in.event.Detail, Count: in.event.Count, Prev: after.digest}
}

// ready opens the file that the next entry belongs into: the one at hand, the one at hand once more after a failure, or a new
// one when that is full or of another month.
func (t *tail) ready(from head, at time.Time) error {
	if t.file == nil && t.name != "" {
		if err := t.again(from); err != nil {
			return err
		}
	}
	if t.file != nil && t.size < t.log.cfg.FileSize && (t.month == month(at) || t.size == 0) {
		return nil
	}
	if t.file != nil { // the end of a file is an anchor, should the file be dropped one day
		if err := t.checkpoint(); err != nil {
			return err
		}
		if err := t.close(); err != nil {
			return fmt.Errorf("close audit file: %w", err)
		}
	}
	name := entryName(from.seq + 1)
	f, err := os.OpenFile(filepath.Join(t.log.cfg.Dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make audit file: %w", err)
	}
	t.file, t.name, t.size, t.month = f, name, 0, month(at)
	return syncDir(t.log.cfg.Dir)
}

// again opens the file after a failed write, and cuts off what that left. What was synced must still be there.
func (t *tail) again(from head) error {
	file := filepath.Join(t.log.cfg.Dir, t.name)
	if err := os.Truncate(file, t.size); err != nil {
		return fmt.Errorf("open audit log again: %w", err)
	}
	s, err := scan(file, t.log.cfg.Suite.Name(), head{})
	if err != nil {
		return err
	}
	if t.size > 0 && (s.last != from || s.good != t.size) {
		return errors.New("open audit log again: its end is not what was written")
	}
	return t.open(t.name, t.size, t.month)
}

// due makes a checkpoint when there are enough entries behind the last one.
func (t *tail) due(h head) {
	if h.seq-lastCheckpoint(t.checkpoints).Count < CheckpointEvery {
		return
	}
	if err := t.checkpoint(); err != nil {
		t.log.logger.Error("make a checkpoint", "error", err)
	}
}

// daily makes the checkpoint of the day, and drops what is too old.
func (t *tail) daily() {
	up, err := t.log.cfg.Uptime()
	if err == nil && up.Up-t.lastAt >= CheckpointDaily {
		err = t.checkpoint()
	}
	now := t.log.cfg.Now()
	if day := now.UTC().Format(time.DateOnly); err == nil && day != t.looked && t.log.cfg.Certain() {
		t.looked = day
		err = t.drop(now.Add(-t.log.cfg.Keep))
	}
	if err != nil {
		t.log.logger.Error("daily work on the audit log", "error", err)
	}
	t.reserve()
}

// checkpoint signs the head, unless that has been done, keeps it and hands it on.
func (t *tail) checkpoint() error {
	seq, digest := t.log.Head()
	if seq == 0 || lastCheckpoint(t.checkpoints).Count >= seq {
		return nil
	}
	c, err := t.sign(head{seq, digest})
	if err != nil {
		return err
	}
	if err := t.keep(c); err != nil {
		return err
	}
	t.checkpoints = append(t.checkpoints, c)
	if up, err := t.log.cfg.Uptime(); err == nil {
		t.lastAt = up.Up
	}
	t.log.courier.take(c)
	return nil
}

func (t *tail) sign(h head) (wire.Checkpoint, error) {
	c := wire.Checkpoint{Source: t.log.cfg.Source.String(), Count: h.seq, Head: h.digest, At: item.FormatTime(t.log.cfg.Now()), Key: t.log.cfg.SignKey}
	return c, c.Sign(t.log.cfg.Suite, t.log.cfg.SignPrivate)
}

// keep appends a checkpoint to those of the log. An unfinished line of a power cut is ended first, and then is one that
// says nothing.
func (t *tail) keep(c wire.Checkpoint) error {
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode checkpoint: %w", err)
	}
	return appendLine(filepath.Join(t.log.cfg.Dir, checkpointsName), append(line, '\n'))
}

// appendLine appends a whole line durably, behind the last whole one.
func appendLine(file string, line []byte) (err error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("append line: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	end := int64(0)
	err = eachLine(file, func(l rawLine) error {
		if l.whole {
			end = l.at + int64(len(l.text)) + 1
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.Truncate(end); err != nil {
		return fmt.Errorf("append line: %w", err)
	}
	if _, err := f.WriteAt(line, end); err != nil {
		return fmt.Errorf("append line: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("append line: %w", err)
	}
	return nil
}

// reserve lays the spare room by.
func (t *tail) reserve() {
	file := filepath.Join(t.log.cfg.Dir, spareName)
	if info, err := os.Stat(file); err == nil && info.Size() == spareSize {
		t.spare = true
		return
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return // without it the log works as well, until the disk is full
	}
	if err := errors.Join(unix.Fallocate(int(f.Fd()), 0, 0, spareSize), f.Close()); err != nil {
		_ = os.Remove(file)
		return
	}
	t.spare = true
}

func (t *tail) giveUpSpare() bool {
	if !t.spare {
		return false
	}
	t.spare = false
	return os.Remove(filepath.Join(t.log.cfg.Dir, spareName)) == nil
}
