package node

import (
	"context"
	"errors"
	"fmt"

	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Enrol makes a data directory that of a machine of a hall, as kiosk enrol does: the key is on disk before the upstream hears
// of it, so that the same code can be given again after a lost answer, and a directory that is enrolled is left as it is. The
// upstream chooses the suite of algorithms.
func Enrol(ctx context.Context, data, upstream, code string) (wire.Device, error) {
	id, err := config.LoadIdentity(data)
	if err == nil {
		return id.Device, fmt.Errorf("enrol: this machine is already %s of hall %s", id.Device.Kiosk, id.Device.Hall)
	}
	if !errors.Is(err, config.ErrNotEnrolled) {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	for _, suite := range item.Suites() {
		var device wire.Device
		device, err = enrolWith(ctx, data, upstream, suite, code)
		var refused *wire.ProblemError
		if !errors.As(err, &refused) || refused.Problem.Type != wire.ProblemSuite {
			return device, err
		}
	}
	return wire.Device{}, fmt.Errorf("enrol: the upstream uses a suite of algorithms that this program does not have: %w", err)
}

// enrolWith asks with a key of one suite. Being refused for the suite uses no code up.
func enrolWith(ctx context.Context, data, upstream string, suite item.Suite, code string) (wire.Device, error) {
	key, err := config.PendingKey(data, suite.Name(), suite.GenerateSignKey)
	if err != nil {
		return wire.Device{}, err
	}
	request, err := wire.NewEnrolment(suite, code, key.Private, key.Public)
	if err != nil {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	device, err := wire.Enrol(ctx, upstream, wire.HTTPOptions{}, suite, request)
	if err != nil {
		return wire.Device{}, err
	}
	if err := config.SaveIdentity(data, config.Identity{Device: device, SignPrivate: key.Private}); err != nil {
		return wire.Device{}, err
	}
	return device, nil
}
