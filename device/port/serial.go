package port

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// Flow is how the device may say "stop".
type Flow string

// The kinds of flow control. Linux knows no DTR/DSR: wire the device's DTR to the host's CTS and use FlowRTSCTS.
const (
	FlowNone    Flow = ""
	FlowXONXOFF Flow = "xon-xoff"
	FlowRTSCTS  Flow = "rts-cts"
)

// Config says which line to open. The format is always 8 data bits, no parity, 1 stop bit.
type Config struct {
	// Path is the device file. Use a stable name such as /dev/serial/by-id/…: ttyUSB numbers change on replugging.
	Path string
	// Baud is the line speed in bits a second; 0 means 115200.
	Baud int
	// Flow is FlowNone unless the device is set to something else.
	Flow Flow
}

const (
	// readTimeout bounds a read that finds nothing after all. Never 0: tarm/serial would block for ever, and so would Close.
	readTimeout = 100 * time.Millisecond
	// idleWait is how long the reader sleeps when the line is quiet; input, a hang-up and Close wake it earlier.
	idleWait = time.Second
	// fastEOFs in a row, each sooner than half the read time-out, are a device that has gone.
	fastEOFs = 3
	// writePiece is small enough that a ready line takes it whole.
	writePiece = 64
	// writeLimit holds for a Write whose context has no deadline.
	writeLimit = 10 * time.Second
	// closeLimit is the longest that Close waits for its goroutines.
	closeLimit = 1500 * time.Millisecond
)

// Serial is a serial port. Beside the descriptor of tarm/serial it holds a second one on the same line, for what
// tarm/serial lacks: the lock, waiting with a limit, hang-up detection and flow control.
type Serial struct {
	path  string
	line  io.ReadWriteCloser
	aux   int // second descriptor
	wake  int // eventfd, readable from the moment Close is called
	in    *inbox
	jobs  chan writeJob
	stop  chan struct{} // closed by Close
	ended chan struct{} // closed when both goroutines are done and the descriptors are closed

	mu     sync.Mutex // guards the use of aux by Flush against its closing
	closed bool
	stuck  atomic.Bool // a write did not come back in time; the port must be replaced
}

type writeJob struct {
	ctx      context.Context
	data     []byte
	deadline time.Time
	sent     *atomic.Int64 // bytes taken so far, also while the writer hangs
	done     chan error
}

// Open opens the line, locks it against other programs, and starts its reader and writer. The errors are ErrNotFound,
// ErrInUse, ErrBadSpeed, or what the operating system says, all wrapped with the path.
func Open(c Config) (*Serial, error) {
	if c.Path == "" {
		return nil, fmt.Errorf("open serial port: %w: no path given", ErrNotFound)
	}
	if c.Baud == 0 {
		c.Baud = 115200
	}
	if !knownSpeed(c.Baud) {
		return nil, fmt.Errorf("open serial port %s: %w: %d", c.Path, ErrBadSpeed, c.Baud)
	}
	aux, err := openLocked(c.Path)
	if err != nil {
		return nil, fmt.Errorf("open serial port %s: %w", c.Path, err)
	}
	line, err := serial.OpenPort(&serial.Config{Name: c.Path, Baud: c.Baud, ReadTimeout: readTimeout})
	if err != nil {
		_ = unix.Close(aux)
		return nil, fmt.Errorf("open serial port %s: %w", c.Path, openError(err))
	}
	wake, err := prepare(aux, c.Flow)
	if err != nil {
		_ = line.Close()
		_ = unix.Close(aux)
		return nil, fmt.Errorf("open serial port %s: %w", c.Path, openError(err))
	}
	return newSerial(c.Path, line, aux, wake), nil
}

// newSerial starts the reader and the writer of an open line.
func newSerial(path string, line io.ReadWriteCloser, aux, wake int) *Serial {
	s := &Serial{
		path: path, line: line, aux: aux, wake: wake, in: newInbox(),
		jobs: make(chan writeJob), stop: make(chan struct{}), ended: make(chan struct{}),
	}
	var workers sync.WaitGroup
	workers.Go(s.read)
	workers.Go(s.write)
	go func() {
		workers.Wait()
		s.release()
		close(s.ended)
	}()
	return s
}

