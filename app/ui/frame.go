package ui

import (
	"image/color"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// frame is what stands around every screen: the strip above, the tools below (at the right in landscape), and the panel
// that covers all of it.
type frame struct {
	kit     *widget.Kit
	strip   *widget.Strip
	bar     *widget.Pad
	tools   *fyne.Container
	screen  *fyne.Container // the screens, over each other
	choices *choices
	panel   *panel // over the choices: the idle warning must be seen
	ring    *widget.Ring
	knocks  [2]*widget.Area // over the hall's name and the clock
	box     *fyne.Container
}

func newFrame(kit *widget.Kit, screens []fyne.CanvasObject) *frame {
	f := &frame{
		kit: kit, strip: widget.NewStrip(kit), tools: &fyne.Container{Layout: toolbar{}},
		screen: &fyne.Container{Layout: layout.Layer{}, Objects: screens}, choices: newChoices(kit), panel: newPanel(kit), ring: widget.NewRing(kit),
	}
	ground := widget.NewPad(kit, func(p theme.Palette) color.NRGBA { return p.Ground })
	f.bar = widget.NewPad(kit, func(p theme.Palette) color.NRGBA { return p.Surface })
	for i, place := range []kiosk.Place{kiosk.HallName, kiosk.FrameClock} {
		f.knocks[i] = widget.NewArea(kit)
		f.knocks[i].Set(kiosk.Button{Intent: kiosk.Knock{Place: place}})
	}
	f.box = &fyne.Container{Layout: f, Objects: []fyne.CanvasObject{
		ground, f.screen, f.strip, f.knocks[0], f.knocks[1], f.bar, f.tools, f.choices.box, f.panel.box, f.ring,
	}}
	return f
}

func (f *frame) show(v kiosk.Frame, s theme.Scale) {
	f.strip.Set(v)
	widget.List(f.tools, len(v.Tools), func() *widget.Button { return widget.NewButton(f.kit) }, func(i int, b *widget.Button) {
		t := v.Tools[i]
		b.Set(widget.Face{
			Kind: widget.ToolKind, Icon: t.Icon, Chosen: t.On, Button: kiosk.Button{Label: t.Label, Intent: t.Intent, Off: t.Off}, Scale: s,
		})
	})
	for _, part := range []fyne.CanvasObject{f.bar, f.tools} {
		if v.Staff == "" {
			part.Show()
		} else {
			part.Hide()
		}
	}
	f.choices.show(v.Choices, s)
	f.panel.show(v, s)
}

// root is what can be pressed now: the topmost panel that is open, else everything.
func (f *frame) root() fyne.CanvasObject {
	switch {
	case f.panel.open:
		return f.panel.box
	case f.choices.open:
		return f.choices.box
	}
	return f.box
}

const (
	toolHigh = 116 // height of the tools below, portrait
	toolWide = 176 // width of the tools at the right, landscape
)

// Layout puts every part at its place; objects are in the order of newFrame.
func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w, h := size.Width, size.Height
	layout.Place(objects[0], 0, 0, w, h)
	layout.Place(f.panel.box, 0, 0, w, h)
	layout.Place(f.choices.box, 0, 0, w, h)
	f.kit.Band = 0
	f.placeKnocks(size)
	if !f.bar.Visible() { // the side of staff
		top := float32(widget.StripHigh)
		if layout.Landscape(size) {
			top = widget.StripLow
		}
		layout.Place(f.strip, 0, 0, w, top)
		layout.Place(f.screen, 0, top, w, h-top)
		return
	}
	if layout.Landscape(size) {
		top := float32(widget.StripLow)
		layout.Place(f.strip, 0, 0, w, top)
		layout.Place(f.bar, w-toolWide, top, toolWide, h-top)
		layout.Place(f.tools, w-toolWide, top, toolWide, h-top)
		layout.Place(f.screen, 0, top, w-toolWide, h-top)
		return
	}
	top := float32(widget.StripHigh)
	f.kit.Band = max(0, f.kit.Reach(size)-top)
	layout.Place(f.strip, 0, 0, w, top)
	layout.Place(f.bar, 0, h-toolHigh, w, toolHigh)
	layout.Place(f.tools, 0, h-toolHigh, w, toolHigh)
	layout.Place(f.screen, 0, top, w, h-top-toolHigh)
}

// placeKnocks covers the two ends of the strip: what is there can not be seen to be touchable, and means nothing by itself.
func (f *frame) placeKnocks(size fyne.Size) {
	high, wide := float32(widget.StripHigh), size.Width/3
	if layout.Landscape(size) {
		high, wide = widget.StripLow, 320
	}
	layout.Place(f.knocks[0], 0, 0, wide, high)
	layout.Place(f.knocks[1], size.Width-wide, 0, wide, high)
}

// MinSize is nothing, so that the window never grows.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// toolbar shares a row or a column among the tools.
type toolbar struct{}

func (toolbar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := layout.Shown(objects)
	n := float32(len(shown))
	if n == 0 {
		return
	}
	const pad = 8
	if layout.Landscape(size) {
		w := (size.Width - pad*2 - theme.Gap*(n-1)) / n
		for i, o := range shown {
			layout.Place(o, pad+float32(i)*(w+theme.Gap), pad, w, size.Height-2*pad)
		}
		return
	}
	h := min(180, (size.Height-pad*2-theme.Gap*(n-1))/n)
	top := (size.Height - n*h - (n-1)*theme.Gap) / 2
	for i, o := range shown {
		layout.Place(o, pad, top+float32(i)*(h+theme.Gap), size.Width-2*pad, h)
	}
}

func (toolbar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// spacer is a container of a fixed height.
type spacer float32

func (s spacer) HeightFor([]fyne.CanvasObject, float32) float32 { return float32(s) }
func (spacer) Layout([]fyne.CanvasObject, fyne.Size)            {}
func (spacer) MinSize([]fyne.CanvasObject) fyne.Size            { return fyne.Size{} }
