package node

import (
	"context"
	"errors"
	"fmt"

	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Enrol makes this machine a kiosk of a hall: it makes a signing key, shows the one-time code to central and keeps what
// central answers. The private key never leaves the machine, and is on its disk before central hears of it, so that a lost
// answer costs nothing: the same code is simply given again. A machine that is enrolled, or whose identity can not be
// read, is left as it is. Central chooses the suite of algorithms, and the kiosk takes any that it has.
func Enrol(ctx context.Context, file config.Config, code string) (wire.Device, error) {
	id, err := config.LoadIdentity(file.Data)
	if err == nil {
		return id.Device, fmt.Errorf("enrol: this machine is already kiosk %s of hall %s", id.Device.Kiosk, id.Device.Hall)
	}
	if !errors.Is(err, config.ErrNotEnrolled) {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	for _, suite := range item.Suites() {
		var device wire.Device
		device, err = enrolWith(ctx, file, suite, code)
		var refused *wire.ProblemError
		if !errors.As(err, &refused) || refused.Problem.Type != wire.ProblemSuite {
			return device, err
		}
	}
	return wire.Device{}, fmt.Errorf("enrol: central uses a suite of algorithms that this program does not have: %w", err)
}

// enrolWith asks with a key of one suite. Being refused for the suite uses no code up.
func enrolWith(ctx context.Context, file config.Config, suite item.Suite, code string) (wire.Device, error) {
	key, err := config.PendingKey(file.Data, suite.Name(), suite.GenerateSignKey)
	if err != nil {
		return wire.Device{}, err
	}
	request, err := wire.NewEnrolment(suite, code, key.Private, key.Public)
	if err != nil {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	device, err := wire.Enrol(ctx, file.Central.URL, wire.HTTPOptions{}, suite, request)
	if err != nil {
		return wire.Device{}, err
	}
	if err := config.SaveIdentity(file.Data, config.Identity{Device: device, SignPrivate: key.Private}); err != nil {
		return wire.Device{}, err
	}
	return device, nil
}
