// Package node is a node without devices and without a screen: an outbox and the engine that empties it.
//
// Start opens in order and, if one part fails, closes those before it; Stop closes in reverse and is bounded. What the
// outbox holds is at no time at risk: it is on disk.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"onedoor/app/config"
	"onedoor/sync/attach"
	"onedoor/sync/clock"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Config is what Start needs. All of it but CA is required.
type Config struct {
	Data     string // directory of outbox and identity
	Upstream string // https://HOST, or http:// to loopback
	CA       string // as config.Trust takes it
	Now      func() time.Time
	Logger   *slog.Logger
}

// Validate reports, as config.ErrConfig, what can not be used whatever the state of the machine.
func (c Config) Validate() error {
	if c.Data == "" {
		return fmt.Errorf("%w: data: is missing: name the directory for what is waiting to be sent", config.ErrConfig)
	}
	u, err := url.Parse(c.Upstream)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: upstream: want https://HOST, have %q", config.ErrConfig, c.Upstream)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%w: upstream: want scheme and host only", config.ErrConfig)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("%w: upstream: plain http goes to this machine only; use https for %s", config.ErrConfig, u.Host)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Node is a running node.
type Node struct {
	outbox *outbox.Outbox
	client *wire.Client
	engine *engine.Engine
	clock  *clock.Clock
	files  context.CancelFunc // ends the sending of attachments
	sent   chan struct{}      // closed when it has ended
	once   sync.Once
}

// Start brings everything up. It returns config.ErrNotEnrolled before enrolment and outbox.ErrInUse while another program
// has the data directory. The end of ctx does not stop the node; Stop does.
func Start(ctx context.Context, cfg Config) (_ *Node, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	id, err := config.LoadIdentity(cfg.Data)
	if err != nil {
		return nil, err
	}
	n := &Node{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start node: %w", err), n.close())
		}
	}()
	if n.clock, err = clock.Open(clock.Config{File: filepath.Join(cfg.Data, "clock.json"), Now: cfg.Now, Logger: cfg.Logger}); err != nil {
		return nil, err
	}
	if n.outbox, err = OpenOutbox(cfg.Data, id, cfg.Now, n.clock.Estimate, cfg.Logger); err != nil {
		return nil, err
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return nil, err
	}
	logger := cfg.Logger.With("part", "sync")
	trust, err := config.Trust(cfg.CA)
	if err != nil {
		return nil, err
	}
	n.client, err = wire.NewClient(wire.ClientConfig{HTTP: trust, BaseURL: cfg.Upstream, Suite: suite, Source: id.Device.Source(),
		SignKey: id.Device.SignKey, SignPriv: id.SignPrivate, UpstreamKey: id.Device.UpstreamKey, UpstreamPub: id.Device.UpstreamPub,
		Now: cfg.Now, Logger: logger})
	if err != nil {
		return nil, err
	}
	keys := map[string]engine.AckKey{id.Device.UpstreamKey: {Tier: wire.TierCentral, Public: id.Device.UpstreamPub}}
	n.engine, err = engine.New(engine.Config{Outbox: n.outbox, Client: n.client, AckKeys: keys, Suite: suite, Now: cfg.Now, Clock: n.clock,
		Logger: logger})
	if err != nil {
		return nil, err
	}
	if err := n.sendFiles(ctx, cfg, id, suite); err != nil {
		return nil, err
	}
	return n, n.engine.Start(context.WithoutCancel(ctx))
}

// sendFiles brings attachments to the upstream beside the items that name them.
func (n *Node) sendFiles(ctx context.Context, cfg Config, id config.Identity, suite item.Suite) error {
	store, err := OpenAttachments(cfg.Data, id)
	if err != nil {
		return err
	}
	accepted := func(owner string) bool {
		_, err := n.outbox.Get(owner)
		return err == nil
	}
	logger := cfg.Logger.With("part", "attachments")
	store.Tidy(cfg.Now(), accepted, logger)
	sender := &attach.Sender{Store: store, Client: n.client, Accepted: accepted, Source: id.Device.Source(), Suite: suite, Public: id.Device.UpstreamPub}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n.files, n.sent = cancel, make(chan struct{})
	go func() {
		defer close(n.sent)
		sender.Run(running, func() bool { return n.engine.Status().Link == engine.Online }, logger)
	}()
	return nil
}

// Stats is the outbox in numbers.
func (n *Node) Stats() outbox.Stats { return n.outbox.Stats() }

// Status is the engine's state.
func (n *Node) Status() engine.Status { return n.engine.Status() }

// stopLimit is the longest that Stop waits.
const stopLimit = 4 * time.Second

// ErrSlowStop is returned by Stop when a part did not end in time.
var ErrSlowStop = errors.New("the node did not stop in time; nothing that was accepted is lost")

// Stop ends the sync and closes the outbox, within 4 s. It may be called twice.
func (n *Node) Stop() error {
	var err error
	n.once.Do(func() {
		closed := make(chan error, 1)
		go func() { closed <- n.close() }()
		limit := time.NewTimer(stopLimit)
		defer limit.Stop()
		select {
		case err = <-closed:
		case <-limit.C:
			err = ErrSlowStop
		}
	})
	return err
}

func (n *Node) close() error {
	if n.files != nil {
		n.files()
		<-n.sent
	}
	if n.engine != nil {
		n.engine.Stop()
	}
	if n.client != nil {
		n.client.Close()
	}
	if n.outbox != nil {
		return n.outbox.Close()
	}
	return nil
}