// Opener returns Open as the function that drivers ask for.
func Opener(c Config) func(context.Context) (Port, error) {
	return func(context.Context) (Port, error) {
		s, err := Open(c)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

// Path is the device file that was opened.
func (s *Serial) Path() string { return s.path }

// Read implements Port.
func (s *Serial) Read(ctx context.Context, p []byte) (int, error) { return s.in.take(ctx, p) }

// Write implements Port. After ErrTimeout some bytes may still be on their way, up to 64 more than it counts; the port
// should be closed and opened anew.
func (s *Serial) Write(ctx context.Context, p []byte) (int, error) {
	if err := s.in.ended(); err != nil {
		return 0, err
	}
	if s.stuck.Load() {
		return 0, fmt.Errorf("write to stuck port: %w", ErrTimeout)
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(writeLimit)
	}
	job := writeJob{ctx: ctx, data: append([]byte(nil), p...), deadline: deadline,
		sent: new(atomic.Int64), done: make(chan error, 1)}
	// The writer itself keeps the deadline; this timer is for a write that hangs inside the kernel all the same.
	hung := time.NewTimer(time.Until(deadline) + readTimeout)
	defer hung.Stop()
	select {
	case s.jobs <- job:
	case <-s.stop:
		return 0, ErrClosed
	case <-hung.C:
		return 0, ErrTimeout
	case <-ctx.Done():
		return 0, contextError(ctx)
	}
	select {
	case err := <-job.done:
		return int(job.sent.Load()), err
	case <-s.stop:
		return int(job.sent.Load()), ErrClosed
	case <-hung.C:
		s.stuck.Store(true)
		_ = s.flush(unix.TCOFLUSH) // on a UART this releases the writer
		return int(job.sent.Load()), ErrTimeout
	}
}

// Flush implements Port.
func (s *Serial) Flush() error {
	err := s.flush(unix.TCIOFLUSH)
	if end := s.in.ended(); end != nil {
		return end
	}
	return err
}

// drainStep is how often Drain looks.
const drainStep = 10 * time.Millisecond

// Drain waits until all that was written has left the machine, or until ctx ends. What an adapter or a device still holds in
// a buffer of its own it can not know; neither can it on a pseudo terminal, where it returns at once.
func (s *Serial) Drain(ctx context.Context) error {
	tick := time.NewTicker(drainStep)
	defer tick.Stop()
	for {
		waiting, err := s.unsent()
		if err != nil || waiting == 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-s.stop:
			return ErrClosed
		case <-ctx.Done():
			return contextError(ctx)
		}
	}
}

// unsent is how many bytes wait in the kernel.
func (s *Serial) unsent() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, ErrClosed
	}
	n, err := unix.IoctlGetInt(s.aux, unix.TIOCOUTQ)
	if err != nil {
		return 0, fmt.Errorf("drain: %w", lineError(err))
	}
	return n, nil
}

func (s *Serial) flush(queue int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	// The inbox stays locked so that the reader can not slip in bytes from before the flush.
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	err := unix.IoctlSetInt(s.aux, unix.TCFLSH, queue)
	if queue != unix.TCOFLUSH {
		s.in.drop(len(s.in.buf))
	}
	if err != nil {
		return fmt.Errorf("flush: %w", lineError(err))
	}
	return nil
}

// Close implements Port. A goroutine that hangs inside the kernel is left behind; it ends when the device goes.
func (s *Serial) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.closed = true
	_ = unix.IoctlSetInt(s.aux, unix.TCFLSH, unix.TCOFLUSH)
	_, _ = unix.Write(s.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	close(s.stop)
	s.mu.Unlock()
	s.in.finish(ErrClosed)
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-s.ended:
		return nil
	case <-limit.C:
		_ = unix.Flock(s.aux, unix.LOCK_UN) // the line must be free for a new opening
		return fmt.Errorf("close serial port: %w", ErrTimeout)
	}
}

// release gives back the descriptors, after both goroutines have ended and so only after Close or a hang-up.
func (s *Serial) release() {
	<-s.stop
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = unix.IoctlSetInt(s.aux, unix.TIOCNXCL, 0)
	_ = s.line.Close()
	_ = unix.Close(s.aux)
	_ = unix.Close(s.wake)
	s.in.finish(ErrClosed)
	s.in.empty()
}

// read is the only caller of line.Read. It sleeps in poll, so a quiet line costs one wake-up a second.
func (s *Serial) read() {
	buf := make([]byte, 4096)
	defer clear(buf)
	early := 0
	for {
		events, woken, err := s.poll(unix.POLLIN, idleWait)
		switch {
		case woken:
			return
		case err != nil || events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
			s.in.finish(ErrUnplugged)
			return
		case events&unix.POLLIN == 0:
			continue
		}
		// Read and hand over under one lock, so that Flush means all that has come so far.
		s.in.mu.Lock()
		start := time.Now()
		n, err := s.line.Read(buf)
		took := time.Since(start)
		if n > 0 {
			s.in.append(buf[:n])
			clear(buf[:n])
		}
		s.in.mu.Unlock()
		switch {
		case n > 0:
			early = 0
			s.in.signal()
		case errors.Is(err, io.EOF) && took >= readTimeout/2:
			early = 0
		case errors.Is(err, io.EOF) && early+1 < fastEOFs:
			early++
		default:
			s.in.finish(ErrUnplugged)
			return
		}
	}
}

// write is the only caller of line.Write.
func (s *Serial) write() {
	for {
		select {
		case <-s.stop:
			return
		case job := <-s.jobs:
			err := s.writeAll(job)
			clear(job.data)
			job.done <- err
		}
	}
}

func (s *Serial) writeAll(job writeJob) error {
	for sent := 0; sent < len(job.data); {
		left := time.Until(job.deadline)
		if left <= 0 {
			return ErrTimeout
		}
		if job.ctx.Err() != nil {
			return contextError(job.ctx)
		}
		events, woken, err := s.poll(unix.POLLOUT, min(left, readTimeout))
		switch {
		case woken:
			return ErrClosed
		case err != nil || events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
			s.in.finish(ErrUnplugged)
			return ErrUnplugged
		case events&unix.POLLOUT == 0:
			continue
		}
		n, err := s.line.Write(job.data[sent:min(sent+writePiece, len(job.data))])
		sent += n
		job.sent.Store(int64(sent))
		if err != nil {
			s.in.finish(ErrUnplugged)
			return fmt.Errorf("write: %w", lineError(err))
		}
	}
	return nil
}
