package speaker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Voice is a language that is spoken, by its ISO 639-3 code, or 639-1 where there is one.
type Voice string

// The voices.
const (
	Mandarin  Voice = "cmn"
	Cantonese Voice = "yue"
	English   Voice = "en"
)

// synthetic is the voice of espeak-ng. Mandarin is spelled through pinyin: its voice "cmn" of Debian 12 reads letters and
// numbers in English.
func (v Voice) synthetic() string {
	if v == Mandarin {
		return "cmn-latn-pinyin"
	}
	return string(v)
}

// DefaultSpeed is slow, for people who listen in a noisy hall.
const DefaultSpeed = 140

// synthesis is a run of espeak-ng that reads its words from standard input. Its amplitude goes from 0 to 200, as ours.
func synthesis(ctx context.Context, path string, speed, loud int, voice Voice, words string, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, append([]string{"-v", voice.synthetic(), "-s", strconv.Itoa(speed), "-a", strconv.Itoa(loud), "--stdin"}, more...)...)
	cmd.Stdin = strings.NewReader(words)
	cmd.WaitDelay = time.Second
	return cmd
}

// Synthesise gives what espeak-ng, at path, says of words at DefaultSpeed: a WAV file whose head does not know its length.
func Synthesise(ctx context.Context, path string, voice Voice, words string) ([]byte, error) {
	out, err := synthesis(ctx, path, DefaultSpeed, Usual, voice, words, "--stdout").Output()
	if err != nil {
		return nil, fmt.Errorf("synthesise speech: %w", err)
	}
	return out, nil
}

// synthesise says words through the player as they are made, or, where there is none, lets espeak-ng find the loudspeaker.
func (s *Speaker) synthesise(ctx context.Context, voice Voice, loud int, words string) error {
	if len(s.cfg.Player) == 0 {
		return synthesis(ctx, s.cfg.Voice, s.cfg.Speed, loud, voice, words).Run()
	}
	from, to, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("join voice and player: %w", err)
	}
	speaking := synthesis(ctx, s.cfg.Voice, s.cfg.Speed, loud, voice, words, "--stdout")
	speaking.Stdout = to
	playing := s.player(ctx)
	playing.Stdin = from
	err = speaking.Start()
	_ = to.Close() // the programs have their own ends now; without these closed they would wait for each other
	if err != nil {
		_ = from.Close()
		return err
	}
	err = playing.Run()
	_ = from.Close()
	return errors.Join(speaking.Wait(), err)
}
