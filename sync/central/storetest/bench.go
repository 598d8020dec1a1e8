package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// PlainRows is the number of rows of one plain insert; plainSize is that of each in bytes, as of an item that travels.
const (
	PlainRows = 256
	plainSize = 3360
)

var connections = []int{1, 8}

// sender is one enrolled kiosk.
type sender struct {
	dev     central.Device
	private []byte
	seq     uint64
}

// parcel is one request of submissions, and its items one by one.
type parcel struct {
	header http.Header
	body   []byte
	raw    [][]byte
	items  []item.Item
}

// platform is a central over a store, with kiosks.
type platform struct {
	keys    central.Keys
	store   central.Store
	handler http.Handler
	senders []*sender
}

func newPlatform(b *testing.B, store central.Store, kiosks int) *platform {
	b.Helper()
	suite, logger := item.Default(), slog.New(slog.DiscardHandler)
	keys, err := central.NewKeys(suite)
	if err != nil {
		b.Fatal(err)
	}
	server, err := central.New(central.Config{Store: store, Suite: suite, Keys: keys, Now: time.Now, Logger: logger, TrackingURL: "HTTPS://SX.EXAMPLE"})
	if err != nil {
		b.Fatal(err)
	}
	p := &platform{keys: keys, store: store, handler: server.Handler()}
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
func (p *platform) parcel(b *testing.B, s *sender, items int) parcel {
	b.Helper()
	suite, now := item.Default(), time.Now()
	sealer := item.Sealer{Suite: suite, SealKey: p.keys.SealID, SealPublic: p.keys.SealPublic, SignKey: s.dev.KeyID(), SignPriv: s.private}
	source := s.dev.Source()
	var out parcel
	for range items {
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
		out.raw, out.items = append(out.raw, raw), append(out.items, *it)
	}
	out.body = append(append([]byte{'['}, bytes.Join(out.raw, []byte{','})...), ']')
	token, _, err := wire.SignRequest(suite, s.private, s.dev.KeyID(), source.String(), http.MethodPost, wire.PathBatches, out.body, now)
	if err != nil {
		b.Fatal(err)
	}
	out.header = http.Header{wire.HeaderVersion: {wire.Version}, wire.HeaderRequest: {token}, "Content-Type": {wire.TypeBatch}}
	return out
}

// parcels makes b.N of them, of all kiosks in turn.
func (p *platform) parcels(b *testing.B, items int) []parcel {
	b.Helper()
	out := make([]parcel, b.N)
	for i := range out {
		out[i] = p.parcel(b, p.senders[i%len(p.senders)], items)
	}
	b.SetBytes(int64(len(out[0].body)))
	return out
}

// post hands a parcel over as a kiosk does.
func (p *platform) post(ctx context.Context, one parcel) error {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, wire.PathBatches, bytes.NewReader(one.body))
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
}

// each hands n pieces of work out to so many goroutines and reports items per second.
func each(b *testing.B, n, items, connections int, do func(i int) error) {
	b.Helper()
	var turn atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range connections {
		wg.Go(func() {
			for {
				i := int(turn.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(n*items)/b.Elapsed().Seconds(), "items/s")
}

func perConnections(b *testing.B, store string, run func(b *testing.B, connections int)) {
	for _, n := range connections {
		b.Run(fmt.Sprintf("store=%s/conns=%d", store, n), func(b *testing.B) { run(b, n) })
	}
}

// BenchIngest is a whole batch from request to signed answer, in process: signatures checked, payloads opened and
// indexed, everything durable, acks signed. open gives a new store and closes it at the end.
func BenchIngest(b *testing.B, store string, open func(*testing.B) central.Store) {
	perConnections(b, store, func(b *testing.B, connections int) {
		p := newPlatform(b, open(b), connections)
		all := p.parcels(b, wire.MaxBatchItems)
		each(b, len(all), wire.MaxBatchItems, connections, func(i int) error { return p.post(b.Context(), all[i]) })
	})
}

// BenchStore is the store's share of BenchIngest: PlainRows items in a call, checked and understood before.
func BenchStore(b *testing.B, store string, open func(*testing.B) central.Store) {
	perConnections(b, store, func(b *testing.B, connections int) {
		p := newPlatform(b, open(b), connections)
		all := make([][]central.Entry, 0, b.N)
		for n, one := range p.parcels(b, PlainRows) {
			var entries []central.Entry
			for _, it := range one.items {
				entries = append(entries, central.Entry{Item: it, Digest: it.Digest(), Device: p.senders[n%connections].dev.Number,
					Effect: central.EffectOpen, Facts: &central.Facts{ServiceID: "jzz", Title: central.Text{"zh-Hans": "居住证签注"}}})
			}
			all = append(all, entries)
		}
		each(b, len(all), PlainRows, connections, func(i int) error {
			out, err := p.store.Ingest(b.Context(), time.Now(), all[i])
			for _, o := range out {
				if o.Status != wire.Stored {
					return fmt.Errorf("item is %s: %s", o.Status, o.Why)
				}
			}
			return err
		})
	})
}

// Insert writes rows under the keys from first up, durably.
type Insert func(ctx context.Context, first uint64, rows [][]byte) error

// BenchPlain is the floor: as many bytes as BenchIngest's items have, PlainRows records in one durable transaction, without
// any check, index or answer. open gives what writes them to a new database.
func BenchPlain(b *testing.B, store string, open func(*testing.B) Insert) {
	perConnections(b, store, func(b *testing.B, connections int) {
		insert := open(b)
		all := make([][][]byte, b.N)
		for i := range all {
			for range PlainRows {
				row := make([]byte, plainSize)
				rand.Read(row)
				all[i] = append(all[i], row)
			}
		}
		b.SetBytes(PlainRows * plainSize)
		each(b, b.N, PlainRows, connections, func(i int) error { return insert(b.Context(), uint64(i*PlainRows+1), all[i]) })
	})
}
