package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// kind tells causes apart that different people put right: the network's, the certificate's, a name's. Words of errors hold
// ports and times and are another's each time.
func kind(err error) string {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var name *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid):
		return "certificate"
	case errors.As(err, &record):
		return "tls"
	case errors.As(err, &name):
		return "name"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.As(err, &slow) && slow.Timeout():
		return "time-out"
	}
	return "network"
}
