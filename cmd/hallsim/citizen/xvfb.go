package citizen

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jezek/xgb"
)

// ErrNoXvfb says that the program Xvfb is not installed (Debian and Ubuntu: package xvfb).
var ErrNoXvfb = errors.New("the program Xvfb is not installed")

const (
	xvfbStartLimit = 20 * time.Second // a cold start on a busy machine takes 1 to 2 s
	xvfbStopLimit  = 5 * time.Second  // after that it is killed
	xvfbSaidLimit  = 4 << 10          // bytes of its messages kept for an error
)

// StartXvfb starts a virtual X server with one screen of width × height pixels, 24 bits deep, that listens on a local
// socket only. It returns when the server takes connections. The server picks its display number itself, so that any number
// of them can start at the same time.
//
// The display (":7") goes into DISPLAY or Dial. The server ends when stop is called, when ctx ends, or when this program
// dies; stop returns when it has ended and may be called more than once.
func StartXvfb(ctx context.Context, width, height int) (display string, stop func(), err error) {
	if width < 1 || height < 1 || width > 1<<15-1 || height > 1<<15-1 {
		return "", nil, fmt.Errorf("start Xvfb: no screen can be %d x %d", width, height)
	}
	program, err := exec.LookPath("Xvfb")
	if err != nil {
		return "", nil, fmt.Errorf("start Xvfb: %w", errors.Join(ErrNoXvfb, err))
	}
	number, tell, err := os.Pipe()
	if err != nil {
		return "", nil, fmt.Errorf("start Xvfb: %w", err)
	}
	defer number.Close()

	// With -terminate the server ends when its last client has left. This program stays a client until stop, so the server
	// neither ends between two visitors nor outlives a program that was killed.
	said := &head{limit: xvfbSaidLimit}
	cmd := exec.CommandContext(ctx, program, "-displayfd", "3", "-terminate", "-nolisten", "tcp",
		"-screen", "0", fmt.Sprintf("%dx%dx24", width, height))
	cmd.ExtraFiles = []*os.File{tell}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = xvfbStopLimit
	err = cmd.Start()
	_ = tell.Close()
	if err != nil {
		return "", nil, fmt.Errorf("start Xvfb: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the way it ends is told by what it said
	}()
	end := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(xvfbStopLimit):
			_ = cmd.Process.Kill()
			<-ended
		}
	}

	_ = number.SetReadDeadline(time.Now().Add(xvfbStartLimit))
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		end()
		return "", nil, fmt.Errorf("start Xvfb: it never named its display: %w; it said %q", err, said.String())
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		end()
		return "", nil, fmt.Errorf("start Xvfb: it named its display %q", line)
	}
	display = ":" + strconv.Itoa(n)
	anchor, err := connect(display)
	if err != nil {
		end()
		return "", nil, fmt.Errorf("start Xvfb: %w; it said %q", err, said.String())
	}
	var once sync.Once
	return display, func() {
		once.Do(func() {
			hangUp(anchor)
			end()
		})
	}, nil
}

// connect joins the X server at display. The library's own log is turned off: every fault it writes there also comes back
// as an error, but for the remark that there is no authority file, which is normal for a virtual server.
func connect(display string) (*xgb.Conn, error) {
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("connect to X server %q: %w", display, err)
	}
	return conn, nil
}

// hangUp leaves the X server and waits, for a limited time, until the connection's goroutines have ended.
func hangUp(conn *xgb.Conn) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		conn.Close()
		for {
			if event, fault := conn.WaitForEvent(); event == nil && fault == nil {
				return
			}
		}
	}()
	select {
	case <-left:
	case <-time.After(answerLimit):
	}
}

// head keeps the first bytes written to it.
type head struct {
	mu    sync.Mutex
	limit int
	kept  bytes.Buffer
}

func (h *head) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept.Write(b[:min(len(b), max(0, h.limit-h.kept.Len()))])
	return len(b), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept.String()
}
