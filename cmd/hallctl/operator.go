package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"onedoor/app/audit"
)

// recordLimit bounds the wait for the audit log.
const recordLimit = 10 * time.Second

// logged does to a kiosk's outbox what said tells of, and writes how it ended into the kiosk's audit log. A log that can not be
// opened keeps it from being done. A directory without one is of a machine that has never run as a kiosk.
func (o *opened) logged(e *env, said []audit.Event, do func() error) error {
	if _, err := os.Stat(o.auditDir()); errors.Is(err, fs.ErrNotExist) {
		return do()
	}
	log, err := audit.Open(audit.Config{
		Dir: o.auditDir(), Source: o.id.Device.Source(), Suite: o.suite, SignKey: o.id.Device.SignKey, SignPrivate: o.id.SignPrivate,
		Outbox: o.Outbox, Now: time.Now, Logger: e.logger,
		Certain: func() bool { return false }, // how long entries are kept stands in the kiosk's configuration
	})
	if err != nil {
		return failure{"audit", err.Error(), "nothing was done, since it could not be logged: make room on the disk, or see what \"hallctl audit verify\" says"}
	}
	err = do()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), recordLimit)
	defer cancel()
	for _, one := range said {
		if one.Actor = audit.Operator; err != nil {
			one.Disposition = audit.Failed
		}
		err = errors.Join(err, log.Record(ctx, one))
	}
	return errors.Join(err, log.Close())
}
