package hall

import (
	"errors"
	"fmt"
	"os"
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
	Path() string
}

// device is one device as the dock moves it.
type device struct {
	dock.Panel
	plugs
	usual string // its name, a path
}

var _ dock.Device = device{}

// Unplug pulls the cable.
func (d device) Unplug() { d.plugs.Unplug() }

// Port is the name under which the device is plugged in.
func (d device) Port() (name string, usual bool) {
	if !d.Plugged() {
		return "", false
	}
	path := d.Path()
	return filepath.Base(path), path == d.usual
}

var (
	errName  = errors.New("want a name of small letters, digits and hyphens")
	errTaken = errors.New("another device is plugged in under that name")
)

// Replug pulls the cable and plugs it in again, under the usual name or, if one is given, under another.
func (d device) Replug(as string) error {
	path := d.usual
	if as != "" {
		if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`).MatchString(as) {
			return errName
		}
		path = filepath.Join(filepath.Dir(d.usual), as)
	}
	// To plug in replaces the name, whosever it is.
	if _, err := os.Lstat(path); err == nil && (!d.Plugged() || path != d.Path()) {
		return errTaken
	}
	d.plugs.Unplug()
	var err error
	if path == d.usual {
		err = d.Plug()
	} else {
		err = d.PlugAs(path)
	}
	if err != nil {
		return fmt.Errorf("plug in: %w", err)
	}
	return nil
}

// Devices are the hall's devices for the dock, by name.
func (h *Hall) Devices() map[string]dock.Device {
	return map[string]dock.Device{
		dock.Reader:         device{readerPanel(h.Reader), h.Reader, ReaderPort(h.dir)},
		dock.ReceiptPrinter: device{printerPanel(h.Printer), h.Printer, PrinterPort(h.dir)},
		dock.Scanner:        device{scannerPanel(h.Scanner), h.Scanner, ScannerPort(h.dir)},
	}
}
