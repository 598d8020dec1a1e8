package config

import (
	"path/filepath"
	"strings"
)

// Sound is what is heard.
type Sound struct {
	Player     string `yaml:"player"`      // command line that plays a WAV file from its standard input; auto: aplay, paplay or play; none
	Effects    bool   `yaml:"effects"`     // soft sounds: a touch, a card read, accepted, a mistake, the countdown
	Volume     int    `yaml:"volume"`      // of them, in percent; what is read aloud is then as it was recorded
	QuietFrom  int    `yaml:"quiet_from"`  // hour of the day from which there are none, 0 to 23
	QuietUntil int    `yaml:"quiet_until"` // and until when; the same hour: there always are
	Prompts    string `yaml:"prompts"`     // directory of recorded sentences; empty: all is synthesised. Relative to the file
}

// NoPlayer is the player of a kiosk without one.
const NoPlayer = "none"

func (s Sound) validate(bad func(field, format string, args ...any)) {
	if strings.TrimSpace(s.Player) == "" {
		bad("sound.player", "is empty: name a program, such as \"aplay -q -\", or auto, or %s", NoPlayer)
	}
	if s.Volume < 0 || s.Volume > 100 {
		bad("sound.volume", "is %d, want percent", s.Volume)
	}
	hour := func(field string, h int) {
		if h < 0 || h > 23 {
			bad(field, "is %d, want an hour of the day", h)
		}
	}
	hour("sound.quiet_from", s.QuietFrom)
	hour("sound.quiet_until", s.QuietUntil)
	if s.Prompts != "" && s.Player == NoPlayer {
		bad("sound.prompts", "needs a player")
	}
}

// Quiet reports whether there are no soft sounds at an hour of the day.
func (s Sound) Quiet(hour int) bool {
	if s.QuietFrom <= s.QuietUntil {
		return s.QuietFrom <= hour && hour < s.QuietUntil
	}
	return hour >= s.QuietFrom || hour < s.QuietUntil
}

// beside makes a path of the file's folder absolute.
func beside(file, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}
