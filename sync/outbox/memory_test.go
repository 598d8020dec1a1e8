package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
)

// weightItems is how many items wait in BenchmarkMemory, and weightBytes the random payload that makes one of 2 KB.
const (
	weightItems = 100_000
	weightBytes = 950
)

// cheap is a suite whose seal and signature cost nothing and weigh what those of the default suite do.
type cheap struct{ item.Suite }

func (cheap) Seal(_, _, plaintext []byte) ([]byte, error) {
	return append(make([]byte, 48), plaintext...), nil
}

func (cheap) Sign(_, _ []byte) ([]byte, error) { return make([]byte, 64), nil }

// weight is what a process says of itself, in bytes.
type weight struct {
	Heap     uint64 // live, of all items
	Empty    uint64 // live, of an outbox without items
	Resident uint64 // once the queue has put its files in order
	Mapped   uint64 // of that, pages of files
	Peak     uint64 // largest ever, with pages of files
	Anon     uint64 // largest without them, as often as it was looked at
	Opened   time.Duration
}

// BenchmarkMemory is what the first and the second start with so many items waiting weigh, each in a process of its own. With
// OUTBOX_HEAP=file the last one writes its heap profile there.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		o := fresh(b, filepath.Join(b.TempDir(), "o"))
		o.cfg.fileSize = 0
		o.cfg.MinFree = 0
		var filled, first, second weight
		inChild(b, o, "fill", &filled)
		inChild(b, o, "weigh", &first)
		inChild(b, o, "weigh", &second)
		b.ReportMetric(float64(second.Heap-second.Empty)/weightItems, "heap-B/item")
		b.ReportMetric(float64(filled.Peak)/1e6, "filling-MB")
		for name, w := range map[string]weight{"first": first, "second": second} {
			b.ReportMetric(float64(w.Peak)/1e6, name+"-peak-MB")
			b.ReportMetric(float64(w.Anon)/1e6, name+"-anon-peak-MB")
			b.ReportMetric(float64(w.Resident)/1e6, name+"-resident-MB")
			b.ReportMetric(float64(w.Mapped)/1e6, name+"-mapped-MB")
			b.ReportMetric(float64(w.Opened.Milliseconds()), name+"-open-ms")
		}
	}
}

func inChild(t testing.TB, b *bench, mode string, into *weight) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(b.child())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), childEnv+"="+mode), strings.NewReader(string(in)), os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", mode, err)
	}
}

// fillOrWeigh is the child.
func fillOrWeigh(c childConfig, mode string) error {
	cfg := c.config()
	cfg.Sealer.Suite = cheap{item.Default()}
	var w weight
	if mode == "fill" {
		o, err := Open(cfg)
		if err != nil {
			return err
		}
		if err := errors.Join(fill(o), o.Close()); err != nil {
			return err
		}
	} else if err := weigh(cfg, &w); err != nil {
		return err
	}
	var err error
	if w.Peak, err = fromStatus("VmHWM"); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(w)
}

// fill accepts from many goroutines, as kiosks do at an edge.
func fill(o *Outbox) error {
	const writers = 64
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for n := range writers {
		wg.Go(func() {
			for i := n; i < weightItems && errs[n] == nil; i += writers {
				d := submission()
				d.Payload, d.TrackHash = randomBytes(weightBytes), fmt.Sprintf("%064x", i)
				_, errs[n] = o.Accept(context.Background(), d)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// weigh opens an outbox, reads all of it and waits until the queue's files are in order.
func weigh(cfg Config, w *weight) error {
	none := cfg
	none.Dir = filepath.Join(filepath.Dir(cfg.Dir), "none")
	empty, err := Open(none)
	if err != nil {
		return err
	}
	runtime.GC()
	w.Empty = liveHeap()
	if err := errors.Join(empty.Close(), os.RemoveAll(none.Dir)); err != nil {
		return err
	}
	stop := watchAnon(&w.Anon)
	defer stop()
	began := time.Now()
	o, err := Open(cfg)
	if err != nil {
		return err
	}
	w.Opened = time.Since(began)
	if err := o.Verify(context.Background()); err != nil {
		return err
	}
	if _, err := o.Due(time.Now(), 256); err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	last, same := "", 0
	for range tick.C {
		now := fmt.Sprint(o.store.(*badgerStore).db.Levels())
		if same++; now != last {
			last, same = now, 0
		}
		if same == 30 {
			break
		}
	}
	if w.Resident, err = fromStatus("VmRSS"); err != nil {
		return err
	}
	if w.Mapped, err = fromStatus("RssFile"); err != nil {
		return err
	}
	runtime.GC()
	w.Heap = liveHeap()
	if n := o.Stats().Waiting; n != weightItems {
		return fmt.Errorf("%d items wait", n)
	}
	return errors.Join(profile(), o.Close())
}

// watchAnon keeps the largest amount of memory that is not pages of files, until stop is called.
func watchAnon(most *uint64) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				if n, err := fromStatus("RssAnon"); err == nil {
					*most = max(*most, n)
				}
			}
		}
	}()
	return func() { close(quit); <-done }
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func profile() error {
	path := os.Getenv("OUTBOX_HEAP")
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

// fromStatus reads a size of this process.
func fromStatus(name string) (uint64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in the status", name)
}
