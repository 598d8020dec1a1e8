package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// post is a kiosk's outbox and its engine, without a screen.
type post struct {
	*outbox.Outbox
	*engine.Engine
}

func openPost(t *testing.T, url string, dev wire.Device, private []byte) post {
	t.Helper()
	suite := item.Default()
	box, err := outbox.Open(outbox.Config{
		Dir: filepath.Join(t.TempDir(), "outbox"), Source: dev.Source(), Now: time.Now,
		Sealer:     item.Sealer{Suite: suite, SealKey: dev.SealKey, SealPublic: dev.SealPublic, SignKey: dev.SignKey, SignPriv: private},
		CaseNumber: func(running uint32) (string, error) { return fmt.Sprintf("%020d", running), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	e, err := engine.New(engine.Config{
		Outbox: box, Client: connect(t, url, wire.HTTPOptions{}, dev, private), Suite: suite, Now: time.Now,
		AckKeys: map[string]engine.AckKey{dev.UpstreamKey: {Tier: wire.TierCentral, Public: dev.UpstreamPub}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	return post{box, e}
}

// deliver starts the engine with one item there, and waits until central has it.
func (p post) deliver(t *testing.T) {
	t.Helper()
	p.accept(t)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.until(t, "delivered", func(s engine.Status) bool { return s.Link == engine.Online && s.Waiting == 0 && s.Trouble == "" })
}

func (p post) accept(t *testing.T) {
	t.Helper()
	if _, err := p.Accept(t.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeHealth, Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
}

// until waits, bounded, for the engine to be in a state.
func (p post) until(t *testing.T, what string, is func(engine.Status) bool) {
	t.Helper()
	changes, cancel := p.Subscribe()
	defer cancel()
	limit := time.After(20 * time.Second)
	for {
		select {
		case s := <-changes:
			if is(s) {
				return
			}
		case <-limit:
			t.Fatalf("not %s: %+v", what, p.Status())
		}
	}
}

// The day on which a kiosk is stolen: central turns it away while its feed is held open, it keeps what it has, and the place
// works again with another one, which hands in what the old one had.
func TestAStolenKioskIsTurnedAway(t *testing.T) {
	dir := t.TempDir()
	url, _ := start(t, dir)
	token := filepath.Join(dir, central.TokenFile)
	operate := func(args ...string) (string, error) {
		return call(t, append([]string{"kiosk"}, append(args, "--url", url, "--token-file", token)...)...)
	}
	dev, private := enrolled(t, dir, url, wire.HTTPOptions{}, "")
	old := openPost(t, url, dev, private)
	old.deliver(t)
	out, err := operate("list")
	if err != nil || !strings.Contains(out, "44011-107-01") || strings.Contains(out, "stolen") {
		t.Fatalf("list: %s, %v", out, err)
	}
	for _, args := range [][]string{
		{"revoke", "44011", "--reason", "x"}, {"revoke", "44011-107"}, {"revoke", "44011-107", "--reason", " "},
		{"revoke", "44011-108", "--reason", "x"}, {"revoke", "44011-107-02", "--reason", "x"}, {"revoke", "../44011-107", "--reason", "x"},
	} {
		if out, err := operate(args...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
	if out, err = operate("revoke", "44011-107", "--reason", "stolen in the night"); err != nil || !strings.Contains(out, "stolen in the night") {
		t.Fatalf("revoke: %s, %v", out, err)
	}
	old.until(t, "refused", func(s engine.Status) bool { return s.Trouble == engine.TroubleRefused })
	old.accept(t)
	old.accept(t)
	if out, err = operate("revoke", "44011-107", "--reason", "again", "--json"); err != nil {
		t.Fatalf("revoke again: %v", err)
	}
	var list central.KioskList
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Kiosks) != 1 || list.Kiosks[0].RevokedFor != "stolen in the night" || list.Kiosks[0].HeardAt == "" {
		t.Errorf("revoked again: %s, %v", out, err)
	}
	kept, err := old.List(0, 10, func(s outbox.State) bool { return s != outbox.StateStoredCentral })
	if err != nil || len(kept) != 2 {
		t.Fatalf("the outbox keeps %d items, %v", len(kept), err)
	}

	next, nextKey := enrolled(t, dir, url, wire.HTTPOptions{}, "")
	if next.Incarnation != "02" {
		t.Fatalf("enrolled again as %+v", next)
	}
	openPost(t, url, next, nextKey).deliver(t)
	client := connect(t, url, wire.HTTPOptions{}, next, nextKey)
	for _, want := range []wire.Status{wire.Stored, wire.Duplicate} {
		a, err := client.PostBatch(t.Context(), []*item.Item{kept[0].Item, kept[1].Item})
		if err != nil || a.Results[0].Status != want || a.Results[1].Status != want {
			t.Errorf("handed in by the new kiosk: %+v, %v", a, err)
		}
	}
	if out, err = operate("list", "--hall", "44011", "--json"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Kiosks) != 2 || list.Kiosks[0].RevokedAt == "" || list.Kiosks[1].RevokedAt != "" {
		t.Errorf("list: %s, %v", out, err)
	}
	if out, err = operate("list", "--hall", "44012"); err != nil || strings.Contains(out, "44011") {
		t.Errorf("list of another hall: %s, %v", out, err)
	}
}
