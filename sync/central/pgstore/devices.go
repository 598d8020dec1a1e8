package pgstore

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
)

// SaveCode implements central.Store.
func (s *Store) SaveCode(ctx context.Context, at time.Time, code central.EnrolCode) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		old, err := readCode(ctx, w, code.Handle)
		if err != nil {
			return err
		}
		if old != nil && old.Expires.After(at) {
			return central.ErrExists
		}
		b := &pgx.Batch{}
		if err := queueCode(b, code); err != nil {
			return err
		}
		return w.commit(ctx, b)
	})
}

// readCode begins the transaction and reads a code, alone until it ends; nil when there is none.
func readCode(ctx context.Context, w *writer, handle string) (code *central.EnrolCode, err error) {
	if !plain(handle) {
		return nil, central.ErrCode
	}
	b := w.begin()
	b.Queue("SELECT pg_advisory_xact_lock($1, $2)", lockClass, lockDevices)
	b.Queue("SELECT body FROM codes WHERE handle = $1", handle).Query(each(func(rows pgx.Rows) error {
		code = &central.EnrolCode{}
		return scanJSON(rows, code)
	}))
	return code, w.send(ctx, b)
}

func scanJSON(rows pgx.Rows, v any) error {
	var body []byte
	if err := rows.Scan(&body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

func queueCode(b *pgx.Batch, code central.EnrolCode) error {
	body, err := json.Marshal(code)
	if err != nil {
		return fmt.Errorf("encode code: %w", err)
	}
	b.Queue("INSERT INTO codes (handle, body) VALUES ($1, $2::text::json) ON CONFLICT (handle) DO UPDATE SET body = EXCLUDED.body", code.Handle, string(body))
	return nil
}

// Enrol implements central.Store.
func (s *Store) Enrol(ctx context.Context, req central.EnrolRequest) (central.Device, error) {
	var dev central.Device
	refused := false
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		dev, refused = central.Device{}, false
		code, err := readCode(ctx, w, req.Handle)
		switch {
		case err != nil:
			return err
		case code == nil:
			return central.ErrCode
		}
		right := subtle.ConstantTimeCompare([]byte(code.SecretHash), []byte(req.SecretHash)) == 1
		if right && code.UsedBy != "" {
			// The answer was lost: the same machine may hear it again, late, too, since only its key can use it.
			b := &pgx.Batch{}
			b.Queue("SELECT body FROM devices WHERE source = $1", code.UsedBy).Query(each(func(rows pgx.Rows) error { return scanJSON(rows, &dev) }))
			if err := w.send(ctx, b); err != nil {
				return err
			}
			if subtle.ConstantTimeCompare(dev.SignPublic, req.SignPublic) != 1 || dev.Suite != req.Suite || dev.Revoked() {
				return central.ErrCode
			}
			return errDone
		}
		if code.Tries >= req.MaxTries || !req.At.Before(code.Expires) {
			return central.ErrCode
		}
		b := &pgx.Batch{}
		if !right {
			refused = true
			code.Tries++
		} else {
			if dev, err = addDevice(ctx, w, b, *code, req); err != nil {
				return err
			}
			code.UsedBy = dev.Source().String()
		}
		if err := queueCode(b, *code); err != nil {
			return err
		}
		return w.commit(ctx, b)
	})
	if err == nil && refused {
		err = central.ErrCode
	}
	if err != nil {
		return central.Device{}, err
	}
	return dev, nil
}

