package badgerstore

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
)

// SaveCode implements central.Store.
func (s *Store) SaveCode(ctx context.Context, at time.Time, code central.EnrolCode) error {
	return s.update(ctx, func(txn *badger.Txn) error {
		var old central.EnrolCode
		switch err := get(txn, keyCode(code.Handle), &old); {
		case errors.Is(err, central.ErrNotFound):
		case err != nil:
			return err
		case old.Expires.After(at):
			return central.ErrExists
		}
		return set(txn, keyCode(code.Handle), code)
	})
}

// Enrol implements central.Store.
func (s *Store) Enrol(ctx context.Context, req central.EnrolRequest) (central.Device, error) {
	var dev central.Device
	refused := false
	err := s.update(ctx, func(txn *badger.Txn) error {
		var code central.EnrolCode
		err := get(txn, keyCode(req.Handle), &code)
		if errors.Is(err, central.ErrNotFound) {
			refused = true
			return nil
		}
		if err != nil {
			return err
		}
		right := subtle.ConstantTimeCompare([]byte(code.SecretHash), []byte(req.SecretHash)) == 1
		if right && code.UsedBy != "" {
			// The answer was lost: the same machine may hear it again, late, too, since only its key can use it.
			if err := get(txn, keyDevice(code.UsedBy), &dev); err != nil {
				return err
			}
			refused = subtle.ConstantTimeCompare(dev.SignPublic, req.SignPublic) != 1 || dev.Suite != req.Suite || dev.Revoked()
			return nil
		}
		if code.Tries >= req.MaxTries || !req.At.Before(code.Expires) {
			refused = true
			return nil
		}
		if !right {
			refused = true
			code.Tries++
			return set(txn, keyCode(req.Handle), code)
		}
		if dev, err = addDevice(txn, code, req); err != nil {
			return err
		}
		code.UsedBy = dev.Source().String()
		return set(txn, keyCode(req.Handle), code)
	})
	if err != nil {
		return central.Device{}, err
	}
	if refused {
		return central.Device{}, central.ErrCode
	}
	return dev, nil
}

func addDevice(txn *badger.Txn, code central.EnrolCode, req central.EnrolRequest) (central.Device, error) {
	var incarnation uint64
	if err := get(txn, keyIncarnation(code.Kiosk), &incarnation); err != nil && !errors.Is(err, central.ErrNotFound) {
		return central.Device{}, err
	}
	incarnation++
	n, err := next(txn, "device")
	if err != nil {
		return central.Device{}, err
	}
	if incarnation > 99 || n > math.MaxUint16 {
		return central.Device{}, fmt.Errorf("enrol device: no number left for kiosk %s %s", code.Kiosk.Hall, code.Kiosk.Number)
	}
	dev := central.Device{
		Number: uint16(n), Kiosk: code.Kiosk, HallName: code.HallName, Incarnation: fmt.Sprintf("%02d", incarnation),
		Suite: req.Suite, SignPublic: req.SignPublic, EnrolledAt: req.At.UTC(),
	}
	source := dev.Source().String()
	return dev, errors.Join(
		set(txn, keyIncarnation(code.Kiosk), incarnation), set(txn, keyDevice(source), dev), set(txn, keyNumber(dev.Number), source))
}

// Device implements central.Store.
func (s *Store) Device(ctx context.Context, source string) (central.Device, error) {
	var dev central.Device
	err := s.view(ctx, func(txn *badger.Txn) error { return get(txn, keyDevice(source), &dev) })
	return dev, err
}

// DeviceByNumber implements central.Store.
func (s *Store) DeviceByNumber(ctx context.Context, number uint16) (central.Device, error) {
	var dev central.Device
	err := s.view(ctx, func(txn *badger.Txn) error {
		var source string
		if err := get(txn, keyNumber(number), &source); err != nil {
			return err
		}
		return get(txn, keyDevice(source), &dev)
	})
	return dev, err
}

// Devices implements central.Store.
func (s *Store) Devices(ctx context.Context, after uint16, limit int) ([]central.Device, error) {
	var list []central.Device
	if after == math.MaxUint16 {
		return nil, ctx.Err()
	}
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: prefixNumbers(), PrefetchValues: true, PrefetchSize: 50})
		defer it.Close()
		for it.Seek(keyNumber(after + 1)); it.Valid() && len(list) < limit; it.Next() {
			var source string
			if err := decode(it.Item(), &source); err != nil {
				return err
			}
			var dev central.Device
			if err := get(txn, keyDevice(source), &dev); err != nil {
				return err
			}
			list = append(list, dev)
		}
		return nil
	})
	return list, err
}

// Revoke implements central.Store.
func (s *Store) Revoke(ctx context.Context, r central.Revocation) ([]central.Device, error) {
	var list []central.Device
	err := s.update(ctx, func(txn *badger.Txn) error {
		var last uint64
		if err := get(txn, keyIncarnation(r.Kiosk), &last); err != nil {
			return err
		}
		for n := uint64(1); n <= last; n++ { // the later, the higher its number
			dev := central.Device{Kiosk: r.Kiosk, Incarnation: fmt.Sprintf("%02d", n)}
			if !r.Of(dev) {
				continue
			}
			key := keyDevice(dev.Source().String())
			if err := get(txn, key, &dev); err != nil {
				return err
			}
			if !dev.Revoked() {
				dev.RevokedAt, dev.RevokedFor = r.At.UTC(), r.Reason
				if err := set(txn, key, dev); err != nil {
					return err
				}
			}
			list = append(list, dev)
		}
		if len(list) == 0 {
			return central.ErrNotFound
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Notify(r.Kiosk)
	return list, nil
}
