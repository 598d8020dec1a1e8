// Package link is the network cable of the hall in a box: a loopback TCP forwarder with a switch, that can be made slow
// (Shape), and a part that knows HTTP and spoils exchanges (Spoiler).
//
// Guarantees:
//   - When Cut returns, every connection that ran through the link is reset on both sides, in the middle of a transfer
//     if need be, and bytes still on their way are lost, as with a pulled cable.
//   - While the link is cut a new connection is reset as soon as it is made, so a client learns of it at once and does
//     not have to wait for a time-out.
//   - At most Config.MaxConns connections live at a time; further ones are reset.
//   - All methods may be called from any goroutine. When Stop returns, no socket and no goroutine of the link is left.
package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults for the zero values of Config.
const (
	DefaultMaxConns    = 256
	DefaultDialTimeout = 5 * time.Second
)

// Config says what the link joins.
type Config struct {
	// Listen is the address clients connect to, for instance "127.0.0.1:0". It must be a loopback address. Required.
	Listen string
	// To is the address the link forwards to. It is dialled anew for every connection. Required.
	To string
	// Logger is told of the switch and of failed dials. Required.
	Logger *slog.Logger
	// MaxConns is how many connections may live at a time; 0 means DefaultMaxConns.
	MaxConns int
	// DialTimeout bounds the dial to To; 0 means DefaultDialTimeout.
	DialTimeout time.Duration
	// Shape makes the link slow; the zero value does not.
	Shape Shape
}

// Counters is what went through the link since it was made.
type Counters struct {
	Accepted   uint64 // connections taken in and forwarded
	Refused    uint64 // connections reset at once: the link was cut or full
	Severed    uint64 // living connections ended by Cut
	DialFailed uint64 // connections reset because To did not answer
	Live       int    // connections living now
	BytesUp    uint64 // bytes written towards To
	BytesDown  uint64 // bytes written towards clients
}

// Link is a forwarder with a switch. Make one with New. A new link is up.
type Link struct {
	cfg Config

	accepted, refused, severed, dialFailed atomic.Uint64
	bytesUp, bytesDown                     atomic.Uint64
	lanes                                  [2]*lane // up and down; nil without a shape

	mu       sync.Mutex
	up       bool
	stopped  bool
	listener net.Listener
	release  func() bool // undoes the hook on Start's context
	pipes    map[*pipe]struct{}
	running  sync.WaitGroup
}

// ErrStopped is returned by Start after Stop.
var ErrStopped = errors.New("link is stopped")

// New checks cfg and returns a link that is up but does not listen yet.
func New(cfg Config) (*Link, error) {
	if cfg.Logger == nil {
		return nil, errors.New("link: Logger is required")
	}
	if err := checkLoopback(cfg.Listen); err != nil {
		return nil, fmt.Errorf("link: Listen: %w", err)
	}
	if _, _, err := net.SplitHostPort(cfg.To); err != nil {
		return nil, fmt.Errorf("link: To: %w", err)
	}
	if cfg.MaxConns < 0 || cfg.DialTimeout < 0 {
		return nil, errors.New("link: MaxConns and DialTimeout must not be negative")
	}
	if err := cfg.Shape.validate(); err != nil {
		return nil, fmt.Errorf("link: Shape: %w", err)
	}
	if cfg.MaxConns == 0 {
		cfg.MaxConns = DefaultMaxConns
	}
	if cfg.DialTimeout == 0 {
		cfg.DialTimeout = DefaultDialTimeout
	}
	l := &Link{cfg: cfg, up: true, pipes: make(map[*pipe]struct{})}
	if cfg.Shape != (Shape{}) {
		l.lanes = [2]*lane{newLane(cfg.Shape, 0), newLane(cfg.Shape, 1)}
	}
	return l, nil
}

func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is not a loopback address", address)
	}
	return nil
}

// Start begins to listen and returns. The link stops when ctx ends or Stop is called. A second Start does nothing.
func (l *Link) Start(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return ErrStopped
	}
	if l.listener != nil {
		return nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", l.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen for the link: %w", err)
	}
	l.listener = listener
	l.release = context.AfterFunc(ctx, l.Stop)
	l.running.Go(func() { l.accept(listener) })
	return nil
}

