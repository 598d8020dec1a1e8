package kiosk_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// TestScreensAreReadAloud: what each screen asks, in the language of the visitor, and never what was typed or stands on a card;
// with the visit it ends.
func TestScreensAreReadAloud(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	says := func(lang text.Language, want ...string) {
		t.Helper()
		h.after()
		got := h.voice.last()
		for _, w := range want {
			if !strings.Contains(got.words, w) {
				t.Errorf("says %q, want %q in it", got.words, w)
			}
		}
		if got.lang != lang {
			t.Errorf("says %q in %s, want %s", got.words, got.lang, lang)
		}
	}
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{})
	screen[kiosk.Menu](h)
	if got := h.after(); h.voice.last().words != "" {
		t.Errorf("unasked on %T it said %s", got.Screen, h.voice.all())
	}
	h.send(kiosk.Speak{On: true})
	says(text.Chinese, "您想办什么事？", "申请办事", "居住证签注")
	h.send(kiosk.Help{})
	h.wait("help", func(v kiosk.View) bool { return v.Frame.Help != nil })
	h.after()
	if got := h.voice.last(); !strings.Contains(got.words, "需要帮忙？") || strings.Contains(got.words, "申请办事") {
		t.Errorf("over the menu it says %q", got.words)
	}
	h.send(kiosk.Help{})
	says(text.Chinese, "您想办什么事？")
	h.send(kiosk.Speak{On: true, Cantonese: true})
	h.after() // without another screen in between
	if got := h.voice.last(); got.lang != kiosk.Cantonese {
		t.Errorf("the screen is not read again in Cantonese, but %q in %s", got.words, got.lang)
	}
	says(kiosk.Cantonese, "您想办什么事？")
	h.send(kiosk.Language{To: text.English})
	says(text.English, "What")
	h.send(kiosk.Language{To: text.Traditional})
	says(kiosk.Cantonese, "您想辦什麼事？")
	h.send(kiosk.Language{To: text.Chinese}, kiosk.Speak{On: true})
	says(text.Chinese, "您想办什么事？")

	h.lay(card())
	h.known()
	says(text.Chinese, "身份证读好了", "申请办事")
	if got := h.voice.last(); strings.Contains(got.words, "您好") {
		t.Errorf("the hall hears who is here: %q", got.words)
	}
	h.send(kiosk.Choice{Service: "newborn-registration"}, kiosk.Next{})
	says(text.Chinese, "宝宝是哪种情况？", "父母结婚了吗？")
	h.picks("born=hospital", "parents=married")
	h.send(kiosk.Next{})
	says(text.Chinese, "这些材料带了吗？", "出生医学证明")
	h.send(kiosk.Next{})
	h.writes("phone", "13800138000")
	says(text.Chinese, "手机")
	h.send(kiosk.Reveal{Field: "number"}, kiosk.Reveal{Field: "name"}, kiosk.Next{})
	h.writes("child_name", "wangxiaoming")
	h.send(kiosk.Done{})
	h.picks("sex=girl")
	h.writes("birthday", "20260102")
	h.send(kiosk.Next{})
	says(text.Chinese, "还有 1 项")
	h.writes("certificate", "T440000001")
	h.send(kiosk.Next{})
	h.picks("register=me")
	h.writes("other_name", "lisi")
	h.send(kiosk.Next{})
	now[kiosk.Review](h)
	says(text.Chinese, "请核对")
	h.send(kiosk.Confirm{}, scrawl())
	says(text.Chinese, "请签名")
	h.send(kiosk.Confirm{})
	done := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	says(text.Chinese, "已收件", done.Number)
	h.send(kiosk.Open{What: kiosk.Rating})
	says(text.Chinese, "这次办得怎么样？", "非常满意")
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.after()
	if got := h.voice.last(); got.words != "" {
		t.Errorf("to the next it says %q", got.words)
	}
	for _, never := range []string{"13800138000", "138 0013", "小三", "110101", "东华门", "王晓明", "晓明", "wang", "T440000001", "李", "2026年1月2日", "20260102"} {
		if strings.Contains(h.voice.all(), never) {
			t.Errorf("it said %q", never)
		}
	}
}

// TestSpeechEndsWhenItIsTurnedOff: at once, in the middle of a screen, and it asks before it leaves.
func TestSpeechEndsWhenItIsTurnedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &voice{}
		h := open(t, &slowBox{brokenBox: &brokenBox{}}, func(c *kiosk.Config) { c.Voice = v })
		h.patience = 10 * time.Minute
		screen[kiosk.Attract](h)
		h.send(kiosk.Speak{On: true})
		h.after()
		if got := v.last(); got.words != "" {
			t.Errorf("to an empty hall it says %q", got.words)
		}
		h.send(kiosk.Start{})
		h.after()
		h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
		synctest.Wait()
		if got := v.last(); !strings.Contains(got.words, "您还在吗？") {
			t.Errorf("before it leaves it says %q", got.words)
		}
		h.send(kiosk.Speak{})
		h.after()
		if got := v.last(); got.words != "" {
			t.Errorf("turned off it says %q", got.words)
		}
	})
}
