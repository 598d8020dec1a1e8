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

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
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
