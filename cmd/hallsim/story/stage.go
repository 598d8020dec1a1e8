// Package story sets up a whole hall with the real programs, central and kiosk as processes of their own, and plays the
// demo in it: a visit with the network cut, told truthfully at every step, delivered exactly once when the link returns.
package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/dock"
	"onedoor/cmd/hallsim/hall"
	"onedoor/device/sim"
)

// Config is what Set needs.
type Config struct {
	Bin    string // directory of the programs central and kiosk
	Dock   string // host:port of the dock; empty means a free port
	Width  int    // of the kiosk's screen, in pixels
	Height int
	Log    io.Writer // of the programs and of the box
	Logger *slog.Logger
	Now    func() time.Time
}

// Stage is a hall that is ready for a visit.
type Stage struct {
	cfg      Config
	dir      string
	central  *program
	kiosk    *program
	platform *platform
	hall     *hall.Hall
	basket   *hall.Basket
	papers   chan sim.Paper
	dock     *http.Server
	dockURL  string
	config   string // the kiosk's file
	inspect  string // the kiosk's socket
}

// HallName is the demo's hall.
const HallName = "番禺区政务服务大厅"

// Set builds the stage: central, devices, link and dock run, the kiosk is enrolled and not started yet.
func Set(ctx context.Context, cfg Config) (s *Stage, err error) {
	dir, err := os.MkdirTemp("", "onedoor-hall-")
	if err != nil {
		return nil, fmt.Errorf("set stage: %w", err)
	}
	cfg.Log = &shared{to: cfg.Log}
	s = &Stage{cfg: cfg, dir: dir, papers: make(chan sim.Paper, 16), config: filepath.Join(dir, "kiosk.yaml"),
		inspect: filepath.Join(dir, "inspect.sock")}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("set stage: %w", err), s.Close())
			s = nil
		}
	}()
	if err := s.startCentral(ctx); err != nil {
		return s, err
	}
	s.basket = hall.NewBasket(cfg.Now)
	s.hall, err = hall.Open(ctx, hall.Config{Dir: filepath.Join(dir, "dev"), Central: strings.TrimPrefix(s.platform.base, "http://"),
		Logger: cfg.Logger, OnPaper: func(p sim.Paper) {
			s.basket.Add(p)
			select {
			case s.papers <- p:
			default: // nobody is waiting for so many
			}
		}})
	if err != nil {
		return s, err
	}
	s.basket.Watch(s.hall.Printer)
	if err := s.openDock(ctx); err != nil {
		return s, err
	}
	return s, s.enrol(ctx)
}

func (s *Stage) startCentral(ctx context.Context) error {
	address, err := hall.FreeAddress(ctx)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "central")
	s.central, err = start("central", s.cfg.Log, nil, filepath.Join(s.cfg.Bin, "central"),
		"serve", "--data", data, "--listen", address, "--tracking-url", "http://"+address)
	if err != nil {
		return err
	}
	var token []byte
	err = s.central.until(ctx, "being ready", startLimit, func() bool {
		token, err = os.ReadFile(filepath.Join(data, "operator-token"))
		return err == nil && strings.Contains(s.central.log.String(), "is ready")
	})
	s.platform = newPlatform("http://"+address, strings.TrimSpace(string(token)))
	return err
}

func (s *Stage) openDock(ctx context.Context) error {
	d, err := dock.New(dock.Config{Tray: s.hall.Tray, Paper: s.basket, Link: s.hall.Link, Logger: s.cfg.Logger,
		Devices: s.hall.Devices(), Scan: s.hall.Scanner.Show, PowerLoss: s.hall.Printer.PowerLoss,
		DeskURL: s.platform.base + "/desk", TrackURL: s.platform.base + "/", Staff: supervisor})
	if err != nil {
		return err
	}
	address := s.cfg.Dock
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("open dock: %w", err)
	}
	s.dockURL = "http://" + l.Addr().String()
	s.dock = &http.Server{Handler: d.Handler(), ReadHeaderTimeout: 5 * time.Second}
	s.dock.RegisterOnShutdown(d.Close)
	go func() { _ = s.dock.Serve(l) }() // ends with ErrServerClosed when the stage is closed
	return nil
}

// supervisor is an invented member of the hall's staff.
var supervisor = dock.Member{ID: "chen-hui", Name: "陈慧", PIN: "730594"}

