package backroom

import (
	"context"
	"time"

	"onedoor/app/health"
	"onedoor/app/readiness"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
)

// Staff keeps who works here and who is signed in, permits what they do and logs it.
type Staff interface {
	SignIn(ctx context.Context, surface staff.Surface, id string, pin []byte) (*staff.Session, error)
	SignOut(ctx context.Context, surface staff.Surface, token string) error
	Use(surface staff.Surface, token string) (*staff.Session, error)
	Reauthenticate(ctx context.Context, surface staff.Surface, token string, pin []byte) error
	Do(ctx context.Context, surface staff.Surface, token string, act staff.Act, do func(context.Context) error) error
}

var _ Staff = (*staff.Staff)(nil)

// Health tells what is wrong with the machine.
type Health interface {
	// Problems gives them worst first. It must not block.
	Problems() health.Problems
}

// Readiness says who can be served with what.
type Readiness interface {
	// Report is of now. It must not block.
	Report(now time.Time) readiness.Report
}

var _ Readiness = (*readiness.Keeper)(nil)

// Device is one of the machine's.
type Device interface{ Status() device.Status }

// Printer prints.
type Printer interface {
	Print(ctx context.Context, doc document.Document) printer.Result
}

// Outbox is what waits for central, and what became of it.
type Outbox interface {
	Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error)
	ByReceipt(number string) (outbox.Entry, error)
	ByTrack(hash string) (outbox.Entry, error)
	List(after uint64, limit int, keep func(outbox.State) bool) ([]outbox.Entry, error)
	Defer(ctx context.Context, ids []string, until time.Time, reason string) error
	Release(ctx context.Context, ids []string) error
	Void(ctx context.Context, ids []string, reason string) error
	Stats() outbox.Stats
}

// Link tells about the way to central.
type Link interface{ Status() engine.Status }

// Sending is what makes pauses between its tries to reach central.
type Sending interface {
	// Wake ends the present pause, unless central asked for it. It must not block.
	Wake()
}

var (
	_ Link    = (*engine.Engine)(nil)
	_ Sending = (*engine.Engine)(nil)
)

// Network takes the way to central step by step. It returns when the last step has ended, within some seconds.
type Network interface {
	Check(ctx context.Context, took func(Step))
}

// Step is one step of the way to central.
type Step struct {
	Name   text.Local
	Result StepResult
	Cause  text.Local // what was found
	Do     text.Local // what to do about it; empty where there is nothing to do
}

// StepResult is how a step ended.
type StepResult uint8

// The results.
const (
	StepGood StepResult = iota
	StepBad
	StepSkipped // there was no need, or one before it failed
)

// Dial is something that can be set from 0 to 100 percent. Its methods may take time.
type Dial interface {
	Get() (percent int, err error)
	Set(ctx context.Context, percent int) error
}

// Media finds what was plugged in to be written on.
type Media interface {
	Sticks() ([]Stick, error)
}

// Stick is a medium that is mounted.
type Stick struct {
	Name     string // its label, to be shown
	Disk     string // sdb1: tells two of one name apart
	Dir      string
	Free     uint64 // bytes
	ReadOnly bool
}

// Export writes what is to be taken away, sealed to central.
type Export interface {
	Queue(ctx context.Context, dir string) (Written, error)
	Logs(ctx context.Context, dir string) (Written, error)
}

// Written is what an export has made.
type Written struct {
	File  string // its name
	Items int
	Bytes int64
}
