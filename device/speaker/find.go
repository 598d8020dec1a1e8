package speaker

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// The programs that were looked for in vain.
var (
	ErrNoVoice  = errors.New("no program that can speak")
	ErrNoPlayer = errors.New("no program that can play sounds")
)

// AnyPlayer is the command of FindPlayer that takes the first usual program there is.
const AnyPlayer = "auto"

// players are the usual programs, each told to play a WAV file from standard input and to be silent otherwise.
var players = []string{"aplay -q -", "paplay", "play -q -t wav -"}

// FindVoice gives the path of the program that speaks, espeak-ng by name or path.
func FindVoice(command string) (string, error) {
	path, err := exec.LookPath(command)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoVoice, err)
	}
	return path, nil
}

// FindPlayer gives program and arguments of a command line that plays a WAV file from standard input, such as "aplay -q -";
// there is no quoting. AnyPlayer stands for the first of aplay, paplay and sox's play.
func FindPlayer(command string) ([]string, error) {
	lines := []string{command}
	if command == AnyPlayer {
		lines = players
	}
	var all []error
	for _, line := range lines {
		words := strings.Fields(line)
		if len(words) == 0 {
			return nil, ErrNoPlayer
		}
		path, err := exec.LookPath(words[0])
		if err == nil {
			return append([]string{path}, words[1:]...), nil
		}
		all = append(all, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrNoPlayer, errors.Join(all...))
}
