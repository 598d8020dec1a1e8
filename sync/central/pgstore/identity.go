package pgstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrOtherKeys is returned when the ledger belongs to other keys than those at hand.
var ErrOtherKeys = errors.New("ledger belongs to other keys: copy the key file of a central that runs on this database")

// identify gives the epoch of the ledger, made when there is none. The ledger gets a new one when the server is another
// than the last time: what was confirmed there may be missing here.
func identify(ctx context.Context, conn *pgx.Conn, now server) (epoch string, moved bool, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO identity (epoch, server, timeline) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", newUUID(), now.id, now.timeline)
		if err != nil {
			return err
		}
		var was server
		if err := tx.QueryRow(ctx, "SELECT epoch, server, timeline FROM identity FOR UPDATE").Scan(&epoch, &was.id, &was.timeline); err != nil {
			return err
		}
		if moved = !was.same(now); !moved {
			return nil
		}
		epoch = newUUID()
		return setEpoch(ctx, tx, epoch, now)
	})
	if err != nil {
		return "", false, fmt.Errorf("read the ledger's epoch: %w", err)
	}
	return epoch, moved, nil
}

func setEpoch(ctx context.Context, tx pgx.Tx, epoch string, on server) error {
	_, err := tx.Exec(ctx, "UPDATE identity SET epoch = $1, server = $2, timeline = $3", epoch, on.id, on.timeline)
	return err
}

// Restored gives a ledger that was restored from a backup a new epoch, and returns it. From then on devices know that
// central may have forgotten what it acknowledged under the old one, and send again what they still have. The error is
// central.ErrLocked while a store has the database open.
func Restored(ctx context.Context, cfg Config) (epoch string, err error) {
	s, err := connect(ctx, cfg)
	if err != nil {
		return "", fmt.Errorf("take restored database: %w", err)
	}
	defer s.pool.Close()
	err = s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		on, err := prepare(ctx, c.Conn())
		if err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if err := lockAlone(ctx, tx); err != nil {
				return err
			}
			epoch = newUUID()
			return setEpoch(ctx, tx, epoch, on)
		})
	})
	if err != nil {
		return "", fmt.Errorf("take restored database: %w", err)
	}
	return epoch, nil
}

// Claim binds the ledger to a set of keys by their fingerprint, which is the caller's; the first to come decides.
// ErrOtherKeys when they are not those.
func (s *Store) Claim(ctx context.Context, fingerprint string) error {
	ctx, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var claimed string
	err = s.pool.QueryRow(ctx, "UPDATE identity SET keys = COALESCE(keys, $1) RETURNING keys", fingerprint).Scan(&claimed)
	if err != nil {
		return fmt.Errorf("claim the ledger: %w", known(err))
	}
	if claimed != fingerprint {
		return ErrOtherKeys
	}
	return nil
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return formatUUID(b)
}

func formatUUID(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// parseUUID reads the one form in which ids travel: lower case with four hyphens.
func parseUUID(s string) (b [16]byte, err error) {
	if len(s) == 36 {
		if _, err = hex.Decode(b[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err == nil && formatUUID(b) == s {
			return b, nil
		}
	}
	return b, fmt.Errorf("%.40q is not an id", s)
}
