package badgerstore

import (
	"context"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// SetFormat makes a ledger that is not open anywhere one of another format.
func SetFormat(cfg Config, format int) (err error) {
	s, _, err := openDB(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.update(context.Background(), func(txn *badger.Txn) error { return set(txn, keyFormat(), format) })
}
