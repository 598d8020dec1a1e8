package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"onedoor/assets/dictionaries"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// benchBytes is about what a plain case weighs before it is sealed.
const benchBytes = 2048

// plainCase is a payload of about n bytes with the fields of a case and invented content.
func plainCase(n int) []byte {
	form := map[string]string{}
	for size := 0; size < n-600; size += 60 {
		form[fmt.Sprintf("field-%d", len(form))] = fmt.Sprintf("%d 号 %d 室 %x", rand.IntN(1000), rand.IntN(3000), rand.Uint64())
	}
	b, err := json.Marshal(map[string]any{
		"service":   map[string]any{"id": "residence-permit", "title": map[string]string{"zh-Hans": "居住证签注", "en": "Residence permit renewal"}},
		"applicant": map[string]string{"name": "张小三", "number": fmt.Sprintf("1101011900010%05d", rand.IntN(99999)), "card_kind": "citizen"},
		"form":      form, "language": "zh-Hans",
	})
	if err != nil {
		panic(err) // strings always encode
	}
	return b
}

// production is a bench that packs as the kiosk does.
func production(b *testing.B) *bench {
	b.Helper()
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		b.Fatal(err)
	}
	o := setup(b)
	if err := o.Close(); err != nil {
		b.Fatal(err)
	}
	o.cfg.Sealer.Dictionary = known.Newest()
	o.open()
	return o
}

// benchWriters lets so many writers do one thing b.N times in all, and reports the 99th percentile.
func benchWriters(b *testing.B, writers int, one func() error) {
	b.Helper()
	b.ReportAllocs()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	work := make(chan struct{})
	for range writers {
		wg.Go(func() {
			var mine []time.Duration
			for range work {
				began := time.Now()
				if err := one(); err != nil {
					b.Error(err)
				}
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
		})
	}
	b.ResetTimer()
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkAccept(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			o := production(b)
			payload := plainCase(benchBytes)
			benchWriters(b, writers, func() error {
				d := submission()
				d.Payload = payload
				_, err := o.Accept(context.Background(), d)
				return err
			})
		})
	}
}

// BenchmarkSeal is the part of an acceptance that needs no medium: packing, sealing, signing and encoding one case. What
// BenchmarkAccept takes beyond BenchmarkRawFsync is mostly this, on as many processors as there are.
func BenchmarkSeal(b *testing.B) {
	o := production(b)
	payload := plainCase(benchBytes)
	b.ReportAllocs()
	for b.Loop() {
		d := submission()
		d.Payload = payload
		it, _, _, err := o.seal(d)
		if err != nil {
			b.Fatal(err)
		}
		it.Sequence, it.Prev = item.FormatSequence(1), item.Genesis
		it.CaseSeq = item.FormatCaseSeq(1)
		if err := o.cfg.Sealer.Sign(it); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRawFsync is what the medium can do: append and fsync, writers sharing one sync when they come together.
func BenchmarkRawFsync(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "log"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			payload := randomBytes(benchBytes)
			var mu, syncing sync.Mutex
			var written, synced int
			benchWriters(b, writers, func() error {
				mu.Lock()
				_, err := f.Write(payload)
				written++
				mine := written
				mu.Unlock()
				if err != nil {
					return err
				}
				syncing.Lock()
				defer syncing.Unlock()
				if synced >= mine {
					return nil
				}
				mu.Lock()
				all := written
				mu.Unlock()
				synced = all
				return f.Sync()
			})
		})
	}
}

// BenchmarkBadgerSync is Badger's own synced commit of the same bytes, one transaction a record.
func BenchmarkBadgerSync(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db, err := badger.Open(badgerOptions(b.TempDir(), slog.New(slog.DiscardHandler)).WithSyncWrites(true))
			if err != nil {
				b.Fatal(err)
			}
			st := &badgerStore{db}
			defer st.close()
			payload := randomBytes(benchBytes)
			benchWriters(b, writers, func() error { return st.write([]change{{[]byte("x/" + newID()), payload}}) })
		})
	}
}

// BenchmarkReopen opens an outbox with so many items waiting; the chain is verified behind it.
func BenchmarkReopen(b *testing.B) {
	const waiting = 100_000
	o := production(b)
	payload := plainCase(benchBytes)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range waiting / 64 {
				d := submission()
				d.Payload = payload
				if _, err := o.Accept(context.Background(), d); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		if err := o.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		o.open()
	}
	b.ReportMetric(float64(waiting), "waiting")
}

// BenchmarkUnfinished is a page's look at what waits behind many items that have arrived, beside the same look by List.
func BenchmarkUnfinished(b *testing.B) {
	const arrived, waiting = 5_000, 50
	o := setup(b)
	var mu sync.Mutex
	var done []Settlement
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range (arrived + waiting) / 50 {
				a, err := o.Accept(context.Background(), submission())
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				if a.Sequence <= arrived {
					done = append(done, Settlement{ID: a.ID, Status: wire.Stored})
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range done {
		done[i].Ack = o.ack(o.get(done[i].ID).Item, wire.Stored, wire.TierCentral)
	}
	for part := range slices.Chunk(done, 100) {
		if err := o.Settle(context.Background(), part); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	const looks = 5
	for range looks {
		if list, err := o.List(0, 20, State.waiting); err != nil || len(list) != 20 {
			b.Fatalf("%d items, %v", len(list), err)
		}
	}
	before := time.Since(began) / looks
	b.ReportAllocs()
	for b.Loop() {
		if n := len(o.Unfinished(20, State.waiting)); n != 20 {
			b.Fatalf("%d items", n)
		}
	}
	b.ReportMetric(float64(before)/(float64(b.Elapsed())/float64(b.N)), "×-faster-than-List")
}
