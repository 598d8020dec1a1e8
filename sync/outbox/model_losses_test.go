package outbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pgregory.net/rapid"
)

func (m *model) reopen(rt *rapid.T) {
	m.close(rt)
	m.open(rt)
	m.whole(rt, false)
}

// unclean goes on from a copy that was taken while the outbox was open, as a kill would have left it.
func (m *model) unclean(rt *rapid.T) {
	to := filepath.Join(quickDir(m.b.t), "o")
	copyAtOnce(rt, m.b.cfg.Dir, to)
	m.close(rt)
	if err := os.RemoveAll(filepath.Dir(m.b.cfg.Dir)); err != nil {
		rt.Fatal(err)
	}
	m.kept, m.b.cfg.Dir = "", to
	m.open(rt)
	m.whole(rt, false)
}

// copyAtOnce copies an open outbox as it was at one moment: again, until the queue did not put its files in order meanwhile.
func copyAtOnce(rt *rapid.T, from, to string) {
	files := func() string {
		names, err := filepath.Glob(filepath.Join(from, queueName, "*"))
		manifest, rerr := os.ReadFile(filepath.Join(from, queueName, "MANIFEST"))
		if err = errors.Join(err, rerr); err != nil {
			rt.Fatal(err)
		}
		return strings.Join(names, " ") + string(manifest)
	}
	for range 100 {
		before := files()
		if err := os.CopyFS(to, os.DirFS(from)); err == nil && files() == before {
			return
		}
		if err := os.RemoveAll(to); err != nil {
			rt.Fatal(err)
		}
	}
	rt.Fatal("the queue does not come to rest")
}

// forget is what the loss of the queue does: items are as they were when they were accepted.
func (m *model) forget(from int) {
	m.reset = true
	for _, k := range m.items[from:] {
		k.state, k.next, k.attempts, k.acked, k.epoch = StateAccepted, time.Time{}, 0, false, ""
	}
}

func (m *model) partGone(rt *rapid.T) {
	if len(m.items) == 0 {
		rt.Skip("an outbox without items may be new")
	}
	m.close(rt)
	parts := rapid.SampledFrom([]string{queueName, witnessName, markerName, queueName + " " + witnessName}).Draw(rt, "parts")
	for name := range strings.FieldsSeq(parts) {
		if err := os.RemoveAll(filepath.Join(m.b.cfg.Dir, name)); err != nil {
			rt.Fatal(err)
		}
	}
	if strings.Contains(parts, queueName) {
		m.forget(0)
	}
	m.open(rt)
	m.whole(rt, true)
}

// witnessFlipped flips one bit of a slot: the other, and the journal, know enough.
func (m *model) witnessFlipped(rt *rapid.T) {
	m.close(rt)
	path := filepath.Join(m.b.cfg.Dir, witnessName)
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) < slotSize {
		rt.Fatalf("witness of %d bytes: %v", len(raw), err)
	}
	slot := 0
	if len(raw) >= slotPlace+slotSize {
		slot = slotPlace * rapid.IntRange(0, 1).Draw(rt, "slot")
	}
	raw[slot+rapid.IntRange(0, slotSize-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		rt.Fatal(err)
	}
	m.open(rt)
	for _, d := range m.b.Damage() {
		if d.Part != PartWitness || d.Lost > 0 || !d.Mended {
			rt.Fatalf("damage %+v", d)
		}
	}
}

// keepQueue copies the queue, to be put back later.
func (m *model) keepQueue(rt *rapid.T) {
	m.close(rt)
	m.kept = filepath.Join(quickDir(m.b.t), queueName)
	copyDir(m.b.t, filepath.Join(m.b.cfg.Dir, queueName), m.kept)
	m.open(rt)
	m.image = nil
	for _, k := range m.items {
		m.image = append(m.image, *k)
	}
}

// oldQueue puts the copy in the place of the queue: what it has is as it was then, and what it lacks is as accepted.
func (m *model) oldQueue(rt *rapid.T) {
	if m.kept == "" {
		rt.Skip("nothing kept")
	}
	m.close(rt)
	at := filepath.Join(m.b.cfg.Dir, queueName)
	if err := os.RemoveAll(at); err != nil {
		rt.Fatal(err)
	}
	copyDir(m.b.t, m.kept, at)
	for i, was := range m.image {
		k := m.items[i]
		k.state, k.next, k.attempts, k.acked, k.epoch = was.state, was.next, was.attempts, was.acked, was.epoch
	}
	m.forget(len(m.image))
	m.open(rt)
	m.whole(rt, false)
}
