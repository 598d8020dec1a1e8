package node

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/assets/fonts"
	"onedoor/assets/printers"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/scanner"
)

// devices are the drivers of one kiosk.
type devices struct {
	reader  *cardreader.Reader
	printer *printer.Printer
	scanner *scanner.Scanner // nil where there is none
}

func newDevices(cfg Config) (d devices, err error) {
	if d.reader, err = newReader(cfg); err != nil {
		return devices{}, err
	}
	if d.printer, err = newPrinter(cfg); err != nil {
		return devices{}, err
	}
	if d.scanner, err = newScanner(cfg); err != nil {
		return devices{}, err
	}
	return d, nil
}

// codes is the scanner as a visit knows it: nil where there is none, and not a nil in an interface.
func (d devices) codes() kiosk.Scanner {
	if d.scanner == nil {
		return nil
	}
	return d.scanner
}

func (d devices) run(ctx context.Context, p *part, cfg Config) {
	p.run(ctx, "card reader", cfg.Logger, d.reader.Run)
	p.run(ctx, "printer", cfg.Logger, d.printer.Run)
	if d.scanner != nil {
		p.run(ctx, "scanner", cfg.Logger, d.scanner.Run)
	}
}

// wipe empties what came too late for the visit. The drivers have ended, which closes their events.
func (d devices) wipe() {
	for ev := range d.reader.Events() {
		if read, ok := ev.(cardreader.CardRead); ok {
			read.Card.Wipe()
		}
	}
	if d.scanner == nil {
		return
	}
	for ev := range d.scanner.Events() {
		if got, ok := ev.(scanner.Scanned); ok {
			got.Code.Wipe()
		}
	}
}

// opener opens one port, or that of several on which probe finds the device.
func opener(lines []string, baud int, flow port.Flow, probe func(context.Context, port.Port) error) func(context.Context) (port.Port, error) {
	var candidates []port.Config
	for _, l := range lines {
		candidates = append(candidates, port.Config{Path: l, Baud: baud, Flow: flow})
	}
	if len(candidates) == 1 {
		return port.Opener(candidates[0])
	}
	find := &port.Finder{Candidates: func() ([]port.Config, error) { return candidates, nil }, Probe: probe}
	return find.Open
}

func newReader(cfg Config) (*cardreader.Reader, error) {
	c := cfg.File.Reader
	return cardreader.New(cardreader.Config{
		Open: opener(c.Lines(), c.Baud, port.FlowNone, cardreader.Probe), Now: cfg.Now, Logger: cfg.Logger.With("part", "card reader"),
	})
}

func newPrinter(cfg Config) (*printer.Printer, error) {
	c := cfg.File.Printer
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return nil, err
	}
	profile, ok := profiles[c.Profile]
	if !ok {
		return nil, fmt.Errorf("%w: printer.profile: %q is not known; there are %v", config.ErrConfig, c.Profile,
			slices.Sorted(maps.Keys(profiles)))
	}
	glyphs, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		return nil, err
	}
	flow := port.Flow(c.Flow)
	if c.Flow == "none" {
		flow = port.FlowNone
	}
	return printer.New(printer.Config{
		Open: opener(c.Lines(), c.Baud, flow, printer.Probe), Profile: profile, Glyphs: glyphs, Now: cfg.Now,
		Logger: cfg.Logger.With("part", "printer"),
	})
}

func newScanner(cfg Config) (*scanner.Scanner, error) {
	c := cfg.File.Scanner
	if c.Port == "" {
		return nil, nil //nolint:nilnil // a kiosk without one is whole
	}
	suffix := scanner.Suffix(c.Suffix)
	if c.Suffix == "any" {
		suffix = scanner.SuffixAny
	}
	return scanner.New(scanner.Config{
		Open: port.Opener(port.Config{Path: c.Port, Baud: c.Baud}), Suffix: suffix, Now: cfg.Now, Logger: cfg.Logger.With("part", "scanner"),
	})
}
