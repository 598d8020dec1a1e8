package outbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"onedoor/sync/item"
)

// Config is what Open needs. Every field is required but CaseNumber, which only numbered drafts need, and Logger.
type Config struct {
	Dir    string // made if missing; nothing else may be in it
	Source item.Source
	Sealer item.Sealer
	// CaseNumber makes a 20-digit receipt number from a running number, which counts from 1 and is never used twice.
	CaseNumber func(running uint32) (string, error)
	Now        func() time.Time
	Logger     *slog.Logger // nil: nothing is logged
}

// Errors of Open and of every call after it.
var (
	// ErrDamaged is returned when the directory lacks or contradicts what it once held. It must not be deleted: what it
	// holds may be the only copy.
	ErrDamaged = errors.New("outbox is damaged")
	// ErrOtherSource is returned by Open for a directory that belongs to another kiosk or incarnation.
	ErrOtherSource = errors.New("outbox belongs to another source")
	// ErrStopped is returned after a failed write until the outbox is opened again.
	ErrStopped = errors.New("outbox has stopped after a failed write")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("outbox is closed")
	// ErrNotFound is returned for an item, number or case that is not in the outbox.
	ErrNotFound = errors.New("not in the outbox")
)

// Outbox is an open outbox.
type Outbox struct {
	cfg    Config
	source string
	logger *slog.Logger
	store  store
	lock   *os.File

	reading sync.RWMutex // held by whoever reads the store without mu; taken before writeMu
	writeMu sync.Mutex   // held by whoever writes; taken before mu

	mu       sync.Mutex
	head     meta               // speculative: includes items whose group is not durable yet
	durable  uint64             // last durable sequence
	caseLast map[string]uint32  // of cases with items whose group is not durable yet
	pending  map[string]*intake // by id, not durable yet
	groups   []*group           // in order, not durable yet
	index    index
	failed   error
	closed   bool

	watchers watchers
	changes  chan struct{}
	commits  chan struct{}
	quit     chan struct{}
	idle     chan struct{} // closed when the committer has ended
}

// Open opens or makes the outbox in cfg.Dir. A second opener gets ErrInUse at once.
func Open(cfg Config) (*Outbox, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	o, err := openLocked(cfg)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open outbox: %w", err), lock.Close())
	}
	o.lock = lock
	go o.commitLoop()
	return o, nil
}

func (c Config) validate() error {
	switch {
	case c.Dir == "":
		return errors.New("no directory")
	case c.Sealer.Suite == nil:
		return errors.New("no sealer")
	case c.Now == nil:
		return errors.New("no clock")
	}
	if _, err := item.ParseSource(c.Source.String()); err != nil {
		return err
	}
	return trySealer(c.Sealer, c.Source.String())
}

// trySealer makes an item that goes nowhere. Keys that do not work must be known before a visitor is there, and before
// any item has a place in the chain.
func trySealer(s item.Sealer, source string) error {
	var epoch time.Time
	trial := &item.Item{ID: item.NewID(epoch), Source: source, Type: item.TypeHealth, Time: item.FormatTime(epoch),
		Sequence: item.FormatSequence(1), Prev: item.Genesis}
	if err := s.Finish(trial, nil); err != nil {
		return fmt.Errorf("try keys: %w", err)
	}
	return nil
}

