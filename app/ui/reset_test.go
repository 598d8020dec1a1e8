package ui

import (
	"image"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
)

// everyText lists the text of every object, also of hidden ones.
func everyText(o fyne.CanvasObject) []string {
	var out []string
	if t, ok := o.(*canvas.Text); ok && t.Text != "" {
		out = append(out, t.Text)
	}
	for _, c := range layout.Children(o) {
		out = append(out, everyText(c)...)
	}
	return out
}

func TestResetLeavesNoTextBehind(t *testing.T) {
	for _, v := range []variant{{size: portrait}, {size: landscape, english: true, elder: true}} {
		b := setup(t, v.size)
		for _, s := range everything(t, v.english) {
			b.ui.Show(s.view)
		}
		if len(everyText(b.ui.Content())) == 0 {
			t.Fatal("nothing was shown")
		}
		b.ui.Reset()
		if left := everyText(b.ui.Content()); len(left) > 0 {
			t.Errorf("%s: after Reset there is still %q", v, left)
		}
		if g := b.ui.Targets(); len(g) > 0 {
			t.Errorf("%s: after Reset there are still targets %v", v, g)
		}
	}
}

// TestLeavingAScreenEmptiesIt: what one visitor typed is in no object when the next one comes.
func TestLeavingAScreenEmptiesIt(t *testing.T) {
	b := setup(t, portrait)
	attract := shown(t, false, "attract")
	personal := regexp.MustCompile(`张|138|大北路|1101|8361|100-2`)
	for _, s := range everything(t, false) {
		b.ui.Show(s.view)
		b.ui.Show(attract)
		for _, text := range everyText(b.ui.Content()) {
			if personal.MatchString(text) {
				t.Errorf("after %s there is still %q", s.name, text)
			}
		}
	}
	if b.ui.screens.accepted.qr.Visible() {
		t.Error("the code of the last case is still there")
	}
}

// TestShowReplacesWhatWasShown: a shorter form leaves nothing of a longer one, also in sight.
func TestShowReplacesWhatWasShown(t *testing.T) {
	b := setup(t, portrait)
	view := shown(t, false, "form-phone")
	b.ui.Show(view)
	form := view.Screen.(kiosk.Form)
	form.Fields = form.Fields[:1]
	form.Keypad = kiosk.Keypad{}
	b.ui.Show(kiosk.View{Frame: view.Frame, Screen: form})
	all := strings.Join(everyText(b.ui.Content()), "\n")
	for _, gone := range []string{"138", "手机号", "填好了", "租的"} {
		if strings.Contains(all, gone) {
			t.Errorf("%q is still in an object", gone)
		}
	}
	if !strings.Contains(strings.Join(b.ui.Texts(), "\n"), "张*三") {
		t.Error("the field that stayed is not in sight")
	}
}

func TestTextsAreThoseInSight(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, true, "accepted"))
	all := strings.Join(b.ui.Texts(), "\n")
	for _, want := range []string{"Case number", "1101 0107 0200 4711 8361", "Finish", "14:26"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in sight among %q", want, all)
		}
	}
	if strings.Contains(all, "Lay your ID card") {
		t.Error("a hidden screen is listed")
	}
}

// TestCodeOnTheScreenReadsBack decodes the picture of the screen.
func TestCodeOnTheScreenReadsBack(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		view := shown(t, v.english, "accepted")
		view.Frame.Elder = v.elder
		b.ui.Show(view)
		if got, want := decode(t, b.window.Canvas().Capture()), view.Screen.(kiosk.Accepted).QR; got != want {
			t.Errorf("%s: code reads %q, want %q", v, got, want)
		}
	}
}

func decode(t *testing.T, picture image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("decode the screen: %v", err)
	}
	return result.GetText()
}

// TestNoWordsOfItsOwn: all words come from the view, so that every language can have its own.
func TestNoWordsOfItsOwn(t *testing.T) {
	literal := regexp.MustCompile("\"[^\"\n]*\"|`[^`]*`")
	files := 0
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, l := range literal.FindAllString(string(data), -1) {
			for _, r := range l {
				if unicode.Is(unicode.Han, r) {
					t.Errorf("%s has words of its own: %s", path, l)
					break
				}
			}
		}
		for _, banned := range []string{"widget.NewButton(\"", "container.NewScroll", "container.NewVScroll", "widget.NewSelect", "widget.NewList", "widget.NewEntry", "container.NewThemeOverride", "NewBinding"} {
			if strings.Contains(string(data), banned) {
				t.Errorf("%s uses %s", path, banned)
			}
		}
		if n := strings.Count(string(data), "fyne.Do"); n > 0 && path != "bridge.go" {
			t.Errorf("%s calls fyne.Do; only the bridge may", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("only %d files looked at", files)
	}
}
