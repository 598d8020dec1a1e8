package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device/speaker"
	"onedoor/device/speaker/prompts"
	"onedoor/device/speaker/tone"
	"onedoor/device/speaker/wav"
)

// sound is what a citizen hears. Nothing of it is needed for anything: what is missing is said in the log and left out.
type sound struct {
	speaker *speaker.Speaker
	speaks  bool
	bell    *bell // nil where there are no soft sounds
	volume  *volume
}

func newSound(cfg Config) (s sound) {
	logger := cfg.Logger.With("part", "sound")
	to := speaker.Config{Logger: logger}
	var err error
	if cfg.File.Voice != "" {
		if to.Voice, err = speaker.FindVoice(cfg.File.Voice); err != nil {
			logger.Warn("nothing is read aloud", "err", err)
		}
	}
	if player := cfg.File.Sound.Player; player != "" && player != config.NoPlayer {
		if to.Player, err = speaker.FindPlayer(player); err != nil {
			logger.Warn("no sounds and no recorded sentences are played", "err", err)
		}
	}
	if len(to.Player) > 0 && cfg.File.Sound.Prompts != "" {
		to.Recordings = recorded(cfg.File.Sound.Prompts, logger)
	}
	s.speaker, s.speaks = speaker.New(to), to.Voice != ""
	if len(to.Player) > 0 && cfg.File.Sound.Effects {
		s.bell = newBell(s.speaker, cfg.File.Sound, cfg.Now)
	}
	s.volume = &volume{usual: cfg.File.Sound.Volume, percent: cfg.File.Sound.Volume, speaker: s.speaker, bell: s.bell}
	return s
}

// heard reports whether there is anything to hear.
func (s sound) heard() bool { return s.speaks || s.bell != nil }

// volume is how loud soft sounds and speech are, set together.
type volume struct {
	usual   int // percent, at which speech is as it was recorded
	speaker *speaker.Speaker
	bell    *bell // may be nil

	mu      sync.Mutex
	percent int
}

func (v *volume) get() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.percent
}

func (v *volume) set(percent int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.percent = percent
	if v.bell != nil {
		v.bell.setVolume(percent)
	}
	v.speaker.SetLoudness(loudness(percent, v.usual))
}

// loudness is that of speech. Whoever asks to be read to is to hear it, also where staff want no soft sounds.
func loudness(percent, usual int) int {
	const least = speaker.Usual / 4
	if usual <= 0 {
		return speaker.Usual
	}
	return max(least, min(speaker.Usual*percent/usual, speaker.Loudest))
}

// recorded are the sentences that can be played.
func recorded(dir string, logger *slog.Logger) *prompts.Set {
	set, err := prompts.Open(dir, speaker.Mandarin, speaker.Cantonese, speaker.English)
	if err != nil {
		logger.Warn("some recorded sentences are synthesised instead", "err", err)
	}
	logger.Info("recorded sentences", "mandarin", set.Len(speaker.Mandarin), "cantonese", set.Len(speaker.Cantonese), "english", set.Len(speaker.English))
	return set
}

func (s sound) give(cfg *kiosk.Config) {
	if s.speaks {
		cfg.Voice = tongue{s.speaker}
	}
	if s.bell != nil {
		cfg.Sounds = s.bell
	}
}

func (s sound) close() {
	if s.speaker != nil {
		s.speaker.Close()
	}
}

// tongue speaks the visit's languages with the speaker's voices.
type tongue struct{ *speaker.Speaker }

// Say speaks sentences.
func (t tongue) Say(lang text.Language, sentences ...string) {
	voice := speaker.Mandarin
	switch lang {
	case kiosk.Cantonese:
		voice = speaker.Cantonese
	case text.English:
		voice = speaker.English
	}
	t.Speaker.Say(voice, sentences...)
}

// bell plays the cues, which are made once, but for the quiet hours.
type bell struct {
	speaker *speaker.Speaker
	cfg     config.Sound
	now     func() time.Time

	mu     sync.Mutex
	volume int // percent
	files  map[kiosk.Cue][]byte
}

func newBell(s *speaker.Speaker, cfg config.Sound, now func() time.Time) *bell {
	b := &bell{speaker: s, cfg: cfg, now: now}
	b.setVolume(cfg.Volume)
	return b
}

// setVolume makes the sounds anew.
func (b *bell) setVolume(percent int) {
	files := map[kiosk.Cue][]byte{}
	for cue, made := range map[kiosk.Cue]tone.Sound{
		kiosk.CuePress: tone.Press, kiosk.CueCard: tone.Card, kiosk.CueAccepted: tone.Accepted, kiosk.CueMistake: tone.Mistake, kiosk.CueCountdown: tone.Countdown,
	} {
		files[cue] = wav.Encode(tone.Make(made, float64(percent)/100))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.volume, b.files = percent, files
}

// Play plays a cue.
func (b *bell) Play(c kiosk.Cue) {
	b.mu.Lock()
	volume, file := b.volume, b.files[c]
	b.mu.Unlock()
	if volume > 0 && !b.cfg.Quiet(b.now().Hour()) {
		b.speaker.Play(file)
	}
}

// Get implements backroom.Dial.
func (d dial) Get() (int, error) { return d.sound.volume.get(), nil }

// Set implements backroom.Dial. Whoever turns it hears it.
func (d dial) Set(_ context.Context, percent int) error {
	if err := d.choices.SetVolume(percent); err != nil {
		return err
	}
	d.sound.volume.set(percent)
	if d.sound.bell != nil {
		d.sound.bell.Play(kiosk.CueAccepted)
	}
	return nil
}
