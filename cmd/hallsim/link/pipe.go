package link

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// errReset says that the pipe was reset while it was being made.
var errReset = errors.New("pipe was reset")

// pipe is one connection through the link: the client's side and the dialled side.
type pipe struct {
	ctx    context.Context // ends with the pipe, so that a dial under way ends too
	cancel context.CancelFunc

	mu     sync.Mutex
	dead   bool
	client net.Conn
	remote net.Conn // nil until dialled
}

func newPipe(client net.Conn) *pipe {
	ctx, cancel := context.WithCancel(context.Background())
	return &pipe{ctx: ctx, cancel: cancel, client: client}
}

// dial makes the far side. It returns errReset if the pipe was reset meanwhile.
func (p *pipe) dial(to string, limit time.Duration) error {
	dialer := net.Dialer{Timeout: limit}
	remote, err := dialer.DialContext(p.ctx, "tcp", to)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		if err == nil {
			abort(remote)
		}
		return errReset
	}
	if err != nil {
		return err
	}
	p.remote = remote
	return nil
}

// run carries bytes both ways until both sides have said all, or one fails.
func (p *pipe) run(up, down way) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.carry(p.remote, p.client, up)
	}()
	p.carry(p.client, p.remote, down)
	<-done
	p.finish()
}

// way is one direction of a pipe.
type way struct {
	counter *atomic.Uint64
	lane    *lane         // nil: as fast as loopback
	extra   time.Duration // on the way of the first bytes
}

// carry copies from one side to the other and passes the end on: an orderly end as an orderly end, a failure as a reset
// of both sides.
func (p *pipe) carry(to, from net.Conn, w way) {
	if w.lane != nil {
		p.carryShaped(to, from, w)
		return
	}
	if _, err := io.Copy(&counted{to, w.counter}, from); err != nil {
		p.reset()
		return
	}
	closeWrite(to)
}

func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		// A side that is gone already shows itself in the other direction.
		_ = half.CloseWrite()
	}
}

// reset ends both sides at once, with a TCP reset. It tells whether the pipe was still alive.
func (p *pipe) reset() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return false
	}
	p.dead = true
	p.cancel()
	abort(p.client)
	if p.remote != nil {
		abort(p.remote)
	}
	return true
}

// finish closes both sides in an orderly way after both have said all.
func (p *pipe) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return
	}
	p.dead = true
	p.cancel()
	_ = p.client.Close()
	_ = p.remote.Close()
}

// abort closes a connection so that its peer gets a reset and unsent bytes are thrown away.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// counted counts the bytes that were written.
type counted struct {
	io.Writer
	n *atomic.Uint64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n.Add(uint64(max(n, 0)))
	return n, err
}
