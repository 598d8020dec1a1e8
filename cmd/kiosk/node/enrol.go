package node

import (
	"context"
	"fmt"

	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Enrol makes this machine a kiosk of a hall: it makes a signing key, shows the one-time code to central and keeps what
// central answers. The private key never leaves the machine. A machine that is enrolled already is left as it is.
func Enrol(ctx context.Context, file config.Config, code string) (wire.Device, error) {
	if id, err := config.LoadIdentity(file.Data); err == nil {
		return id.Device, fmt.Errorf("enrol: this machine is already kiosk %s of hall %s", id.Device.Kiosk, id.Device.Hall)
	}
	suite := item.Default()
	private, public, err := suite.GenerateSignKey()
	if err != nil {
		return wire.Device{}, fmt.Errorf("enrol: %w", err)
	}
	device, err := wire.Enrol(ctx, file.Central.URL, wire.HTTPOptions{}, suite,
		wire.Enrolment{Code: code, Suite: suite.Name(), SignPublic: public})
	if err != nil {
		return wire.Device{}, err
	}
	if err := config.SaveIdentity(file.Data, config.Identity{Device: device, SignPrivate: private}); err != nil {
		return wire.Device{}, err
	}
	return device, nil
}
