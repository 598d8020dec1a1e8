package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"onedoor/cmd/hallsim/dock"
	"onedoor/cmd/hallsim/hall"
)

type serveCommand struct {
	Dir     string `required:"" type:"path" help:"Where the devices appear: DIR/reader, DIR/printer and DIR/scanner."`
	Central string `required:"" help:"host:port of central."`
	Link    string `default:"127.0.0.1:8481" help:"Where the kiosk reaches central through the switch."`
	Dock    string `default:"127.0.0.1:8470" help:"Address of the dock page; loopback only."`
	Narrow  bool   `help:"58 mm paper."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(e *env) (err error) {
	basket := hall.NewBasket(time.Now)
	h, err := hall.Open(e.ctx, hall.Config{Dir: c.Dir, Central: c.Central, Link: c.Link, Narrow: c.Narrow, Logger: e.logger, OnPaper: basket.Add})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	basket.Watch(h.Printer)
	d, err := dock.New(dock.Config{Tray: h.Tray, Paper: basket, Link: h.Link, Logger: e.logger,
		Devices: h.Devices(), Scan: h.Scanner.Show, PowerLoss: h.Printer.PowerLoss,
		DeskURL: "http://" + c.Central + "/desk", TrackURL: "http://" + c.Central + "/"})
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", c.Dock)
	if err != nil {
		return fmt.Errorf("open dock: %w", err)
	}
	server := &http.Server{Handler: d.Handler(), ReadHeaderTimeout: 5 * time.Second}
	server.RegisterOnShutdown(d.Close)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Fprintf(e.stdout, "reader:  %s\nprinter: %s\nscanner: %s\nlink:    http://%s\ndock:    http://%s\n", hall.ReaderPort(c.Dir), hall.PrinterPort(c.Dir), hall.ScannerPort(c.Dir), h.Link.Addr(), l.Addr())
	select {
	case err := <-ended:
		return fmt.Errorf("serve dock: %w", err)
	case <-e.ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}
