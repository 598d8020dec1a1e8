package badgerstore_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

var connections = []int{1, 8}

// sender is one enrolled kiosk.
type sender struct {
	dev     central.Device
	private []byte
	seq     uint64
}

// parcel is one request of wire.MaxBatchItems submissions, and its items one by one.
type parcel struct {
	header http.Header
	body   []byte
	items  [][]byte
}

// platform is a central over a store in dir, with kiosks.
type platform struct {
	keys    central.Keys
	handler http.Handler
	senders []*sender
}

func newPlatform(b *testing.B, kiosks int) *platform {
	b.Helper()
	suite, logger := item.Default(), slog.New(slog.DiscardHandler)
	keys, err := central.NewKeys(suite)
	if err != nil {
		b.Fatal(err)
	}
	store, err := badgerstore.Open(badgerstore.Config{Dir: b.TempDir(), Logger: logger})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	server, err := central.New(central.Config{Store: store, Suite: suite, Keys: keys, Now: time.Now, Logger: logger, TrackingURL: "HTTPS://SX.EXAMPLE"})
	if err != nil {
		b.Fatal(err)
	}
	p := &platform{keys: keys, handler: server.Handler()}
	for i := range kiosks {
		private, public, err := suite.GenerateSignKey()
		if err != nil {
			b.Fatal(err)
		}
		now, handle := time.Now(), strconv.Itoa(i)
		code := central.EnrolCode{Handle: handle, SecretHash: "x", Kiosk: central.Kiosk{Hall: "44011", Number: fmt.Sprintf("%03d", i+1)}, Expires: now.Add(time.Minute)}
		if err := store.SaveCode(b.Context(), now, code); err != nil {
			b.Fatal(err)
		}
		dev, err := store.Enrol(b.Context(), central.EnrolRequest{Handle: handle, SecretHash: "x", Suite: suite.Name(), SignPublic: public, At: now, MaxTries: 5})
		if err != nil {
			b.Fatal(err)
		}
		p.senders = append(p.senders, &sender{dev: dev, private: private})
	}
	return p
}

// parcel makes the next batch of a kiosk: submissions of about 2 KB that do not compress, each its own case.
func (p *platform) parcel(b *testing.B, s *sender) parcel {
	b.Helper()
	suite, now := item.Default(), time.Now()
	sealer := item.Sealer{Suite: suite, SealKey: p.keys.SealID, SealPublic: p.keys.SealPublic, SignKey: s.dev.KeyID(), SignPriv: s.private}
	source := s.dev.Source()
	var out parcel
	for range wire.MaxBatchItems {
		s.seq++
		form := make([]byte, 1400)
		rand.Read(form)
		body := fmt.Sprintf("%s%s%s%06d83", source.Hall, source.Kiosk, source.Incarnation, s.seq)
		n, err := strconv.ParseUint(body, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		it := &item.Item{
			ID: item.NewID(now), Source: source.String(), Type: item.TypeSubmission, Time: item.FormatTime(now), Subject: "service/jzz",
			Sequence: item.FormatSequence(s.seq), CaseID: item.NewID(now), CaseSeq: item.FormatCaseSeq(1), Prev: item.Genesis,
			ReceiptNo: body + fmt.Sprintf("%02d", 98-n%97*100%97), TrackHash: fmt.Sprintf("%064x", s.seq),
		}
		payload := fmt.Sprintf(`{"service":{"id":"jzz","title":{"zh-Hans":"居住证签注"}},"form":{"text":%q}}`, base64.StdEncoding.EncodeToString(form))
		if err := sealer.Finish(it, []byte(payload)); err != nil {
			b.Fatal(err)
		}
		raw, err := json.Marshal(it)
		if err != nil {
			b.Fatal(err)
		}
		out.items = append(out.items, raw)
	}
	out.body = append(append([]byte{'['}, bytes.Join(out.items, []byte{','})...), ']')
	token, _, err := wire.SignRequest(suite, s.private, s.dev.KeyID(), source.String(), http.MethodPost, wire.PathBatches, out.body, now)
	if err != nil {
		b.Fatal(err)
	}
	out.header = http.Header{wire.HeaderVersion: {wire.Version}, wire.HeaderRequest: {token}, "Content-Type": {wire.TypeBatch}}
	return out
}

// each hands the parcels out to so many goroutines and reports items per second.
func each(b *testing.B, parcels []parcel, connections int, do func(parcel) error) {
	b.Helper()
	var turn atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range connections {
		wg.Go(func() {
			for {
				i := int(turn.Add(1)) - 1
				if i >= len(parcels) {
					return
				}
				if err := do(parcels[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(len(parcels)*wire.MaxBatchItems)/b.Elapsed().Seconds(), "items/s")
}

func parcels(b *testing.B, p *platform) []parcel {
	b.Helper()
	out := make([]parcel, b.N)
	size := 0
	for i := range out {
		out[i] = p.parcel(b, p.senders[i%len(p.senders)])
		size = len(out[i].body)
	}
	b.SetBytes(int64(size))
	return out
}

// BenchmarkIngest is a whole batch from request to signed answer, in process: signatures checked, payloads opened and
// indexed, everything durable, acks signed.
func BenchmarkIngest(b *testing.B) {
	for _, n := range connections {
		b.Run(fmt.Sprintf("connections=%d", n), func(b *testing.B) {
			p := newPlatform(b, n)
			each(b, parcels(b, p), n, func(one parcel) error {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, wire.PathBatches, bytes.NewReader(one.body))
				r.Header = one.header
				w := httptest.NewRecorder()
				p.handler.ServeHTTP(w, r)
				var a wire.BatchAnswer
				if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
					return fmt.Errorf("status %d: %w", w.Code, err)
				}
				for _, r := range a.Results {
					if r.Status != wire.Stored {
						return fmt.Errorf("item is %s: %+v", r.Status, r.Problem)
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkBadgerSync is the floor: as many bytes in as many records, one synced transaction a batch, without any check,
// index or answer.
func BenchmarkBadgerSync(b *testing.B) {
	for _, n := range connections {
		b.Run(fmt.Sprintf("connections=%d", n), func(b *testing.B) {
			p := newPlatform(b, 1)
			like := p.parcel(b, p.senders[0])
			b.SetBytes(int64(len(like.body)))
			all := make([]parcel, b.N)
			for i := range all {
				for _, one := range like.items {
					raw := make([]byte, len(one))
					rand.Read(raw)
					all[i].items = append(all[i].items, raw)
				}
			}
			db, err := badger.Open(badger.DefaultOptions(filepath.Join(b.TempDir(), "db")).WithSyncWrites(true).WithLogger(nil))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := db.Close(); err != nil {
					b.Error(err)
				}
			})
			var key atomic.Uint64
			each(b, all, n, func(one parcel) error {
				return db.Update(func(txn *badger.Txn) error {
					for _, raw := range one.items {
						if err := txn.Set(fmt.Appendf(nil, "l/%020d", key.Add(1)), raw); err != nil {
							return err
						}
					}
					return nil
				})
			})
		})
	}
}
