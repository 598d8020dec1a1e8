package node

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/staff"
	"onedoor/sync/clock"
	"onedoor/sync/item"
)

// sureClock is how far the machine's clock may be off for old entries of the audit log to be dropped by it.
const sureClock = 24 * time.Hour

// openStaff opens the audit log and who may sign in. The outbox is open.
func (n *Node) openStaff(cfg Config, id config.Identity, hall *clock.Clock, suite item.Suite) (err error) {
	const day = 24 * time.Hour
	n.Audit, err = audit.Open(audit.Config{
		Dir: filepath.Join(cfg.File.Data, "audit"), Source: id.Device.Source(), Suite: suite, SignKey: id.Device.SignKey, SignPrivate: id.SignPrivate,
		Outbox: n.outbox, Now: cfg.Now, Keep: time.Duration(cfg.File.Audit.KeepDays) * day, Logger: cfg.Logger.With("part", "audit"),
		Certain: func() bool {
			known := hall.Estimate(cfg.Now())
			return known.Known && known.Offset.Abs() < sureClock
		},
	})
	if err != nil {
		return err
	}
	dir := filepath.Join(cfg.File.Data, "staff")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var pepper staff.KeySource
	if cfg.File.Staff.Pepper != "" {
		pepper = staff.KeyFile(cfg.File.Staff.Pepper)
	}
	n.Staff, err = staff.New(staff.Config{Rosters: n.outbox, Audit: n.Audit, Pepper: pepper, File: filepath.Join(dir, "tries.json"), Now: cfg.Now,
		Validity: cfg.validity(), Logger: cfg.Logger.With("part", "staff")})
	return err
}

// closeAudit says that the kiosk stops in order, and closes the log; its last checkpoint goes into the outbox.
func (n *Node) closeAudit() error {
	if n.Audit == nil {
		return nil
	}
	n.Audit.Note(audit.Event{Kind: audit.KindStopped, Actor: audit.System})
	if err := n.Audit.Close(); err != nil && !errors.Is(err, audit.ErrClosed) {
		return err
	}
	return nil
}

// said logs what this run begins with.
func (n *Node) said(cfg Config, id config.Identity, services *catalog.Catalogue) {
	incarnation, _ := strconv.ParseUint(id.Device.Incarnation, 10, 64) // of digits: the outbox took it
	if err := n.Audit.Begin(audit.Beginning{Incarnation: incarnation, Program: version(), Catalogue: services.Version, Configuration: cfg.File.Digest()}); err != nil {
		cfg.Logger.Error("look for what has changed since the last run", "err", err)
	}
}

// version is that of the program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && len(info.Settings) > 0 {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 40 {
				return s.Value[:40]
			}
		}
	}
	return "unknown"
}
