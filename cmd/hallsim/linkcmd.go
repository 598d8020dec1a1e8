package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onedoor/cmd/hallsim/link"
)

type linkCommand struct {
	Listen string        `default:"127.0.0.1:8481" help:"Where clients connect, in plain HTTP; loopback only."`
	To     string        `required:"" help:"The far end: HOST:PORT, or its http:// or https:// address."`
	RTT    time.Duration `name:"rtt" help:"Round trip, half of it each way; a new connection costs one more." placeholder:"50ms"`
	Jitter time.Duration `help:"At most so much more each way." placeholder:"10ms"`
	Rate   string        `help:"Bits a second each way, shared by all connections." placeholder:"1mbit"`

	DropRequest float64  `help:"Share of requests that are lost before the far end has them." placeholder:"P"`
	DropReply   float64  `help:"Share of answers that are lost after the far end has done what it was asked." placeholder:"P"`
	CutBody     float64  `help:"Share of answers that end in their middle." placeholder:"P"`
	Portal      float64  `help:"Share of requests that a login page answers with 200." placeholder:"P"`
	Redirect    float64  `help:"Share of requests that are sent elsewhere." placeholder:"P"`
	Status      []string `help:"Share of requests that a gateway answers with an error, for instance 0.05=503. May be repeated." placeholder:"P=CODE"`
	Seed        uint64   `default:"1" help:"The same seed spoils the n-th exchange in the same way."`
}

// spoiledLink is a slow link before a spoiler before the far end.
type spoiledLink struct {
	front   *link.Link
	spoiler *link.Spoiler
	web     *http.Server
	ended   chan error // of web
}

// Run forwards until it is told to stop, and then says what went through.
func (c *linkCommand) Run(e *env) error {
	l, err := c.open(e)
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	fmt.Fprintf(e.stdout, "link is ready at http://%s\n", l.front.Addr())
	select {
	case err = <-l.ended:
		err = fmt.Errorf("link: %w", err)
	case <-e.ctx.Done():
	}
	err = errors.Join(err, l.close())
	count := l.front.Counters()
	fmt.Fprintf(e.stdout, "%d connections, %d bytes up, %d down\n", count.Accepted, count.BytesUp, count.BytesDown)
	for f := link.NoFault; f <= link.Status; f++ {
		if n := l.spoiler.Met(f); n > 0 {
			fmt.Fprintf(e.stdout, "%s: %d exchanges\n", f, n)
		}
	}
	return err
}

func (c *linkCommand) open(e *env) (_ *spoiledLink, err error) {
	to, err := target(c.To)
	if err != nil {
		return nil, err
	}
	rate, err := link.ParseRate(c.Rate)
	if err != nil {
		return nil, err
	}
	faults := link.Faults{DropRequest: c.DropRequest, DropReply: c.DropReply, CutBody: c.CutBody, Portal: c.Portal, Redirect: c.Redirect}
	for _, s := range c.Status {
		f, err := link.ParseStatus(s)
		if err != nil {
			return nil, err
		}
		faults.Status = append(faults.Status, f)
	}
	l := &spoiledLink{ended: make(chan error, 1)}
	if l.spoiler, err = link.NewSpoiler(link.SpoilerConfig{To: to, Faults: faults, Seed: c.Seed, Logger: e.logger}); err != nil {
		return nil, err
	}
	inner, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.front, err = link.New(link.Config{Listen: c.Listen, To: inner.Addr().String(), Logger: e.logger,
		Shape: link.Shape{RTT: c.RTT, Jitter: c.Jitter, Rate: rate, Seed: c.Seed}})
	if err == nil {
		// It ends by close, so that its counters are whole when they are told.
		err = l.front.Start(context.WithoutCancel(e.ctx))
	}
	if err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	l.web = &http.Server{Handler: l.spoiler, ReadHeaderTimeout: time.Minute}
	go func() { l.ended <- l.web.Serve(inner) }()
	return l, nil
}

// close resets what is under way. It waits for nobody.
func (l *spoiledLink) close() error {
	l.front.Stop()
	err := l.web.Close()
	l.spoiler.Close()
	return err
}

// target reads HOST:PORT or an address without a path.
func target(s string) (*url.URL, error) {
	if !strings.Contains(s, "://") {
		if _, _, err := net.SplitHostPort(s); err != nil {
			return nil, fmt.Errorf("--to: %w", err)
		}
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("--to: %q is more than scheme and host", s)
	}
	return u, nil
}
