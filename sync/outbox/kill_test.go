package outbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

var killRounds = flag.Int("kill.rounds", 12, "how many times TestNothingAcknowledgedIsLostByKills kills a process")

// childEnv makes the test binary the process that is killed.
const childEnv = "OUTBOX_TEST_CHILD"

// childConfig is what the child reads from its standard input.
type childConfig struct {
	Dir               string
	SealPub, SignPriv []byte
	MinFree, Ballast  int64
	FileSize          int64
	Files, Data       uint64 // limits of the process on descriptors and on memory in bytes; 0 for none
	Payload           int    // bytes; 0 for a small one
}

// limit puts the process under the limits.
func (c childConfig) limit() error {
	for what, most := range map[int]uint64{unix.RLIMIT_NOFILE: c.Files, unix.RLIMIT_DATA: c.Data} {
		if most == 0 {
			continue
		}
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return err
		}
	}
	return nil
}

func (c childConfig) config() Config {
	cfg := config(c.Dir, c.SealPub, c.SignPriv)
	cfg.MinFree, cfg.Ballast, cfg.fileSize = c.MinFree, c.Ballast, c.FileSize
	return cfg
}

func (b *bench) child() childConfig {
	return childConfig{Dir: b.cfg.Dir, SealPub: b.keys.sealPub, SignPriv: b.keys.signPriv, MinFree: b.cfg.MinFree, Ballast: b.cfg.Ballast,
		FileSize: b.cfg.fileSize}
}

// acceptUntilKilled accepts from several goroutines at once and moves items along meanwhile. It writes a line for every
// item that was accepted, in one write, so that a line that the parent reads is an acknowledgement that was given.
func acceptUntilKilled() int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, "child:", err)
		return 1
	}
	var c childConfig
	if err := json.NewDecoder(os.Stdin).Decode(&c); err != nil {
		return fail(err)
	}
	if err := c.limit(); err != nil {
		return fail(err)
	}
	if mode := os.Getenv(childEnv); mode == "fill" || mode == "weigh" {
		if err := fillOrWeigh(c, mode); err != nil {
			return fail(err)
		}
		return 0
	}
	o, err := Open(c.config())
	if err != nil {
		return fail(err)
	}
	if os.Getenv(childEnv) == "open" {
		if err := errors.Join(json.NewEncoder(os.Stdout).Encode(o.Damage()), o.Close()); err != nil {
			return fail(err)
		}
		return 0
	}
	const writers = 6
	shared := newID()
	failures := make(chan error, writers+1)
	for w := range writers {
		go func() {
			for i := 0; ; i++ {
				d := submission()
				if i%4 == w%4 {
					d.CaseID = shared
				}
				if c.Payload > 0 {
					d.Payload = randomBytes(c.Payload)
				}
				a, err := o.Accept(context.Background(), d)
				if err == nil {
					_, err = fmt.Fprintf(os.Stdout, "%s %d %s\n", a.ID, a.Sequence, a.ReceiptNo)
				}
				if err != nil { // also when the parent is gone
					failures <- err
					return
				}
			}
		}()
	}
	go func() {
		for {
			if err := moveAlong(o); err != nil {
				failures <- err
				return
			}
		}
	}()
	return fail(<-failures)
}

// moveAlong is an engine in small: other writes between the accepts.
func moveAlong(o *Outbox) error {
	<-o.Changes()
	due, err := o.Due(start, 5)
	if err != nil {
		return err
	}
	var ids []string
	var settled []Settlement
	for i, e := range due {
		ids = append(ids, e.Item.ID)
		if i%2 == 0 {
			settled = append(settled, Settlement{ID: e.Item.ID, Status: wire.Stored, Ack: &wire.Ack{Source: e.Item.Source,
				Sequence: e.Item.Sequence, ID: e.Item.ID, Digest: e.Item.Digest().String(), Status: wire.Stored, Tier: wire.TierCentral}})
		}
	}
	ctx := context.Background()
	return errors.Join(o.Begin(ctx, ids), o.Settle(ctx, settled), o.ApplyFeed(ctx, FeedUpdate{Epoch: "e1", Cursor: newID()}))
}

