package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// terminal is the far side of a pseudo terminal. The near side is held open too, so that it outlives its users.
type terminal struct {
	master, slave *os.File
	closing       sync.Once
}

// openTerminal makes a raw pseudo terminal and, if link is not empty, points a symbolic link at its near side.
func openTerminal(link string) (*terminal, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open pseudo terminal: %w", err)
	}
	fail := func(err error) (*terminal, error) {
		_ = slave.Close()
		_ = master.Close()
		return nil, fmt.Errorf("set up pseudo terminal: %w", err)
	}
	// Raw from the first moment: an echo would come back as an answer.
	t, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		return fail(err)
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = t.Cflag&^unix.CSIZE | unix.CS8 | unix.CREAD | unix.CLOCAL
	if err := unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, t); err != nil {
		return fail(err)
	}
	// The library leaves the master in blocking mode, where Close can not end a Read; a copy of it is put to rights.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return fail(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return fail(err)
	}
	_ = master.Close()
	master = os.NewFile(uintptr(fd), "ptmx")
	if link != "" {
		if err := point(link, slave.Name()); err != nil {
			return fail(err)
		}
	}
	return &terminal{master: master, slave: slave}, nil
}

// point replaces the link in one step.
func point(link, target string) error {
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	next := link + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, next); err != nil {
		return err
	}
	return os.Rename(next, link)
}

func (t *terminal) Read(p []byte) (int, error)  { return t.master.Read(p) }
func (t *terminal) Write(p []byte) (int, error) { return t.master.Write(p) }

// Close pulls the plug: whoever has the near side open gets a hang-up.
func (t *terminal) Close() error {
	t.closing.Do(func() {
		_ = t.slave.Close()
		_ = t.master.Close()
	})
	return nil
}

// catchUp is how late a timer may be before the line counts as having been idle.
const catchUp = 5 * time.Millisecond

// pace holds bytes back to the speed of a line: 10 bits a byte.
type pace struct {
	baud int
	next time.Time // when the line is free again
}

// spend waits for the time that n bytes take; it returns false when stop was closed first.
func (p *pace) spend(n int, stop <-chan struct{}) bool {
	now := time.Now()
	if now.Sub(p.next) > catchUp { // the line was idle; a timer that fired late is made up for
		p.next = now
	}
	p.next = p.next.Add(time.Duration(n) * 10 * time.Second / time.Duration(p.baud))
	wait := time.NewTimer(time.Until(p.next))
	defer wait.Stop()
	select {
	case <-stop:
		return false
	case <-wait.C:
		return true
	}
}

// socket is where a simulator is plugged in: it makes a new terminal at each plugging, and remembers the last.
type socket struct {
	link  string
	fixed io.ReadWriteCloser // instead of terminals; can not be plugged in again

	mu      sync.Mutex
	current io.ReadWriteCloser
	path    string
	stop    chan struct{} // closed when the present line is pulled
	done    chan struct{} // closed when its serving has ended
}

var errPlugged = errors.New("sim: already plugged in")

// plug opens a line and serves it on a goroutine of its own.
func (s *socket) plug(serve func(line io.ReadWriteCloser, stop <-chan struct{})) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		return errPlugged
	}
	if s.fixed != nil {
		s.current, s.fixed = s.fixed, nil
	} else {
		t, err := openTerminal(s.link)
		if err != nil {
			return err
		}
		s.current, s.path = t, t.slave.Name()
		if s.link != "" {
			s.path = s.link
		}
	}
	line, stop, done := s.current, make(chan struct{}), make(chan struct{})
	s.stop, s.done = stop, done
	go func() {
		defer close(done)
		serve(line, stop)
	}()
	return nil
}

// pull closes the line and waits for its serving to end. Without a line it does nothing.
func (s *socket) pull() {
	s.mu.Lock()
	line, stop, done := s.current, s.stop, s.done
	s.current = nil
	if line == nil {
		s.mu.Unlock()
		return
	}
	if s.link != "" {
		_ = os.Remove(s.link)
	}
	close(stop)
	_ = line.Close()
	s.mu.Unlock()
	<-done
}

func (s *socket) where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.path
}