func openLocked(cfg Config) (*Outbox, error) {
	source := cfg.Source.String()
	mark, err := readMarker(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if mark != nil && mark.Format != formatVersion {
		return nil, fmt.Errorf("format %d is not known to this version", mark.Format)
	}
	if mark != nil && mark.Source != source {
		return nil, fmt.Errorf("%w: %s", ErrOtherSource, mark.Source)
	}
	queueDir := filepath.Join(cfg.Dir, "queue")
	if err := checkQueueDir(queueDir, mark != nil); err != nil {
		return nil, err
	}
	st, err := openBadger(queueDir, cfg.Logger)
	if err != nil {
		return nil, err
	}
	o := newOutbox(cfg, st)
	if err := o.load(mark != nil); err != nil {
		return nil, errors.Join(err, st.close())
	}
	if mark == nil {
		if err := writeMarker(cfg.Dir, marker{formatVersion, source}); err != nil {
			return nil, errors.Join(err, st.close())
		}
	}
	return o, nil
}

func newOutbox(cfg Config, st store) *Outbox {
	return &Outbox{cfg: cfg, source: cfg.Source.String(), logger: cfg.Logger, store: st,
		caseLast: map[string]uint32{}, pending: map[string]*intake{}, index: newIndex(),
		watchers: newWatchers(), changes: make(chan struct{}, 1), commits: make(chan struct{}, 1),
		quit: make(chan struct{}), idle: make(chan struct{})}
}

// load reads the head of the chain and the states, checks that none is missing, and takes back what was being sent.
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
			return fmt.Errorf("%w: item %d is missing", ErrDamaged, last+1)
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
		return fmt.Errorf("%w: last item is %d, want %d", ErrDamaged, last, o.head.Sequence)
	}
	o.durable = last
	if err := o.checkTail(last); err != nil {
		return err
	}
	for some := range slices.Chunk(interrupted, maxGroup) {
		if err := o.writeRecords(some); err != nil {
			return err
		}
	}
	return nil
}

// checkTail compares the last item with the head of the chain. Every other item is checked when it is read.
func (o *Outbox) checkTail(last uint64) error {
	if last == 0 {
		return nil
	}
	b, err := o.store.read(seqKey(prefixRec, last))
	if err != nil {
		return err
	}
	r, err := parseRecord(last, b)
	if err != nil {
		return err
	}
	if r.Digest != o.head.Digest {
		return fmt.Errorf("%w: last item is not the head of the chain", ErrDamaged)
	}
	_, err = readItem(o.store, r)
	return err
}

// Close ends the outbox after the accepts that have begun are durable. It may be called twice.
func (o *Outbox) Close() error {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		<-o.idle
		return nil
	}
	o.closed = true
	close(o.quit)
	o.mu.Unlock()
	<-o.idle
	o.watchers.closeAll()
	o.reading.Lock() // waits for those who are in the store
	defer o.reading.Unlock()
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	if err := errors.Join(o.store.close(), o.lock.Close()); err != nil {
		return fmt.Errorf("close outbox: %w", err)
	}
	return nil
}

// usable is called with mu held.
func (o *Outbox) usable() error {
	switch {
	case o.failed != nil:
		return fmt.Errorf("%w: %w", ErrStopped, o.failed)
	case o.closed:
		return ErrClosed
	}
	return nil
}

// Err is nil while the outbox accepts. Otherwise it is what Accept would return: ErrStopped, with the failed write, or
// ErrClosed. It can be called in every state and touches no disk.
func (o *Outbox) Err() error { return o.check() }

func (o *Outbox) check() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.usable()
}

// stop notes the failed write; called with mu held.
func (o *Outbox) stop(err error) {
	if o.failed == nil {
		o.failed = err
		o.logger.Error("outbox stopped after a failed write", "error", err)
	}
}

// write is for everything but accepts. It is called with writeMu held.
func (o *Outbox) write(changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	err := o.store.write(changes)
	if err == nil || errors.Is(err, errTooBig) {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stop(err)
	return fmt.Errorf("%w: %w", ErrStopped, err)
}

func (o *Outbox) writeRecords(records []*record) error {
	changes := make([]change, 0, len(records))
	for _, r := range records {
		c, err := r.change()
		if err != nil {
			return err
		}
		changes = append(changes, c)
	}
	return o.write(changes)
}

// Changes wakes one reader, the engine: it holds a value when something was accepted or released since the last receive.
func (o *Outbox) Changes() <-chan struct{} { return o.changes }

func wake(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
