package service_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/cmd/kiosk/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

// systemd is its end of the socket.
type systemd struct {
	*testing.T
	conn *net.UnixConn
}

// listen makes this process a service that systemd watches, or does not where watchdog is 0.
func listen(t *testing.T, watchdog time.Duration) *systemd {
	t.Helper()
	name := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", name)
	if watchdog > 0 {
		t.Setenv("WATCHDOG_USEC", strconv.FormatInt(watchdog.Microseconds(), 10))
		t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	}
	return &systemd{t, conn}
}

// next is one message.
func (s *systemd) next() string {
	s.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := s.conn.Read(b)
	if err != nil {
		s.Fatalf("nothing was told: %v", err)
	}
	return string(b[:n])
}

// run starts a service; end stops it and waits.
func run(t *testing.T, cfg service.Config) (end func()) {
	t.Helper()
	s, err := service.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	end = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(cancel)
	return end
}

// TestReadyComesWithTheFirstScreen: not before it is painted, with the sentence, and the end is told.
func TestReadyComesWithTheFirstScreen(t *testing.T) {
	s := listen(t, 0)
	painted := make(chan struct{})
	asked := make(chan struct{}, 100)
	end := run(t, service.Config{Painted: painted, Status: func() string {
		select {
		case <-painted:
		default:
			t.Error("the sentence was asked for before there was a screen")
		}
		asked <- struct{}{}
		return "Serving;\n link online"
	}})
	close(painted)
	if got := s.next(); got != "READY=1\nSTATUS=Serving; link online" {
		t.Errorf("told %q", got)
	}
	<-asked
	end()
	if got := s.next(); got != "STOPPING=1" {
		t.Errorf("told %q", got)
	}
}

// TestItIsNeverReadyWithoutAScreen: ended before anything was painted, only the end is told.
func TestItIsNeverReadyWithoutAScreen(t *testing.T) {
	s := listen(t, time.Second)
	end := run(t, service.Config{Painted: make(chan struct{}), Status: func() string { return "Serving" }})
	end()
	if got := s.next(); got != "STOPPING=1" {
		t.Errorf("told %q", got)
	}
}

// TestWatchdogIsFedWhileAllAnswer: and not while one part hangs or fails; it goes on when that part is back. A part that hangs is
// not asked again.
func TestWatchdogIsFedWhileAllAnswer(t *testing.T) {
	for name, hang := range map[string]bool{"hangs": true, "fails": false} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, 300*time.Millisecond)
			painted := make(chan struct{})
			close(painted)
			var bad, hanging, most atomic.Int32
			back := make(chan struct{})
			var sentence atomic.Value
			sentence.Store("Serving")
			end := run(t, service.Config{Painted: painted, Status: func() string { return sentence.Load().(string) }, Pings: map[string]service.Ping{
				"node": func(context.Context) error { return nil },
				"screen": func(context.Context) error {
					if bad.Load() == 0 {
						return nil
					}
					if !hang {
						return errors.New("no")
					}
					most.Store(max(most.Load(), hanging.Add(1)))
					defer hanging.Add(-1)
					<-back
					return nil
				}}})
			defer end()
			if got := s.next(); !strings.HasPrefix(got, "READY=1") {
				t.Fatalf("told %q", got)
			}
			for range 3 {
				if got := s.next(); got != "WATCHDOG=1" {
					t.Fatalf("told %q", got)
				}
			}
			bad.Store(1)
			sentence.Store("Hanging") // after this is told, some rounds pass with nothing but sentences
			for s.next() != "STATUS=Hanging" {
			}
			var told []string
			for i := range 5 {
				want := "STATUS=Hanging " + strconv.Itoa(i)
				sentence.Store("Hanging " + strconv.Itoa(i))
				for got := ""; got != want; told = append(told, got) {
					got = s.next()
				}
			}
			if n := len(told) - 5; n > 1 { // one may have been on its way
				t.Errorf("the watchdog was fed %d times: %q", n, told)
			}
			if most.Load() > 1 {
				t.Errorf("%d questions wait at the part that hangs", most.Load())
			}
			bad.Store(0)
			close(back)
			for s.next() != "WATCHDOG=1" {
			}
		})
	}
}

func TestWithoutSystemdNothingIsTold(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	painted := make(chan struct{})
	close(painted)
	asked := make(chan string, 100)
	end := run(t, service.Config{Painted: painted, Status: func() string { asked <- "Serving"; return "Serving" },
		Pings: map[string]service.Ping{"node": func(context.Context) error { t.Error("asked for nobody"); return nil }}})
	<-asked
	end()
}

func TestNewRefusesWhatItCanNotDo(t *testing.T) {
	if _, err := service.New(service.Config{}); err == nil {
		t.Error("it knows no screen, and is there")
	}
	t.Setenv("WATCHDOG_USEC", "soon")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	if _, err := service.New(service.Config{Painted: make(chan struct{}), Status: func() string { return "" }}); err == nil || !strings.Contains(err.Error(), "soon") {
		t.Errorf("a watchdog that can not be read: %v", err)
	}
}
