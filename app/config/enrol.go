package config

import (
	"context"
	"errors"
	"fmt"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// ErrEnrolled is returned by Enrol for a machine that is one of a hall already; it is left as it is.
var ErrEnrolled = errors.New("this machine is enrolled already")

// Enrol makes a data directory that of a machine of a hall: it makes a signing key, shows the one-time code to the upstream
// and keeps what that answers. The private key never leaves the machine, and is on its disk before the upstream hears of it,
// so that a lost answer costs nothing: the same code is simply given again. A machine that is enrolled, or whose identity
// can not be read, is left as it is. The upstream chooses the suite of algorithms, and the machine takes any that it has.
func Enrol(ctx context.Context, data, upstream string, options wire.HTTPOptions, code string) (wire.Device, error) {
	id, err := LoadIdentity(data)
	if err == nil {
		return id.Device, fmt.Errorf("enrol: %w: it is %s of hall %s", ErrEnrolled, id.Device.Kiosk, id.Device.Hall)
	}
	if !errors.Is(err, ErrNotEnrolled) {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	for _, suite := range item.Suites() {
		var device wire.Device
		device, err = enrolWith(ctx, data, upstream, options, suite, code)
		var refused *wire.ProblemError
		if !errors.As(err, &refused) || refused.Problem.Type != wire.ProblemSuite {
			return device, err
		}
	}
	return wire.Device{}, fmt.Errorf("enrol: the upstream uses a suite of algorithms that this program does not have: %w", err)
}

// enrolWith asks with a key of one suite. Being refused for the suite uses no code up.
func enrolWith(ctx context.Context, data, upstream string, options wire.HTTPOptions, suite item.Suite, code string) (wire.Device, error) {
	key, err := PendingKey(data, suite.Name(), suite.GenerateSignKey)
	if err != nil {
		return wire.Device{}, err
	}
	request, err := wire.NewEnrolment(suite, code, key.Private, key.Public)
	if err != nil {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	device, err := wire.Enrol(ctx, upstream, options, suite, request)
	if err != nil {
		return wire.Device{}, err
	}
	if err := SaveIdentity(data, Identity{Device: device, SignPrivate: key.Private}); err != nil {
		return wire.Device{}, err
	}
	return device, nil
}
