package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// track takes the number of a case from the keypad, and shows how a receipt is held under the scanner instead.
type track struct {
	*typing
	number  *widget.Field
	trouble *widget.Notice
	picture *widget.Picture
}

func newTrack(kit *widget.Kit) *track {
	t := &track{number: widget.NewField(kit), trouble: widget.NewNotice(kit), picture: widget.NewPicture(kit, nil)}
	rest := &fyne.Container{Layout: spare{least: 180}, Objects: []fyne.CanvasObject{t.picture}}
	t.typing = newTyping(kit, pageConfig{main: []fyne.CanvasObject{t.number, t.trouble, rest}})
	return t
}

// numberSize is that of the digits typed: people compare them with a receipt, group by group.
const numberSize = 52

func (t *track) show(v kiosk.Track, s theme.Scale) {
	ways := slices.DeleteFunc([]string{v.Card, v.Help, v.Scan}, func(s string) bool { return s == "" })
	t.page.show(v.Heading, strings.Join(ways, "\n"), v.Next, v.Back, s)
	large := s
	large.Button = numberSize
	t.number.Set(v.Number, large)
	t.trouble.Set(v.Trouble, s.Body)
	picture := "attract-scan"
	if v.Scan == "" {
		picture = ""
	}
	t.picture.Set(picture, t.kit.Palette.Action, 420)
	t.keypad.Set(v.Keypad, s)
}

// settled brings the number into sight, once everything has its place.
func (t *track) settled() { t.scroll.Reveal(t.number) }

func (t *track) reset() {
	t.typing.reset()
	t.number.Reset()
	t.trouble.Reset()
}

// spare gives its one object the height that is left over, when that is enough to be of use, and needs none.
type spare struct{ least float32 }

func (spare) HeightFor([]fyne.CanvasObject, float32) float32 { return 0 }

func (spare) StretchOf([]fyne.CanvasObject, float32) float32 { return 2000 }

func (s spare) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	o := objects[0]
	if size.Height < s.least {
		o.Hide()
		return
	}
	o.Show()
	layout.Place(o, 0, 0, size.Width, size.Height)
}

func (spare) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
