package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Errors of a database that the store does not use.
var (
	// ErrUnsafe is returned for a database that confirms commits which a power cut can still undo.
	ErrUnsafe = errors.New("database would lose acknowledged items in a power cut")
	// ErrStandby is returned for a database that only reads, as one that follows another does.
	ErrStandby = errors.New("database is a standby and cannot be written to")
)

// Advisory locks are named by two numbers; lockClass and lockKiosk are the first, so that they do not meet others'.
const (
	lockClass = 0x4f4e4544 // the store's own, by the numbers below
	lockKiosk = 0x4f4e454b // by the kiosk's 8 digits

	lockMigrate = 1
	lockInUse   = 2 // shared, by every store that is open
	lockDevices = 3 // by whoever gives out device numbers
	lockRosters = 4 // by whoever changes the staff of a hall
)

// server is what a connection finds at its other end.
type server struct {
	id, timeline string
	weak         []string // settings that make commits unsafe, as name=value
}

// same reports whether everything that was confirmed on s must be known to o.
func (s server) same(o server) bool { return s.id == o.id && s.timeline == o.timeline }

// inspect asks the server what it is and how it commits. ErrStandby.
func inspect(ctx context.Context, conn *pgx.Conn) (server, error) {
	var s server
	var fsync, commit, pages string
	var standby bool
	err := conn.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
		pg_is_in_recovery(), (pg_control_system()).system_identifier::text,
		CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END`).
		Scan(&fsync, &commit, &pages, &standby, &s.id, &s.timeline)
	if err != nil {
		return s, fmt.Errorf("look at the database: %w", err)
	}
	if standby {
		return s, ErrStandby
	}
	for _, setting := range []struct{ name, value string }{{"fsync", fsync}, {"synchronous_commit", commit}, {"full_page_writes", pages}} {
		if setting.value == "off" {
			s.weak = append(s.weak, setting.name+"=off")
		}
	}
	return s, nil
}

// safe gives ErrUnsafe when the server's commits are not.
func (s server) safe() error {
	if len(s.weak) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s; switch on what is off", ErrUnsafe, strings.Join(s.weak, ", "))
}
