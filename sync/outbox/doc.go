// Package outbox keeps what a kiosk accepted until central has it.
//
// It guarantees:
//   - Accept returns only when the item is durable, synced to the medium. Whatever kills the process then, the item is
//     there after the next Open.
//   - Accept is idempotent by ID: a second call, also after a restart, gives what the first one gave.
//   - Sequences are contiguous per source from 1, every item carries the digest of the one before it, items of a case are
//     numbered contiguously from 1, and no receipt number is given out twice.
//   - Reading never acknowledges. Only Settle with an ack that names the item's exact bytes ends its journey, and a refused
//     item is kept as a dead letter, never deleted.
//   - The first failed write stops the outbox: every later call returns ErrStopped until it has opened itself again, whole,
//     and the state on the medium decides what was accepted. Nothing is logged and carried on with.
//   - A directory belongs to one process at a time, and one that lost its contents is never taken for a new one.
//
// Attributes hold no personal data and payloads are sealed before they are written, so neither does the directory.
//
// All methods may be called from any goroutine. One goroutine commits; Close waits for it. The package needs a system
// with flock and msync, that is a Unix.
package outbox
