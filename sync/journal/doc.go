// Package journal keeps numbered records in append-only files.
//
// It guarantees:
//   - Append returns only when the records are on the medium: one write and one sync for all of them, or ErrFailed for ever.
//   - What was appended is read back as it was or as ErrDamaged, whatever became of the files; a damaged record hides none of
//     the others.
//   - A write that was cut off in its middle was never answered, and leaves nothing behind: neither now nor after later
//     writes.
//   - Files are dropped whole, oldest first; what is in a dropped file is gone.
//
// The journal does not know how far it once reached: whoever uses it keeps a witness. All methods may be called from any
// goroutine, but Append from one at a time. The package needs a system with fdatasync, that is Linux.
//
// It is not hashicorp/raft-wal, which is as fast: that one deletes at opening every file that its own index does not name,
// so that losing the index loses the log; it checks only the last batch at opening and nothing at reading; and a damaged
// record takes all that follow with it.
package journal
