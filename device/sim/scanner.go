package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// ScannerConfig says how to set a scanner up.
type ScannerConfig struct {
	// Link is a path for a symbolic link to the pseudo terminal, the same at each plugging; empty means none.
	Link string
	// Line is used instead of a pseudo terminal when not nil.
	Line io.ReadWriteCloser
	// Baud is the speed of the line; 0 means 9600, the usual one of scanners.
	Baud int
	// Suffix is sent behind each code; nil means CR LF, and an empty one none.
	Suffix []byte
	// Start and Stop are the commands that make it scan and rest; without Start it scans always.
	Start, Stop []byte
}

// ScannerLevers are the faults of a scanner. The zero value is a scanner that is well.
type ScannerLevers struct {
	LineFaults
	Mute     bool          // sends nothing
	Repeats  int           // each code comes so many times more, as when it is held before the lens
	Every    time.Duration // pause between the repeats; 0 means 200 ms
	Glued    bool          // no pause between repeats
	NoRead   bool          // says %%NoRead in place of each code
	UnplugAt int           // the cable is pulled after so many bytes of a code; 0 means never
	NoSuffix bool          // forgets its suffix
}

// Scanner is a simulated scanner. It scans what Show holds before it.
type Scanner struct {
	socket socket
	cfg    ScannerConfig
	codes  chan []byte
	news   news

	moving sync.Mutex // held while levers are moved; taken before mu
	mu     sync.Mutex
	levers ScannerLevers
	active bool
	sent   int // codes sent whole
	bytes  int // of the code that is going out
	heard  []byte
}

// NewScanner plugs a scanner in.
func NewScanner(c ScannerConfig) (*Scanner, error) {
	if c.Baud == 0 {
		c.Baud = 9600
	}
	if c.Baud < 0 {
		return nil, fmt.Errorf("simulated scanner: speed %d", c.Baud)
	}
	if c.Suffix == nil {
		c.Suffix = []byte("\r\n")
	}
	s := &Scanner{socket: socket{link: c.Link, fixed: c.Line}, cfg: c, codes: make(chan []byte, 16), active: len(c.Start) == 0}
	if err := s.Plug(); err != nil {
		return nil, err
	}
	return s, nil
}

// Path is where to open the scanner: the link if there is one.
func (s *Scanner) Path() string { return s.socket.where() }

// Plug puts the cable back in. The path changes unless a link was asked for.
func (s *Scanner) Plug() error { return s.socket.plug(s.serve) }

// PlugAs puts the cable in where the scanner gets another name: link leads to it, and the usual name stays away until it is
// pulled and plugged in as ever.
func (s *Scanner) PlugAs(link string) error { return s.socket.plugAs(link, s.serve) }

// Plugged says whether the cable is in. It may also have been pulled by a lever.
func (s *Scanner) Plugged() bool { return s.socket.plugged() }

// Unplug pulls the cable.
func (s *Scanner) Unplug() { s.socket.pull() }

// Close unplugs and stops the scanner.
func (s *Scanner) Close() error {
	s.socket.pull()
	return nil
}

// Levers changes the faults, at once.
func (s *Scanner) Levers(change func(*ScannerLevers)) {
	s.moving.Lock()
	defer s.moving.Unlock()
	s.mu.Lock()
	change(&s.levers)
	taken := s.levers.Taken
	s.mu.Unlock()
	s.socket.hold(taken)
	s.news.tell()
}

// Pulled is how the levers stand.
func (s *Scanner) Pulled() ScannerLevers {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.levers
}

// Sent is how many codes went out whole, repeats included.
func (s *Scanner) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Sending is how many bytes of the present code have gone out; 0 between codes.
func (s *Scanner) Sending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Active says whether the scanner scans; without a Start command always.
func (s *Scanner) Active() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// betweenCodes is what a scanner needs at least to find the next code.
const betweenCodes = 120 * time.Millisecond

var errFar = errors.New("sim: too many codes before the scanner")

// Show holds a code before the scanner. It goes out as soon as the scanner is plugged in and has sent those before it;
// a scanner that rests sees nothing.
func (s *Scanner) Show(code []byte) error {
	select {
	case s.codes <- bytes.Clone(code):
		return nil
	default:
		return errFar
	}
}

// serve hears commands and sends codes until the line is pulled.
func (s *Scanner) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	s.mu.Lock()
	s.bytes = 0 // of a code that the last pulling broke off
	s.mu.Unlock()
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		buf := make([]byte, 64)
		for {
			n, err := line.Read(buf)
			if err != nil {
				return
			}
			s.hear(buf[:n])
		}
	}()
	defer func() { <-listening }()
	w := &wire{line: line, baud: s.cfg.Baud, faults: func() LineFaults { return s.Pulled().LineFaults }, news: &s.news, stop: stop}
	w.passed = func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bytes += n
	}
	for {
		select {
		case <-stop:
			return
		case code := <-s.codes:
			if !s.scan(w, code) {
				return
			}
		}
	}
}

// hear obeys the commands to scan and to rest.
func (s *Scanner) hear(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, b...)
	if len(s.cfg.Start) > 0 && bytes.HasSuffix(s.heard, s.cfg.Start) {
		s.active, s.heard = true, nil
	}
	if len(s.cfg.Stop) > 0 && bytes.HasSuffix(s.heard, s.cfg.Stop) {
		s.active, s.heard = false, nil
	}
	if over := len(s.heard) - 64; over > 0 {
		s.heard = s.heard[over:]
	}
}

// scan sends one code as often as the levers say. It returns false when the line has gone.
func (s *Scanner) scan(w *wire, code []byte) bool {
	for i := 0; ; i++ {
		l := s.Pulled()
		if l.Mute || !s.Active() || i > l.Repeats {
			return wait(betweenCodes, w.stop)
		}
		all := l.dress(code, s.cfg.Suffix)
		if l.UnplugAt > 0 && l.UnplugAt < len(all) {
			w.send(all[:l.UnplugAt])
			// The plug waits for this goroutine, so it is pulled from another.
			go s.socket.drop(w.line)
			<-w.stop
			return false
		}
		if !w.send(all) {
			return false
		}
		s.mu.Lock()
		s.sent++
		s.bytes = 0
		s.mu.Unlock()
		if !s.news.wait(time.Now(), func() time.Duration { return s.pause(i) }, w.stop) {
			return false
		}
	}
}

// dress is what goes out for a code.
func (l *ScannerLevers) dress(code, suffix []byte) []byte {
	if l.NoRead {
		code = []byte("%%NoRead")
	}
	if l.NoSuffix {
		suffix = nil
	}
	return slices.Concat(code, suffix)
}

// pause is how long the scanner rests behind the i-th repeat, from 0 for the code itself, before the next one.
func (s *Scanner) pause(i int) time.Duration {
	switch l := s.Pulled(); {
	case l.Glued, i >= l.Repeats:
		return 0
	case l.Every > 0:
		return l.Every
	default:
		return 200 * time.Millisecond
	}
}
