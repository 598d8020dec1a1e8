package hall_test

import (
	"testing"

	"onedoor/app/hall"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/sync/central"
	"onedoor/sync/engine"
)

// TestAnswersHaveWords: what the engine keeps, and the problems for which central turns an item away, in every language.
func TestAnswersHaveWords(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{engine.ReasonLost, engine.ReasonUnreadable, engine.ReasonServer, engine.ReasonNoAck, engine.ReasonRetry, engine.ReasonNoResult,
		central.ProblemItem + ": the signature is wrong", central.ProblemPayload, central.ProblemSealKey, central.ProblemIdentity, central.ProblemNewer} {
		key, ok := hall.Answer(kept)
		if !ok {
			t.Errorf("%q has no key", kept)
		}
		for _, lang := range texts.Languages() {
			if texts.In(lang).T(key) == key {
				t.Errorf("%s is missing in %s", key, lang)
			}
		}
	}
	if key, ok := hall.Answer("of a later version"); ok {
		t.Errorf("what is not known is %q", key)
	}
}