// addDevice numbers a new device and adds it to b. It runs under the lock that readCode took.
func addDevice(ctx context.Context, w *writer, b *pgx.Batch, code central.EnrolCode, req central.EnrolRequest) (central.Device, error) {
	var number, incarnation int
	kiosk := formatKiosk(code.Kiosk)
	ask := &pgx.Batch{}
	ask.Queue("SELECT COALESCE(max(number), 0) + 1, (SELECT count(*) + 1 FROM devices WHERE kiosk = $1) FROM devices", kiosk).
		QueryRow(func(row pgx.Row) error { return row.Scan(&number, &incarnation) })
	if err := w.send(ctx, ask); err != nil {
		return central.Device{}, err
	}
	if incarnation > 99 || number > math.MaxUint16 {
		return central.Device{}, fmt.Errorf("enrol device: no number left for kiosk %s %s", code.Kiosk.Hall, code.Kiosk.Number)
	}
	dev := central.Device{
		Number: uint16(number), Kiosk: code.Kiosk, HallName: code.HallName, Incarnation: fmt.Sprintf("%02d", incarnation),
		Suite: req.Suite, SignPublic: req.SignPublic, EnrolledAt: req.At.UTC(),
	}
	body, err := json.Marshal(dev)
	if err != nil {
		return central.Device{}, fmt.Errorf("encode device: %w", err)
	}
	b.Queue("INSERT INTO devices (source, number, kiosk, body) VALUES ($1, $2, $3, $4::text::json)", dev.Source().String(), number, kiosk, string(body))
	return dev, nil
}

func (s *Store) device(ctx context.Context, sql string, arg any) (central.Device, error) {
	var dev central.Device
	found := false
	err := s.read(ctx, func(rows pgx.Rows) error {
		found = true
		return scanJSON(rows, &dev)
	}, sql, arg)
	return dev, first(found, err)
}

// Device implements central.Store.
func (s *Store) Device(ctx context.Context, source string) (central.Device, error) {
	if !plain(source) {
		return central.Device{}, central.ErrNotFound
	}
	return s.device(ctx, "SELECT body FROM devices WHERE source = $1", source)
}

// DeviceByNumber implements central.Store.
func (s *Store) DeviceByNumber(ctx context.Context, number uint16) (central.Device, error) {
	return s.device(ctx, "SELECT body FROM devices WHERE number = $1", int32(number))
}

// Devices implements central.Store.
func (s *Store) Devices(ctx context.Context, after uint16, limit int) ([]central.Device, error) {
	var list []central.Device
	err := s.read(ctx, func(rows pgx.Rows) error {
		var dev central.Device
		err := scanJSON(rows, &dev)
		list = append(list, dev)
		return err
	}, "SELECT body FROM devices WHERE number > $1 ORDER BY number LIMIT $2", int32(after), limit)
	return list, err
}

// Revoke implements central.Store.
func (s *Store) Revoke(ctx context.Context, r central.Revocation) ([]central.Device, error) {
	kiosk := formatKiosk(r.Kiosk)
	if !plain(kiosk) {
		return nil, central.ErrNotFound
	}
	var list []central.Device
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		list = nil
		b := w.begin()
		b.Queue("SELECT pg_advisory_xact_lock($1, $2)", lockClass, lockDevices) // none is enrolled meanwhile
		b.Queue("SELECT body FROM devices WHERE kiosk = $1 ORDER BY number", kiosk).Query(each(func(rows pgx.Rows) error {
			var dev central.Device
			err := scanJSON(rows, &dev)
			if r.Of(dev) {
				list = append(list, dev)
			}
			return err
		}))
		if err := w.send(ctx, b); err != nil {
			return err
		}
		if len(list) == 0 {
			return central.ErrNotFound
		}
		b = &pgx.Batch{}
		for i := range list {
			dev := &list[i]
			if dev.Revoked() {
				continue
			}
			dev.RevokedAt, dev.RevokedFor = r.At.UTC(), r.Reason
			body, err := json.Marshal(dev)
			if err != nil {
				return fmt.Errorf("encode device: %w", err)
			}
			b.Queue("UPDATE devices SET body = $2::text::json WHERE source = $1", dev.Source().String(), string(body))
		}
		b.Queue("SELECT pg_notify($1, $2)", channel, kiosk)
		return w.commit(ctx, b)
	})
	if err != nil {
		return nil, err
	}
	s.wake(r.Kiosk)
	return list, nil
}
