package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
)

var (
	portrait  = fyne.NewSize(1080, 1920)
	landscape = fyne.NewSize(1920, 1080)
)

// bench is a window of the test driver with the product's theme and the whole content in it.
type bench struct {
	ui     *UI
	window fyne.Window
	sent   []kiosk.Intent
}

// setup opens a window of the given size.
func setup(t testing.TB, size fyne.Size) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New())
	b := &bench{}
	u, err := New(Config{Send: func(i kiosk.Intent) { b.sent = append(b.sent, i) }})
	if err != nil {
		t.Fatal(err)
	}
	b.ui = u
	b.window = test.NewTempWindow(t, u.Content())
	b.window.SetPadded(false)
	b.window.Resize(size)
	if got := u.Content().Size(); got != size {
		t.Fatalf("content is %v, want the whole window %v", got, size)
	}
	return b
}

// take empties and returns what was sent, without the touches that only say that somebody is there.
func (b *bench) take() []kiosk.Intent {
	var out []kiosk.Intent
	for _, i := range b.sent {
		if i != (kiosk.Touch{}) {
			out = append(out, i)
		}
	}
	b.sent = nil
	return out
}

// variant is one way in which every state is shown.
type variant struct {
	size     fyne.Size
	english  bool
	elder    bool
	text     int
	contrast bool
	low      bool
	dim      bool
}

func (v variant) String() string {
	out := "portrait"
	if v.size == landscape {
		out = "landscape"
	}
	if v.english {
		out += "-en"
	} else {
		out += "-zh"
	}
	if v.elder {
		out += "-elder"
	}
	if v.text > 0 {
		out += fmt.Sprintf("-size%d", v.text)
	}
	for _, also := range []struct {
		name string
		on   bool
	}{{"-contrast", v.contrast}, {"-low", v.low}, {"-dim", v.dim}} {
		if also.on {
			out += also.name
		}
	}
	return out
}

// of gives a view the settings of the variant.
func (v variant) of(view kiosk.View) kiosk.View {
	if view.Frame.Staff != "" {
		return view // the settings of a visit ended with it
	}
	f := &view.Frame
	f.Elder, f.Size, f.Contrast, f.Low, f.Dim = v.elder, v.text, v.contrast, v.low, v.dim
	return view
}

// sizes are those of the screen, upright and across.
func sizes() []fyne.Size { return []fyne.Size{portrait, landscape} }

func variants() []variant {
	var out []variant
	for _, size := range sizes() {
		for _, english := range []bool{false, true} {
			for _, elder := range []bool{false, true} {
				out = append(out, variant{size: size, english: english, elder: elder})
			}
		}
	}
	return out
}

// settings are ways that people with special needs choose.
func settings() []variant {
	return []variant{
		{size: portrait, english: true, text: 3}, {size: landscape, english: true, text: 3}, {size: portrait, text: 1},
		{size: portrait, low: true}, {size: portrait, english: true, elder: true, low: true}, {size: portrait, text: 3, low: true},
		{size: portrait, contrast: true}, {size: landscape, english: true, contrast: true, elder: true}, {size: portrait, dim: true},
	}
}
