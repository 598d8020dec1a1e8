// Package speaker says words aloud through espeak-ng, a program of its own.
//
// It guarantees that one thing is said at a time, the newest; that nothing is waited for, and nothing fails for want of a
// voice; that what is said never stands in the arguments of a process, where others could read it; and that no process is
// left behind by Close.
package speaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Voice is one that espeak-ng has.
type Voice string

// The voices. Mandarin is spelled through pinyin: the voice "cmn" of Debian 12 reads letters and numbers in English.
const (
	Mandarin  Voice = "cmn-latn-pinyin"
	Cantonese Voice = "yue"
	English   Voice = "en"
)

// Config is what New needs.
type Config struct {
	Command string       // espeak-ng, or a path to it
	Speed   int          // words a minute; 0 means DefaultSpeed
	Logger  *slog.Logger // nil: nothing is logged
}

// DefaultSpeed is slow, for people who listen in a noisy hall.
const DefaultSpeed = 140

// longest is how long one thing may be said.
const longest = 2 * time.Minute

// ErrNoVoice is returned by New when there is no such program.
var ErrNoVoice = errors.New("no program that can speak")

// Speaker speaks. Its methods may be called from any goroutine.
type Speaker struct {
	cfg     Config
	mu      sync.Mutex
	cancel  context.CancelFunc // of what is being said
	closed  bool
	running sync.WaitGroup
	failed  bool // it was logged
}

// New looks for the program.
func New(cfg Config) (*Speaker, error) {
	path, err := exec.LookPath(cfg.Command)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoVoice, err)
	}
	cfg.Command = path
	if cfg.Speed == 0 {
		cfg.Speed = DefaultSpeed
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Speaker{cfg: cfg}, nil
}

// Say says words instead of whatever is being said. It does not wait.
func (s *Speaker) Say(words string, voice Voice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hush()
	if s.closed || strings.TrimSpace(words) == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	s.cancel = cancel
	s.running.Go(func() {
		defer cancel()
		cmd := exec.CommandContext(ctx, s.cfg.Command, "-v", string(voice), "-s", fmt.Sprint(s.cfg.Speed), "--stdin")
		cmd.Stdin = strings.NewReader(words)
		cmd.WaitDelay = time.Second
		if err := cmd.Run(); err != nil && ctx.Err() == nil {
			s.complain(err)
		}
	})
}

// complain tells once that the voice fails: it would fail at every screen.
func (s *Speaker) complain(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.failed {
		s.failed = true
		s.cfg.Logger.Warn("speak", "err", err)
	}
}

// Hush ends what is being said.
func (s *Speaker) Hush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hush()
}

func (s *Speaker) hush() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
}

// Close ends what is being said and waits for the process. Later calls say nothing.
func (s *Speaker) Close() {
	s.mu.Lock()
	s.closed = true
	s.hush()
	s.mu.Unlock()
	s.running.Wait()
}
