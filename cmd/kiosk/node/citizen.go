package node

import (
	"fmt"

	"onedoor/app/divisions"
	"onedoor/app/ime/pinyin"
	"onedoor/app/ime/strokes"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	places "onedoor/assets/divisions"
	"onedoor/assets/ime"
	"onedoor/device/speaker"
)

// helpers are what a citizen types, writes and listens with.
type helpers struct {
	words     *pinyin.Engine
	hand      *strokes.Recogniser
	divisions *divisions.Divisions
	voice     *speaker.Speaker // nil where nothing can speak
}

// newHelpers loads the tables, some 200 ms altogether.
func newHelpers(cfg Config) (h helpers, err error) {
	if h.words, err = pinyin.New(pinyin.Config{Table: ime.Pinyin, Fuzzy: pinyin.FuzzyAll}); err != nil {
		return h, fmt.Errorf("start kiosk: %w", err)
	}
	if h.hand, err = strokes.New(strokes.Config{Tables: ime.Strokes()}); err != nil {
		return h, fmt.Errorf("start kiosk: %w", err)
	}
	if h.divisions, err = divisions.Load(places.FS); err != nil {
		return h, fmt.Errorf("start kiosk: %w", err)
	}
	if cfg.File.Voice == "" {
		return h, nil
	}
	if h.voice, err = speaker.New(speaker.Config{Command: cfg.File.Voice, Logger: cfg.Logger.With("part", "voice")}); err != nil {
		cfg.Logger.Warn("nothing is read aloud", "err", err)
	}
	return h, nil
}

// give hands them to a visit.
func (h helpers) give(cfg *kiosk.Config) {
	cfg.Words, cfg.Hand, cfg.Divisions = h.words, h.hand, h.divisions
	if h.voice != nil {
		cfg.Voice = tongue{h.voice}
	}
}

func (h helpers) close() {
	if h.voice != nil {
		h.voice.Close()
	}
}

// tongue speaks the visit's languages with the speaker's voices.
type tongue struct{ *speaker.Speaker }

// Say speaks words.
func (t tongue) Say(words string, lang text.Language) {
	voice := speaker.Mandarin
	switch lang {
	case kiosk.Cantonese:
		voice = speaker.Cantonese
	case text.English:
		voice = speaker.English
	}
	t.Speaker.Say(words, voice)
}
