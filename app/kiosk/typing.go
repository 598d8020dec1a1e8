package kiosk

import (
	"strings"
	"unicode/utf8"

	"onedoor/app/ime/pinyin"
	"onedoor/app/ime/strokes"
	"onedoor/app/text"
)

// Speller turns letters into words, and finds characters that nobody can spell.
type Speller interface {
	// Candidates gives words for letters, best first.
	Candidates(letters string, mode pinyin.Mode, skip, size int) pinyin.Page
	// Radicals are the parts that a character can be found by, and ByRadical those that have one.
	Radicals() []pinyin.Radical
	ByRadical(radical string, rest int) []string
}

// Hand reads handwriting.
type Hand interface {
	Recognise(ink []strokes.Stroke, n int, keep func(rune) bool) []strokes.Candidate
}

var (
	_ Speller = (*pinyin.Engine)(nil)
	_ Hand    = (*strokes.Recogniser)(nil)
)

// typing is what stands between the keys and a field: letters and strokes on their way to become words. It is wiped with the
// visit and whenever another field is typed into.
type typing struct {
	mode    Mode
	letters []byte
	skip    int // candidates before the page shown
	ink     []strokes.Stroke
	radical string // chosen in ModeRare
	page    int    // of radicals
}

// wipe forgets all but the mode, which somebody who writes by hand wants in the next field too.
func (t *typing) wipe() {
	clear(t.letters[:cap(t.letters)])
	for _, s := range t.ink {
		clear(s)
	}
	*t = typing{mode: t.mode}
}

const (
	pageOfWords   = 8  // candidates shown at a time
	pageOfStrokes = 10 // of a handwritten character
	pageOfParts   = 32 // radicals
)

// modes are the keypads that a kind of text can be typed with, the first one first.
func (k *Kiosk) modes(kind string, lang text.Language) []Mode {
	if kind == "code" {
		return nil
	}
	var all []Mode
	if k.cfg.Words != nil {
		all = append(all, ModePinyin)
	}
	if k.cfg.Hand != nil {
		all = append(all, ModeInk)
	}
	if lang == text.English {
		all = append([]Mode{ModeLetters}, all...)
	} else {
		all = append(all, ModeLetters)
	}
	all = append(all, ModeDigits)
	if k.cfg.Words != nil && kind == "name" {
		all = append(all, ModeRare)
	}
	return append(all, ModeSymbols)
}

// modeFor is the mode in use for a kind of text.
func (k *Kiosk) modeFor(kind string) Mode {
	modes := k.modes(kind, k.visit.lang)
	if len(k.visit.typing.letters) > 0 {
		return ModePinyin // another language puts other keys first, and must not strand the letters
	}
	for _, m := range modes {
		if m == k.visit.typing.mode {
			return m
		}
	}
	if len(modes) == 0 {
		return ModeLetters
	}
	return modes[0]
}

// spelling is how letters are read for a kind of text.
func spelling(kind string, written []byte) pinyin.Mode {
	switch {
	case kind == "name" && len(written) > 0:
		return pinyin.Given
	case kind == "name":
		return pinyin.Name
	case kind == "address":
		return pinyin.Place
	}
	return pinyin.Text
}

// words are the candidates on the page shown, with how many letters each takes; strokes and radicals take none.
func (k *Kiosk) words(kind string, written []byte) (words []word, more bool) {
	t := &k.visit.typing
	switch k.modeFor(kind) {
	case ModePinyin:
		if len(t.letters) == 0 {
			return nil, false
		}
		p := k.cfg.Words.Candidates(string(t.letters), spelling(kind, written), t.skip, pageOfWords)
		for _, c := range p.Candidates {
			words = append(words, word{c.Text, c.Letters})
		}
		return words, p.More
	case ModeInk:
		if len(t.ink) == 0 {
			return nil, false
		}
		for _, c := range k.cfg.Hand.Recognise(t.ink, pageOfStrokes, nil) {
			words = append(words, word{string(c.Rune), 0})
		}
		return words, false
	case ModeRare:
		if t.radical == "" {
			return nil, false
		}
		all := k.cfg.Words.ByRadical(t.radical, -1)
		for _, w := range all[min(t.skip, len(all)):min(t.skip+pageOfWords, len(all))] {
			words = append(words, word{w, 0})
		}
		return words, t.skip+pageOfWords < len(all)
	}
	return nil, false
}

