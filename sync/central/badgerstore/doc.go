// Package badgerstore is central's embedded store: one directory, one process, Badger underneath.
//
// It guarantees what central.Store asks for, by these means. Every write is one synced transaction made under one lock.
// The first failed write stops the store (Badger can lose acknowledged records when writing goes on after one). A full
// disk is refused before Badger meets it, since it would kill the process. Every value carries a checksum over key and
// value, since Badger by default returns damaged bytes without an error. A witness file beside the database tells a
// lost database from a new one.
package badgerstore
