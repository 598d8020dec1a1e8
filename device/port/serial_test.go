package port

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"onedoor/device"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// terminal is a raw pseudo terminal. The slave stays open here, so that the master lives between openings.
type terminal struct {
	master, slave *os.File
	path          string
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	m, s, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	settings, err := unix.IoctlGetTermios(int(s.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	settings.Iflag, settings.Oflag, settings.Lflag = 0, 0, 0
	if err := unix.IoctlSetTermios(int(s.Fd()), unix.TCSETS, settings); err != nil {
		t.Fatal(err)
	}
	x := &terminal{m, s, s.Name()}
	t.Cleanup(x.unplug)
	return x
}

func (x *terminal) unplug() {
	_ = x.slave.Close()
	_ = x.master.Close()
}

func open(t *testing.T, c Config) *Serial {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func readN(t *testing.T, p Port, n int) []byte {
	t.Helper()
	ctx := within(t, 30*time.Second)
	got := make([]byte, 0, n)
	buf := make([]byte, 4096)
	for len(got) < n {
		k, err := p.Read(ctx, buf)
		if err != nil {
			t.Fatalf("after %d of %d bytes: %v", len(got), n, err)
		}
		got = append(got, buf[:k]...)
	}
	return got
}

func everyByte() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

func TestAllBytesPassBothWays(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path, Baud: 115200})
	if _, err := x.master.Write(everyByte()); err != nil {
		t.Fatal(err)
	}
	if got := readN(t, s, 256); !bytes.Equal(got, everyByte()) {
		t.Errorf("from the device: %x", got)
	}
	if n, err := s.Write(within(t, 30*time.Second), everyByte()); n != 256 || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	got := make([]byte, 256)
	if _, err := io.ReadFull(x.master, got); err != nil || !bytes.Equal(got, everyByte()) {
		t.Errorf("to the device: %x, %v", got, err)
	}
}

func TestIdleIsTimeoutAndGoneIsUnplugged(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	if _, err := s.Read(within(t, 50*time.Millisecond), make([]byte, 1)); !errors.Is(err, ErrTimeout) {
		t.Fatalf("idle line: %v, want ErrTimeout", err)
	}
	x.unplug()
	if _, err := s.Read(within(t, 30*time.Second), make([]byte, 1)); !errors.Is(err, ErrUnplugged) {
		t.Fatalf("unplugged: %v, want ErrUnplugged within a second", err)
	}
	if _, err := s.Write(within(t, 30*time.Second), []byte{1}); !errors.Is(err, ErrUnplugged) {
		t.Errorf("write after unplug: %v", err)
	}
	if err := s.Flush(); !errors.Is(err, ErrUnplugged) {
		t.Errorf("flush after unplug: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close after unplug: %v", err)
	}
	if _, err := Open(Config{Path: x.path}); !errors.Is(err, ErrNotFound) {
		t.Errorf("open after unplug: %v, want ErrNotFound", err)
	}
}

func TestUnplugWhileReadWaits(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	got := make(chan error, 1)
	go func() {
		_, err := s.Read(within(t, 10*time.Second), make([]byte, 1))
		got <- err
	}()
	x.unplug()
	if err := <-got; !errors.Is(err, ErrUnplugged) {
		t.Errorf("waiting read: %v, want ErrUnplugged", err)
	}
}

func TestSecondOpeningIsRefusedAndFirstGoesOn(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path, Baud: 9600})
	if _, err := Open(Config{Path: x.path, Baud: 115200}); !errors.Is(err, ErrInUse) {
		t.Fatalf("second opening: %v, want ErrInUse", err)
	}
	settings, err := unix.IoctlGetTermios(s.aux, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if settings.Cflag&unix.CBAUD != unix.B9600 {
		t.Error("the refused opening changed the line speed")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, Config{Path: x.path})
}

func TestOpenErrors(t *testing.T) {
	x := newTerminal(t)
	file := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		config  Config
		want    error
		problem device.Problem
	}{
		{"no path", Config{}, ErrNotFound, device.ProblemNoPort},
		{"missing", Config{Path: filepath.Join(t.TempDir(), "ttyUSB0")}, ErrNotFound, device.ProblemNoPort},
		{"odd speed", Config{Path: x.path, Baud: 14400}, ErrBadSpeed, device.ProblemNoPort},
		{"no terminal", Config{Path: file}, unix.ENOTTY, device.ProblemUnplugged},
	} {
		_, err := Open(c.config)
		if !errors.Is(err, c.want) || ProblemOf(err) != c.problem {
			t.Errorf("%s: %v (%s), want %v (%s)", c.name, err, ProblemOf(err), c.want, c.problem)
		}
	}
}

