package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/cmd/hallsim/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = time.Minute // only ends what hangs

// server is a real TCP server: serve is called for each connection.
func server(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

// echo returns all it gets and ends when its client has ended.
func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

func start(t *testing.T, cfg link.Config) *link.Link {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.DialTimeout = limit
	l, err := link.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

func dial(t *testing.T, l *link.Link) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", l.Addr(), limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// talk sends one line through the link and wants it back.
func talk(conn net.Conn) error {
	if _, err := conn.Write([]byte("你好\n")); err != nil {
		return err
	}
	answer := make([]byte, len("你好\n"))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != "你好\n" {
		return fmt.Errorf("answer %q", answer)
	}
	return nil
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-deadline:
			t.Fatalf("never happened: %s", what)
		case <-tick.C:
		}
	}
}

func TestForwardsBothWaysAndPassesTheEndOn(t *testing.T) {
	l := start(t, link.Config{To: server(t, echo)})
	conn := dial(t, l)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	failed := make(chan error, 1)
	go func() {
		_, err := conn.Write(sent)
		failed <- errors.Join(err, conn.(*net.TCPConn).CloseWrite())
	}()
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, sent) {
		t.Fatalf("got %d bytes back, sent %d", len(got), len(sent))
	}
	eventually(t, "the pipe ends", func() bool { return l.Counters().Live == 0 })
	c := l.Counters()
	if c.Accepted != 1 || c.BytesUp != uint64(len(sent)) || c.BytesDown != uint64(len(sent)) {
		t.Errorf("counters %+v", c)
	}
}

func TestCutEndsATransferInTheMiddle(t *testing.T) {
	serverSaw := make(chan error, 1)
	l := start(t, link.Config{To: server(t, func(conn net.Conn) {
		// An endless answer: only the cut can end it.
		page := make([]byte, 32<<10)
		for {
			if _, err := conn.Write(page); err != nil {
				serverSaw <- err
				return
			}
		}
	})})
	conn := dial(t, l)
	if _, err := io.ReadFull(conn, make([]byte, 256<<10)); err != nil {
		t.Fatal(err)
	}
	l.Cut()
	if _, err := io.Copy(io.Discard, conn); err == nil || timedOut(err) {
		t.Errorf("client: %v, want a reset", err)
	}
	select {
	case err := <-serverSaw:
		if timedOut(err) {
			t.Errorf("server: %v, want a reset", err)
		}
	case <-time.After(limit):
		t.Error("the server never noticed the cut")
	}
	if c := l.Counters(); c.Severed != 1 {
		t.Errorf("counters %+v, want 1 severed", c)
	}
}

func TestCutRefusesAtOnceAndRestoreServesAgain(t *testing.T) {
	l := start(t, link.Config{To: server(t, echo)})
	if !l.Up() {
		t.Fatal("a new link must be up")
	}
	if err := talk(dial(t, l)); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		l.Set(false)
		if l.Up() {
			t.Fatal("cut link says it is up")
		}
		if err := attempt(l); err == nil || timedOut(err) {
			t.Fatalf("round %d: talk over a cut link: %v, want a reset", round, err)
		}
		eventually(t, "the refusal is counted", func() bool { return l.Counters().Refused == uint64(round+1) })
		l.Set(true)
		if err := talk(dial(t, l)); err != nil {
			t.Fatalf("round %d: after restore: %v", round, err)
		}
	}
}

// attempt talks over a new connection. That may fail while the connection is made or at its first use.
func attempt(l *link.Link) error {
	conn, err := net.DialTimeout("tcp", l.Addr(), limit)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	return talk(conn)
}

func TestUnreachableOtherEndIsAReset(t *testing.T) {
	l := start(t, link.Config{To: "127.0.0.1:1"}) // nothing listens on tcpmux
	if err := attempt(l); err == nil || timedOut(err) {
		t.Errorf("talk: %v, want a reset", err)
	}
	eventually(t, "the failed dial is counted", func() bool { return l.Counters().DialFailed == 1 })
}

func TestFullLinkRefuses(t *testing.T) {
	l := start(t, link.Config{To: server(t, echo), MaxConns: 2})
	first, second := dial(t, l), dial(t, l)
	if err := errors.Join(talk(first), talk(second)); err != nil {
		t.Fatal(err)
	}
	if err := attempt(l); err == nil || timedOut(err) {
		t.Errorf("third connection: %v, want a reset", err)
	}
	_ = first.Close()
	eventually(t, "the first pipe ends", func() bool { return l.Counters().Live < 2 })
	if err := talk(dial(t, l)); err != nil {
		t.Errorf("after one left: %v", err)
	}
}

func TestResetOfOneSideReachesTheOther(t *testing.T) {
	ended := make(chan error, 1)
	l := start(t, link.Config{To: server(t, func(conn net.Conn) {
		_, err := io.Copy(io.Discard, conn)
		ended <- err
	})})
	conn := dial(t, l)
	if _, err := conn.Write([]byte("half a request")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the bytes are through", func() bool { return l.Counters().BytesUp > 0 })
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the server saw an orderly end, want a reset")
		}
	case <-time.After(limit):
		t.Error("the reset never reached the server")
	}
}

func TestStopTwiceInAnyOrderAndByContext(t *testing.T) {
	cfg := link.Config{Listen: "127.0.0.1:0", To: server(t, echo), Logger: slog.New(slog.DiscardHandler)}
	never, err := link.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	never.Stop()
	never.Stop()
	if err := never.Start(t.Context()); !errors.Is(err, link.ErrStopped) {
		t.Errorf("start after stop: %v", err)
	}

	l, err := link.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := errors.Join(l.Start(ctx), l.Start(ctx)); err != nil {
		t.Fatal(err)
	}
	conn := dial(t, l)
	if err := talk(conn); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := conn.Read(make([]byte, 1)); err == nil || timedOut(err) {
		t.Errorf("read after the context ended: %v, want a reset", err)
	}
	l.Stop()
	l.Stop()
	if _, err := net.DialTimeout("tcp", l.Addr(), limit); err == nil {
		t.Error("a stopped link still listens")
	}
}

// Cuts, restores, clients and the stop at the same time: nothing hangs and nothing is left (goleak looks).
func TestManyAtOnce(t *testing.T) {
	l := start(t, link.Config{To: server(t, echo), MaxConns: 8})
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for range 20 {
				if err := attempt(l); timedOut(err) {
					t.Errorf("a client hung: %v", err)
				}
			}
		})
	}
	for i := range 200 {
		l.Set(i%2 == 1)
	}
	clients.Wait()
	l.Restore()
	eventually(t, "all pipes end", func() bool { return l.Counters().Live == 0 })
	if err := talk(dial(t, l)); err != nil {
		t.Errorf("after the storm: %v", err)
	}
}

func TestNewRefusesBadConfig(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	for name, cfg := range map[string]link.Config{
		"no logger":      {Listen: "127.0.0.1:0", To: "127.0.0.1:1"},
		"open to all":    {Listen: ":0", To: "127.0.0.1:1", Logger: logger},
		"other machines": {Listen: "0.0.0.0:0", To: "127.0.0.1:1", Logger: logger},
		"no port":        {Listen: "127.0.0.1", To: "127.0.0.1:1", Logger: logger},
		"no far end":     {Listen: "127.0.0.1:0", Logger: logger},
		"negative":       {Listen: "127.0.0.1:0", To: "127.0.0.1:1", Logger: logger, MaxConns: -1},
	} {
		if _, err := link.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
