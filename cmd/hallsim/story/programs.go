package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// program is one of the product's programs, running as itself.
type program struct {
	name   string
	cmd    *exec.Cmd
	log    *tail
	exited chan struct{} // closed when it has ended
	err    error         // set before exited is closed
}

// Limits that only end what hangs, also on a machine that is slow or pauses.
const (
	stopLimit  = time.Minute // until a program has ended that was asked to
	startLimit = time.Minute // until it is ready
	heldLimit  = time.Minute // until central has what was sent, where no promise is looked at
)

// start runs a program; what it prints goes to log as well.
func start(name string, log io.Writer, env []string, path string, args ...string) (*program, error) {
	p := &program{name: name, cmd: exec.CommandContext(context.Background(), path, args...), log: &tail{to: log}, exited: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// stop asks the program to end, and makes it end if it does not.
func (p *program) stop() error {
	if p == nil {
		return nil
	}
	// A program that has ended already can not be signalled; its own error is reported below.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		if p.err != nil {
			return fmt.Errorf("%s ended with %w:\n%s", p.name, p.err, p.log)
		}
		return nil
	case <-time.After(stopLimit):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("%s did not end within %v and was killed:\n%s", p.name, stopLimit, p.log)
	}
}

// until waits for cond, or for the program's early end.
func (p *program) until(ctx context.Context, what string, limit time.Duration, cond func() bool) error {
	over := time.NewTimer(limit)
	defer over.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.exited:
			return fmt.Errorf("%s ended before %s (%w):\n%s", p.name, what, orEnded(p.err), p.log)
		case <-over.C:
			return fmt.Errorf("%s: %s did not happen within %v:\n%s", p.name, what, limit, p.log)
		case <-again.C:
		}
	}
	return nil
}

func orEnded(err error) error {
	if err == nil {
		return errors.New("status 0")
	}
	return err
}

// once runs a program to its end, with typed as its standard input, and gives what it printed.
func once(ctx context.Context, typed, path string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = strings.NewReader(typed)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w:\n%s", path, args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// tail passes everything on and keeps the end for error messages.
type tail struct {
	to   io.Writer
	mu   sync.Mutex
	kept []byte
}

const tailLength = 4096

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if n := len(t.kept) - tailLength; n > 0 {
		t.kept = bytes.Clone(t.kept[n:])
	}
	return t.to.Write(p)
}

// String is the end of what was written.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// shared lets several programs write to one log.
type shared struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(p)
}
