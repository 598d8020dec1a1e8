// Package pgtest runs a PostgreSQL for tests: Debian's, on a socket in a directory of its own, with every commit synced.
//
// It guarantees that no server outlives the test binary, however that ends: the server hangs on a pipe that the binary
// holds. It touches no other server of the machine and listens on no port.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing is returned when the machine has no PostgreSQL; `make deps` installs it.
var ErrMissing = errors.New("PostgreSQL is not installed (apt-get install postgresql)")

const (
	setupLimit = 60 * time.Second // of initdb and of a start
	stopLimit  = 20 * time.Second
	superuser  = "onedoor"
)

// Server is one PostgreSQL cluster. Its methods are for one goroutine at a time.
type Server struct {
	bin, dir string
	settings []string
	as       *syscall.Credential // nil for the user of the test
	owner    func(path string) error

	leash io.WriteCloser
	run   *exec.Cmd
	log   *tail
	names int
}

// Start makes a cluster and starts it, with settings of postgresql.conf as name=value after its own. ErrMissing. The caller
// calls Stop.
func Start(settings ...string) (*Server, error) {
	s, err := newServer(settings)
	if err != nil {
		return nil, err
	}
	err = s.tool("initdb", "-D", s.data(), "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync")
	if err == nil {
		err = s.start()
	}
	if err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Need gives the server that start made, or skips the test with the reason.
func Need(t testing.TB, s *Server, err error) *Server {
	t.Helper()
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newServer(settings []string) (*Server, error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(all) == 0 {
		return nil, ErrMissing
	}
	slices.SortFunc(all, func(a, b string) int { return version(b) - version(a) })
	s := &Server{bin: filepath.Dir(all[0]), settings: settings, owner: func(string) error { return nil }}
	if err := s.chooseUser(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "onedoor-pg-"); err != nil {
		return nil, err
	}
	return s, s.owner(s.dir)
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // 0, the oldest, for one that is no number
	return n
}

// chooseUser finds whom to run as: PostgreSQL does not run as root.
func (s *Server) chooseUser() error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	s.owner = func(path string) error { return os.Chown(path, int(uid), int(gid)) }
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// tool runs one of PostgreSQL's programs to its end.
func (s *Server) tool(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// leashed runs a server in the background and stops it when its own input ends, as it does when the test binary dies.
const leashed = `"$@" </dev/null & read -r _; kill -INT $! 2>/dev/null; wait $!`

// start starts the server and waits until it takes connections.
func (s *Server) start() error {
	args := []string{"-c", leashed, "sh", filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir}
	for _, setting := range append([]string{"listen_addresses=", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=60"}, s.settings...) {
		args = append(args, "-c", setting)
	}
	s.log = &tail{ready: make(chan struct{})}
	cmd := exec.CommandContext(context.Background(), "/bin/sh", args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as, Setpgid: true} // an interrupt at the terminal is the test's
	cmd.Stderr = s.log
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	leash, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.leash, s.run = leash, cmd
	timer := time.NewTimer(setupLimit)
	defer timer.Stop()
	select {
	case <-s.log.ready:
		return nil
	case <-timer.C:
		return fmt.Errorf("PostgreSQL did not start:\n%s", s.log.text())
	}
}

// Database makes an empty database for one test and gives its URL. name=value of settings hold for whoever connects.
func (s *Server) Database(t testing.TB, settings ...string) string {
	t.Helper()
	s.names++
	name := fmt.Sprintf("test%d", s.names)
	ask := []string{"CREATE DATABASE " + name}
	for _, setting := range settings {
		ask = append(ask, "ALTER DATABASE "+name+" SET "+setting)
	}
	if err := s.exec("postgres", ask...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("postgres", "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.URL(name)
}

// Dir is the directory of the server's socket.
func (s *Server) Dir() string { return s.dir }

// URL names a database of the server.
func (s *Server) URL(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {superuser}}.Encode()
}

// exec runs statements one by one.
func (s *Server) exec(database string, statements ...string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, one := range statements {
		if _, err := conn.Exec(ctx, one); err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
	}
	return nil
}

// Kill ends the server at once, as `pg_ctl stop -m immediate` does: nothing is flushed, and the next start recovers.
func (s *Server) Kill() error { return errors.Join(s.signal(syscall.SIGQUIT), s.wait()) }

// Restart starts the server after Kill.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Copy makes a standby of the running server, not yet started, that has what it has now and follows it no further. Started
// by Promote it takes over, and knows nothing of what was committed since.
func (s *Server) Copy(t testing.TB) *Server {
	t.Helper()
	c, err := newServer(s.settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := c.tool("pg_basebackup", "-D", c.data(), "-h", s.dir, "-U", superuser, "-c", "fast", "-X", "stream", "--no-sync"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.data(), "standby.signal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.owner(filepath.Join(c.data(), "standby.signal")); err != nil {
		t.Fatal(err)
	}
	return c
}

// Promote starts a copy and makes it a server that is written to, on the timeline after that of its original.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.Restart(t)
	if err := s.exec("postgres", "SELECT pg_promote(true, 60)"); err != nil {
		t.Fatal(err)
	}
}

// signal sends to the server itself, not to the shell that holds it.
func (s *Server) signal(sig syscall.Signal) error {
	raw, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	pid, err := strconv.Atoi(string(line))
	if err != nil {
		return err
	}
	return syscall.Kill(pid, sig)
}

// wait waits for the end of a server that was told to end.
func (s *Server) wait() error {
	if s.run == nil {
		return nil
	}
	err := s.leash.Close()
	ended := make(chan struct{})
	go func() { _ = s.run.Wait(); close(ended) }() // its state says how it was killed
	timer := time.NewTimer(stopLimit)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		err = errors.Join(err, errors.New("PostgreSQL does not stop"), syscall.Kill(-s.run.Process.Pid, syscall.SIGKILL))
		<-ended
	}
	s.run = nil
	return err
}

// Stop ends the server and removes its directory. It may be called twice, and on nil.
func (s *Server) Stop() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.wait(), os.RemoveAll(s.dir))
}

// tail reads the server's log for the line that it is ready, and keeps the end of it.
type tail struct {
	mu    sync.Mutex
	lines []string
	once  sync.Once
	ready chan struct{}
	rest  []byte
}

// Write implements io.Writer.
func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		l.rest = rest
		l.lines = append(l.lines, string(line))
		l.lines = l.lines[max(0, len(l.lines)-50):]
		if bytes.Contains(line, []byte("ready to accept")) {
			l.once.Do(func() { close(l.ready) })
		}
	}
}

func (l *tail) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}
