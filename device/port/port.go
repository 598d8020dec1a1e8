// Package port is a byte line to a device: a serial port made safe for unattended use, and an in-memory pair for tests.
//
// What it guarantees, for every Port:
//   - Every wait has a limit: Read and Write end with their context, Close returns within two seconds.
//   - An idle line is ErrTimeout, a device that has gone is ErrUnplugged; the two are never mixed up.
//   - Bytes that were received are wiped from the port's own buffers once they are handed over, flushed or closed.
//   - Read, Write, Flush and Close may be called from different goroutines; Read and Write each from one at a time.
package port

import (
	"context"
	"errors"

	"onedoor/device"
)

// Port is an open line. All methods return the errors of this package, wrapped with what was being done.
type Port interface {
	// Read waits for at least one byte and copies what is there into p. It returns ErrTimeout when the deadline of ctx
	// passes, the context's own error when it is cancelled, ErrUnplugged when the device has gone, ErrClosed after Close.
	Read(ctx context.Context, p []byte) (int, error)
	// Write hands p to the operating system and says how many bytes were taken. That is no proof that they reached the
	// device. Without a deadline in ctx it allows ten seconds.
	Write(ctx context.Context, p []byte) (int, error)
	// Flush throws away what has come in and was not read, and what was written and has not gone out.
	Flush() error
	// Close ends all waits and gives the line back. A second Close returns ErrClosed.
	Close() error
}

// The errors of a Port, for errors.Is.
var (
	ErrTimeout   = errors.New("port: time-out")
	ErrUnplugged = errors.New("port: device unplugged")
	ErrNotFound  = errors.New("port: no such device")
	ErrInUse     = errors.New("port: in use by another program")
	ErrClosed    = errors.New("port: closed")
	ErrBadSpeed  = errors.New("port: unsupported line speed")
)

// ProblemOf names the device problem behind an error of this package. ErrTimeout becomes ProblemSilent, which fits a
// read; who meets it in a write says ProblemStuck instead. Unknown errors become ProblemUnplugged; nil is no problem.
func ProblemOf(err error) device.Problem {
	switch {
	case err == nil:
		return device.ProblemNone
	case errors.Is(err, ErrTimeout):
		return device.ProblemSilent
	case errors.Is(err, ErrInUse):
		return device.ProblemPortInUse
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrBadSpeed):
		return device.ProblemNoPort
	default:
		return device.ProblemUnplugged
	}
}

// contextError turns the end of a context into the error that a Port promises.
func contextError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ctx.Err()
}