type word struct {
	text    string
	letters int
}

// compose takes an intent that only concerns words on their way; done tells that there is nothing more to do. add is text
// that the field is to get.
func (k *Kiosk) compose(in Intent, kind string, written []byte) (add string, done bool) {
	t := &k.visit.typing
	mode := k.modeFor(kind)
	switch in := in.(type) {
	case KeyMode:
		t.wipe()
		for _, m := range k.modes(kind, k.visit.lang) {
			if m == in.To {
				t.mode = m
			}
		}
		return "", true
	case Type:
		if mode == ModePinyin && letter(in.Text) {
			if t.letters == nil {
				t.letters = make([]byte, 0, pinyin.MaxLetters)
			}
			if len(t.letters) < pinyin.MaxLetters && (in.Text != "'" || len(t.letters) > 0) {
				t.letters, t.skip = append(t.letters, strings.ToLower(in.Text)...), 0
			}
			return "", true
		}
		if mode == ModeRare && t.radical == "" {
			t.radical, t.skip = in.Text, 0
			return "", true
		}
	case Turn:
		if mode == ModeRare && t.radical == "" {
			t.page = max(0, min(t.page+in.By, (len(k.cfg.Words.Radicals())-1)/pageOfParts))
			return "", true
		}
		if _, more := k.words(kind, written); in.By > 0 && more {
			t.skip += pageOfWords
		} else if in.By < 0 {
			t.skip = max(0, t.skip-pageOfWords)
		}
		return "", true
	case Take:
		words, _ := k.words(kind, written)
		if in.Candidate < 0 || in.Candidate >= len(words) {
			return "", true
		}
		return k.take(words[in.Candidate]), true
	case Write:
		if mode == ModeInk && len(in.Stroke) > 0 && len(t.ink) < maxInk {
			t.ink = append(t.ink, inked(in.Stroke))
		}
		return "", true
	case Wipe:
		t.wipe()
		return "", true
	case Erase:
		switch {
		case len(t.letters) > 0:
			t.letters[len(t.letters)-1] = 0
			t.letters, t.skip = t.letters[:len(t.letters)-1], 0
			return "", true
		case len(t.ink) > 0 || t.radical != "":
			t.wipe()
			return "", true
		}
	case Done:
		if len(t.letters) > 0 { // the words that stand first are meant
			for len(t.letters) > 0 {
				words, _ := k.words(kind, append(written[:len(written):len(written)], add...))
				if len(words) == 0 {
					break
				}
				add += k.take(words[0])
			}
			t.wipe()
			return add, true
		}
	}
	return "", false
}

// maxInk is more strokes than any character has.
const maxInk = 64

func (k *Kiosk) take(w word) string {
	t := &k.visit.typing
	rest := append(make([]byte, 0, pinyin.MaxLetters), t.letters[min(w.letters, len(t.letters)):]...)
	t.wipe()
	t.letters = rest
	return w.text
}

// letter reports whether a key is one that pinyin is spelled with.
func letter(s string) bool {
	return len(s) == 1 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] == '\'')
}

func inked(s Stroke) strokes.Stroke {
	out := make(strokes.Stroke, len(s))
	for i, p := range s {
		out[i] = strokes.Point{X: int32(p.X), Y: int32(p.Y), T: int32(p.At)}
	}
	return out
}

func modeKey(m Mode) string {
	switch m {
	case ModePinyin:
		return "keys.pinyin"
	case ModeInk:
		return "keys.ink"
	case ModeDigits:
		return "keys.digits"
	case ModeSymbols:
		return "keys.symbols"
	case ModeRare:
		return "keys.rare"
	}
	return "keys.letters"
}

