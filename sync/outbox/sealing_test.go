package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"onedoor/sync/item"
)

// gated is a suite whose Seal or Sign waits, once armed, until the gate opens.
type gated struct {
	item.Suite
	sealing, signing gate
}

type gate struct {
	armed   atomic.Bool
	entered chan struct{} // one value for each caller that waits
	open    chan struct{}
}

func newGate() gate { return gate{entered: make(chan struct{}, 8), open: make(chan struct{})} }

func (g *gate) pass() {
	if g.armed.Load() {
		g.entered <- struct{}{}
		<-g.open
	}
}

func (s *gated) Seal(public, info, plaintext []byte) ([]byte, error) {
	s.sealing.pass()
	return s.Suite.Seal(public, info, plaintext)
}

func (s *gated) Sign(private, message []byte) ([]byte, error) {
	s.signing.pass()
	return s.Suite.Sign(private, message)
}

func setupGated(t *testing.T) (*bench, *gated) {
	t.Helper()
	s := &gated{Suite: item.Default(), sealing: newGate(), signing: newGate()}
	b := setup(t)
	b.cfg.Sealer.Suite = s
	b.reopen()
	return b, s
}

type outcome struct {
	a   Accepted
	err error
}

func (b *bench) begin(d Draft) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		a, err := b.Accept(context.Background(), d)
		done <- outcome{a, err}
	}()
	return done
}

// One visitor's sealing holds up nobody else's acceptance.
func TestSealingIsNotUnderTheLock(t *testing.T) {
	b, s := setupGated(t)
	s.sealing.armed.Store(true)
	slow, slowToo := b.begin(submission()), b.begin(submission())
	<-s.sealing.entered
	<-s.sealing.entered
	s.sealing.armed.Store(false)
	if a := b.accept(submission()); a.Sequence != 1 {
		t.Errorf("accepted as %d while others are sealed", a.Sequence)
	}
	close(s.sealing.open)
	for _, done := range []<-chan outcome{slow, slowToo} {
		if r := <-done; r.err != nil || r.a.Sequence < 2 {
			t.Errorf("sealed slowly: %+v, %v", r.a, r.err)
		}
	}
	if err := b.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// Signing is not under the lock either, and nothing is committed before it.
func TestGroupWaitsForItsSignatures(t *testing.T) {
	b, s := setupGated(t)
	s.signing.armed.Store(true)
	first := submission()
	one, two := b.begin(first), b.begin(submission())
	<-s.signing.entered
	<-s.signing.entered // both at once
	if got := b.Stats(); got.LastSequence != 0 || got.Waiting != 0 {
		t.Errorf("unsigned items count: %+v", got)
	}
	if _, err := b.Get(first.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unsigned item is there: %v", err)
	}
	close(s.signing.open)
	for _, done := range []<-chan outcome{one, two} {
		r := <-done
		if r.err != nil {
			t.Fatal(r.err)
		}
		if err := item.Verify(b.get(r.a.ID).Item, item.Default(), b.keys.signPub); err != nil {
			t.Error(err)
		}
	}
	if err := b.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// Two taps that are both being sealed are one item.
func TestSameIDSealedTwiceIsAcceptedOnce(t *testing.T) {
	b, s := setupGated(t)
	s.sealing.armed.Store(true)
	d := submission()
	one := b.begin(d)
	d.CaseID = newID()
	two := b.begin(d)
	<-s.sealing.entered
	<-s.sealing.entered
	close(s.sealing.open)
	r, again := <-one, <-two
	if r.err != nil || again.err != nil || r.a != again.a {
		t.Errorf("accepted %+v, %v and %+v, %v", r.a, r.err, again.a, again.err)
	}
	if got := b.Stats().LastSequence; got != 1 {
		t.Errorf("%d items", got)
	}
}

// failing is a suite that stops signing.
type failing struct {
	item.Suite
	broken atomic.Bool
}

var errKeyStore = errors.New("key store is gone")

func (s *failing) Sign(private, message []byte) ([]byte, error) {
	if s.broken.Load() {
		return nil, errKeyStore
	}
	return s.Suite.Sign(private, message)
}

// What can not be signed is not accepted; keys that do not work are told when the outbox is opened.
func TestFailedSignatureAcceptsNothing(t *testing.T) {
	s := &failing{Suite: item.Default()}
	b := setup(t)
	b.cfg.Sealer.Suite = s
	b.reopen()
	before := b.accept(submission())
	s.broken.Store(true)
	if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrStopped) || !errors.Is(err, errKeyStore) {
		t.Errorf("accept: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if o, err := Open(b.cfg); !errors.Is(err, errKeyStore) {
		t.Errorf("opened with keys that do not work: %v", err)
		if err == nil {
			o.Close()
		}
	}
	s.broken.Store(false)
	b.open()
	if a := b.accept(submission()); a.Sequence != before.Sequence+1 {
		t.Errorf("accepted %+v after %+v", a, before)
	}
}

func TestErrTellsWhetherItAccepts(t *testing.T) {
	b := setup(t)
	if err := b.Err(); err != nil {
		t.Errorf("open: %v", err)
	}
	broken := errors.New("input/output error")
	b.makeBrittle().set(broken, false)
	if _, err := b.Accept(context.Background(), submission()); err == nil {
		t.Fatal("accepted over a broken write")
	}
	if err := b.Err(); !errors.Is(err, ErrStopped) || !errors.Is(err, broken) {
		t.Errorf("stopped: %v", err)
	}
	b.reopen()
	if err := b.Err(); err != nil {
		t.Errorf("opened again: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Err(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	b.open()
}
