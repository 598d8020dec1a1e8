package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Whatever bit of a log is flipped, it is found, and the entry is named. (I13, I19, D12)
func TestEveryFlippedBitIsFound(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		b := setup(t, suite)
		b.fill(2)
		every := 1
		if suite.Name() != item.Default().Name() {
			every = 7 // the other suite has other digests, and the same reader
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		dir := copyDir(t, b.cfg.Dir)
		for _, name := range []string{entryName(1), checkpointsName} {
			file := filepath.Join(dir, name)
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := slices.Clone(whole)
			for i := 0; i < len(whole); i += every {
				seq := uint64(bytes.Count(whole[:i], []byte{'\n'}) + 1)
				for bit := range 8 {
					spoilt[i] = whole[i] ^ 1<<bit
					if err := os.WriteFile(file, spoilt, 0o600); err != nil {
						t.Fatal(err)
					}
					f := verifyDir(t, b.cfg, b.public, dir).Finding
					switch {
					case f == nil:
						t.Fatalf("%s: bit %d of byte %d is not found", name, bit, i)
					case name != checkpointsName && (f.From > seq || f.To < seq && f.To < f.From):
						t.Errorf("%s: bit %d of byte %d is of entry %d, found %+v", name, bit, i, seq, *f)
					}
				}
				spoilt[i] = whole[i]
			}
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if f := verifyDir(t, b.cfg, b.public, dir).Finding; f != nil {
			t.Errorf("as it was: %+v", *f)
		}
	})
}

