package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// openTerminal makes a raw pseudo terminal.
func openTerminal() (*terminal, error) {
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
	return &terminal{master: os.NewFile(uintptr(fd), "ptmx"), slave: slave}, nil
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

// near does something with the near side's descriptor, unless it is closed.
func (t *terminal) near(do func(fd int)) {
	raw, err := t.slave.SyscallConn()
	if err == nil {
		// An error means that the terminal was closed meanwhile.
		_ = raw.Control(func(fd uintptr) { do(int(fd)) })
	}
}

// speed is what the near side was set to, in bits a second; 0 when it can not be told.
func (t *terminal) speed() int {
	speed := 0
	t.near(func(fd int) {
		if s, err := unix.IoctlGetTermios(fd, unix.TCGETS2); err == nil {
			speed = int(s.Ospeed)
		}
	})
	return speed
}

// hold takes the lock that programs ask for before they use the line, as another program would, or gives it back. Nobody
// is thrown out: while a program has the line, taking it does nothing.
func (t *terminal) hold(on bool) {
	how := unix.LOCK_UN
	if on {
		how = unix.LOCK_EX | unix.LOCK_NB
	}
	t.near(func(fd int) { _ = unix.Flock(fd, how) })
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
	return wait(time.Until(p.next), stop)
}

// wire is one plugging of a line: both directions at its speed, with the faults as they stand at each moment. One goroutine
// may read while another writes.
type wire struct {
	line    io.ReadWriteCloser
	baud    int // of the device, unless a lever says otherwise
	faults  func() LineFaults
	news    *news // of the levers
	stop    <-chan struct{}
	passed  func(n int) // is told of bytes that went out; may be nil
	in, out pace
}

// read returns what came; false when the line has gone.
func (w *wire) read(buf []byte) ([]byte, bool) {
	n, err := w.line.Read(buf)
	if err != nil {
		return nil, false
	}
	f := w.faults()
	w.in.baud = f.speed(w.baud)
	if !w.in.spend(n, w.stop) {
		return nil, false
	}
	w.garble(buf[:n], f)
	return buf[:n], true
}

// put sends a few bytes, which it may damage where they stand, and dribbles if it has to. It returns false when the line has
// gone.
func (w *wire) put(b []byte) bool {
	f := w.faults()
	w.out.baud = f.speed(w.baud)
	if !w.out.spend(len(b), w.stop) {
		return false
	}
	f.spoil(b)
	w.garble(b, f)
	n, err := w.line.Write(b)
	if w.passed != nil {
		w.passed(n)
	}
	return err == nil && (f.Dribble <= 0 || w.news.wait(time.Now(), func() time.Duration { return w.faults().Dribble }, w.stop))
}

// send sends b with the faults. It returns false when the line has gone.
func (w *wire) send(b []byte) bool {
	b = bytes.Clone(b[:w.faults().cut(len(b))])
	for len(b) > 0 {
		n := w.faults().piece(len(b))
		if !w.put(b[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}

// garble makes noise of bytes that pass between two different speeds.
func (w *wire) garble(b []byte, f LineFaults) {
	t, ok := w.line.(*terminal)
	if !ok || !f.Strict {
		return
	}
	if theirs := t.speed(); theirs == 0 || theirs == f.speed(w.baud) {
		return
	}
	for i := range b {
		b[i] = byte(rand.IntN(256))
	}
}
