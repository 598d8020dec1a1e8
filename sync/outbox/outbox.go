package outbox

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"onedoor/sync/item"
)

// Config is what Open needs. Dir, Source, Sealer and Now are required, CaseNumber for numbered drafts.
type Config struct {
	Dir    string // made if missing; nothing else may be in it
	Source item.Source
	Sealer item.Sealer
	// CaseNumber makes a 20-digit receipt number from a running number, which counts from 1 and is never used twice.
	CaseNumber func(running uint32) (string, error)
	Now        func() time.Time
	Clock      func(now time.Time) item.Clock // what is known of Now's error; nil: nothing
	Limits     Limits
	Retention  time.Duration               // how long items stay here that central has, at least; 0 means DefaultRetention
	MinFree    int64                       // bytes free on the medium below which nothing is accepted; 0 means DefaultMinFree
	Ballast    int64                       // bytes kept to be given up on a full medium; 0 means DefaultBallast, less none
	Free       func(string) (int64, error) // bytes free where a directory is; nil asks the system
	fileSize   int64                       // of the journal's files, for tests
	Logger     *slog.Logger                // nil: nothing is logged
}

// Errors of Open and of every call after it.
var (
	// ErrDamaged is returned when the directory lacks or contradicts what it once held. It must not be deleted: what it
	// holds may be the only copy.
	ErrDamaged = errors.New("outbox is damaged")
	// ErrOtherSource is returned by Open for a directory that belongs to another kiosk or incarnation.
	ErrOtherSource = errors.New("outbox belongs to another source")
	// ErrStopped is returned after a failed write until the outbox has opened itself again, which it tries from a second
	// later on.
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
	told   map[uint64]bool // sequences whose damage in the journal was told at opening; not changed after it
	tape   tape
	store  store
	lock   *os.File

	reading   sync.RWMutex  // held by whoever reads the store without mu; taken before writeMu
	writeMu   sync.Mutex    // held by whoever writes; taken before mu
	witness   *witness      // used with writeMu held
	dirty     bool          // the queue has writes that are not synced; used with writeMu held
	noted     time.Time     // heard, as it stands in the queue; used with writeMu held
	keptLived time.Duration // of lived, as it stands in the queue; used with writeMu held

	mu         sync.Mutex
	head       meta               // speculative: includes items whose group is not durable yet
	durable    uint64             // last durable sequence
	queued     uint64             // last sequence that the queue has as well
	caseLast   map[string]uint32  // of cases with items whose group is not durable yet
	pending    map[string]*intake // by id, not durable yet
	groups     []*group           // in order, not durable yet
	index      index
	damage     []Damage
	unreadable map[uint64]bool // sequences that were told of as such
	heard      time.Time       // from the upstream
	lived      lived
	roster     rosterRecord
	refeed     bool   // the feed has to be read from its start once more, for its roster
	refed      uint64 // the version of the roster for which that was tried
	fenced     string // why nothing is accepted any more; empty while there is no fence
	failed     error
	closed     bool

	watchers      watchers
	changes       chan struct{}
	rosterChanges chan struct{}
	commits       chan struct{}
	pings         chan chan struct{}
	stopped       chan struct{} // wakes the one who opens it again
	quit          chan struct{}
	idle          chan struct{} // closed when the committer has ended
	keepers       sync.WaitGroup
}

// Open opens or makes the outbox in cfg.Dir. A second opener gets ErrInUse at once.
func Open(cfg Config) (*Outbox, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	cfg = cfg.complete()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	err = cfg.release()
	var o *Outbox
	if err == nil {
		o, err = openLocked(cfg)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open outbox: %w", err), lock.Close())
	}
	o.lock = lock
	cfg.load()
	go o.commitLoop()
	o.keepers.Go(o.keep)
	o.keepers.Go(func() { o.audit(o.told) })
	o.keepers.Go(o.revive)
	return o, nil
}

// complete fills in what may be left out.
func (c Config) complete() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Free == nil {
		c.Free = Free
	}
	if c.Clock == nil {
		c.Clock = func(time.Time) item.Clock { return item.Clock{} }
	}
	if c.Retention == 0 {
		c.Retention = DefaultRetention
	}
	if c.MinFree == 0 {
		c.MinFree = DefaultMinFree
	}
	if c.Ballast == 0 {
		c.Ballast = DefaultBallast
	}
	return c
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

func newOutbox(cfg Config) *Outbox {
	return &Outbox{cfg: cfg, source: cfg.Source.String(), logger: cfg.Logger,
		told: map[uint64]bool{}, unreadable: map[uint64]bool{}, caseLast: map[string]uint32{}, pending: map[string]*intake{}, index: newIndex(),
		watchers: newWatchers(), changes: make(chan struct{}, 1), rosterChanges: make(chan struct{}, 1), commits: make(chan struct{}, 1), pings: make(chan chan struct{}), stopped: make(chan struct{}, 1),
		quit: make(chan struct{}), idle: make(chan struct{})}
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
	o.keepers.Wait()
	o.watchers.closeAll()
	o.reading.Lock() // waits for those who are in the store
	defer o.reading.Unlock()
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	o.noteHeard()
	if err := errors.Join(o.closeParts(), o.lock.Close()); err != nil {
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

// Err is nil while the outbox accepts. Otherwise it is what Accept would return: ErrStopped, with the failed write,
// ErrNoSpace, ErrFull or ErrClosed. It can be called in every state and reads no file.
func (o *Outbox) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil {
		return err
	}
	return o.admit()
}

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
		wake(o.stopped)
	}
}

// write is for everything but accepts. It is called with writeMu held.
func (o *Outbox) write(changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := o.roomFor(o.cfg.MinFree / 4); err != nil {
		return err
	}
	err := o.store.write(changes)
	o.dirty = true
	if err == nil || errors.Is(err, errTooBig) {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stop(err)
	return fmt.Errorf("%w: %w", ErrStopped, err)
}

func (o *Outbox) writeRecords(records []*record) error {
	changes := make([]change, 0, 2*len(records))
	for _, r := range records {
		c, err := r.change()
		if err != nil {
			return err
		}
		changes = append(changes, c)
		if r.State == StateStoredCentral {
			changes = append(changes, change{seqKey(prefixItem, r.seq), nil}) // one copy is enough now
		}
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
