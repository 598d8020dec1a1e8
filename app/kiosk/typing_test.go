package kiosk_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// naming goes to a page that asks for a name, an employer's code, a phone number.
func naming(t *testing.T) *hall {
	t.Helper()
	h := newborn(t)
	h.send(kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	return h
}

func labels(k kiosk.Keypad) []string {
	var all []string
	for _, c := range k.Candidates {
		all = append(all, c.Label)
	}
	return all
}

// TestANameIsSpelled: the surname's candidates first, then those of given names; the words that stand first are meant by
// 完成, and what is erased are letters first and then words.
func TestANameIsSpelled(t *testing.T) {
	h := naming(t)
	f := now[kiosk.Form](h)
	if !f.Fields[0].Focused || f.Keypad.Rows[0][0].Label != "q" || len(f.Keypad.Modes) != 6 {
		t.Fatalf("a name is typed with %+v", f.Keypad)
	}
	h.types("wang")
	f = now[kiosk.Form](h)
	if got := labels(f.Keypad); len(got) != 8 || got[0] != "王" || got[1] != "汪" || f.Keypad.Compose != "wang" || f.Fields[0].Compose != "wang" || f.Fields[0].Value != "" {
		t.Fatalf("wang offers %v, composing %q", got, f.Keypad.Compose)
	}
	h.send(f.Keypad.Candidates[1].Intent)
	h.types("XiaoMing") // keys of another keypad mean the same letters
	f = now[kiosk.Form](h)
	if got := labels(f.Keypad); got[0] != "晓明" || f.Fields[0].Value != "汪" || f.Keypad.Compose != "xiao'ming" {
		t.Errorf("after 汪, xiaoming offers %v, composing %q", got, f.Keypad.Compose)
	}
	h.send(kiosk.Take{Candidate: 99}, kiosk.Take{Candidate: -1})
	h.send(kiosk.Done{})
	f = now[kiosk.Form](h)
	if f.Fields[0].Value != "汪晓明" || f.Fields[0].Compose != "" || f.Keypad.Candidates != nil {
		t.Errorf("the name is %q and %q", f.Fields[0].Value, f.Fields[0].Compose)
	}
	h.types("hao")
	h.send(kiosk.Erase{})
	if f := h.field("child_name"); f.Compose != "ha" || f.Value != "汪晓明" {
		t.Errorf("one letter less: %q and %q", f.Value, f.Compose)
	}
	h.send(kiosk.Erase{}, kiosk.Erase{}, kiosk.Erase{}, kiosk.Erase{})
	if f := h.field("child_name"); f.Compose != "" || f.Value != "汪" {
		t.Errorf("three letters and two characters less: %q and %q", f.Value, f.Compose)
	}
	for range 3 {
		h.send(kiosk.Erase{})
	}
	if f := h.field("child_name"); f.Value != "" {
		t.Errorf("of nothing %q is left", f.Value)
	}
	h.types("wangxiaoming")
	h.send(kiosk.Next{}) // goes on, and the name is complete
	if f := now[kiosk.Form](h); f.Fields[0].Value != "王晓明" || f.Fields[0].Error != "" || f.Fields[1].Error == "" {
		t.Errorf("the form is %+v", f.Fields[:2])
	}
}

// TestCandidatesHavePages: the next ones and the ones before, and a word of a later page is the one that it shows.
func TestCandidatesHavePages(t *testing.T) {
	h := naming(t)
	h.types("li")
	first := now[kiosk.Form](h).Keypad
	if first.More.Intent == nil || first.Less.Intent != nil {
		t.Fatalf("the first page has %+v and %+v", first.More, first.Less)
	}
	h.send(kiosk.Turn{By: -1})
	if got := labels(now[kiosk.Form](h).Keypad); !slices.Equal(got, labels(first)) {
		t.Errorf("before the first page comes %v", got)
	}
	h.send(first.More.Intent)
	second := now[kiosk.Form](h).Keypad
	for _, l := range labels(second) {
		if slices.Contains(labels(first), l) {
			t.Errorf("%s is on both pages", l)
		}
	}
	h.send(second.Less.Intent)
	if got := labels(now[kiosk.Form](h).Keypad); !slices.Equal(got, labels(first)) {
		t.Errorf("back on the first page is %v", got)
	}
	last, pages := second, 1
	h.send(kiosk.Turn{By: 1})
	for last.More.Intent != nil && pages < 200 {
		h.send(kiosk.Turn{By: 1})
		last = now[kiosk.Form](h).Keypad
		pages++
	}
	h.send(kiosk.Turn{By: 1}, kiosk.Turn{By: 1})
	if got := labels(now[kiosk.Form](h).Keypad); pages == 200 || len(got) == 0 || !slices.Equal(got, labels(last)) {
		t.Errorf("behind the last of %d pages is %v", pages, got)
	}
	h.send(last.Candidates[0].Intent)
	if f := h.field("child_name"); f.Value != last.Candidates[0].Label {
		t.Errorf("taken: %q, want %q", f.Value, last.Candidates[0].Label)
	}
	h.types("li")
	if k := now[kiosk.Form](h).Keypad; k.Less.Intent != nil {
		t.Error("the next letters begin on a later page")
	}
}

// TestAnApostropheDivides: where two ways to cut the letters are possible.
func TestAnApostropheDivides(t *testing.T) {
	h := naming(t)
	h.types("'xi'an")
	k := now[kiosk.Form](h).Keypad
	if k.Compose != "xi'an" || len([]rune(k.Candidates[0].Label)) != 2 {
		t.Errorf("divided letters compose %q and offer %v", k.Compose, labels(k))
	}
	for range "xi'an" {
		h.send(kiosk.Erase{})
	}
	h.types("xian")
	if k := now[kiosk.Form](h).Keypad; k.Compose != "xian" || len([]rune(k.Candidates[0].Label)) != 1 {
		t.Errorf("the letters compose %q and offer %v", k.Compose, labels(k))
	}
	h.send(kiosk.Wipe{})
	for range 80 {
		h.types("a")
		h.look()
	}
	if f := h.field("child_name"); len(f.Compose) != 64 || f.Value != "" {
		t.Errorf("letters without end: %d compose, and the field has %q", len(f.Compose), f.Value)
	}
	h.send(kiosk.Focus{Field: "child_name"})
	if f := h.field("child_name"); f.Compose != "" {
		t.Errorf("touching the field leaves %q", f.Compose)
	}
}

//go:embed testdata/wang.txt
var wang string

// TestACharacterIsWritten: strokes offer characters, one is taken, and the pad is empty again.
func TestACharacterIsWritten(t *testing.T) {
	h := naming(t)
	h.send(kiosk.KeyMode{To: kiosk.ModeInk})
	if k := now[kiosk.Form](h).Keypad; k.Ink == nil || k.Ink.Drawing != 0 || k.Candidates != nil {
		t.Fatalf("the pad is %+v", k)
	}
	at := 0
	for i, line := range strings.Split(strings.TrimSpace(wang), "\n") {
		var s kiosk.Stroke
		for _, p := range strings.Fields(line) {
			x, y, _ := strings.Cut(p, ",")
			s = append(s, kiosk.Point{X: number(x) * 10, Y: number(y) * 10, At: at})
			at += 100
		}
		h.send(kiosk.Write{Stroke: s})
		if k := now[kiosk.Form](h).Keypad; k.Ink.Drawing != i+1 || len(k.Candidates) == 0 || len(k.Candidates) > 10 {
			t.Errorf("after stroke %d the pad has %d and offers %v", i+1, k.Ink.Drawing, labels(k))
		}
	}
	k := now[kiosk.Form](h).Keypad
	if labels(k)[0] != "王" {
		t.Fatalf("offers %v", labels(k))
	}
	h.send(k.Candidates[0].Intent)
	if f := now[kiosk.Form](h); f.Fields[0].Value != "王" || f.Keypad.Ink.Drawing != 0 || f.Keypad.Candidates != nil {
		t.Errorf("taken: %q, and the pad has %+v", f.Fields[0].Value, f.Keypad.Ink)
	}
	stroke := kiosk.Write{Stroke: kiosk.Stroke{{X: 100, Y: 500}, {X: 900, Y: 480, At: 300}}}
	h.send(stroke, kiosk.Erase{})
	if f := now[kiosk.Form](h); f.Fields[0].Value != "王" || f.Keypad.Ink.Drawing != 0 {
		t.Errorf("erasing a drawing leaves %q and %d strokes", f.Fields[0].Value, f.Keypad.Ink.Drawing)
	}
	h.send(stroke, stroke, kiosk.Wipe{}, kiosk.Write{}, kiosk.Erase{})
	if f := now[kiosk.Form](h); f.Fields[0].Value != "" || f.Keypad.Ink.Drawing != 0 {
		t.Errorf("erasing without a drawing leaves %q and %d strokes", f.Fields[0].Value, f.Keypad.Ink.Drawing)
	}
	for range 66 {
		h.send(stroke)
		h.look()
	}
	if k := now[kiosk.Form](h).Keypad; k.Ink.Drawing != 64 {
		t.Errorf("of 66 strokes %d are kept", k.Ink.Drawing)
	}
}

// number is a whole number of a drawing.
func number(s string) (n int) {
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

// TestU6ARareCharacterIsFoundByItsParts: one that no keyboard has, outside the plane that all fonts know.
func TestU6ARareCharacterIsFoundByItsParts(t *testing.T) {
	h := naming(t)
	for want, radical := range map[string]string{"㛃": "女", "𬱟": "页"} {
		h.send(kiosk.Focus{Field: "child_name"}, kiosk.Clear{}, kiosk.KeyMode{To: kiosk.ModeRare})
		key := kiosk.Key{}
		for range 20 {
			for _, row := range now[kiosk.Form](h).Keypad.Rows {
				for _, one := range row {
					if one.Label == radical {
						key = one
					}
				}
			}
			if key.Intent != nil {
				break
			}
			h.send(kiosk.Turn{By: 1})
		}
		if key.Intent == nil {
			t.Fatalf("the part %s is on no page", radical)
		}
		h.send(key.Intent)
		k := now[kiosk.Form](h).Keypad
		for range 400 {
			if i := slices.Index(labels(k), want); i >= 0 {
				h.send(k.Candidates[i].Intent)
				break
			}
			if k.More.Intent == nil {
				t.Fatalf("%s is not among those with %s", want, radical)
			}
			h.send(k.More.Intent)
			k = now[kiosk.Form](h).Keypad
		}
		if f := h.field("child_name"); f.Value != want {
			t.Errorf("taken: %q, want %q", f.Value, want)
		}
	}
	h.send(kiosk.KeyMode{To: kiosk.ModeRare})
	for range 30 {
		h.send(kiosk.Turn{By: 1})
	}
	last := now[kiosk.Form](h).Keypad
	h.send(kiosk.Turn{By: -1})
	if got := now[kiosk.Form](h).Keypad; got.Rows[0][0].Label == last.Rows[0][0].Label {
		t.Error("one page back from the last is the last")
	}
}

// TestKeysThatAnAnswerCanNotHave: money and numbers take no letters, one point, two decimals; dates and phone numbers take
// digits; nothing takes control characters.
func TestKeysThatAnAnswerCanNotHave(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("housing-fund-rent")
	h.picks("home=public", "marital=single")
	h.send(kiosk.Next{}, kiosk.Next{})
	for _, c := range [][2]string{{"13a8 0x0-1.3+80", "138 0013 80"}, {"138001380001234", "138 0013 8000"}} {
		h.send(kiosk.Focus{Field: "phone"}, kiosk.Clear{})
		h.writes("phone", c[0])
		if f := h.field("phone"); f.Value != c[1] {
			t.Errorf("%q makes the phone number %q, want %q", c[0], f.Value, c[1])
		}
	}
	h.send(kiosk.Next{})
	for typed, want := range map[string]string{
		".5": "5", "12.345": "12.34", "1.2.3": "1.23", "a1b2,3": "123", "-7": "7", "1e5": "15", "１２": "", "123456789012": "12345678", "0.": "0.", "1..": "1.",
	} {
		h.send(kiosk.Focus{Field: "rent"}, kiosk.Clear{})
		h.writes("rent", typed)
		if f := h.field("rent"); f.Value != want {
			t.Errorf("%q makes %q yuan, want %q", typed, f.Value, want)
		}
	}
	for typed, complaint := range map[string]string{"0": "不能少于", "50001": "不能超过", "12.": "请填数字", "2500.5": ""} {
		h.send(kiosk.Focus{Field: "rent"}, kiosk.Clear{})
		h.writes("rent", typed)
		h.send(kiosk.Next{})
		if f := h.field("rent"); !strings.Contains(f.Error, complaint) || (f.Error == "") != (complaint == "") {
			t.Errorf("%q yuan: says %q, want %q", typed, f.Error, complaint)
		}
	}
	h.writes("since", "2a026-0102")
	if f := h.field("since"); f.Value != "2026年01月02日" {
		t.Errorf("the date is %q", f.Value)
	}
	h.send(kiosk.Focus{Field: "contract"}, kiosk.Type{Text: "A\x1b"}, kiosk.Type{Text: "\n"}, kiosk.Type{Text: ""}, kiosk.Type{Text: "B"})
	if f := h.field("contract"); f.Value != "B" {
		t.Errorf("the contract is %q", f.Value)
	}
}

// TestU6WholeNumbersOnly: where a form counts, no point is offered or taken.
func TestU6WholeNumbersOnly(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("birth-service")
	h.picks("stage=pregnant", "partner=no")
	h.send(kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	h.writes("weeks", "1.2x34")
	f := now[kiosk.Form](h)
	if f.Fields[0].Value != "12" {
		t.Errorf("the weeks are %q", f.Fields[0].Value)
	}
	for _, row := range f.Keypad.Rows {
		for _, key := range row {
			if key.Label == "." {
				t.Error("a point is offered")
			}
		}
	}
	h.send(kiosk.Focus{Field: "weeks"}, kiosk.Clear{})
	h.writes("weeks", "43")
	h.send(kiosk.Next{})
	if f := h.field("weeks"); !strings.Contains(f.Error, "不能超过 42") {
		t.Errorf("of 43 weeks it says %q", f.Error)
	}
}

// TestEachLanguageHasItsKeysFirst: letters in English, sounds in Chinese; and a kiosk without a table has neither sounds nor ink.
func TestEachLanguageHasItsKeysFirst(t *testing.T) {
	h := naming(t)
	h.send(kiosk.Language{To: text.English})
	k := now[kiosk.Form](h).Keypad
	if !k.Modes[0].Chosen || k.Rows[0][0].Label != "Q" {
		t.Errorf("in English the keys are %v", k.Modes)
	}
	h.types("ANNA")
	if f := h.field("child_name"); f.Value != "ANNA" || f.Compose != "" {
		t.Errorf("in English the name is %q and %q", f.Value, f.Compose)
	}
	h.send(kiosk.KeyMode{To: "nonsense"})
	now[kiosk.Form](h)

	box, _ := newOutbox(t)
	bare := open(t, box, nil)
	bare.begins("newborn-registration")
	bare.picks("born=hospital", "parents=married")
	bare.send(kiosk.Next{}, kiosk.Next{})
	bare.writes("phone", "13800138000")
	bare.send(kiosk.Next{}, kiosk.KeyMode{To: kiosk.ModeInk}, kiosk.KeyMode{To: kiosk.ModePinyin}, kiosk.KeyMode{To: kiosk.ModeRare})
	if k := now[kiosk.Form](bare).Keypad; len(k.Modes) != 3 || k.Ink != nil || len(k.Rows) == 0 {
		t.Errorf("without tables the keys are %v", k.Modes)
	}
}
