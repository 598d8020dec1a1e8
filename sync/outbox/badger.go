package outbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// badgerStore is the store on Badger. Each value ends with a checksum over key and value, which Badger would not miss.
type badgerStore struct{ db *badger.DB }

var _ store = (*badgerStore)(nil)

// badgerOptions departs from Badger's defaults, which are sized for servers. Writes are not synced one by one: what a power cut
// takes is made anew from the journal and from what upstream says.
func badgerOptions(dir string, logger *slog.Logger) badger.Options {
	opt := badger.DefaultOptions(dir).
		WithSyncWrites(false).
		WithDetectConflicts(false). // one writer
		WithMetricsEnabled(false).
		WithCompression(options.None). // sealed bytes do not compress
		WithBlockCacheSize(0).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithNumLevelZeroTables(2).
		// Four tables that wait would be merged into one, with a buffer of 256 MB.
		WithNumLevelZeroTablesStall(3).
		WithNumCompactors(2).
		// Every value stays in the tree: a failed sync of the value log would only be logged.
		WithValueThreshold(1 << 20).
		WithValueLogFileSize(16 << 20).
		WithLogger(badgerLog{logger})
	opt.TableSizeMultiplier = 1 // a dozen tables are built at a time, each in twice its size of memory
	return opt
}

func openBadger(dir string, logger *slog.Logger) (*badgerStore, error) {
	db, err := badger.Open(badgerOptions(dir, logger))
	if err != nil {
		// After a crash an open can fail once over a half-made file and succeed the second time.
		logger.Warn("queue did not open, trying once more", "error", err)
		db, err = badger.Open(badgerOptions(dir, logger))
	}
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return &badgerStore{db}, nil
}

// peekBadger opens a queue that nobody has open, for reading alone: without Badger's own lock, which would be in the way of an
// owner who starts meanwhile. A queue whose owner was killed needs mending first, and does not open.
func peekBadger(dir string, logger *slog.Logger) (*badgerStore, error) {
	db, err := badger.Open(badgerOptions(dir, logger).WithReadOnly(true).WithBypassLockGuard(true))
	if err != nil {
		return nil, fmt.Errorf("open queue for reading: %w", err)
	}
	return &badgerStore{db}, nil
}

// unhurt turns a panic of Badger's over damaged files into an error. Those on goroutines of its own end the program.
func unhurt(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: the queue's files: %v", ErrDamaged, p)
	}
}

func (s *badgerStore) write(changes []change) (err error) {
	defer unhurt(&err)
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	for _, c := range changes {
		err := error(nil)
		if c.value == nil {
			err = txn.Delete(c.key)
		} else {
			err = txn.Set(c.key, sum(c.key, c.value))
		}
		if err != nil {
			if errors.Is(err, badger.ErrTxnTooBig) {
				return errTooBig
			}
			return fmt.Errorf("write queue: %w", err)
		}
	}
	if err := txn.Commit(); err != nil {
		return fmt.Errorf("commit queue: %w", err)
	}
	return nil
}

func (s *badgerStore) read(key []byte) (value []byte, err error) {
	defer unhurt(&err)
	err = s.db.View(func(txn *badger.Txn) error {
		it, err := txn.Get(key)
		if err != nil {
			return err
		}
		value, err = it.ValueCopy(nil)
		return err
	})
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return nil, errMissing
	case err != nil:
		return nil, fmt.Errorf("read queue: %w", err)
	}
	return checked(key, value)
}

func (s *badgerStore) scan(prefix []byte, each func(key, value []byte) error) (err error) {
	defer unhurt(&err)
	return s.db.View(func(txn *badger.Txn) error {
		opt := badger.DefaultIteratorOptions
		opt.Prefix = prefix
		it := txn.NewIterator(opt)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			entry := it.Item()
			err := entry.Value(func(v []byte) error {
				value, err := checked(entry.Key(), v)
				if err != nil {
					return err
				}
				return each(entry.Key(), value)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *badgerStore) size() int64 {
	tables, _ := s.db.Size()
	return tables
}

func (s *badgerStore) sync() error {
	if err := s.db.Sync(); err != nil {
		return fmt.Errorf("sync queue: %w", err)
	}
	return nil
}

func (s *badgerStore) close() (err error) {
	defer unhurt(&err)
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close queue: %w", err)
	}
	return nil
}

func sum(key, value []byte) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	c := crc32.Update(crc32.Checksum(key, table), table, value)
	return binary.LittleEndian.AppendUint32(append(make([]byte, 0, len(value)+4), value...), c)
}

func checked(key, b []byte) ([]byte, error) {
	n := len(b) - 4
	if n < 0 || !bytes.Equal(sum(key, b[:n])[n:], b[n:]) {
		return nil, fmt.Errorf("%w: the value of %q has a wrong checksum", ErrDamaged, key)
	}
	return b[:n:n], nil
}

// badgerLog passes on warnings and errors only.
type badgerLog struct{ logger *slog.Logger }

func (l badgerLog) log(level slog.Level, format string, args []any) {
	l.logger.Log(context.Background(), level, "badger", "text", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l badgerLog) Errorf(format string, args ...any)   { l.log(slog.LevelError, format, args) }
func (l badgerLog) Warningf(format string, args ...any) { l.log(slog.LevelWarn, format, args) }
func (badgerLog) Infof(string, ...any)                  {}
func (badgerLog) Debugf(string, ...any)                 {}
