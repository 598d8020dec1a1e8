package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// authority is a certificate authority of a site's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "site"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	raw, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue writes a certificate for 127.0.0.1 and its key, as central reads them.
func (a authority) issue(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "central"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: raw}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// pinned trusts this authority and no other.
func (a authority) pinned() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func TestServeTLS(t *testing.T) {
	site, stranger := newAuthority(t), newAuthority(t)
	cert, key := site.issue(t)
	dir := t.TempDir()
	base, stop := start(t, dir, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(base, "https://") {
		t.Fatalf("serves at %s", base)
	}
	rt := &http.Transport{TLSClientConfig: site.pinned()}
	defer rt.CloseIdleConnections()
	browser := &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	token, err := os.ReadFile(filepath.Join(dir, central.TokenFile))
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, contentType, body string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	res := post("/desk/sign-in", "application/x-www-form-urlencoded", url.Values{"token": {strings.TrimSpace(string(token))}}.Encode())
	if set := res.Header.Get("Set-Cookie"); res.StatusCode != http.StatusSeeOther || !strings.Contains(set, "Secure") {
		t.Errorf("sign-in: %s, cookie %q", res.Status, set)
	}
	code := decodeCode(t, post("/api/v1/enrolment-codes", wire.TypeJSON, `{"hall":"44011","hall_name":"大厅","kiosk":"107"}`))

	options := wire.HTTPOptions{TLS: site.pinned()}
	dev, private := enrolled(t, dir, base, options, code)
	client := connect(t, base, options, dev, private)
	it := health(t, dev, private, 1)
	a, err := client.PostBatch(t.Context(), []*item.Item{it})
	if err != nil || a.Results[0].Status != wire.Stored {
		t.Fatalf("item over TLS: %+v, %v", a, err)
	}
	for name, options := range map[string]wire.HTTPOptions{"another authority": {TLS: stranger.pinned()}, "the system's": {}} {
		if _, err := connect(t, base, options, dev, private).Hello(t.Context()); !errors.Is(err, wire.ErrNoAnswer) {
			t.Errorf("with the trust of %s: %v", name, err)
		}
	}
	if _, err := connect(t, "http"+strings.TrimPrefix(base, "https"), wire.HTTPOptions{}, dev, private).Hello(t.Context()); !errors.Is(err, wire.ErrNoAnswer) {
		t.Errorf("without TLS: %v", err)
	}
	client.Close()
	rt.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func decodeCode(t *testing.T, res *http.Response) string {
	t.Helper()
	var v central.EnrolCodeView
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || v.Code == "" {
		t.Fatalf("new code: %s, %v", res.Status, err)
	}
	return v.Code
}

// A restored backup comes up as another ledger, with everything that it knows.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	base, stop := start(t, dir)
	dev, private := enrolled(t, dir, base, wire.HTTPOptions{}, "")
	client := connect(t, base, wire.HTTPOptions{}, dev, private)
	it := health(t, dev, private, 1)
	first, err := client.PostBatch(t.Context(), []*item.Item{it})
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, "restore", "--data", dir)
	if err != nil || strings.Contains(out, first.Epoch) {
		t.Fatalf("restore: %s, %v", out, err)
	}
	base, _ = start(t, dir)
	client = connect(t, base, wire.HTTPOptions{}, dev, private)
	again, err := client.PostBatch(t.Context(), []*item.Item{it})
	if err != nil || again.Epoch == first.Epoch || !strings.Contains(out, again.Epoch) || again.Results[0].Status != wire.Duplicate || again.Results[0].Ack.Epoch != again.Epoch {
		t.Errorf("after restore: %+v, %v; said %s", again, err, out)
	}
	client.Close()
	help, err := call(t, "restore", "--help")
	if err != nil || !strings.Contains(help, "new epoch") {
		t.Errorf("help: %v\n%s", err, help)
	}
}