// lines changes the lines of a log that is closed.
func (b *bench) lines(change func([][]byte) [][]byte) {
	b.t.Helper()
	file := filepath.Join(b.cfg.Dir, entryName(1))
	raw, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	lines := change(bytes.SplitAfter(bytes.TrimSuffix(raw, []byte{'\n'}), []byte{'\n'}))
	out := bytes.Join(lines, nil)
	if !bytes.HasSuffix(out, []byte{'\n'}) {
		out = append(out, '\n')
	}
	if err := os.WriteFile(file, out, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// relink makes the chain anew from a line on, as somebody would who knows how.
func (b *bench) relink(lines [][]byte, from int) [][]byte {
	b.t.Helper()
	suite := b.cfg.Suite.Name()
	for i := from; i < len(lines); i++ {
		e, err := ParseEntry(bytes.TrimSpace(lines[i]))
		if err != nil {
			b.t.Fatal(err)
		}
		e.Seq = uint64(i + 1)
		if i > 0 {
			e.Prev = digestOf(suite, bytes.TrimSpace(lines[i-1]))
		}
		line, err := e.line()
		if err != nil {
			b.t.Fatal(err)
		}
		lines[i] = append(line, '\n')
	}
	return lines
}

// I19: what was altered, removed, put elsewhere or put in is named.
func TestFirstWrongEntryIsNamed(t *testing.T) {
	altered := func(lines [][]byte, i int) [][]byte {
		lines[i] = bytes.Replace(lines[i], []byte(`"count":1`), []byte(`"count":2`), 1)
		return lines
	}
	tests := []struct {
		name   string
		change func(b *bench, lines [][]byte) [][]byte
		want   Finding
	}{
		{"altered", func(_ *bench, l [][]byte) [][]byte { return altered(l, 3) }, Finding{Fault: FaultAltered, From: 4, To: 4, By: "chain"}},
		{"two altered", func(_ *bench, l [][]byte) [][]byte { return altered(altered(l, 7), 3) }, Finding{Fault: FaultAltered, From: 4, To: 4, By: "chain"}},
		{"removed", func(_ *bench, l [][]byte) [][]byte { return slices.Delete(l, 4, 6) }, Finding{Fault: FaultRemoved, From: 5, To: 6, By: "chain"}},
		{"first removed", func(_ *bench, l [][]byte) [][]byte { return l[2:] }, Finding{Fault: FaultRemoved, From: 1, To: 2, By: "local"}},
		{"reordered", func(_ *bench, l [][]byte) [][]byte { l[4], l[5] = l[5], l[4]; return l }, Finding{Fault: FaultReordered, From: 5, To: 5, By: "chain"}},
		{"repeated", func(_ *bench, l [][]byte) [][]byte { return slices.Insert(l, 5, l[3]) }, Finding{Fault: FaultInserted, From: 4, To: 4, By: "chain"}},
		{"end removed", func(_ *bench, l [][]byte) [][]byte { return l[:7] }, Finding{Fault: FaultRemoved, From: 8, To: 13, By: "local"}},
		{"made anew", func(b *bench, l [][]byte) [][]byte { return b.relink(altered(l, 3), 4) }, Finding{Fault: FaultAltered, From: 1, To: 13, By: "local"}},
		{"removed and made anew", func(b *bench, l [][]byte) [][]byte { return b.relink(slices.Delete(l, 4, 5), 4) }, Finding{Fault: FaultRemoved, From: 13, To: 13, By: "local"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t, item.Default())
			b.fill(12)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			b.lines(func(l [][]byte) [][]byte { return tt.change(b, l) })
			f := b.verify().Finding
			if f == nil {
				t.Fatal("nothing found")
			}
			got := Finding{Fault: f.Fault, From: f.From, To: f.To, By: f.By}
			if got != tt.want {
				t.Errorf("found %+v, want %+v", got, tt.want)
			}
			// The log that finds itself changed says so and goes on.
			if tt.name == "end removed" {
				b.open()
				if k := b.kinds(); k[len(k)-1] != KindLogDamaged {
					t.Errorf("after opening: %v", k)
				}
				if head, _ := b.Head(); head != 15 {
					t.Errorf("goes on with %d", head)
				}
				if f := b.verify().Finding; f == nil || f.From != 8 || f.To != 13 {
					t.Errorf("after more entries: %+v", f)
				}
			}
		})
	}
}

// Somebody who has the device's key can make all of it anew. What central holds tells. (I19)
func TestCentralsCheckpointsTellOfARewrittenLog(t *testing.T) {
	b := setup(t, item.Default())
	b.fill(12)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var held []wire.Checkpoint
	for _, d := range b.outbox.drafts {
		var c wire.Checkpoint
		if err := json.Unmarshal(d.Payload, &c); err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	forge := func(change func([][]byte) [][]byte) Report {
		t.Helper()
		b.lines(change)
		if err := os.Remove(filepath.Join(b.cfg.Dir, checkpointsName)); err != nil {
			t.Fatal(err)
		}
		b.outbox.drafts = nil
		b.open() // signs a new checkpoint at its end
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if f := b.verify().Finding; f != nil {
			t.Fatalf("the forgery is not good enough for the test: %+v", *f)
		}
		r, err := Verify(context.Background(), VerifyConfig{Dir: b.cfg.Dir, Source: source, Suite: b.cfg.Suite, Public: b.public, Central: held})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := forge(func(l [][]byte) [][]byte { return b.relink(slices.Delete(l, 2, 3), 2) })
	if f := r.Finding; f == nil || f.By != "central" || f.Fault != FaultAltered || f.To != 13 {
		t.Errorf("found %+v", f)
	}
	r = forge(func(l [][]byte) [][]byte { return l[:4] })
	if f := r.Finding; f == nil || f.By != "central" || f.Fault != FaultRemoved || f.To != 13 {
		t.Errorf("found %+v", f)
	}
}

// Checkpoints are missing when there should be some, as for a log that was made anew without the key. (I19, D14)
func TestMissingCheckpointsAreFound(t *testing.T) {
	b := setup(t, item.Default())
	b.fill(3 * CheckpointEvery)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(b.cfg.Dir, checkpointsName)); err != nil {
		t.Fatal(err)
	}
	if f := b.verify().Finding; f == nil || f.Fault != FaultUnproven {
		t.Errorf("found %+v", f)
	}
}

// Wherever the power is cut in the last line, the next opening mends it, says so, and nothing else is missing. (I19, D3, D13)
func TestTornEndIsCutOffAndTold(t *testing.T) {
	b := setup(t, item.Default())
	b.fill(3)
	dir := copyDir(t, b.cfg.Dir)
	raw, err := os.ReadFile(filepath.Join(dir, entryName(1)))
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(raw[:len(raw)-1], '\n') + 1
	for _, tail := range [][]byte{{0, 0, 0, 0}, []byte(`{"seq":`), make([]byte, 4096), {'\n'}, []byte("\n\n{}\n")} {
		tearAt(t, b, raw, append(slices.Clone(raw), tail...), 4)
	}
	for cut := last + 1; cut < len(raw); cut += 7 {
		tearAt(t, b, raw, raw[:cut], 3)
	}
}

func tearAt(t *testing.T, b *bench, whole, torn []byte, want int) {
	t.Helper()
	cfg := b.cfg
	cfg.Dir = filepath.Join(t.TempDir(), "audit")
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cfg.Dir, entryName(1)), torn, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := verifyDir(t, cfg, b.public, cfg.Dir)
	var kinds []Kind
	if err := Read(cfg.Dir, func(e Entry) error { kinds = append(kinds, e.Event); return nil }); err != nil {
		t.Fatal(err)
	}
	if r.Finding != nil || len(kinds) != want+2 || kinds[want+1] != KindLogRepaired {
		t.Errorf("%d of %d bytes: %+v, entries %v", len(torn), len(whole), r.Finding, kinds)
	}
	aside, err := filepath.Glob(filepath.Join(cfg.Dir, "*.torn-*"))
	if err != nil || len(aside) != 1 {
		t.Errorf("kept aside: %v, %v", aside, err)
	}
}

// A log that is being written is verified as well.
func TestVerifyBesideTheWriter(t *testing.T) {
	b := setup(t, item.Default())
	looked, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := range 300 {
			if n == 150 { // however slow the one who looks is, the log is being written then
				<-looked
			}
			b.Note(Event{Kind: KindAccepted, Actor: Citizen})
			if err := b.Record(context.Background(), Event{Kind: KindAccepted, Actor: Citizen}); err != nil {
				t.Error(err)
			}
		}
	}()
	b.wantWhole()
	close(looked)
	for {
		b.wantWhole()
		select {
		case <-done:
			return
		default:
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	e := Entry{Seq: 2, Time: "2026-11-23T01:02:03.000Z", Boot: "b", Up: 5, Actor: "staff/wang-li", Role: Attendant, Event: KindSignIn, Disposition: Done,
		Subject: "case/11010107020000018343", Detail: AtKiosk, Count: 3, Prev: item.Digest{}.String()}
	line, err := e.line()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"seq":1,"time":"2026-11-23T01:02:03Z","actor":"system","event":"x","disposition":"ok","prev":"0","more":[1,{"a":null}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := ParseEntry(line)
		if err != nil {
			return
		}
		if e.Seq == 0 || e.At().IsZero() && e.Time[:4] != "0001" || len(line) > maxLine {
			t.Errorf("taken: %+v", e)
		}
		again, err := e.line()
		if err != nil {
			t.Fatalf("taken and can not be written: %v", err)
		}
		if len(again) > maxLine {
			return // it had invalid letters, which are written longer
		}
		if same, err := ParseEntry(again); err != nil || same != e {
			t.Errorf("%+v became %+v, %v", e, same, err)
		}
	})
}
