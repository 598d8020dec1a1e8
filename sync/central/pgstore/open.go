package pgstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onedoor/sync/central"
)

// Config says where the ledger is.
type Config struct {
	// Database is a postgres:// URL or a libpq connection string; what it leaves out comes from the environment (PGHOST,
	// PGPASSWORD, PGPASSFILE and so on). pool_max_conns in it bounds the connections, 4 or one a core when it is not there.
	Database    string
	Logger      *slog.Logger // required
	AllowUnsafe bool         // use a database whose commits a power cut can undo; never for what matters
}

// Store is a central.Store. Open any number on one database, in any number of processes.
type Store struct {
	waiting central.Notifier
	asked   askers

	pool   *pgxpool.Pool
	logger *slog.Logger
	unsafe bool // is allowed

	home atomic.Pointer[home] // set when it is open

	stop     sync.Once
	stopped  error         // why; set before failed is closed
	failed   chan struct{} // closed when the store has stopped
	using    sync.RWMutex  // held for reading by whoever uses pool; Close waits for them
	closed   bool
	endWatch context.CancelFunc
	watched  chan struct{} // closed when the watch has ended
}

var _ central.Store = (*Store)(nil)

// home is the ledger that a store was opened on, and where.
type home struct {
	epoch string
	on    server
}

// Limits of whatever waits. The server's are shorter where both count, so that its message is what one reads.
const (
	connectLimit = 10 * time.Second
	callLimit    = 60 * time.Second // of one method
)

// serverLimits are set on every connection. A central that vanishes in the middle of a transaction holds its locks no
// longer than these.
var serverLimits = map[string]string{
	"application_name": "onedoor-central", "lock_timeout": "30s", "statement_timeout": "50s",
	"idle_in_transaction_session_timeout": "10s", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
	// Every query here goes by an index. A plan that was made while a table was small would go on reading all of it.
	"enable_seqscan": "off", "jit": "off",
}

// Open opens the ledger in cfg's database, making or updating its tables. ErrUnsafe, ErrStandby, ErrNewer.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open central database: %w", err)
	}
	err = s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		on, err := prepare(ctx, c.Conn())
		if err != nil {
			return err
		}
		if len(on.weak) > 0 {
			s.logger.Warn("database would lose acknowledged items in a power cut", "settings", on.weak)
		}
		epoch, moved, err := identify(ctx, c.Conn(), on)
		if err != nil {
			return err
		}
		if moved {
			s.logger.Warn("database is another server than before, or took over from it: the ledger has a new epoch", "epoch", epoch)
		}
		s.home.Store(&home{epoch, on})
		return nil
	})
	var line *pgx.Conn
	if err == nil {
		line, err = s.listen(ctx)
	}
	if err != nil {
		s.pool.Close()
		return nil, fmt.Errorf("open central database: %w", err)
	}
	watchCtx, end := context.WithCancel(context.WithoutCancel(ctx))
	s.endWatch, s.watched = end, make(chan struct{})
	go s.watch(watchCtx, line)
	return s, nil
}

// connect makes a store that can reach its database.
func connect(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Database == "" || cfg.Logger == nil {
		return nil, errors.New("database and logger are required")
	}
	pc, err := pgxpool.ParseConfig(cfg.Database)
	if err != nil {
		return nil, err // it names no password
	}
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = connectLimit
	}
	for name, value := range serverLimits {
		if _, set := pc.ConnConfig.RuntimeParams[name]; !set {
			pc.ConnConfig.RuntimeParams[name] = value
		}
	}
	s := &Store{logger: cfg.Logger, unsafe: cfg.AllowUnsafe, failed: make(chan struct{})}
	pc.AfterConnect = s.check
	if s.pool, err = pgxpool.NewWithConfig(ctx, pc); err != nil {
		return nil, err
	}
	return s, nil
}

// prepare sees that the database may be used and is up to date.
func prepare(ctx context.Context, c *pgx.Conn) (server, error) {
	on, err := inspect(ctx, c)
	if err != nil {
		return on, err
	}
	return on, migrate(ctx, c)
}

// check looks at the server of every new connection: after a fault it may be another one.
func (s *Store) check(ctx context.Context, c *pgx.Conn) error {
	now, err := inspect(ctx, c)
	if err != nil {
		return err
	}
	if err := now.safe(); err != nil && !s.unsafe {
		return err
	}
	home := s.home.Load()
	if home == nil {
		return nil
	}
	var epoch string
	if err := c.QueryRow(ctx, "SELECT epoch FROM identity").Scan(&epoch); err != nil {
		return fmt.Errorf("look at the ledger: %w", err)
	}
	if home.on.same(now) && epoch == home.epoch {
		return nil
	}
	s.stop.Do(func() {
		s.stopped = fmt.Errorf("%w: the database is another server than before, took over from it, or was restored", central.ErrStopped)
		s.logger.Error("store stopped: acknowledged items may be missing in the database", "epoch", home.epoch)
		close(s.failed)
	})
	return s.stopped
}

// Epoch implements central.Store.
func (s *Store) Epoch() string { return s.home.Load().epoch }

// Failed is closed when the store has stopped because its database may have forgotten something. The process should end
// and start again.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Close implements central.Store. It may be called twice.
func (s *Store) Close() error {
	s.endWatch()
	<-s.watched
	s.using.Lock()
	defer s.using.Unlock()
	if !s.closed {
		s.closed = true
		s.pool.Close()
	}
	return nil
}

// enter holds the pool open until leave, and gives the context to use it with.
func (s *Store) enter(ctx context.Context) (bounded context.Context, leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.using.RLock()
	switch {
	case s.closed:
		err = central.ErrClosed
	default:
		select {
		case <-s.failed:
			err = s.stopped
		default:
			bounded, cancel := context.WithTimeout(ctx, callLimit)
			return bounded, func() { cancel(); s.using.RUnlock() }, nil
		}
	}
	s.using.RUnlock()
	return nil, nil, err
}
