package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onedoor/sync/central"
)

// ErrUncertain is returned when the line broke, or the wait ended, during a commit: it happened or it did not, and the
// same call again tells.
var ErrUncertain = errors.New("outcome of the commit is not known")

// ErrDamaged is returned for a row that does not hold what was written there.
var ErrDamaged = errors.New("row is damaged")

// errDone ends a transaction that has nothing to write.
var errDone = errors.New("nothing to write")

// attempts bounds how often a transaction is made anew that others were faster than, or whose connection was dead.
const attempts = 5

// rollbackLimit bounds the wait for a rollback; the connection is given up after it.
const rollbackLimit = 5 * time.Second

// writer is one transaction. It goes to the server in as few packets as its questions allow: begin goes with the first
// batch and commit with the last, so that locks are not held over the line's delay.
type writer struct {
	conn       *pgxpool.Conn
	committing bool
}

// begin gives a batch that begins the transaction.
func (w *writer) begin() *pgx.Batch {
	b := &pgx.Batch{}
	b.Queue("BEGIN")
	return b
}

// send asks what is in the batch and runs the functions that wait for the answers.
func (w *writer) send(ctx context.Context, b *pgx.Batch) error {
	return w.conn.SendBatch(ctx, b).Close()
}

// commit ends the transaction with a last batch. It is durable when the error is nil.
func (w *writer) commit(ctx context.Context, b *pgx.Batch) error {
	b.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return fmt.Errorf("commit ended as %q", tag)
		}
		return nil
	})
	w.committing = true
	return w.send(ctx, b)
}

// write runs fn as one transaction. It is run again on another one when it was in others' way or its connection turned
// out to be dead; so fn begins from nothing each time.
func (s *Store) write(ctx context.Context, fn func(context.Context, *writer) error) error {
	ctx, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for n := 1; ; n++ {
		again, err := s.attempt(ctx, fn)
		if err == nil || errors.Is(err, errDone) {
			return nil
		}
		if !again || n == attempts || ctx.Err() != nil {
			return known(err)
		}
	}
}

func (s *Store) attempt(ctx context.Context, fn func(context.Context, *writer) error) (again bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release() // closes a connection that is left in a transaction
	w := &writer{conn: conn}
	err = fn(ctx, w)
	if err == nil {
		return false, nil
	}
	if !conn.Conn().IsClosed() && conn.Conn().PgConn().TxStatus() != 'I' {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
		defer cancel()
		_, _ = conn.Exec(bounded, "ROLLBACK") // if that fails, Release ends the connection and so the transaction
	}
	refused, fatal := refusal(err)
	switch {
	case refused != nil && !fatal:
		return overtaken(refused), err
	case w.committing:
		return false, fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return fatal || conn.Conn().IsClosed(), err
}

// refusal finds the server's own word in err, and whether it ended the connection.
func refusal(err error) (refused *pgconn.PgError, fatal bool) {
	if !errors.As(err, &refused) {
		return nil, false
	}
	return refused, refused.SeverityUnlocalized != "ERROR"
}

// overtaken reports whether another transaction was faster: its rows are there to read now.
func overtaken(refused *pgconn.PgError) bool {
	switch refused.Code {
	case "23505", "40001", "40P01": // unique_violation, serialization_failure, deadlock_detected
		return true
	}
	return false
}

// known gives the errors of central.Store where the server means one of them.
func known(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "53100" { // disk_full
		return fmt.Errorf("%w: %w", central.ErrFull, err)
	}
	return err
}
