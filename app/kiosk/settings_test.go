package kiosk_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// asSet is what a frame shows of the settings.
type asSet struct {
	elder, contrast, low, speak bool
	size                        int
	english                     bool
}

func frameSet(f kiosk.Frame) asSet {
	s := asSet{elder: f.Elder, contrast: f.Contrast, low: f.Low, size: f.Size, english: strings.Contains(f.Tools[0].Label, "Home")}
	for _, t := range f.Tools {
		if t.Icon == "volume" {
			s.speak = t.On
		}
	}
	return s
}

// TestSettingsLastAsLongAsTheVisit: what somebody chose to see and hear by stays from the first screen to the goodbye, and
// the next visitor begins afresh.
func TestSettingsLastAsLongAsTheVisit(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	screen[kiosk.Attract](h)
	if got := frameSet(h.look().Frame); got != (asSet{}) {
		t.Fatalf("a fresh kiosk has %+v", got)
	}
	h.send(kiosk.Language{To: text.English}, kiosk.Language{To: "fr"}, kiosk.Elder{}, kiosk.Size{To: 9}, kiosk.Contrast{On: true}, kiosk.Low{On: true}, kiosk.Speak{On: true})
	want := asSet{true, true, true, true, 3, true}
	if got := frameSet(h.look().Frame); got != want {
		t.Fatalf("the settings are %+v, want %+v", got, want)
	}
	h.lay(card())
	check := func(where string) {
		t.Helper()
		if got := frameSet(h.seen[len(h.seen)-1].Frame); got != want {
			t.Errorf("%s has %+v", where, got)
		}
	}
	h.wait("the menu", func(v kiosk.View) bool {
		m, ok := v.Screen.(kiosk.Menu)
		return ok && strings.Contains(m.Heading, "张*三")
	})
	check("the menu")
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{}, kiosk.Next{})
	screen[kiosk.Form](h)
	check("the form")
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "owned"}, kiosk.Next{})
	h.writes("room", "502")
	h.send(kiosk.Next{})
	h.writes("since", "19991101")
	h.send(kiosk.Next{})
	screen[kiosk.Review](h)
	check("the review")
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	check("the receipt")
	h.send(kiosk.Settings{Of: kiosk.PanelDisplay}, kiosk.Leave{})
	v := h.wait("the goodbye", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Goodbye); return ok })
	check("the goodbye")
	if v.Frame.Choices != nil {
		t.Error("the panel is still open at the goodbye")
	}
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	if got := frameSet(h.look().Frame); got != (asSet{}) {
		t.Errorf("the next visitor begins with %+v", got)
	}
}

// TestWhoeverSetsAndGoesLeavesNothing: settings made on the first screen, or a panel left open there, end when nobody follows.
func TestWhoeverSetsAndGoesLeavesNothing(t *testing.T) {
	for name, in := range map[string]kiosk.Intent{
		"contrast": kiosk.Contrast{On: true}, "low": kiosk.Low{On: true}, "size": kiosk.Size{To: 1}, "speech": kiosk.Speak{On: true},
		"elder": kiosk.Elder{}, "language": kiosk.Language{To: text.Traditional}, "a panel": kiosk.Settings{Of: kiosk.PanelDisplay},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &slowBox{brokenBox: &brokenBox{}}, func(c *kiosk.Config) { c.Voice = &voice{} })
				h.patience = 10 * time.Minute
				screen[kiosk.Attract](h)
				fresh := frameSet(h.seen[len(h.seen)-1].Frame)
				h.send(in)
				v := h.wait("the setting", func(v kiosk.View) bool {
					return frameSet(v.Frame) != fresh || v.Frame.Choices != nil || name == "language"
				})
				h.wait("a fresh screen", func(v kiosk.View) bool {
					return frameSet(v.Frame) == fresh && v.Frame.Choices == nil && v.Frame.Tools[0].Label == "首页"
				})
				if _, ok := v.Screen.(kiosk.Attract); !ok {
					t.Errorf("the setting led to %T", v.Screen)
				}
			})
		})
	}
}

// TestThePanelsShowWhatIsSet: each panel marks what holds, and each of its options makes it hold.
func TestThePanelsShowWhatIsSet(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Settings{Of: "nonsense"})
	if p := h.look().Frame.Choices; p != nil {
		t.Errorf("a panel that there is not shows %+v", p)
	}
	h.send(kiosk.Settings{Of: kiosk.PanelDisplay})
	groups := h.look().Frame.Choices.Groups
	if len(groups) != 5 {
		t.Fatalf("%d groups", len(groups))
	}
	for g := range groups {
		for o := range groups[g].Options {
			h.send(h.look().Frame.Choices.Groups[g].Options[o].Intent) // as the panel has it then
			now := h.look().Frame.Choices.Groups[g]
			for i, one := range now.Options {
				if one.Chosen != (i == o) {
					t.Errorf("%s: after %s, %s is chosen: %v", now.Title, now.Options[o].Label, one.Label, one.Chosen)
				}
			}
		}
	}
	h.send(kiosk.Size{To: -4})
	if f := h.look().Frame; f.Size != 0 || f.Elder {
		t.Errorf("the size is %d, elder %v", f.Size, f.Elder)
	}
	h.send(kiosk.Settings{Of: kiosk.PanelLanguage})
	languages := h.look().Frame.Choices.Groups[0].Options
	if len(languages) != 3 {
		t.Fatalf("%d languages", len(languages))
	}
	for _, l := range languages {
		h.send(kiosk.Settings{Of: kiosk.PanelLanguage}, l.Intent)
		if f := h.look().Frame; f.Choices != nil {
			t.Errorf("after choosing %s the panel stands", l.Label)
		}
	}
}

// TestAnotherLanguageKeepsWhatWasFilledIn: also letters that are not words yet, the question that is typed into, ticks and the
// situation.
func TestAnotherLanguageKeepsWhatWasFilledIn(t *testing.T) {
	h := newborn(t)
	h.tick("结婚证")
	h.send(kiosk.Language{To: text.English})
	c := now[kiosk.Check](h)
	if _, no := have(c); len(no) != 1 || no[0] != "Marriage certificate" {
		t.Errorf("in English the list lacks %v", no)
	}
	h.send(kiosk.Language{To: text.Chinese}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	h.picks("sex=girl")
	h.writes("birthday", "20260102")
	h.writes("child_name", "wang")
	h.send(kiosk.Done{})
	h.types("xiaoming")
	before := h.field("child_name")
	if before.Value != "王" || before.Compose != "xiaoming" {
		t.Fatalf("the name is %q and %q", before.Value, before.Compose)
	}
	h.send(kiosk.Language{To: text.English})
	f := now[kiosk.Form](h)
	name := f.Fields[0]
	if name.Value != before.Value || name.Compose != before.Compose || !name.Focused || f.Keypad.Compose != "xiao'ming" || !f.Fields[1].Options[0].Chosen || f.Fields[2].Value == "" {
		t.Errorf("in English the form is %+v, with the keys composing %q", f.Fields, f.Keypad.Compose)
	}
	h.send(kiosk.Language{To: text.Traditional}, kiosk.Done{})
	if f := h.field("child_name"); f.Value != "王晓明" || f.Compose != "" {
		t.Errorf("the name is %q and %q", f.Value, f.Compose)
	}
}