// employ makes the hall's pepper, and the supervisor known at central.
func (s *Stage) employ(ctx context.Context) error {
	pepper, program := filepath.Join(s.dir, "pepper"), filepath.Join(s.cfg.Bin, "central")
	if _, err := once(ctx, "", program, "staff", "pepper", pepper); err != nil {
		return err
	}
	_, err := once(ctx, supervisor.PIN+"\n", program, "staff", "add", "--url", s.platform.base, "--token-file", filepath.Join(s.dir, "central", "operator-token"),
		"--hall", "44011", "--id", supervisor.ID, "--name", supervisor.Name, "--role", "supervisor", "--pepper-file", pepper)
	return err
}

// enrol writes the kiosk's configuration and makes it a kiosk of the hall.
func (s *Stage) enrol(ctx context.Context) error {
	dev := filepath.Join(s.dir, "dev")
	diagonal := 21.5
	file := fmt.Sprintf("version: 1\ndata: %s\ncentral: {url: \"http://%s\"}\nreader: {port: %s}\nprinter: {port: %s, profile: generic-80}\nscanner: {port: %s}\n"+
		"screen: {diagonal: %g, width: %d, height: %d, fullscreen: false}\nhall: {help_phone: \"12345\"}\nstaff: {pepper: %s}\n",
		filepath.Join(s.dir, "kiosk"), s.hall.Link.Addr(), hall.ReaderPort(dev), hall.PrinterPort(dev), hall.ScannerPort(dev), diagonal, s.cfg.Width, s.cfg.Height,
		filepath.Join(s.dir, "pepper"))
	if err := os.WriteFile(s.config, []byte(file), 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	code, err := s.platform.enrolCode(ctx, "44011", HallName, "107")
	if err != nil {
		return err
	}
	if err := s.employ(ctx); err != nil {
		return err
	}
	said, err := once(ctx, "", filepath.Join(s.cfg.Bin, "kiosk"), "enrol", "--config", s.config, "--code", code)
	if err == nil {
		fmt.Fprintln(s.cfg.Log, said)
	}
	return err
}

// StartKiosk opens the kiosk's window on a display.
func (s *Stage) StartKiosk(display string) error {
	var err error
	s.kiosk, err = start("kiosk", s.cfg.Log, []string{"DISPLAY=" + display, "LANG=zh_CN.UTF-8", "LC_ALL=zh_CN.UTF-8"}, filepath.Join(s.cfg.Bin, "kiosk"),
		"run", "--config", s.config, "--inspect", s.inspect)
	return err
}

// Ready waits until the kiosk shows its attract screen.
func (s *Stage) Ready(ctx context.Context) error {
	eyes, err := citizen.NewEyes(s.inspect)
	if err != nil {
		return err
	}
	defer eyes.Close()
	return seen(ctx, citizen.Person{Eyes: eyes, Patience: startLimit}, "Attract")
}

// SecondCopy starts another kiosk on the same data directory and gives what it said when it ended.
func (s *Stage) SecondCopy(ctx context.Context, display string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.cfg.Bin, "kiosk"), "run", "--config", s.config)
	cmd.Env = append(os.Environ(), "DISPLAY="+display)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// StopKiosk ends the kiosk, and says how if not well.
func (s *Stage) StopKiosk() error {
	err := s.kiosk.stop()
	s.kiosk = nil
	return err
}

// Closed is closed when the kiosk's window has gone.
func (s *Stage) Closed() <-chan struct{} { return s.kiosk.exited }

// DockURL is the address of the dock.
func (s *Stage) DockURL() string { return s.dockURL }

// Addresses tells a person where to look.
func (s *Stage) Addresses() string {
	return fmt.Sprintf("dock (cards, paper, network switch): %s\ncentral's desk: %s/desk   operator token: %s", s.dockURL, s.platform.base, s.platform.token)
}

// Close stops everything and removes what was on disk.
func (s *Stage) Close() error {
	err := s.kiosk.stop()
	if s.dock != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		err = errors.Join(err, s.dock.Shutdown(ctx))
		cancel()
	}
	if s.hall != nil {
		err = errors.Join(err, s.hall.Close())
	}
	err = errors.Join(err, s.central.stop())
	return errors.Join(err, os.RemoveAll(s.dir))
}
