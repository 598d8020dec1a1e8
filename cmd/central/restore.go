package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
)

type restoreCmd struct {
	Data string `required:"" type:"existingdir" help:"Directory of the restored ledger and keys."`
}

// Help is shown by central restore --help.
func (*restoreCmd) Help() string {
	return `A backup knows less than central did when it was lost: what came in since then is missing. This command marks the
ledger by a new epoch. Kiosks that see the new epoch know that an acknowledgement given under the old one may be forgotten.

Stop central, put the whole data directory back (db, keys.json, operator-token), run this command once, then serve. It
refuses while central runs on the directory. If it is interrupted, run it again.`
}

// Run marks the ledger and prints its epoch.
func (c *restoreCmd) Run(stdout io.Writer, stderr errOut) error {
	epoch, err := badgerstore.Restored(badgerstore.Config{Dir: c.Data, Logger: slog.New(slog.NewTextHandler(stderr, nil))})
	if errors.Is(err, central.ErrLocked) {
		return fmt.Errorf("central runs on %s: stop it first", c.Data)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "the ledger has epoch %s now; central can serve it\n", epoch)
	return err
}
