// Package speaker is the kiosk's loudspeaker: it says sentences, recorded or through espeak-ng, and plays short sounds. Both
// leave through programs of their own.
//
// It guarantees that one thing is heard at a time, the newest that is said, and no sound over or into speech; that nothing
// is waited for, and nothing fails for want of a voice; that what is said never stands in the arguments of a process, where
// others could read it, nor in a file; and that no process is left behind by Close.
package speaker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"onedoor/device/speaker/wav"
)

// Recordings are sentences that a person has spoken.
type Recordings interface {
	// Open gives the WAV file in which exactly these words are spoken; false where there is none.
	Open(voice Voice, words string) (*os.File, bool)
}

// Config is what New needs. Without Voice nothing is said; without Player nothing but the voice is heard.
type Config struct {
	Voice      string       // path of espeak-ng, as FindVoice gives it
	Player     []string     // program and arguments that play a WAV file from standard input, as FindPlayer gives them
	Recordings Recordings   // nil: all is synthesised
	Speed      int          // of synthesised speech, words a minute; 0 means DefaultSpeed
	Logger     *slog.Logger // nil: nothing is logged
}

// How long one thing may be heard.
const (
	longestSpeech = 2 * time.Minute
	longestSound  = 3 * time.Second
	longestFile   = 64 << 20 // bytes
)

// restAfter is how long no sound is tried after one that failed: a press must not start a program in vain each time.
const restAfter = 30 * time.Second

// Speaker speaks and plays. Its methods may be called from any goroutine.
type Speaker struct {
	cfg     Config
	mu      sync.Mutex
	cancel  context.CancelFunc // of what is being said
	speech  chan struct{}      // closed when all speech up to the newest has ended; nil before the first
	talking int                // sentences that have not ended, cancelled ones among them
	mute    context.CancelFunc // of the sound that is being played; nil when there is none
	sound   chan struct{}      // closed when it has ended
	rested  time.Time          // when sounds may be tried again after a failure
	closed  bool
	running sync.WaitGroup
	failed  bool // it was logged
	loud    int  // percent, of speech
}

// Usual is the loudness of speech as it was recorded, and Loudest what is twice that, both in percent.
const (
	Usual   = 100
	Loudest = 200
)

// New gives a speaker. Close ends it.
func New(cfg Config) *Speaker {
	if cfg.Speed == 0 {
		cfg.Speed = DefaultSpeed
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Speaker{cfg: cfg, loud: Usual}
}

// SetLoudness sets how loud what is said from now on is, from 0 to Loudest percent of Usual. Short sounds are played as they are.
func (s *Speaker) SetLoudness(percent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loud = max(0, min(percent, Loudest))
}

// Say says sentences, in order, instead of whatever is heard. It does not wait.
func (s *Speaker) Say(voice Voice, sentences ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hush()
	if s.closed || s.cfg.Voice == "" || strings.TrimSpace(strings.Join(sentences, "")) == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestSpeech)
	ended, before, sound, loud := make(chan struct{}), s.speech, s.sound, s.loud
	s.cancel, s.speech = cancel, ended
	s.talking++
	if s.mute != nil {
		s.mute()
	}
	s.running.Go(func() {
		defer cancel()
		defer close(ended)
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.talking--
		}()
		await(before) // what was cancelled may hold the loudspeaker for a moment still
		await(sound)
		if err := s.say(ctx, voice, loud, sentences); err != nil && ctx.Err() == nil {
			s.complain("speak", err)
		}
	})
}

// await waits for the end of something that was cancelled. All that is waited for here ends soon: its programs are killed.
func await(ended <-chan struct{}) {
	if ended != nil {
		<-ended
	}
}

// say says sentences until ctx ends. Those without a recording that follow each other are one run of the voice.
func (s *Speaker) say(ctx context.Context, voice Voice, loud int, sentences []string) error {
	var aloud []string
	speak := func() error {
		if len(aloud) == 0 {
			return nil
		}
		words := strings.Join(aloud, "。")
		aloud = nil
		return s.synthesise(ctx, voice, loud, words)
	}
	for _, one := range sentences {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		recording, ok := s.recording(voice, one)
		if !ok {
			aloud = append(aloud, one)
			continue
		}
		err := speak()
		if err == nil {
			err = s.playFile(ctx, loud, recording)
		}
		_ = recording.Close() // it was only read
		if err != nil {
			return err
		}
	}
	return speak()
}

func (s *Speaker) recording(voice Voice, words string) (*os.File, bool) {
	if s.cfg.Recordings == nil || len(s.cfg.Player) == 0 {
		return nil, false
	}
	return s.cfg.Recordings.Open(voice, words)
}

// playFile hands the file itself to the player, or one that is louder or softer.
func (s *Speaker) playFile(ctx context.Context, loud int, f *os.File) error {
	cmd := s.player(ctx)
	if cmd.Stdin = f; loud != Usual {
		file, err := io.ReadAll(io.LimitReader(f, longestFile))
		if err != nil {
			return fmt.Errorf("read recording: %w", err)
		}
		sound, err := wav.Decode(file)
		if err != nil {
			return err
		}
		cmd.Stdin = bytes.NewReader(wav.Encode(sound.Louder(float64(loud) / Usual)))
	}
	return cmd.Run()
}

// player is a run of the player, still without its input.
func (s *Speaker) player(ctx context.Context) *exec.Cmd {
	return exec.CommandContext(ctx, s.cfg.Player[0], s.cfg.Player[1:]...)
}

// Play plays a short sound, a WAV file. It does not wait. While anything is heard, speech above all, it is left out.
func (s *Speaker) Play(sound []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.cfg.Player) == 0 || s.talking > 0 || s.mute != nil || time.Now().Before(s.rested) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestSound)
	ended := make(chan struct{})
	s.mute, s.sound = cancel, ended
	s.running.Go(func() {
		defer cancel()
		defer close(ended)
		cmd := s.player(ctx)
		cmd.Stdin = bytes.NewReader(sound)
		cmd.WaitDelay = time.Second
		err := cmd.Run()
		s.mu.Lock()
		s.mute = nil
		if err != nil && ctx.Err() == nil {
			s.rested = time.Now().Add(restAfter)
		}
		s.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			s.complain("play a sound", err)
		}
	})
}

// complain tells once that nothing is heard: it would fail at every screen.
func (s *Speaker) complain(what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.failed {
		s.failed = true
		s.cfg.Logger.Warn(what, "err", err)
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

// Close ends all that is heard and waits for the processes. Later calls do nothing.
func (s *Speaker) Close() {
	s.mu.Lock()
	s.closed = true
	s.hush()
	if s.mute != nil {
		s.mute()
	}
	s.mu.Unlock()
	s.running.Wait()
}
