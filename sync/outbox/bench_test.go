package outbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// benchBytes is about what a plain case weighs before it is sealed.
const benchBytes = 2048

func benchWriters(b *testing.B, writers int, one func() error) {
	b.Helper()
	b.ReportAllocs()
	var wg sync.WaitGroup
	work := make(chan struct{})
	for range writers {
		wg.Go(func() {
			for range work {
				if err := one(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
}

func BenchmarkAccept(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			o := setup(b)
			payload := randomBytes(benchBytes)
			benchWriters(b, writers, func() error {
				d := submission()
				d.Payload = payload
				_, err := o.Accept(context.Background(), d)
				return err
			})
		})
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
			st := setup(b).store
			payload := randomBytes(benchBytes)
			benchWriters(b, writers, func() error { return st.write([]change{{[]byte("x/" + newID()), payload}}) })
		})
	}
}

func BenchmarkReopen(b *testing.B) {
	o := setup(b)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 10_000 / 64 {
				o.accept(submission())
			}
		})
	}
	wg.Wait()
	b.ResetTimer()
	for b.Loop() {
		o.reopen()
	}
}
