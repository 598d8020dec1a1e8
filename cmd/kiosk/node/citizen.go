package node

import (
	"fmt"

	"onedoor/app/divisions"
	"onedoor/app/ime/pinyin"
	"onedoor/app/ime/strokes"
	"onedoor/app/kiosk"
	places "onedoor/assets/divisions"
	"onedoor/assets/ime"
)

// helpers are what a citizen types, writes and listens with.
type helpers struct {
	words     *pinyin.Engine
	hand      *strokes.Recogniser
	divisions *divisions.Divisions
	sound     sound
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
	h.sound = newSound(cfg)
	return h, nil
}

// give hands them to a visit.
func (h helpers) give(cfg *kiosk.Config) {
	cfg.Words, cfg.Hand, cfg.Divisions = h.words, h.hand, h.divisions
	h.sound.give(cfg)
}

func (h helpers) close() { h.sound.close() }
