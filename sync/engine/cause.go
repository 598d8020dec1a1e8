package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"

	"onedoor/sync/wire"
)

// Cause tells apart what different people put right: the network's, the certificate's, a name's, this machine's clock. It is a
// guess from one error, good for showing and for nothing else: no answer proves who did not give it.
type Cause string

// The causes.
const (
	CauseNetwork     Cause = "network"
	CauseRefused     Cause = "refused"  // something is there, and not listening
	CauseTimeout     Cause = "time-out" // nothing came in time
	CauseName        Cause = "name"     // the upstream's name leads nowhere
	CauseTLS         Cause = "tls"      // what answers does not speak TLS
	CauseCertificate Cause = "certificate"
	CauseClock       Cause = "clock"          // the certificate is not valid at this machine's time
	CauseOther       Cause = "other"          // an answer came that is not the upstream's: a login page, a proxy
	CauseUnknown     Cause = "device-unknown" // an answer that proves nothing says that this device is not enrolled
)

// causeOf looks at the error: the words of errors hold ports and times and are another's each time.
func causeOf(err error) Cause {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var name *net.DNSError
	var slow net.Error
	var no *wire.NoAnswerError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired: // or not yet valid
		return CauseClock
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid):
		return CauseCertificate
	case errors.As(err, &record):
		return CauseTLS
	case errors.As(err, &name):
		return CauseName
	case errors.Is(err, syscall.ECONNREFUSED):
		return CauseRefused
	case errors.As(err, &no) && no.Claims == wire.ProblemUnknown:
		return CauseUnknown
	case errors.As(err, &no) && no.Status != 0:
		return CauseOther
	case errors.As(err, &slow) && slow.Timeout():
		return CauseTimeout
	}
	return CauseNetwork
}
