package pinyin_test

import (
	"sync"
	"testing"

	"onedoor/app/ime/pinyin"
	"onedoor/assets/ime"
)

// loaded is the engine of most tests: loading it for each would take longer than all of them.
var loaded = sync.OnceValues(func() (*pinyin.Engine, error) { return pinyin.New(pinyin.Config{Table: ime.Pinyin}) })

func engine(t testing.TB) *pinyin.Engine {
	t.Helper()
	e, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var loadedFuzzy = sync.OnceValues(func() (*pinyin.Engine, error) {
	return pinyin.New(pinyin.Config{Table: ime.Pinyin, Fuzzy: pinyin.FuzzyAll})
})

func fuzzyEngine(t testing.TB) *pinyin.Engine {
	t.Helper()
	e, err := loadedFuzzy()
	if err != nil {
		t.Fatal(err)
	}
	return e
}
