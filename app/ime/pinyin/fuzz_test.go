package pinyin_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onedoor/app/ime/pinyin"
)

// check holds a page of candidates against what is guaranteed of all.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, e *pinyin.Engine, letters string, mode pinyin.Mode) pinyin.Page {
	t.Helper()
	p := e.Candidates(letters, mode, 0, whole)
	if p.More {
		t.Fatalf("%q: more behind all", letters)
	}
	seen := map[string]bool{}
	for _, c := range p.Candidates {
		if c.Letters < 1 || c.Letters > len(letters) || c.Text == "" || seen[c.Text] {
			t.Fatalf("%q: %+v takes none of the letters, too many, is empty or comes twice", letters, c)
		}
		seen[c.Text] = true
		if got, want := strings.ReplaceAll(c.Reading, "'", ""), plainLetters(letters[:c.Letters]); got != want {
			t.Fatalf("%q: %+v reads %q, want %q", letters, c, got, want)
		}
	}
	// Pages are parts of the whole.
	var paged []pinyin.Candidate
	for len(paged) <= 24 {
		next := e.Candidates(letters, mode, len(paged), firstPage)
		paged = append(paged, next.Candidates...)
		if !next.More {
			break
		}
	}
	if !slices.Equal(paged, p.Candidates[:len(paged)]) {
		t.Fatalf("%q: page by page other than at once", letters)
	}
	return p
}

func plainLetters(typed string) string {
	return strings.NewReplacer("'", "", "’", "", " ", "", "ü", "v", "Ü", "v").Replace(strings.ToLower(typed))
}

func FuzzCandidates(f *testing.F) {
	for _, s := range []string{"zhangsan", "xi'an", "lüe", "ÜÜ", "'''a'", "sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss", "zhzhzh", "niüv", "a b c", "\xff\xfea", "xian’", "ng", "İ", "aͅ"} {
		for m := range byte(4) {
			f.Add(s, m)
		}
	}
	f.Fuzz(func(t *testing.T, letters string, mode byte) {
		check(t, engine(t), letters, pinyin.Mode(mode%4))
		check(t, fuzzyEngine(t), letters, pinyin.Mode(mode%4))
	})
}

// Whoever takes any candidates one after the other comes to the end of what can be read.
func TestTakingComesToAnEnd(t *testing.T) {
	all := syllables()
	rapid.Check(t, func(rt *rapid.T) {
		letters := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append(all, "'", "zh", "s", "x", "n")), 1, 12).Draw(rt, "letters"), "")
		mode := pinyin.Mode(rapid.IntRange(0, 3).Draw(rt, "mode"))
		for steps := 0; ; steps++ {
			p := check(rt, engine(t), letters, mode)
			if len(p.Candidates) == 0 {
				return
			}
			if steps > 3*pinyin.MaxLetters {
				rt.Fatalf("no end: %q is left", letters)
			}
			letters = letters[p.Candidates[rapid.IntRange(0, min(len(p.Candidates)-1, 40)).Draw(rt, "choice")].Letters:]
		}
	})
}
