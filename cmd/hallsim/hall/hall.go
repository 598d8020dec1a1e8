// Package hall is a hall in a box: virtual card reader, receipt printer and code scanner on pseudo terminals, and a network
// link to central with a switch. The demo, the dock and the end-to-end tests share it.
package hall

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"onedoor/assets/fonts"
	"onedoor/cmd/hallsim/link"
	"onedoor/device/sim"
)

// Config says where the hall stands.
type Config struct {
	Dir     string // for the devices' names, reader, printer and scanner; made if missing
	Central string // host:port that the link leads to
	Link    string // host:port that the link listens on; empty means a free port of 127.0.0.1
	Narrow  bool   // 58 mm paper instead of 80 mm
	Logger  *slog.Logger
	// OnPaper is called with every receipt that is cut off. May be nil.
	OnPaper func(sim.Paper)
}

// Hall is the box, switched on.
type Hall struct {
	Reader  *sim.Reader
	Printer *sim.Printer
	Scanner *sim.Scanner
	Link    *link.Link
	Tray    *Tray

	dir string
}

// Dots are the widths of the heads.
const (
	dots58 = 384
	dots80 = 576
)

// Open switches everything on; the link is up.
func Open(ctx context.Context, c Config) (h *Hall, err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open hall: %w", err)
	}
	if c.Link == "" {
		c.Link = "127.0.0.1:0"
	}
	dots := dots80
	if c.Narrow {
		dots = dots58
	}
	h = &Hall{dir: c.Dir}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open hall: %w", err), h.Close())
			h = nil
		}
	}()
	if h.Reader, err = sim.NewReader(sim.ReaderConfig{Link: ReaderPort(c.Dir)}); err != nil {
		return h, err
	}
	h.Tray = newTray(h.Reader)
	h.Printer, err = sim.NewPrinter(sim.PrinterConfig{Link: PrinterPort(c.Dir), Dots: dots, Font: fonts.Main(), Bold: fonts.Bold(),
		OnPaper: c.OnPaper})
	if err != nil {
		return h, err
	}
	if h.Scanner, err = sim.NewScanner(sim.ScannerConfig{Link: ScannerPort(c.Dir)}); err != nil {
		return h, err
	}
	if h.Link, err = link.New(link.Config{Listen: c.Link, To: c.Central, Logger: c.Logger}); err != nil {
		return h, err
	}
	return h, h.Link.Start(ctx)
}

// ReaderPort is the name under which a kiosk opens the card reader of a hall in dir.
func ReaderPort(dir string) string { return filepath.Join(dir, "reader") }

// PrinterPort is the printer's name.
func PrinterPort(dir string) string { return filepath.Join(dir, "printer") }

// ScannerPort is the scanner's name.
func ScannerPort(dir string) string { return filepath.Join(dir, "scanner") }

// Close switches everything off.
func (h *Hall) Close() error {
	var err error
	if h.Link != nil {
		h.Link.Stop()
	}
	if h.Scanner != nil {
		err = errors.Join(err, h.Scanner.Close())
	}
	if h.Printer != nil {
		err = errors.Join(err, h.Printer.Close())
	}
	if h.Reader != nil {
		err = errors.Join(err, h.Reader.Close())
	}
	return err
}
