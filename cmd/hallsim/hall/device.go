package hall

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"

	"onedoor/cmd/hallsim/dock"
)

// plugs are what every simulated device has at the end of its cable.
type plugs interface {
	Plug() error
	PlugAs(link string) error
	Unplug()
	Plugged() bool
}

// device is one device as the dock moves it.
type device struct {
	dock.Panel
	plugs
	dir string
}

var _ dock.Device = device{}

// Unplug pulls the cable.
func (d device) Unplug() { d.plugs.Unplug() }

var errName = errors.New("want a name of small letters, digits and hyphens")

// Replug pulls the cable and plugs it in again, under the usual name or, if one is given, under another.
func (d device) Replug(as string) error {
	if as != "" && !regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`).MatchString(as) {
		return errName
	}
	d.plugs.Unplug()
	var err error
	if as == "" {
		err = d.Plug()
	} else {
		err = d.PlugAs(filepath.Join(d.dir, as))
	}
	if err != nil {
		return fmt.Errorf("plug in: %w", err)
	}
	return nil
}

// Devices are the hall's devices for the dock, by name.
func (h *Hall) Devices() map[string]dock.Device {
	return map[string]dock.Device{
		dock.Reader:         device{readerPanel(h.Reader), h.Reader, h.dir},
		dock.ReceiptPrinter: device{printerPanel(h.Printer), h.Printer, h.dir},
		dock.Scanner:        device{scannerPanel(h.Scanner), h.Scanner, h.dir},
	}
}
