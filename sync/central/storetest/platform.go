package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// served is a central over the store of a bench, on loopback, and the one kiosk that asks it.
type served struct {
	*central.Server
	keys   central.Keys
	sealer item.Sealer
	source item.Source
	number uint16
	client *wire.Client
}

// serve begins to serve, with the keys and the kiosk of before, or with new ones when that is nil.
func (b *bench) serve(t *testing.T, before *served) *served {
	t.Helper()
	suite := item.Default()
	s := &served{}
	var err error
	if before != nil {
		*s = *before
	} else {
		if s.keys, err = central.NewKeys(suite); err != nil {
			t.Fatal(err)
		}
		s.enrol(t, b, suite)
	}
	s.Server, err = central.New(central.Config{Store: b.Store, Suite: suite, Keys: s.keys, Now: time.Now, Logger: slog.New(slog.DiscardHandler), TrackingURL: "HTTPS://SX.EXAMPLE"})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	s.client, err = wire.NewClient(wire.ClientConfig{BaseURL: web.URL, Suite: suite, Source: s.source, SignKey: s.sealer.SignKey, SignPriv: s.sealer.SignPriv,
		UpstreamKey: s.keys.SignID, UpstreamPub: s.keys.SignPublic, SealKey: s.keys.SealID, SealPublic: s.keys.SealPublic, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	return s
}

func (s *served) enrol(t *testing.T, b *bench, suite item.Suite) {
	t.Helper()
	private, public, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	handle := item.NewID(b.at)
	if err := b.SaveCode(t.Context(), b.at, central.EnrolCode{Handle: handle, SecretHash: "secret", Kiosk: kiosk, Expires: b.at.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	dev, err := b.Enrol(t.Context(), central.EnrolRequest{Handle: handle, SecretHash: "secret", Suite: suite.Name(), SignPublic: public, At: b.at, MaxTries: 5})
	if err != nil {
		t.Fatal(err)
	}
	s.source, s.number = dev.Source(), dev.Number
	s.sealer = item.Sealer{Suite: suite, SealKey: s.keys.SealID, SealPublic: s.keys.SealPublic, SignKey: dev.KeyID(), SignPriv: private}
}

// opened is an entry whose item is really sealed, of the holder of a card, without the holder that central finds in it.
func (s *served) opened(t *testing.T, seq uint64, card string) central.Entry {
	t.Helper()
	e := entry(kiosk, seq, newCase(), 1, central.EffectOpen)
	e.Device = s.number
	e.Item.Source = s.source.String()
	payload := fmt.Sprintf(`{"service":{"id":"jzz"},"applicant":{"name":"张小三","number":%q},"form":{}}`, card)
	if err := s.sealer.Finish(&e.Item, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	e.Digest = e.Item.Digest()
	return e
}

// casesOfBeforeByCard: cases of before holders were kept are found by the card too, once they were indexed; until then
// the answer says that it is not complete.
func casesOfBeforeByCard(t *testing.T, b *bench) {
	const zhang, li = "110101190001010014", "11010119000101003X"
	s := b.serve(t, nil)
	var mine []string
	for seq := uint64(1); seq <= 120; seq++ {
		of := li
		if seq%10 == 0 {
			of = zhang
		}
		e := s.opened(t, seq, of)
		b.ingest(t, e)
		if of == zhang {
			mine = append([]string{e.Item.ReceiptNo}, mine...)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.age(t, b.dir)
	b.Store = b.open(t, b.dir)
	s = b.serve(t, s)
	ask := func(complete bool, want []string) {
		t.Helper()
		got, err := s.client.CasesOf(t.Context(), []byte(zhang))
		var numbers []string
		for _, l := range got.Cases {
			numbers = append(numbers, l.ReceiptNo)
		}
		if err != nil || got.Complete != complete || fmt.Sprint(numbers) != fmt.Sprint(want) {
			t.Errorf("listed %v, complete: %v, %v; want %v, %v", numbers, got.Complete, err, want, complete)
		}
	}
	ask(false, nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.IndexHolders(ended); err == nil {
		t.Error("goes on although its context has ended")
	}
	for range 2 {
		if err := s.IndexHolders(t.Context()); err != nil {
			t.Fatal(err)
		}
		ask(true, mine)
		b.reopen(t)
		s = b.serve(t, s)
	}
}
