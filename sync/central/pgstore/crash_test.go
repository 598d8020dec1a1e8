package pgstore_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/central/pgstore/pgtest"
	"onedoor/sync/wire"
)

// gate stands between a store and its server. Armed, it lets the next commit through and keeps its answer back.
type gate struct {
	dir   string
	armed atomic.Bool
	shut  chan struct{} // gets one when an answer was kept back; the server's side stays open until then
}

func newGate(t *testing.T, s *pgtest.Server) *gate {
	t.Helper()
	g := &gate{dir: t.TempDir(), shut: make(chan struct{}, 1)}
	const name = ".s.PGSQL.5432"
	l, err := net.Listen("unix", filepath.Join(g.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("unix", filepath.Join(s.Dir(), name))
			if err != nil {
				c.Close()
				continue
			}
			wg.Go(func() { _, _ = io.Copy(up, c); up.Close() }) // ends with either side
			wg.Go(func() { g.answers(c, up); c.Close() })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return g
}

// answers carries what the server says.
func (g *gate) answers(to io.Writer, from io.Reader) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) && g.armed.CompareAndSwap(true, false) {
			g.shut <- struct{}{}
			return
		}
		if _, werr := to.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// C5: the server is killed after a commit and before its answer. Nobody was told, so the error says that it is not known;
// what was acknowledged before is there, what was committed is there, and the same call again finds both.
func TestKilledBetweenCommitAndAnswer(t *testing.T) {
	server := own(t)
	g := newGate(t, server)
	s := open(t, at(server, g.dir))
	acked, unheard := opening(1), opening(2)
	was := ingest(t, s, acked)[0]
	g.armed.Store(true)
	_, err := s.Ingest(t.Context(), time.Now(), []central.Entry{unheard})
	if !errors.Is(err, pgstore.ErrUncertain) {
		t.Fatalf("ingest without an answer: %v, want ErrUncertain", err)
	}
	<-g.shut
	kill(t, server)
	if _, err := s.Ingest(t.Context(), time.Now(), []central.Entry{opening(3)}); err == nil || errors.Is(err, pgstore.ErrUncertain) {
		t.Errorf("ingest without a server: %v, want a certain error", err)
	}
	server.Restart(t)
	// The same store goes on: its dead connections are not the caller's business.
	if c, err := s.Case(t.Context(), acked.Item.CaseID); err != nil || c.Items != 1 {
		t.Errorf("first case: %+v, %v", c, err)
	}
	out := ingest(t, s, acked, unheard)
	if out[0].Status != wire.Duplicate || out[0].Position != was.Position || !out[0].At.Equal(was.At) {
		t.Errorf("acknowledged as %+v, now %+v", was, out[0])
	}
	if out[1].Status != wire.Duplicate || out[1].Position != 2 {
		t.Errorf("committed and not answered: %+v", out[1])
	}
	if c, err := s.Case(t.Context(), unheard.Item.CaseID); err != nil || c.Items != 1 {
		t.Errorf("its case: %+v, %v", c, err)
	}
}

// I3 on PostgreSQL: whenever the server is killed, what was acknowledged is there after its start, and whoever waited for
// another process's change looks again.
func TestAcksSurviveKills(t *testing.T) {
	server := own(t)
	s := open(t, server.URL("postgres"))
	type acked struct {
		entry central.Entry
		was   central.Outcome
	}
	var all []acked
	open := []central.Entry{opening(1)}
	for round := range 4 {
		woken := s.Changed(central.Kiosk{Hall: "44011", Number: "108"})
		enough := make(chan struct{})
		killed := make(chan error, 1)
		go func() {
			<-enough
			killed <- server.Kill()
		}()
		for n := 0; ; n++ {
			out, err := s.Ingest(t.Context(), time.Now(), open)
			if n == 5+round {
				close(enough) // and go on, so that the kill meets a transaction at any of its steps
			}
			if err != nil {
				break
			}
			all = append(all, acked{open[0], out[0]})
			open[0] = opening(uint64(len(all) + 1))
		}
		select {
		case <-enough:
		default:
			t.Fatal("ingest failed before the kill")
		}
		if err := <-killed; err != nil {
			t.Fatal(err)
		}
		server.Restart(t)
		for _, a := range all {
			o := ingest(t, s, a.entry)[0]
			if o.Status != wire.Duplicate || o.Position != a.was.Position || !o.At.Equal(a.was.At) {
				t.Fatalf("round %d: acknowledged as %+v, now %+v", round, a.was, o)
			}
		}
		wait(t, woken)
	}
	ingest(t, s, open[0])
	if n, err := s.Through(t.Context(), source); err != nil || n != uint64(len(all)+1) {
		t.Errorf("through %d of %d, %v", n, len(all)+1, err)
	}
	t.Logf("%d items acknowledged over 4 kills", len(all))
}