// A process that is killed at any moment, also while it opens, loses nothing that it acknowledged and gives no number
// twice: I1, I8, D1.
func TestNothingAcknowledgedIsLostByKills(t *testing.T) {
	b := setup(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]Accepted{}
	inTheMidst := 0 // rounds whose kill left items that are durable and were not acknowledged yet
	before := uint64(0)
	for round := range *killRounds {
		lines := 0
		if round%4 != 0 { // every fourth is killed early, perhaps before it is open
			lines = 1 + rand.IntN(120)
		}
		got := runAndKill(t, b, lines, rand.N(8*time.Millisecond))
		for _, a := range got {
			acknowledged[a.ID] = a
		}
		b.open()
		last := b.Stats().LastSequence
		if last > before+uint64(len(got)) {
			inTheMidst++
		}
		checkAcknowledged(t, b, acknowledged)
		if a := b.accept(submission()); a.Sequence != last+1 {
			t.Errorf("round %d: next item is %d after %d", round, a.Sequence, last)
		} else {
			acknowledged[a.ID] = a
		}
		before = last + 1
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if len(acknowledged) < 2**killRounds {
		t.Errorf("only %d items were acknowledged", len(acknowledged))
	}
	t.Logf("%d rounds, %d acknowledged, kills between commit and acknowledgement in %d", *killRounds, len(acknowledged), inTheMidst)
	b.open()
}

// runAndKill starts a child, kills it some time after that many acknowledgements and gives all that it gave.
func runAndKill(t *testing.T, b *bench, lines int, after time.Duration) []Accepted {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(b.child())
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), childEnv+"=1")
	child.Stdin, child.Stderr = strings.NewReader(string(in)), &said
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill := func() {
		once.Do(func() {
			if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("kill: %v", err)
			}
		})
	}
	stuck := time.AfterFunc(time.Minute, kill)
	defer stuck.Stop()
	var got []Accepted
	r := bufio.NewReader(out)
	soon := func() { time.AfterFunc(after, kill) }
	if lines == 0 {
		soon()
	}
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // what comes before the kill is in the pipe still
		}
		if err != nil {
			t.Fatal(err)
		}
		var a Accepted
		if _, err := fmt.Sscanf(line, "%s %d %s", &a.ID, &a.Sequence, &a.ReceiptNo); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if got = append(got, a); len(got) == lines {
			soon()
		}
	}
	err = child.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 || said.Len() > 0 || len(got) < lines {
		t.Fatalf("the child ended by itself after %d lines: %v: %s", len(got), err, said.String())
	}
	return got
}

func checkAcknowledged(t *testing.T, b *bench, acknowledged map[string]Accepted) {
	t.Helper()
	if err := b.Verify(context.Background()); err != nil {
		t.Error(err)
	}
	for id, a := range acknowledged {
		e, err := b.Get(id)
		if err != nil || e.Sequence != a.Sequence || e.Item.ReceiptNo != a.ReceiptNo || e.State == StateSending {
			t.Fatalf("acknowledged %+v, after the kill %+v, %v", a, e, err)
		}
	}
	ids, numbers, inCase := map[string]bool{}, map[string]bool{}, map[string]uint32{}
	for seq := uint64(1); seq <= b.Stats().LastSequence; seq++ {
		_, it, err := b.readAt(seq)
		if err != nil {
			t.Fatal(err)
		}
		if err := item.Verify(it, item.Default(), b.keys.signPub); err != nil {
			t.Errorf("item %d: %v", seq, err)
		}
		inCase[it.CaseID]++
		if ids[it.ID] || numbers[it.ReceiptNo] || it.CaseSeq != item.FormatCaseSeq(inCase[it.CaseID]) {
			t.Errorf("item %d repeats a number: %s, receipt %s, number %s of its case", seq, it.ID, it.ReceiptNo, it.CaseSeq)
		}
		ids[it.ID], numbers[it.ReceiptNo] = true, true
	}
}
