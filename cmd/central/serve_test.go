package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/assets/dictionaries"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// What a former version held because it did not know the type takes effect when this one starts.
func TestStartTakesUpHeldItems(t *testing.T) {
	dir := t.TempDir()
	base, stop := start(t, dir)
	dev, private := enrolled(t, dir, base, wire.HTTPOptions{}, "")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	it := health(t, dev, private, 1)
	former, err := badgerstore.Open(badgerstore.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	o, err := former.Ingest(t.Context(), time.Now(), []central.Entry{{Item: *it, Digest: it.Digest(), Device: dev.Number, Effect: central.EffectUnknown}})
	if err != nil || o[0].Status != wire.Held {
		t.Fatalf("as a former version: %+v, %v", o, err)
	}
	if err := former.Close(); err != nil {
		t.Fatal(err)
	}
	base, _ = start(t, dir)
	client := connect(t, base, wire.HTTPOptions{}, dev, private)
	page, err := client.Feed(t.Context(), "", 0)
	if err != nil || len(page.Events) != 1 || page.Events[0].Ack == nil || page.Events[0].Ack.ID != it.ID {
		t.Errorf("feed after the start: %+v, %v", page, err)
	}
	client.Close()
}

// Behind a proxy that ends TLS the desk's cookie still goes by HTTPS only.
func TestTrustedProxy(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		secure bool
	}{{nil, false}, {[]string{"--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "127.0.0.0/8"}, true}, {[]string{"--trusted-proxy", "10.0.0.0/8"}, false}} {
		dir := t.TempDir()
		base, _ := start(t, dir, tt.args...)
		token, err := os.ReadFile(filepath.Join(dir, central.TokenFile))
		if err != nil {
			t.Fatal(err)
		}
		form := strings.NewReader(url.Values{"token": {strings.TrimSpace(string(token))}}.Encode())
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/desk/sign-in", form)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rt := &http.Transport{}
		res, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		rt.CloseIdleConnections()
		if set := res.Header.Get("Set-Cookie"); set == "" || strings.Contains(set, "Secure") != tt.secure {
			t.Errorf("%q: cookie %q", tt.args, set)
		}
	}
}

// The suite is chosen with the first start, told to kiosks when they enrol, and never changes.
func TestSuiteIsChosenOnce(t *testing.T) {
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			dir := t.TempDir()
			base, stop := start(t, dir, "--suite", suite.Name())
			code := newCode(t, dir, base)
			private, public, err := suite.GenerateSignKey()
			if err != nil {
				t.Fatal(err)
			}
			e, err := wire.NewEnrolment(suite, code, private, public)
			if err != nil {
				t.Fatal(err)
			}
			dev, err := wire.Enrol(t.Context(), base, wire.HTTPOptions{}, suite, e)
			if err != nil || dev.Suite != suite.Name() {
				t.Fatalf("enrolled %+v, %v", dev, err)
			}
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			for _, other := range item.Suites() {
				if other.Name() == suite.Name() {
					continue
				}
				if _, err := call(t, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE", "--suite", other.Name()); err == nil {
					t.Errorf("served with the keys of %s as %s", suite.Name(), other.Name())
				}
			}
			base, _ = start(t, dir) // the keys say it
			client, err := wire.NewClient(wire.ClientConfig{BaseURL: base, Suite: suite, Source: dev.Source(), SignKey: dev.SignKey, SignPriv: private,
				UpstreamKey: dev.UpstreamKey, UpstreamPub: dev.UpstreamPub, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if _, err := client.Hello(t.Context()); err != nil {
				t.Errorf("hello after the second start: %v", err)
			}
		})
	}
	if _, err := call(t, "serve", "--data", t.TempDir(), "--tracking-url", "HTTPS://SX.EXAMPLE", "--suite", "rot13"); err == nil || !strings.Contains(err.Error(), "sm2-sm3-sm4gcm") {
		t.Errorf("a suite that there is not: %v", err)
	}
}

// Every published dictionary is kept beside the ledger from the first start on.
func TestStartKeepsTheDictionaries(t *testing.T) {
	dir := t.TempDir()
	_, stop := start(t, dir)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	kept, err := item.LoadDictionaries(os.DirFS(filepath.Join(dir, central.DictionariesDir)))
	if err != nil {
		t.Fatal(err)
	}
	published, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil || kept.Newest() == nil || len(kept.All()) != len(published.All()) {
		t.Errorf("%d dictionaries are kept of %d, %v", len(kept.All()), len(published.All()), err)
	}
}
