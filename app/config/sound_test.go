package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/config"
)

func TestSoundHasDefaults(t *testing.T) {
	c, err := config.Parse([]byte(good))
	if err != nil || c.Sound != (config.Sound{Player: "auto", Effects: true, Volume: 40, QuietFrom: 21, QuietUntil: 6}) {
		t.Errorf("%+v, %v", c.Sound, err)
	}
	if c, err = config.Parse([]byte(good + "sound: {effects: false, player: aplay -q -D hall -}\n")); err != nil || c.Sound.Effects || c.Sound.Player != "aplay -q -D hall -" || c.Sound.Volume != 40 {
		t.Errorf("%+v, %v", c.Sound, err)
	}
}

func TestSoundFaultsAreNamed(t *testing.T) {
	_, err := config.Parse([]byte(good + "sound: {player: ' ', volume: 101, quiet_from: 24, quiet_until: -1}\n"))
	for _, field := range []string{"sound.player:", "sound.volume:", "sound.quiet_from:", "sound.quiet_until:"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in: %v", field, err)
		}
	}
	if _, err = config.Parse([]byte(good + "sound: {player: none, prompts: recorded}\n")); err == nil || !strings.Contains(err.Error(), "sound.prompts:") {
		t.Errorf("recordings without a player: %v", err)
	}
}

func TestQuietHours(t *testing.T) {
	for _, c := range []struct {
		from, until int
		quiet       []int
		loud        []int
	}{
		{21, 6, []int{21, 23, 0, 5}, []int{6, 12, 20}},
		{12, 14, []int{12, 13}, []int{11, 14, 0}},
		{0, 0, nil, []int{0, 12, 23}},
	} {
		s := config.Sound{QuietFrom: c.from, QuietUntil: c.until}
		for _, hour := range c.quiet {
			if !s.Quiet(hour) {
				t.Errorf("%d to %d: loud at %d", c.from, c.until, hour)
			}
		}
		for _, hour := range c.loud {
			if s.Quiet(hour) {
				t.Errorf("%d to %d: quiet at %d", c.from, c.until, hour)
			}
		}
	}
}

func TestLoadResolvesPromptsBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	for given, want := range map[string]string{"recorded": filepath.Join(dir, "recorded"), "/usr/share/onedoor/prompts": "/usr/share/onedoor/prompts", "''": ""} {
		if err := os.WriteFile(file, []byte(good+"sound: {prompts: "+given+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := config.Load(file); err != nil || c.Sound.Prompts != want {
			t.Errorf("%s is %q, %v", given, c.Sound.Prompts, err)
		}
	}
}