// Stop closes the listener and resets every connection, and returns when all goroutines have ended. It may be called
// at any time and more than once.
func (l *Link) Stop() {
	l.mu.Lock()
	l.stopped = true
	if l.listener != nil {
		_ = l.listener.Close()
		l.release()
	}
	pipes := l.living()
	l.mu.Unlock()
	for _, p := range pipes {
		p.reset()
	}
	l.running.Wait()
}

// Addr is the address clients connect to, with the real port; it is empty before Start.
func (l *Link) Addr() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener == nil {
		return ""
	}
	return l.listener.Addr().String()
}

// Cut pulls the cable: it resets every living connection and refuses new ones until Restore.
func (l *Link) Cut() {
	l.mu.Lock()
	was := l.up
	l.up = false
	pipes := l.living()
	l.mu.Unlock()
	for _, p := range pipes {
		if p.reset() {
			l.severed.Add(1)
		}
	}
	if was {
		l.cfg.Logger.Info("link cut", "severed", len(pipes))
	}
}

// Restore plugs the cable in again. Connections that were cut stay cut.
func (l *Link) Restore() {
	l.mu.Lock()
	was := l.up
	l.up = true
	l.mu.Unlock()
	if !was {
		l.cfg.Logger.Info("link restored")
	}
}

// Set calls Restore if up and Cut if not.
func (l *Link) Set(up bool) {
	if up {
		l.Restore()
		return
	}
	l.Cut()
}

// Up tells whether the cable is plugged in. It says nothing about the other end.
func (l *Link) Up() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up
}

// Counters copies the counters out.
func (l *Link) Counters() Counters {
	l.mu.Lock()
	live := len(l.pipes)
	l.mu.Unlock()
	return Counters{
		Accepted: l.accepted.Load(), Refused: l.refused.Load(), Severed: l.severed.Load(), DialFailed: l.dialFailed.Load(),
		Live: live, BytesUp: l.bytesUp.Load(), BytesDown: l.bytesDown.Load(),
	}
}

// living lists the pipes; l.mu must be held.
func (l *Link) living() []*pipe {
	all := make([]*pipe, 0, len(l.pipes))
	for p := range l.pipes {
		all = append(all, p)
	}
	return all
}

// acceptPause is how long the link waits after a failed accept, for instance when the process is out of descriptors.
const acceptPause = 50 * time.Millisecond

func (l *Link) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.cfg.Logger.Warn("link could not take a connection", "error", err)
			time.Sleep(acceptPause) //nolint:forbidigo // bounded, and Stop waits for it
			continue
		}
		l.take(conn)
	}
}

// take forwards conn, or resets it if the link is cut, full or stopped.
func (l *Link) take(conn net.Conn) {
	p := newPipe(conn)
	l.mu.Lock()
	admitted := l.up && !l.stopped && len(l.pipes) < l.cfg.MaxConns
	if admitted {
		l.accepted.Add(1) // before anybody can have come to the end of it
		l.pipes[p] = struct{}{}
		// Added under the lock and before the accepting goroutine can end, so Stop cannot miss it.
		l.running.Go(func() { l.forward(p) })
	}
	l.mu.Unlock()
	if !admitted {
		l.refused.Add(1)
		p.reset()
	}
}

func (l *Link) forward(p *pipe) {
	defer func() {
		p.reset()
		l.mu.Lock()
		delete(l.pipes, p)
		l.mu.Unlock()
	}()
	if err := p.dial(l.cfg.To, l.cfg.DialTimeout); err != nil {
		if !errors.Is(err, errReset) {
			l.dialFailed.Add(1)
			l.cfg.Logger.Debug("link could not reach the other end", "error", err)
		}
		return
	}
	// The handshake was with this end, at once: what it would have taken comes before the first bytes.
	p.run(way{&l.bytesUp, l.lanes[0], l.cfg.Shape.RTT}, way{&l.bytesDown, l.lanes[1], 0})
}
