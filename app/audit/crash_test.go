package audit

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
)

// crashDir and crashKey are set in the process that is to be killed.
const (
	crashDir = "ONEDOOR_AUDIT_CRASH_DIR"
	crashKey = "ONEDOOR_AUDIT_CRASH_KEY"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := appendUntilKilled(dir, os.Getenv(crashKey)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// appendUntilKilled says the number of each entry that was acknowledged.
func appendUntilKilled(dir, key string) error {
	private, err := hex.DecodeString(key)
	if err != nil {
		return err
	}
	l, err := Open(Config{Dir: dir, Source: source, Suite: item.Default(), SignKey: "k", SignPrivate: private, Now: time.Now, FileSize: 20_000})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := uint64(0); ; i++ {
				l.Note(Event{Kind: KindAccepted, Actor: Citizen})
				e := Event{Kind: KindPrinted, Actor: System, Count: i*4 + uint64(w) + 1}
				if err := l.Record(context.Background(), e); err != nil {
					return
				}
				mu.Lock()
				fmt.Println(e.Count) //nolint:forbidigo // to the test that kills this process
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.New("the log stopped before it was killed")
}

// However often the program is killed, what was acknowledged is there, and the chain holds. (I19, D1)
func TestKilledWhileAppending(t *testing.T) {
	private, public, err := item.Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cfg := Config{Dir: dir, Source: source, Suite: item.Default(), SignKey: "k", SignPrivate: private, Now: time.Now}
	for round := range 12 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashDir+"="+dir, crashKey+"="+hex.EncodeToString(private))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acked := map[uint64]int{}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			count, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			acked[count]++
			if n == 30+17*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // it was killed
		l, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if r := verifyDir(t, cfg, public, dir); r.Finding != nil {
			t.Fatalf("round %d: %+v", round, *r.Finding)
		}
		if err := Read(dir, func(e Entry) error {
			if e.Event == KindPrinted {
				acked[e.Count]--
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for count, missing := range acked {
			if missing > 0 {
				t.Errorf("round %d: entry %d was acknowledged and is not there", round, count)
			}
		}
	}
}

// BenchmarkAppend is one entry and its sync, beside the same write and sync of a plain file, and many writers at once.
func BenchmarkAppend(b *testing.B) {
	event := Event{Kind: KindSignIn, Actor: Staff("wang-li", Attendant), Detail: AtKiosk}
	b.Run("raw", func(b *testing.B) {
		f, err := os.Create(b.TempDir() + "/raw")
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		line := []byte(strings.Repeat("x", 260) + "\n")
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("record", func(b *testing.B) {
		l := setup(b, item.Default())
		b.ResetTimer()
		for b.Loop() {
			l.record(event)
		}
	})
	b.Run("record8", func(b *testing.B) {
		l := setup(b, item.Default())
		b.SetParallelism(8)
		b.ResetTimer()
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := l.Record(context.Background(), event); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