func TestWriteToStuckLineEndsAtItsDeadline(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	n, err := s.Write(within(t, 2*time.Second), make([]byte, 1<<20))
	if !errors.Is(err, ErrTimeout) || n == 0 || n == 1<<20 {
		t.Fatalf("Write with nobody reading = %d, %v; want a part and ErrTimeout", n, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close of a stuck line: %v", err)
	}
}

func TestCancelledWriteAndClosedPort(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		_, err := s.Write(ctx, make([]byte, 1<<20))
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled write: %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := s.Read(context.Background(), make([]byte, 1))
		waiting <- err
	}()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("read during close: %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second close: %v", err)
	}
	if err := s.Flush(); !errors.Is(err, ErrClosed) {
		t.Errorf("flush after close: %v", err)
	}
	if _, err := s.Write(context.Background(), []byte{1}); !errors.Is(err, ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
}

func TestFlushThrowsAwayStaleInput(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	if _, err := x.master.Write([]byte("stale")); err != nil {
		t.Fatal(err)
	}
	if got := readN(t, s, 1); got[0] != 's' { // so the rest has arrived too
		t.Fatalf("read %q", got)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.master.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := readN(t, s, 3); string(got) != "new" {
		t.Errorf("after the flush: %q", got)
	}
}

// hangingLine takes one piece and then hangs inside the kernel, as a line does whose adapter has frozen.
type hangingLine struct {
	taken   int
	release chan struct{}
}

func (h *hangingLine) Read([]byte) (int, error) { return 0, io.EOF }

func (h *hangingLine) Write(p []byte) (int, error) {
	if h.taken > 0 {
		<-h.release
		return 0, unix.EIO
	}
	h.taken += len(p)
	return len(p), nil
}

func (h *hangingLine) Close() error { return nil }

func TestAHungWriteTellsWhatWasSentBefore(t *testing.T) {
	x := newTerminal(t)
	aux, err := openLocked(x.path)
	if err != nil {
		t.Fatal(err)
	}
	wake, err := prepare(aux, FlowNone)
	if err != nil {
		t.Fatal(err)
	}
	line := &hangingLine{release: make(chan struct{})}
	s := newSerial(x.path, line, aux, wake)
	n, err := s.Write(within(t, 2*time.Second), everyByte())
	if n != writePiece || !errors.Is(err, ErrTimeout) {
		t.Errorf("Write = %d, %v; want %d and ErrTimeout", n, err, writePiece)
	}
	close(line.release)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestFlowControlIsSetOnTheLine(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path, Flow: FlowXONXOFF})
	settings, err := unix.IoctlGetTermios(s.aux, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if settings.Iflag&unix.IXON == 0 || settings.Cc[unix.VSTOP] != 0x13 {
		t.Errorf("iflag %#x, stop %#x", settings.Iflag, settings.Cc[unix.VSTOP])
	}
}

func TestPipe(t *testing.T) {
	a, b := Pipe()
	if _, err := a.Write(context.Background(), []byte("ping")); err != nil {
		t.Fatal(err)
	}
	if got := readN(t, b, 4); string(got) != "ping" {
		t.Errorf("read %q", got)
	}
	if _, err := a.Read(within(t, 10*time.Millisecond), make([]byte, 1)); !errors.Is(err, ErrTimeout) {
		t.Errorf("idle: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(context.Background(), make([]byte, 1)); !errors.Is(err, ErrUnplugged) {
		t.Errorf("peer closed: %v", err)
	}
	if _, err := a.Write(context.Background(), []byte{1}); !errors.Is(err, ErrUnplugged) {
		t.Errorf("peer closed: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(context.Background(), make([]byte, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestInboxKeepsTheNewestBytes(t *testing.T) {
	b := newInbox()
	for range 70 {
		b.put(make([]byte, 1024))
	}
	b.put([]byte{42})
	if len(b.buf) != inboxLimit || b.buf[len(b.buf)-1] != 42 {
		t.Errorf("%d bytes kept, last %d", len(b.buf), b.buf[len(b.buf)-1])
	}
	b.empty()
	for i, c := range b.buf[:cap(b.buf)] {
		if c != 0 {
			t.Fatalf("byte %d was not wiped", i)
		}
	}
}

func TestSupervisorComesBackAfterEveryFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	var problems []device.Problem
	opened := 0
	s := Supervisor{
		MinPause: time.Millisecond, MaxPause: 2 * time.Millisecond,
		Open: func(context.Context) (Port, error) {
			opened++
			switch opened {
			case 1:
				return nil, ErrNotFound
			case 2:
				return nil, ErrInUse
			}
			a, b := Pipe()
			if opened == 3 {
				_ = b.Close()
			}
			return a, nil
		},
		Serve: func(ctx context.Context, p Port) (bool, error) {
			if opened == 4 {
				cancel()
			}
			_, err := p.Read(ctx, make([]byte, 1))
			return true, err
		},
		Down: func(p device.Problem, _ error) {
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, p)
		},
	}
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	want := []device.Problem{device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged}
	if len(problems) != 3 || problems[0] != want[0] || problems[1] != want[1] || problems[2] != want[2] {
		t.Errorf("problems %q, want %q", problems, want)
	}
	if err := (Supervisor{}).Run(context.Background()); err == nil {
		t.Error("an incomplete supervisor ran")
	}
}
