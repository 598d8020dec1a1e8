package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"onedoor/sync/clock"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Outbox is where checkpoints leave for central.
type Outbox interface {
	Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error)
}

var _ Outbox = (*outbox.Outbox)(nil)

// Config is what Open needs. Dir, Source, Suite, SignKey, SignPrivate and Now are required.
type Config struct {
	Dir         string // made if missing; nothing else may be in it
	Source      item.Source
	Suite       item.Suite
	SignKey     string // id of the device's signing key
	SignPrivate []byte
	Outbox      Outbox // nil: checkpoints stay here
	Now         func() time.Time
	Certain     func() bool                  // whether Now is known to be right: only then is anything dropped; nil: always
	Uptime      func() (clock.Uptime, error) // nil asks the system
	Keep        time.Duration                // 0 means DefaultKeep
	FileSize    int64                        // bytes after which a new file begins; 0 means DefaultFileSize
	Logger      *slog.Logger                 // nil: nothing is logged
	look        <-chan time.Time             // when to look for what is due by time, for tests
}

const (
	// DefaultKeep is six months: what the Cybersecurity Law asks of logs.
	DefaultKeep = 184 * 24 * time.Hour
	// DefaultFileSize makes a file of some 15 000 entries.
	DefaultFileSize = 4 << 20
	// CheckpointEvery is how many entries there are between two checkpoints, and some more when many come at once.
	CheckpointEvery = 256
	// CheckpointDaily is the longest that entries wait for a checkpoint while the log is open.
	CheckpointDaily = 24 * time.Hour

	maxWaiting = 4096 // entries that wait to be written
	maxGroup   = 256  // entries of one sync
	lookEvery  = 15 * time.Minute
)

// Errors of a log.
var (
	ErrInUse  = errors.New("another program has the audit log")
	ErrClosed = errors.New("audit log is closed")
	// ErrOtherSource is returned by Open for the log of another kiosk or incarnation.
	ErrOtherSource = errors.New("audit log belongs to another source")
	// ErrStopped is returned by Record while the log can not be written. It tries again with every entry.
	ErrStopped = errors.New("audit log can not be written")
)

// Log is an open log. Its methods may be called from any goroutine.
type Log struct {
	cfg    Config
	logger *slog.Logger
	lock   *os.File

	mu      sync.Mutex
	waiting []*intake
	lost    uint64 // notes that had no place
	failed  error  // of the last write; nil after one that worked
	closed  bool
	head    head // durable
	altered bool // the newest file, or what the checkpoints prove, was not as it was written when the log was opened

	wake chan struct{}
	quit chan struct{}
	idle chan struct{} // closed when the writer has ended

	tail    tail    // the writer's own
	courier courier // brings checkpoints to the outbox
}

// head is the end of the chain.
type head struct {
	seq    uint64
	digest string
}

// intake is an event on its way to the disk.
type intake struct {
	event Event
	at    time.Time
	up    clock.Uptime
	done  chan error // nil: nobody waits
}

// Open opens or makes the log in cfg.Dir, and says in it what it found. A second opener gets ErrInUse. A log that can be read and
// not written is open, and Err says so.
func Open(cfg Config) (*Log, error) {
	if cfg.Dir == "" || cfg.Suite == nil || cfg.SignKey == "" || len(cfg.SignPrivate) == 0 || cfg.Now == nil {
		return nil, errors.New("open audit log: directory, suite, key or clock is missing")
	}
	if _, err := item.ParseSource(cfg.Source.String()); err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Uptime == nil {
		cfg.Uptime = clock.System
	}
	if cfg.Certain == nil {
		cfg.Certain = func() bool { return true }
	}
	if cfg.Keep <= 0 {
		cfg.Keep = DefaultKeep
	}
	if cfg.FileSize <= 0 {
		cfg.FileSize = DefaultFileSize
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	l := &Log{cfg: cfg, logger: cfg.Logger, lock: lock, wake: make(chan struct{}, 1), quit: make(chan struct{}), idle: make(chan struct{})}
	said, err := l.recover()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open audit log: %w", err), lock.Close())
	}
	l.courier.start(l)
	go l.run()
	for _, e := range said {
		if err := l.Record(context.Background(), e); err != nil { // the kiosk must come up on a full disk, too: Err says it
			cfg.Logger.Error("audit log can not say what it found", "error", err)
		}
	}
	return l, nil
}

// Record logs an event and returns when it is on the disk. When ctx ends first, it may get there all the same. ErrEvent,
// ErrStopped, ErrClosed.
func (l *Log) Record(ctx context.Context, e Event) error {
	in, err := l.enlist(e, make(chan error, 1))
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Kind, err)
	}
	select {
	case err = <-in.done:
	case <-ctx.Done():
		select {
		case err = <-in.done: // it has got there meanwhile
		default:
			err = ctx.Err()
		}
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Kind, err)
	}
	return nil
}

// Note logs an event and does not wait for the disk. What can not be logged is counted and told by an entry of
// KindLogLost as soon as there can be one.
func (l *Log) Note(e Event) {
	_, err := l.enlist(e, nil)
	if err != nil {
		l.logger.Error("event is not logged", "event", e.Kind, "error", err)
	}
}

func (l *Log) enlist(e Event, done chan error) (*intake, error) {
	e, err := e.check()
	if err != nil {
		return nil, err
	}
	up, err := l.cfg.Uptime()
	if err != nil {
		return nil, err
	}
	in := &intake{e, l.cfg.Now(), up, done}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, ErrClosed
	case len(l.waiting) >= maxWaiting:
		if done == nil {
			l.lost++
		}
		return nil, fmt.Errorf("%w: too much waits", ErrStopped)
	}
	l.waiting = append(l.waiting, in)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return in, nil
}

// Err is nil while the log can be written; otherwise why not.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return ErrClosed
	case l.failed != nil:
		return fmt.Errorf("%w: %w", ErrStopped, l.failed)
	}
	return nil
}

// Altered reports whether the end of the log was found to be another than was written when it was opened. It goes on behind what
// is there; Verify names what was done to it.
func (l *Log) Altered() bool { return l.altered }

// Head is the sequence and the digest of the last entry that is on the disk.
func (l *Log) Head() (seq uint64, digest string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head.seq, l.head.digest
}

// Close writes what waits, makes a last checkpoint and hands it to the outbox, which must still be open. It may be called
// twice, and waits a few seconds at most for the outbox.
func (l *Log) Close() error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	if !first {
		<-l.idle
		return nil
	}
	close(l.quit)
	<-l.idle
	l.courier.stop()
	err := errors.Join(l.tail.close(), l.lock.Close())
	if failed := l.lastFailure(); failed != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrStopped, failed))
	}
	if err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}

func (l *Log) lastFailure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// lastCheckpoint is of the checkpoints that the log itself keeps; the zero value before the first.
func lastCheckpoint(list []wire.Checkpoint) wire.Checkpoint {
	if len(list) == 0 {
		return wire.Checkpoint{}
	}
	return list[len(list)-1]
}
