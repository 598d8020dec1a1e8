package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/central/pgstore"
)

type restoreCmd struct {
	Data        string `type:"existingdir" xor:"ledger" required:"" help:"Directory of the restored ledger and keys."`
	Database    string `xor:"ledger" required:"" help:"The restored ledger on PostgreSQL, postgres://…, in place of --data."`
	AllowUnsafe bool   `name:"allow-unsafe-database" help:"Take a PostgreSQL that may forget what it committed."`
}

// Help is shown by central restore --help.
func (*restoreCmd) Help() string {
	return `A backup knows less than central did when it was lost: what came in since then is missing. This command marks the
ledger by a new epoch. Kiosks that see the new epoch know that an acknowledgement given under the old one may be forgotten.

Stop central, put the whole data directory back (db, keys.json, operator-token), or restore the database, run this command
once, then serve. It refuses while central runs on it. If it is interrupted, run it again.`
}

// Run marks the ledger and prints its epoch.
func (c *restoreCmd) Run(stdout io.Writer, stderr errOut) error {
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	var epoch string
	var err error
	if c.Database != "" {
		epoch, err = pgstore.Restored(context.Background(), pgstore.Config{Database: c.Database, Logger: logger, AllowUnsafe: c.AllowUnsafe})
	} else {
		epoch, err = badgerstore.Restored(badgerstore.Config{Dir: c.Data, Logger: logger})
	}
	if errors.Is(err, central.ErrLocked) {
		return errors.New("central runs on this ledger: stop it first")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "the ledger has epoch %s now; central can serve it\n", epoch)
	return err
}