// textPad is the keypad of a text.
func (k *Kiosk) textPad(kind string, written []byte, more bool, say text.Printer) Keypad {
	t := &k.visit.typing
	mode := k.modeFor(kind)
	p := Keypad{}
	for _, m := range k.modes(kind, k.visit.lang) {
		p.Modes = append(p.Modes, Option{say.T(modeKey(m)), m == mode, KeyMode{To: m}})
	}
	words, next := k.words(kind, written)
	for i, w := range words {
		p.Candidates = append(p.Candidates, Candidate{w.text, Take{Candidate: i}})
	}
	if next {
		p.More = Button{say.T("keys.more"), Turn{By: 1}, false}
	}
	if t.skip > 0 {
		p.Less = Button{say.T("keys.less"), Turn{By: -1}, false}
	}
	erase := Key{Label: say.T("key.erase"), Icon: "backspace", Quiet: true, Intent: Erase{}}
	end := "key.done"
	if more {
		end = "key.next"
	}
	done := Key{Label: say.T(end), Intent: Done{}}
	switch mode {
	case ModeInk:
		p.Ink = &Ink{Hint: say.T("keys.ink.hint"), Drawing: len(t.ink)}
		p.Rows = [][]Key{{wide(Key{Label: say.T("keys.ink.clear"), Quiet: true, Intent: Wipe{}}, 2), wide(erase, 2), wide(done, 3)}}
		return p
	case ModeRare:
		return k.rarePad(p, erase, done, say)
	case ModeDigits:
		p.Rows = [][]Key{keys("1", "2", "3"), keys("4", "5", "6"), keys("7", "8", "9"), {{Label: "-", Intent: Type{Text: "-"}}, {Label: "0", Intent: Type{Text: "0"}}, erase}, {wide(done, 3)}}
		return p
	case ModeSymbols:
		p.Rows = [][]Key{keys("·", "（", "）", "-", "#", "、", "，", "。"), keys("栋", "幢", "单元", "层", "号", "室"), {wide(erase, 2), wide(done, 5)}}
		return p
	}
	if mode == ModePinyin && len(t.letters) > 0 {
		p.Compose = k.cfg.Words.Candidates(string(t.letters), spelling(kind, written), 0, 1).Reading
	}
	low := mode == ModePinyin
	row := func(s string) []Key {
		if low {
			s = strings.ToLower(s)
		}
		return keys(strings.Split(s, "")...)
	}
	p.Rows = [][]Key{row("QWERTYUIOP"), row("ASDFGHJKL"), append(row("ZXCVBNM"), wide(erase, 2))}
	space := Key{Label: say.T("keys.space"), Quiet: true, Intent: Type{Text: " "}}
	if low {
		space = Key{Label: "'", Quiet: true, Intent: Type{Text: "'"}}
	}
	p.Rows = append(p.Rows, []Key{wide(space, 2), wide(done, 5)})
	return p
}

// rarePad offers the parts of characters, then the characters that have the chosen one.
func (k *Kiosk) rarePad(p Keypad, erase, done Key, say text.Printer) Keypad {
	t := &k.visit.typing
	if t.radical != "" {
		p.Compose = t.radical
		p.Rows = [][]Key{{wide(Key{Label: say.T("keys.rare.back"), Quiet: true, Intent: Wipe{}}, 3), wide(erase, 2), wide(done, 3)}}
		return p
	}
	all := k.cfg.Words.Radicals()
	from := min(t.page*pageOfParts, max(0, len(all)-1)/pageOfParts*pageOfParts)
	shown := all[from:min(from+pageOfParts, len(all))]
	var row []Key
	for _, r := range shown {
		row = append(row, Key{Label: r.Text, Intent: Type{Text: r.Text}})
		if len(row) == 8 {
			p.Rows, row = append(p.Rows, row), nil
		}
	}
	if len(row) > 0 {
		p.Rows = append(p.Rows, row)
	}
	p.Rows = append(p.Rows, []Key{wide(Key{Label: say.T("keys.less"), Quiet: true, Intent: Turn{By: -1}}, 2), wide(Key{Label: say.T("keys.more"), Quiet: true, Intent: Turn{By: 1}}, 2),
		wide(erase, 2), wide(done, 2)})
	return p
}

// clean drops what can not stand in a field.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}
