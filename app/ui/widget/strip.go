package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Strip is the top of every screen: hall, service and step on the left, clock and the state of the link on the right. It
// has one height for each orientation, so that nothing below it ever moves.
type Strip struct {
	Base
	kit          *Kit
	ground, rule *canvas.Rectangle
	hall         *Text
	service      *Text
	where        *Text
	clock, link  *Text
	sign         *Icon
	frame        kiosk.Frame
	size         float32
}

// NewStrip returns an empty strip.
func NewStrip(kit *Kit) *Strip {
	s := &Strip{
		kit: kit, ground: box(0), rule: box(0),
		hall: NewText(), service: NewText(), where: NewText(), clock: NewText(), link: NewText(), sign: NewIcon(),
	}
	s.dressed = func() {
		ground, rule := kit.Palette.Surface, kit.Palette.Rule
		if s.frame.Staff != "" {
			ground, rule = kit.Palette.ActionPress, kit.Palette.ActionPress
		}
		paint(s.ground, ground, ground, 0)
		paint(s.rule, rule, rule, 0)
	}
	s.dressed()
	s.parts = []fyne.CanvasObject{s.ground, s.rule, s.hall, s.service, s.where, s.clock, s.sign, s.link}
	s.arrange = s.place
	s.ExtendBaseWidget(s)
	return s
}

// Heights of the strip.
const (
	StripHigh = 120 // two lines, portrait
	StripLow  = 84  // one line, landscape
)

// Set shows the frame's words.
func (s *Strip) Set(f kiosk.Frame) {
	p, small := s.kit.Palette, theme.For(f).Strip
	s.frame, s.size = f, small
	s.dressed()
	hall, text, quiet := f.Hall, p.Text, p.Text2
	if f.Staff != "" {
		hall, text, quiet = f.Staff, p.OnPress, p.OnPress
	}
	s.hall.Set(hall, Style{Size: small + 4, Bold: true, Color: text, Narrow: true})
	s.clock.Set(f.Clock, Style{Size: small + 4, Bold: true, Color: text, Align: fyne.TextAlignTrailing, Narrow: true})
	s.link.Set(f.Link.Text, Style{Size: small, Color: quiet, Align: fyne.TextAlignTrailing, Narrow: true})
	name, ink := linkLook(p, f.Link.Tone)
	if f.Staff != "" {
		ink = p.OnPress
	}
	if f.Link.Text == "" {
		name = ""
	}
	s.sign.Set(name, ink)
	s.Rearrange()
}

// linkLook is a calm sign for the link: offline is no alarm, the kiosk serves all the same.
func linkLook(p theme.Palette, t kiosk.Tone) (string, colour) {
	switch t {
	case kiosk.Good:
		return "wifi", p.OK
	case kiosk.Caution:
		return "wifi-off", p.Warn
	case kiosk.Stop:
		return "alert-circle", p.Stop
	}
	return "wifi", p.Text2
}

func (s *Strip) place(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	s.ground.Resize(size)
	layout.Place(s.rule, 0, size.Height-2, size.Width, 2)
	const m = theme.Margin
	inner := size.Width - 2*m
	clock := s.clock.Width() + 4
	link := s.link.Width() + 4
	sign := s.size * 1.2
	lh := s.size * 1.25
	big := (s.size + 4) * 1.25
	if size.Height < StripHigh { // one line
		y := (size.Height - big) / 2
		layout.Place(s.clock, m+inner-clock, y, clock, big)
		x := m + inner - clock - 36 - link
		layout.Place(s.link, x, (size.Height-lh)/2, link, lh)
		layout.Place(s.sign, x-sign-10, (size.Height-sign)/2, sign, sign)
		hall := s.hall.Width() + 4
		layout.Place(s.hall, m, y, hall, big)
		left := m + hall + 36
		s.places(left, (size.Height-lh)/2, x-sign-10-40-left, lh)
		return
	}
	gap := float32(8)
	top := (size.Height - big - gap - lh) / 2
	layout.Place(s.clock, m+inner-clock, top, clock, big)
	layout.Place(s.link, m+inner-link, top+big+gap, link, lh)
	layout.Place(s.sign, m+inner-link-10-sign, top+big+gap+(lh-sign)/2, sign, sign)
	room := inner - link - 10 - sign - 24
	s.places(m, top+big+gap, room, lh)
	hall := inner - clock - 24
	if !s.where.Visible() && !s.service.Visible() && s.hall.Width() <= room {
		top, hall = (size.Height-big)/2, room
	}
	layout.Place(s.hall, m, top, hall, big)
}

// places shows service and step side by side, or the step alone when both do not fit, or else nothing.
func (s *Strip) places(x, y, room, high float32) {
	p := s.kit.Palette
	const gap = 20
	style := Style{Size: s.size, Color: p.Text2, Narrow: true}
	s.service.Set(s.frame.Service, Style{Size: s.size, Bold: true, Color: p.Text, Narrow: true})
	s.where.Set(s.frame.Step, style)
	if s.service.Visible() && s.service.Width()+gap+s.where.Width()+8 > room {
		s.service.Set("", style)
	}
	if s.where.Visible() && s.where.Width()+4 > room {
		s.where.Set("", style)
	}
	if s.service.Visible() {
		w := s.service.Width() + 4
		layout.Place(s.service, x, y, w, high)
		x += w + gap
	}
	if s.where.Visible() {
		layout.Place(s.where, x, y, s.where.Width()+4, high)
	}
}
