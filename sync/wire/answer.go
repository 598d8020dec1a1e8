package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrNoAnswer is returned for everything that does not prove to be the upstream's answer to this very request: no
// connection, a captive portal's page, a redirect, a cut body, a wrong signature. Nothing may be concluded from it.
var ErrNoAnswer = errors.New("no answer from upstream")

// NoAnswerError says why there is no answer. It is an ErrNoAnswer.
type NoAnswerError struct {
	Reason     string        // fixed words, for logs and counters
	Status     int           // of the HTTP response that did not count; 0 if there was none
	RetryAfter time.Duration // asked for by it, at most MaxRetryAfter; a hint that costs nothing to follow
	Claims     string        // type of the problem that it says it is; anybody can say that, so it is good for showing only
	Err        error         // may be nil
}

// Error implements error.
func (e *NoAnswerError) Error() string {
	s := ErrNoAnswer.Error() + ": " + e.Reason
	if e.Status != 0 {
		s += " (status " + strconv.Itoa(e.Status) + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is makes it an ErrNoAnswer.
func (e *NoAnswerError) Is(target error) bool { return target == ErrNoAnswer }

// Unwrap gives the cause.
func (e *NoAnswerError) Unwrap() error { return e.Err }

// ProblemError is an upstream's signed refusal of a whole request. An upstream signs only for a device that it knows, so
// 401 and 403 are its word about this device, while a stranger's are no answer.
type ProblemError struct {
	Status     int
	Epoch      string // of the upstream's ledger; empty for a refused enrolment, which is not signed
	Problem    Problem
	RetryAfter time.Duration // 0 if not asked for; at most MaxRetryAfter
}

// Error implements error.
func (e *ProblemError) Error() string {
	return fmt.Sprintf("upstream refused: %d %s %s", e.Status, e.Problem.Type, e.Problem.Title)
}

// MaxRetryAfter caps what an upstream, or whoever poses as one, can ask for.
const MaxRetryAfter = time.Hour

// retryAfter reads the header in both its forms. A date is compared with the sender's own clock, since the kiosk's may
// be wrong.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	var d time.Duration
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		d = time.Duration(min(s, int64(MaxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(v); err == nil {
		if sent, err := http.ParseTime(h.Get("Date")); err == nil {
			now = sent
		}
		d = at.Sub(now)
	}
	return max(0, min(d, MaxRetryAfter))
}
