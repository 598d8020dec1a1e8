package outbox

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onedoor/sync/item"
)

// modelChecks is how many sequences of calls TestModel tries unless -rapid.checks says otherwise.
const modelChecks = "24"

// TestModel runs random sequences of calls, clock jumps, restarts, unclean stops and losses of single parts against a plain list,
// and compares the whole of both after every step: I1, I3, I4, I5, I7, I13, I14, I20, under D1, D12, D14, K1 and K3.
func TestModel(t *testing.T) {
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if checks := flag.Lookup("rapid.checks"); !asked {
		was := checks.Value.String()
		if err := flag.Set("rapid.checks", modelChecks); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := flag.Set("rapid.checks", was); err != nil {
				t.Error(err)
			}
		}()
	}
	k := newKeys(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{b: fresh(t, filepath.Join(quickDir(t), "o")), cases: []string{newID(), newID(), newID()}, numbers: map[string]bool{}}
		m.b.keys = k
		m.b.cfg.Sealer.SealPublic, m.b.cfg.Sealer.SignPriv = k.sealPub, k.signPriv
		m.b.cfg.Now = func() time.Time { return *m.b.now }
		m.b.cfg.fileSize = 16 << 10
		m.open(rt)
		defer func() {
			if err := errors.Join(m.b.Close(), os.RemoveAll(filepath.Dir(m.b.cfg.Dir))); err != nil {
				rt.Error(err)
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"accept": m.accept, "accept a case": m.acceptCase, "accept again": m.acceptAgain, "send": m.send, "begin": m.begin,
			"settle": m.settle, "settle once more": m.settleEnded, "settle wrongly": m.settleWrongly, "defer": m.deferSome, "release": m.release, "void": m.void, "resend": m.resend,
			"clock": m.clock, "reopen": m.reopen, "unclean stop": m.unclean, "part gone": m.partGone, "witness flipped": m.witnessFlipped,
			"keep the queue": m.keepQueue, "old queue": m.oldQueue, "": m.check,
		})
	})
}

// known is what the model knows of an accepted item.
type known struct {
	accepted     Accepted
	kind         item.Type
	caseID       string
	digest       string // as it was first read
	size         int
	state        State
	next         time.Time
	attempts     int
	acked        bool
	epoch        string
	lastObserved State
}

// model is the ledger, and the outbox beside it.
type model struct {
	b       *bench
	cases   []string
	items   []*known // by sequence
	numbers map[string]bool
	image   []known // of the items when the queue was copied
	kept    string  // where the copy is
	reset   bool    // states went back since the last check, by a loss
}

// edges is how states may move without a loss, written down once more.
var edges = map[State][]State{
	StateAccepted:      {StateSending, StateHeld, StateStoredEdge, StateStoredCentral, StateRejected, StateConflict},
	StateSending:       {StateAccepted, StateHeld, StateStoredEdge, StateStoredCentral, StateRejected, StateConflict},
	StateHeld:          {StateAccepted, StateStoredEdge, StateStoredCentral, StateRejected, StateConflict},
	StateStoredEdge:    {StateAccepted, StateStoredCentral, StateRejected, StateConflict},
	StateStoredCentral: {StateAccepted},
	StateRejected:      {StateAccepted, StateStoredCentral, StateVoid},
	StateConflict:      {StateAccepted, StateStoredCentral, StateVoid},
}

// back says which of the edges a settlement can not take: they need Resend or Release.
func back(from, to State) bool {
	return to == StateAccepted && from != StateSending
}

func quickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "outbox")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (m *model) open(rt *rapid.T) {
	o, err := Open(m.b.cfg)
	if err != nil {
		rt.Fatalf("open: %v", err)
	}
	m.b.Outbox = o
	for _, k := range m.items {
		if k.state == StateSending {
			k.state = StateAccepted
		}
	}
}

func (m *model) close(rt *rapid.T) {
	if err := m.b.Close(); err != nil {
		rt.Fatalf("close: %v", err)
	}
}

// whole says that nothing was lost, and whether damage had to be told.
func (m *model) whole(rt *rapid.T, told bool) {
	d := m.b.Damage()
	if told && len(d) == 0 || !told && len(d) > 0 || slices.ContainsFunc(d, func(d Damage) bool { return d.Lost > 0 || !d.Mended }) {
		rt.Fatalf("damage %+v, want some: %v, and nothing lost", d, told)
	}
}
