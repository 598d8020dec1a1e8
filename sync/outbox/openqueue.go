package outbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"onedoor/sync/item"
)

// openQueue opens and loads the queue. One that can not be believed is set aside, and an empty one takes its place.
func (o *Outbox) openQueue(known bool) error {
	dir := filepath.Join(o.cfg.Dir, queueName)
	err := o.tryQueue(dir, known)
	if err == nil || errors.Is(err, ErrOtherSource) {
		return err
	}
	return o.replaceQueue(err)
}

// replaceQueue sets a queue aside that can not be believed, and opens an empty one.
func (o *Outbox) replaceQueue(why error) error {
	if o.store != nil {
		if err := o.store.close(); err != nil { // it is damaged: that it can not even be closed is no news
			o.logger.Warn("close damaged queue", "error", err)
		}
		o.store = nil
	}
	dir := filepath.Join(o.cfg.Dir, queueName)
	o.head, o.index = meta{}, newIndex()
	aside, err := o.setAside(dir)
	if err != nil {
		return errors.Join(why, err)
	}
	o.damaged(Damage{Part: PartQueue, What: why.Error(), Aside: aside, Mended: true})
	return o.tryQueue(dir, false)
}

func (o *Outbox) tryQueue(dir string, known bool) error {
	if err := checkQueueDir(dir, known); err != nil {
		return err
	}
	tries, err := o.attempt()
	if err != nil {
		return err
	}
	if known && tries > maxAttempts {
		return fmt.Errorf("%w: opening the queue ended the program %d times", ErrDamaged, tries-1)
	}
	st, err := openBadger(dir, o.logger)
	if err := o.survived(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	o.store = st
	if err := o.load(known); err != nil {
		o.store = nil
		if cerr := st.close(); cerr != nil {
			o.logger.Warn("close damaged queue", "error", cerr)
		}
		return err
	}
	return nil
}

// setAside moves a damaged part out of the way, where it can be looked into.
func (o *Outbox) setAside(path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	dir := filepath.Join(o.cfg.Dir, asideName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	for n := 1; ; n++ {
		to := filepath.Join(dir, fmt.Sprintf("%s-%d", filepath.Base(path), n))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(path, to); err != nil {
			return "", fmt.Errorf("set aside: %w", err)
		}
		return to, nil
	}
}

// load reads the head of the queue and the states, and takes back what was being sent. ErrDamaged means that states are
// missing or unreadable.
func (o *Outbox) load(known bool) error {
	err := get(o.store, []byte(keyMeta), &o.head)
	switch {
	case errors.Is(err, errMissing) && !known:
		o.head = meta{Format: formatVersion, Source: o.source, Digest: item.Genesis}
		c, err := put([]byte(keyMeta), o.head)
		if err != nil {
			return err
		}
		return o.store.write([]change{c})
	case errors.Is(err, errMissing):
		return fmt.Errorf("%w: the queue is empty", ErrDamaged)
	case err != nil:
		return err
	case o.head.Source != o.source:
		return fmt.Errorf("%w: %s", ErrOtherSource, o.head.Source)
	}
	var last uint64
	var interrupted []*record
	err = o.store.scan([]byte(prefixRec), func(key, value []byte) error {
		if len(key) != len(prefixRec)+8 || len(value) == 0 {
			return fmt.Errorf("%w: a state's key", ErrDamaged)
		}
		seq := binary.BigEndian.Uint64(key[len(prefixRec):])
		if seq != last+1 {
			return fmt.Errorf("%w: the state of item %d is missing", ErrDamaged, last+1)
		}
		last = seq
		if value[0] == ended {
			o.index.ended++
			return nil
		}
		r, err := parseRecord(seq, value)
		if err != nil {
			return err
		}
		if r.State == StateSending {
			r.State = StateAccepted
			interrupted = append(interrupted, r)
		}
		o.index.add(r)
		return nil
	})
	if err != nil {
		return err
	}
	if last != o.head.Sequence {
		return fmt.Errorf("%w: the last state is that of item %d, want %d", ErrDamaged, last, o.head.Sequence)
	}
	return o.inPieces(interrupted)
}

// inPieces writes many records, as many at a time as a transaction takes.
func (o *Outbox) inPieces(records []*record) error {
	for len(records) > 0 {
		n := min(len(records), maxGroup)
		if err := o.writeRecords(records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}
