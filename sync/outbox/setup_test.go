package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(acceptUntilKilled())
	}
	code := m.Run()
	if err := goleak.Find(leaks()...); code == 0 && err != nil {
		fmt.Fprintf(os.Stderr, "goroutines left: %v\n", err)
		code = 1
	}
	os.Exit(code)
}

// gaveUp is set when a first attempt to open failed over what a kill had left behind: badger.Open then leaves its
// goroutines to run for ever.
var gaveUp atomic.Bool

func leaks() []goleak.Option {
	if !gaveUp.Load() {
		return nil
	}
	var known []goleak.Option
	for _, f := range []string{"badger/v4/y.(*WaterMark).process", "badger/v4.(*DB).updateSize", "badger/v4.(*DB).monitorCache",
		"ristretto/v2/z.(*AllocatorPool).freeupAllocators"} {
		known = append(known, goleak.IgnoreTopFunction("github.com/dgraph-io/"+f))
	}
	return known
}

// openings notes in gaveUp what the outbox logs of its opening.
type openings struct{ slog.Handler }

func (h openings) Enabled(context.Context, slog.Level) bool { return true }

func (h openings) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "trying once more") {
		gaveUp.Store(true)
	}
	return nil
}

var (
	kiosk = item.Source{Hall: "11010", Kiosk: "107", Incarnation: "02"}
	start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
)

// keys are made once: every outbox of a test is the same kiosk's.
type keys struct {
	sealPriv, sealPub, signPriv, signPub, upPriv, upPub []byte
}

func newKeys(t testing.TB) keys {
	t.Helper()
	var k keys
	var errs [3]error
	k.sealPriv, k.sealPub, errs[0] = item.Default().GenerateSealKey()
	k.signPriv, k.signPub, errs[1] = item.Default().GenerateSignKey()
	k.upPriv, k.upPub, errs[2] = item.Default().GenerateSignKey()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return k
}

type bench struct {
	*Outbox
	t    testing.TB
	keys keys
	cfg  Config
	now  *time.Time

	mayDie bool // what the files hold may end the program
}

func setup(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, keys: newKeys(t), now: new(start)}
	b.cfg = config(t.TempDir(), b.keys.sealPub, b.keys.signPriv)
	b.cfg.Now = func() time.Time { return *b.now }
	b.open()
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func config(dir string, sealPub, signPriv []byte) Config {
	return Config{Dir: dir, Source: kiosk,
		Sealer: item.Sealer{Suite: item.Default(), SealKey: "seal-1", SealPublic: sealPub, SignKey: "kiosk-1", SignPriv: signPriv},
		CaseNumber: func(running uint32) (string, error) {
			return fmt.Sprintf("1101010702%06d8343", running), nil
		},
		Now: func() time.Time { return start }, Logger: slog.New(openings{slog.DiscardHandler}),
	}
}

func (b *bench) open() {
	b.t.Helper()
	o, err := Open(b.cfg)
	if err != nil {
		b.t.Fatalf("open: %v", err)
	}
	b.Outbox = o
}

func (b *bench) reopen() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatalf("close: %v", err)
	}
	b.open()
}

// rest waits until the queue has what was accepted: acceptance does not.
func (b *bench) rest() {
	b.t.Helper()
	limit := time.Now().Add(20 * time.Second)
	for {
		b.mu.Lock()
		done := b.queued == b.durable
		b.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(limit) {
			b.t.Fatal("the queue does not follow")
		}
		b.writeMu.Lock()
		b.writeMu.Unlock() //nolint:staticcheck // waiting is all that is wanted
	}
}

func newID() string { return item.NewID(start) }

func submission() Draft {
	return Draft{ID: newID(), Type: item.TypeSubmission, Subject: "service/residence-permit-endorsement", CaseID: newID(),
		Catalogue: "214", TrackHash: "5d1e", Numbered: true, Payload: []byte(`{"applicant":"110101190001010014"}`)}
}

func printed(caseID string) Draft {
	return Draft{ID: newID(), Type: item.TypePrint, CaseID: caseID, Payload: []byte(`{"outcome":"printed"}`)}
}

func (b *bench) accept(d Draft) Accepted {
	b.t.Helper()
	a, err := b.Accept(context.Background(), d)
	if err != nil {
		b.t.Fatalf("accept: %v", err)
	}
	return a
}

func (b *bench) due() []Entry {
	b.t.Helper()
	due, err := b.Due(*b.now, 1000)
	if err != nil {
		b.t.Fatalf("due: %v", err)
	}
	return due
}

func (b *bench) dueIDs() []string {
	b.t.Helper()
	var ids []string
	for _, e := range b.due() {
		ids = append(ids, e.Item.ID)
	}
	return ids
}

func (b *bench) get(id string) Entry {
	b.t.Helper()
	e, err := b.Get(id)
	if err != nil {
		b.t.Fatalf("get: %v", err)
	}
	return e
}

func (b *bench) ack(it *item.Item, status wire.Status, tier wire.Tier) *wire.Ack {
	b.t.Helper()
	if status == wire.Duplicate {
		status = wire.Stored
	}
	a := &wire.Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: status, Tier: tier,
		Epoch: "e1", Position: 7, At: item.FormatTime(start), Key: "up-1"}
	if err := a.Sign(item.Default(), b.keys.upPriv); err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) settle(id string, status wire.Status, tier wire.Tier) {
	b.t.Helper()
	s := Settlement{ID: id, Status: status, Reason: "urn:onedoor:problem:test"}
	if status != wire.Rejected && status != wire.Conflict {
		s.Ack = b.ack(b.get(id).Item, status, tier)
	}
	if err := b.Settle(context.Background(), []Settlement{s}); err != nil {
		b.t.Fatalf("settle: %v", err)
	}
}

// brittle fails writes on demand, of the journal and of the queue.
type brittle struct {
	tape
	store
	mu    sync.Mutex
	fail  error
	apply bool // the failed write reaches the store all the same
	block chan struct{}
	bad   uint64 // sequence that can not be read from the journal
}

func (s *brittle) Read(seq uint64) ([]byte, error) {
	s.mu.Lock()
	bad := s.bad
	s.mu.Unlock()
	if seq == bad {
		return nil, &fs.PathError{Op: "read", Path: "journal", Err: syscall.EIO}
	}
	return s.tape.Read(seq)
}

func (s *brittle) setBad(seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad = seq
}

func (s *brittle) write(changes []change) error {
	return s.do(func() error { return s.store.write(changes) })
}

func (s *brittle) Append(records ...[]byte) error {
	return s.do(func() error { return s.tape.Append(records...) })
}

func (s *brittle) do(write func() error) error {
	s.mu.Lock()
	fail, apply, block := s.fail, s.apply, s.block
	s.mu.Unlock()
	if block != nil {
		<-block
	}
	if fail != nil && !apply {
		return fail
	}
	return errors.Join(fail, write())
}

func (s *brittle) set(fail error, apply bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail, s.apply = fail, apply
}

func (b *bench) makeBrittle() *brittle {
	b.reading.Lock() // the outbox's own goroutines may be at work
	defer b.reading.Unlock()
	b.writeMu.Lock()
	defer b.writeMu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &brittle{tape: b.tape, store: b.store}
	b.tape, b.store = s, s
	return s
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// copyDir copies an outbox's directory as it is. The journal's spare file comes and goes, and holds nothing.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(path), "spare") {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
