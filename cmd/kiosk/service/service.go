// Package service tells systemd how the kiosk is: ready, alive, stopping, and in one sentence how it stands.
//
// It guarantees that READY is sent once and not before the first screen was painted; that WATCHDOG is sent only after every
// part has answered within the time that is left, so that a kiosk that hangs is started again; and that a part which does not
// answer is asked again only when it has answered, so that nothing piles up behind it. Without systemd it does nothing.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ping asks one part. It may ignore ctx and hang.
type Ping func(ctx context.Context) error

// Config is what New needs. Logger may be nil.
type Config struct {
	Painted <-chan struct{}
	Pings   map[string]Ping
	Status  func() string // one sentence without anything of a person
	Logger  *slog.Logger
}

// Service is the conversation with systemd.
type Service struct {
	cfg      Config
	watchdog time.Duration // 0: nobody watches
	asked    map[string]chan error
}

// statusEvery is how often the sentence is looked at where nobody watches.
const statusEvery = 5 * time.Second

// New asks the environment whether systemd is there and watches.
func New(cfg Config) (*Service, error) {
	if cfg.Painted == nil || cfg.Status == nil {
		return nil, errors.New("new service: nothing to tell")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	watchdog, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return nil, fmt.Errorf("new service: %w", err)
	}
	return &Service{cfg: cfg, watchdog: watchdog, asked: map[string]chan error{}}, nil
}

// Run speaks until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	defer s.tell(daemon.SdNotifyStopping)
	select {
	case <-ctx.Done():
		return nil
	case <-s.cfg.Painted:
	}
	said := s.cfg.Status()
	s.tell(daemon.SdNotifyReady + "\n" + status(said))
	every := statusEvery
	if s.watchdog > 0 {
		every = s.watchdog / 3 // twice may fail by chance
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if s.watchdog > 0 && s.alive(ctx, every) {
			s.tell(daemon.SdNotifyWatchdog)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if now := s.cfg.Status(); now != said {
			said = now
			s.tell(status(now))
		}
	}
}

// status makes one line of a sentence.
func status(sentence string) string { return "STATUS=" + strings.Join(strings.Fields(sentence), " ") }

// alive asks all parts at the same time and waits no longer than limit.
func (s *Service) alive(ctx context.Context, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for name, ping := range s.cfg.Pings {
		if s.asked[name] != nil {
			continue // it still owes an answer
		}
		answer := make(chan error, 1)
		s.asked[name] = answer
		go func() { answer <- ping(ctx) }() // ends when the part answers; there is one for each part at most
	}
	all := true
	for name, answer := range s.asked {
		select {
		case err := <-answer:
			delete(s.asked, name)
			if err != nil {
				all = false
				s.cfg.Logger.Error("a part does not answer", "part", name, "err", err)
			}
		case <-ctx.Done():
			all = false
			s.cfg.Logger.Error("a part does not answer", "part", name)
		}
	}
	return all
}

// tell sends one message; that systemd is not there is no error.
func (s *Service) tell(message string) {
	if _, err := daemon.SdNotify(false, message); err != nil {
		s.cfg.Logger.Warn("notify systemd", "err", err)
	}
}
