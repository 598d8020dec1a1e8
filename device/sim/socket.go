package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// socket is where a simulator is plugged in: it makes a new terminal at each plugging, and remembers the last.
type socket struct {
	link  string             // the usual name; empty means none
	fixed io.ReadWriteCloser // instead of terminals; can not be plugged in again

	mu      sync.Mutex
	current io.ReadWriteCloser
	name    string // the link to the present terminal; empty means none
	path    string
	taken   bool          // another program has the line
	stop    chan struct{} // closed when the present line is pulled
	done    chan struct{} // closed when the last line's serving has ended
}

var errPlugged = errors.New("sim: already plugged in")

// plug opens a line under the usual name and serves it on a goroutine of its own.
func (s *socket) plug(serve func(line io.ReadWriteCloser, stop <-chan struct{})) error {
	return s.plugAs(s.link, serve)
}

// plugAs is plug under another name.
func (s *socket) plugAs(link string, serve func(line io.ReadWriteCloser, stop <-chan struct{})) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		return errPlugged
	}
	if s.done != nil {
		<-s.done // the last line was pulled; its end must not come after this beginning
	}
	if s.fixed != nil {
		s.current, s.fixed = s.fixed, nil
	} else if err := s.open(link); err != nil {
		return err
	}
	line, stop, done := s.current, make(chan struct{}), make(chan struct{})
	s.stop, s.done = stop, done
	go func() {
		defer close(done)
		serve(line, stop)
	}()
	return nil
}

// open makes a terminal; mu is held.
func (s *socket) open(link string) error {
	t, err := openTerminal()
	if err != nil {
		return err
	}
	// The name comes last: whoever sees it finds the line as it is to be.
	t.hold(s.taken)
	path := t.slave.Name()
	if link != "" {
		if err := point(link, path); err != nil {
			_ = t.Close()
			return fmt.Errorf("name pseudo terminal: %w", err)
		}
		path = link
	}
	s.current, s.name, s.path = t, link, path
	return nil
}

// pull closes the line and waits for its serving to end. Without a line it does nothing.
func (s *socket) pull() { s.drop(nil) }

// drop is pull of one line only: when another is plugged in by now, it does nothing. A nil line means any.
func (s *socket) drop(line io.ReadWriteCloser) {
	s.mu.Lock()
	if line != nil && s.current != line {
		s.mu.Unlock()
		return
	}
	if s.current != nil {
		if s.name != "" {
			_ = os.Remove(s.name)
		}
		close(s.stop)
		_ = s.current.Close()
		s.current = nil
	}
	done := s.done
	s.mu.Unlock()
	if done != nil {
		<-done
	}
}

// hold lets another program have the line, or ends that.
func (s *socket) hold(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on == s.taken {
		return
	}
	s.taken = on
	if t, ok := s.current.(*terminal); ok {
		t.hold(on)
	}
}

func (s *socket) plugged() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current != nil
}

func (s *socket) where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.path
}
