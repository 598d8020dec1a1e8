package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"onedoor/sync/wire"
)

// Trust reads the authority that alone may vouch for the upstream, a PEM file; without one the system's authorities do.
func Trust(ca string) (wire.HTTPOptions, error) {
	if ca == "" {
		return wire.HTTPOptions{}, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return wire.HTTPOptions{}, fmt.Errorf("%w: central.ca: %w", ErrConfig, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return wire.HTTPOptions{}, fmt.Errorf("%w: central.ca: %s holds no certificate in PEM", ErrConfig, ca)
	}
	return wire.HTTPOptions{TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}, nil
}
