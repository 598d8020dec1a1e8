package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/sync/wire"
)

// TestOnlyTheNamedAuthorityIsTrusted: with a pinned authority a machine speaks to whom it vouches for and to nobody else, not even
// to whom the system would trust.
func TestOnlyTheNamedAuthorityIsTrusted(t *testing.T) {
	asked := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked = true
		w.WriteHeader(http.StatusTeapot)
	}))
	defer server.Close()
	own := filepath.Join(t.TempDir(), "own.pem")
	write(t, own, server.Certificate().Raw)
	stranger := filepath.Join(t.TempDir(), "stranger.pem")
	write(t, stranger, selfSigned(t))
	for name, tc := range map[string]struct {
		ca   string
		asks bool
	}{"the right one": {own, true}, "a stranger": {stranger, false}, "the system's": {"", false}} {
		trust, err := Trust(tc.ca)
		if err != nil {
			t.Fatal(err)
		}
		asked = false
		_, err = Enrol(t.Context(), t.TempDir(), server.URL, trust, "AAAA-BBBB-CC")
		if !errors.Is(err, wire.ErrNoAnswer) || asked != tc.asks {
			t.Errorf("%s: asked %v, %v", name, asked, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ca := range []string{empty, filepath.Join(t.TempDir(), "none.pem")} {
		if _, err := Trust(ca); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", ca, err)
		}
	}
}

func write(t *testing.T, file string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func selfSigned(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stranger"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
