package badgerstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"
	badgeroptions "github.com/dgraph-io/badger/v4/options"

	"onedoor/sync/central"
)

// Config says where and how to keep the ledger.
type Config struct {
	Dir     string       // made when missing
	Logger  *slog.Logger // required
	MinFree uint64       // bytes of free space below which nothing is taken in; 0 means 256 MiB
}

// Store is a central.Store. Open one per directory.
type Store struct {
	central.Notifier

	db      *badger.DB
	dir     string
	logger  *slog.Logger
	minFree uint64
	epoch   string
	format  int

	writing sync.Mutex    // held by the one writer; taken before reading
	stopped error         // the first failed write; set before failed is closed
	failed  chan struct{} // closed when the store has stopped
	reading sync.RWMutex  // held by whoever uses db; Close waits for them
	closed  bool
}

var _ central.Store = (*Store)(nil)

// witnessFile holds the epoch. It is written after the database has it, so a witness without a database epoch means
// that the database was lost (a missing MANIFEST opens as an empty one).
const witnessFile = "EPOCH"

// ErrLost is returned when the directory once held a ledger and no longer does.
var ErrLost = errors.New("ledger is lost or damaged: restore it from the backup, then run central restore")

// Open opens the ledger in cfg.Dir or makes a new one. The error is central.ErrLocked when another process has it.
func Open(cfg Config) (*Store, error) {
	s, witness, err := openDB(cfg)
	if err == nil {
		if err = s.openEpoch(witness); err == nil {
			err = s.upgrade()
		}
		if err != nil {
			err = errors.Join(err, s.db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open central store %s: %w", cfg.Dir, err)
	}
	return s, nil
}

// Restored gives a ledger that was restored from a backup, which is not open anywhere, a new epoch, and returns it. From
// then on devices know that central may have forgotten what it acknowledged under the old one, and send again what they
// still have. Interrupted, it is run again.
func Restored(cfg Config) (epoch string, err error) {
	defer func() {
		if err != nil {
			epoch, err = "", fmt.Errorf("take restored central store %s: %w", cfg.Dir, err)
		}
	}()
	if _, err := os.Stat(filepath.Join(cfg.Dir, "db", "MANIFEST")); err != nil {
		return "", fmt.Errorf("%w: no MANIFEST", ErrLost)
	}
	s, _, err := openDB(cfg)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.readEpoch(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrLost, err)
	}
	epoch = newUUID()
	if err := s.update(context.Background(), func(txn *badger.Txn) error { return set(txn, keyEpoch(), epoch) }); err != nil {
		return "", err
	}
	return epoch, writeWitness(filepath.Join(cfg.Dir, witnessFile), epoch)
}

// openDB opens the database, whatever it holds, and gives the epoch of the witness beside it, "" for none.
func openDB(cfg Config) (*Store, string, error) {
	if cfg.Dir == "" || cfg.Logger == nil {
		return nil, "", errors.New("directory and logger are required")
	}
	if cfg.MinFree == 0 {
		cfg.MinFree = 256 << 20
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, "", err
	}
	raw, err := os.ReadFile(filepath.Join(cfg.Dir, witnessFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	witness := strings.TrimSpace(string(raw))
	if _, err := os.Stat(filepath.Join(cfg.Dir, "db", "MANIFEST")); err != nil && witness != "" {
		return nil, "", fmt.Errorf("%w: no MANIFEST", ErrLost) // opening now would delete the tables that a repair needs
	}
	db, err := badger.Open(options(filepath.Join(cfg.Dir, "db")))
	if err != nil && !isLock(err) {
		// Seen once in about fifty kills: the first open fails while making a file that is half there, the second works.
		cfg.Logger.Warn("store did not open, trying once more", "error", err)
		db, err = badger.Open(options(filepath.Join(cfg.Dir, "db")))
	}
	if err != nil && isLock(err) {
		return nil, "", central.ErrLocked
	}
	if err != nil {
		return nil, "", err
	}
	return &Store{db: db, dir: cfg.Dir, logger: cfg.Logger, minFree: cfg.MinFree, failed: make(chan struct{})}, witness, nil
}

func options(dir string) badger.Options {
	return badger.DefaultOptions(dir).
		WithSyncWrites(true). // off by default, and then a power cut loses thousands of acknowledged records
		WithLogger(nil).      // it prints keys
		WithNumVersionsToKeep(1).
		WithDetectConflicts(false). // one writer under our lock
		WithNumMemtables(2).
		WithBlockCacheSize(16 << 20).
		WithValueLogFileSize(16 << 20).      // stays empty: all values are below the threshold of 1 MiB
		WithCompression(badgeroptions.None). // sealed bytes do not compress
		WithMetricsEnabled(false)
}

// isLock recognises Badger's refusal of a second process; it has no typed error for it.
func isLock(err error) bool { return strings.Contains(err.Error(), "Cannot acquire directory lock") }

// formatVersion numbers the key space; see keys.go. One of oldestFormat or later is brought up to it.
const (
	formatVersion     = formatRevocations
	formatRevocations = 4 // a device may be revoked, and a version that does not look would let it in; rosters have a place of their own
	formatHolders     = 3 // cases are kept by their holders
	oldestFormat      = 2
)

// readEpoch reads epoch and format of the ledger, central.ErrNotFound when there is none.
func (s *Store) readEpoch() error {
	var format int
	err := s.db.View(func(txn *badger.Txn) error {
		if err := get(txn, keyEpoch(), &s.epoch); err != nil {
			return err
		}
		if err := get(txn, keyFormat(), &format); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		return nil
	})
	if err == nil && (format < oldestFormat || format > formatVersion) {
		return fmt.Errorf("the ledger has format %d; this version reads formats %d to %d", format, oldestFormat, formatVersion)
	}
	s.format = format
	return err
}

func (s *Store) openEpoch(witness string) error {
	err := s.readEpoch()
	switch {
	case err == nil:
	case !errors.Is(err, central.ErrNotFound):
		return err
	case witness != "":
		return fmt.Errorf("%w: it has no epoch, the witness has %s", ErrLost, witness)
	default:
		s.epoch, s.format = newUUID(), formatVersion
		err := s.update(context.Background(), func(txn *badger.Txn) error {
			return errors.Join(set(txn, keyEpoch(), s.epoch), set(txn, keyFormat(), formatVersion))
		})
		if err != nil {
			return err
		}
	}
	if witness == s.epoch {
		return nil
	}
	if witness != "" {
		return fmt.Errorf("%w: it has epoch %s, the witness %s", ErrLost, s.epoch, witness)
	}
	return writeWitness(filepath.Join(s.dir, witnessFile), s.epoch)
}

func writeWitness(path, epoch string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	_, err = f.WriteString(epoch + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	return nil
}

// Epoch implements central.Store.
func (s *Store) Epoch() string { return s.epoch }

// Failed is closed when the store has stopped after a failed write. The process should end and start again.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Close implements central.Store. It may be called twice.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close central store: %w", err)
	}
	return nil
}

// enter holds the database open until leave. It gives the error of a store that may not be used any more.
func (s *Store) enter() (leave func(), err error) {
	s.reading.RLock()
	switch {
	case s.closed:
		err = central.ErrClosed
	default:
		select {
		case <-s.failed:
			err = s.stopped // a failed record may be readable and yet not durable
		default:
			return s.reading.RUnlock, nil
		}
	}
	s.reading.RUnlock()
	return nil, err
}

// update runs fn in the one synced write transaction. An error of fn changes nothing; an error of the commit stops the
// store, because what it left behind is known only after the next open.
func (s *Store) update(ctx context.Context, fn func(*badger.Txn) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	free, err := freeSpace(s.dir)
	if err != nil {
		return fmt.Errorf("read free space: %w", err)
	}
	if free < s.minFree {
		return fmt.Errorf("%w: %d MiB left", central.ErrFull, free>>20)
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	if err := fn(txn); err != nil {
		return err
	}
	if err := txn.Commit(); err != nil {
		s.stopped = fmt.Errorf("%w: %w", central.ErrStopped, err)
		close(s.failed)
		s.logger.Error("store stopped after a failed write", "error", err)
		return s.stopped
	}
	return nil
}

// view runs fn in a read transaction. It does not wait for the writer.
func (s *Store) view(ctx context.Context, fn func(*badger.Txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	return s.db.View(fn)
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
