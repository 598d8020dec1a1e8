// Package pgstore is central's store for a fleet: PostgreSQL underneath, and any number of processes on one database.
//
// It guarantees what central.Store asks for, by these means:
//   - A method that writes answers after PostgreSQL has confirmed the commit. A database that confirms before the commit
//     is on its disk (fsync, synchronous_commit or full_page_writes off) is refused on every connection, unless
//     Config.AllowUnsafe.
//   - The ledger is append-only for whoever uses the tables, by triggers; (source, sequence), (source, id) and the place in
//     a case are unique there, by indexes. What is decided in Go is decided under a lock of the kiosk, and an index that
//     was faster all the same makes it decide again.
//   - Positions of the ledger and of the feed have no gaps and become visible in their order, whichever process gives them
//     out: they come from one row that is locked until the commit. So a reader never passes by what commits later.
//   - A change made through one process wakes those who wait in another, by NOTIFY. Nothing rests on it: whoever missed
//     one is woken when the line is back.
//   - A database that is another server than before, or one that took over from it, may have forgotten what was
//     acknowledged: a store that is open stops, and the next start begins a new epoch, so that kiosks send again what they
//     have. A server that was put back from a copy of its files looks the same; that one needs Restored.
//   - A ledger belongs to one set of keys, by Claim, so that no process seals or signs with others.
//
// When the line breaks during a commit, only the database knows the outcome: the error is ErrUncertain, and the same
// call again finds out. What broke before that is done again on another connection, within limits, or has not happened.
//
// Migrations are part of the program. They run at Open, under a lock; a database that a newer version has migrated is
// refused.
package pgstore
