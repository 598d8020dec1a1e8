package pgstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
)

// channel is the name under which processes tell each other whose feed has grown.
const channel = "onedoor_feed"

const (
	watchPause = 250 * time.Millisecond // before the next try after the line broke
	watchProbe = 30 * time.Second       // of silence, after which the line is tried
)

// askers are the kiosks that someone waits for, so that all can be woken.
type askers struct {
	mu     sync.Mutex
	kiosks map[central.Kiosk]bool
}

// Changed implements central.Store.
func (s *Store) Changed(kiosk central.Kiosk) <-chan struct{} {
	s.asked.mu.Lock()
	defer s.asked.mu.Unlock()
	if s.asked.kiosks == nil {
		s.asked.kiosks = map[central.Kiosk]bool{}
	}
	s.asked.kiosks[kiosk] = true
	return s.waiting.Changed(kiosk)
}

// wake wakes those who wait for kiosk in this process.
func (s *Store) wake(kiosk central.Kiosk) {
	s.asked.mu.Lock()
	defer s.asked.mu.Unlock()
	delete(s.asked.kiosks, kiosk)
	s.waiting.Notify(kiosk)
}

// wakeAll wakes everyone, since something may have been missed.
func (s *Store) wakeAll() {
	s.asked.mu.Lock()
	defer s.asked.mu.Unlock()
	for kiosk := range s.asked.kiosks {
		s.waiting.Notify(kiosk)
	}
	clear(s.asked.kiosks)
}

// watch hears on conn what other processes change, and on others after that, until ctx ends.
func (s *Store) watch(ctx context.Context, conn *pgx.Conn) {
	defer close(s.watched)
	for {
		err := s.hear(ctx, conn)
		closeLine(ctx, conn)
		if ctx.Err() != nil {
			return
		}
		s.logger.Warn("line to the database broke", "error", err)
		if conn = s.relisten(ctx); conn == nil {
			return
		}
		s.logger.Info("line to the database is back")
		s.wakeAll() // whoever waits may have missed something
	}
}

// relisten tries until it has a new line; nil when ctx ended.
func (s *Store) relisten(ctx context.Context) *pgx.Conn {
	ticker := time.NewTicker(watchPause)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if conn, err := s.listen(ctx); err == nil {
			return conn
		}
	}
}

// listen makes a connection that hears notifications. Its lock tells Restored that a store is open.
func (s *Store) listen(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("listen to other processes: %w", err)
	}
	if err = s.check(ctx, conn); err == nil {
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1, $2)", lockClass, lockInUse)
	}
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN "+channel)
	}
	if err != nil {
		closeLine(ctx, conn)
		return nil, fmt.Errorf("listen to other processes: %w", err)
	}
	return conn, nil
}

// probe asks whether anyone is at the other end.
func probe(ctx context.Context, conn *pgx.Conn) error {
	bounded, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	return conn.Ping(bounded)
}

// closeLine ends a connection, also after ctx has ended.
func closeLine(ctx context.Context, conn *pgx.Conn) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = conn.Close(bounded) // what it could say is of no use any more
}

// hear wakes those who wait, until the line breaks or ctx ends.
func (s *Store) hear(ctx context.Context, conn *pgx.Conn) error {
	for {
		bounded, cancel := context.WithTimeout(ctx, watchProbe)
		told, err := conn.WaitForNotification(bounded)
		silent := bounded.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err == nil:
			if kiosk, ok := parseKiosk(told.Payload); ok {
				s.wake(kiosk)
			}
		case silent && !conn.IsClosed():
			if err := probe(ctx, conn); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// lockAlone takes the lock that every open store shares, until the transaction ends. central.ErrLocked.
func lockAlone(ctx context.Context, tx pgx.Tx) error {
	var alone bool
	if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1, $2)", lockClass, lockInUse).Scan(&alone); err != nil {
		return err
	}
	if !alone {
		return central.ErrLocked
	}
	return nil
}

// formatKiosk writes a kiosk as its 8 digits.
func formatKiosk(k central.Kiosk) string { return k.Hall + k.Number }

func parseKiosk(digits string) (k central.Kiosk, ok bool) {
	if len(digits) != 8 {
		return k, false
	}
	return central.Kiosk{Hall: digits[:5], Number: digits[5:]}, true
}
