package node

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"onedoor/app/config"
	"onedoor/app/receipt"
	"onedoor/assets/dictionaries"
	"onedoor/sync/attach"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// OpenOutbox opens the outbox of a data directory as the program does that owns it. Nothing limits what may wait but the
// medium. clock may be nil. It returns outbox.ErrInUse while such a program runs.
func OpenOutbox(data string, id config.Identity, now func() time.Time, clock func(time.Time) item.Clock, logger *slog.Logger) (*outbox.Outbox, error) {
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return nil, fmt.Errorf("enrolled for another program: %w", err)
	}
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		return nil, err
	}
	source := id.Device.Source()
	numbers := receipt.Numbers{Hall: source.Hall, Kiosk: source.Kiosk, Incarnation: source.Incarnation, Salt: receipt.NewSalt()}
	return outbox.Open(outbox.Config{
		Dir: filepath.Join(data, "outbox"), Source: source, CaseNumber: numbers.Number, Now: now, Clock: clock, Logger: logger.With("part", "outbox"),
		Sealer: item.Sealer{Suite: suite, SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic,
			SignKey: id.Device.SignKey, SignPriv: id.SignPrivate, Dictionary: known.Newest()},
	})
}

// OpenAttachments opens the sealed files of a data directory.
func OpenAttachments(data string, id config.Identity) (*attach.Store, error) {
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return nil, fmt.Errorf("enrolled for another program: %w", err)
	}
	return attach.OpenStore(attach.Config{Dir: filepath.Join(data, "attachments"), Suite: suite, SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic})
}
