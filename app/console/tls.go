package console

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Files of the certificate that the kiosk makes for itself, in a directory of its own.
const (
	certFile = "console.crt"
	keyFile  = "console.key"
)

// Dir is where a kiosk keeps them, below its data.
func Dir(data string) string { return filepath.Join(data, "console") }

const (
	certLife  = 800 * 24 * time.Hour // telephones take no longer one
	certRenew = 60 * 24 * time.Hour
	certEarly = 48 * time.Hour // before now, for clocks that are behind
)

// OwnCertificate gives the certificate that a kiosk made for itself in dir, and makes it the first time, and anew before it
// ends. The key stays the same.
func OwnCertificate(dir, kiosk string, now time.Time) (tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, certFile), filepath.Join(dir, keyFile))
	if err == nil && cert.Leaf != nil && now.Before(cert.Leaf.NotAfter.Add(-certRenew)) {
		return cert, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate of the console: %w", err)
	}
	key, err := ownKey(dir)
	if err == nil {
		err = makeCertificate(dir, kiosk, key, now)
	}
	if err == nil {
		cert, err = tls.LoadX509KeyPair(filepath.Join(dir, certFile), filepath.Join(dir, keyFile))
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate of the console: %w", err)
	}
	return cert, nil
}

// ownKey reads the key, or makes it.
func ownKey(dir string) (*ecdsa.PrivateKey, error) {
	name := filepath.Join(dir, keyFile)
	data, err := os.ReadFile(name)
	if err == nil {
		block, _ := pem.Decode(data)
		if block == nil {
			return nil, fmt.Errorf("%s holds no key", name)
		}
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if own, ok := key.(*ecdsa.PrivateKey); ok {
			return own, nil
		}
		return nil, fmt.Errorf("%s holds a key of another kind", name)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, renameio.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func makeCertificate(dir, kiosk string, key *ecdsa.PrivateKey, now time.Time) error {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Onedoor kiosk " + kiosk}, NotBefore: now.Add(-certEarly), NotAfter: now.Add(certLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"},
	}
	if host, err := os.Hostname(); err == nil && host != "localhost" {
		t.DNSNames = append(t.DNSNames, host)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok {
			t.IPAddresses = append(t.IPAddresses, ip.IP)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, certFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// Fingerprint is the SHA-256 of a certificate as browsers show it, for people to compare: AB:CD:….
func Fingerprint(cert []byte) string {
	sum := sha256.Sum256(cert)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

// OwnFingerprint reads the fingerprint of the certificate that a kiosk made for itself, without making one.
func OwnFingerprint(dir string) (string, error) { return FileFingerprint(filepath.Join(dir, certFile)) }

// FileFingerprint reads the fingerprint of the first certificate in a PEM file.
func FileFingerprint(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read certificate: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return "", fmt.Errorf("read certificate: %s holds none", file)
	}
	return Fingerprint(block.Bytes), nil
}
