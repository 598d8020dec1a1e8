package kiosk

import (
	"context"

	"onedoor/app/text"
	"onedoor/app/visit"
)

// A signature is bounded: a finger that rests on the glass must not fill the memory.
const (
	maxStrokes = 60
	maxPoints  = 4000
	padWide    = 1000 // units; it is a third as high
	// leastInk is the length, in thousandths of the pad's width, below which it is a touch and no signature.
	leastInk = 150
)

// signature is what was drawn, as strokes with times.
type signature struct {
	strokes []Stroke
	points  int
	pressed bool // instead of all strokes, by somebody who can not write
}

func (g *signature) wipe() {
	for _, s := range g.strokes {
		clear(s)
	}
	*g = signature{}
}

func (g *signature) add(s Stroke) {
	if len(s) == 0 || len(g.strokes) >= maxStrokes || g.points+len(s) > maxPoints {
		return
	}
	kept := make(Stroke, len(s))
	for i, p := range s { // a finger that slips off the pad goes on being told of; what is outside was not written
		kept[i] = Point{X: max(0, min(p.X, padWide)), Y: max(0, min(p.Y, padWide/3)), At: p.At}
	}
	g.strokes, g.points, g.pressed = append(g.strokes, kept), g.points+len(s), false
}

// enough reports whether something was written, and not only touched, or was confirmed by a press instead.
func (g *signature) enough() bool {
	if g.pressed {
		return true
	}
	length := 0
	for _, s := range g.strokes {
		for i := 1; i < len(s); i++ {
			length += abs(s[i].X-s[i-1].X) + abs(s[i].Y-s[i-1].Y)
		}
	}
	return length >= leastInk
}

func abs(n int) int { return max(n, -n) }

func (k *Kiosk) sign(say text.Printer) Sign {
	s := k.visit
	v := Sign{
		Heading: say.T("sign.heading"), Help: say.T("sign.help"), Place: say.T("sign.place"), Drawing: len(s.signature.strokes),
		Statement: k.statement(say),
		Clear:     Button{say.T("sign.clear"), Wipe{}, false},
		Next:      Button{say.T("review.confirm"), Confirm{}, !s.signature.enough() || k.closed(s.service)},
		Back:      Button{say.T("form.back"), Back{}, false},
	}
	switch {
	case s.signature.pressed:
		v.Help, v.Place = say.T("sign.pressed.help"), say.T("sign.pressed")
	case len(s.signature.strokes) == 0:
		v.Clear = Button{say.T("sign.unable"), Unable{}, false}
	}
	return v
}

// statement is what is signed: what the service wants declared, or the general declaration.
func (k *Kiosk) statement(say text.Printer) string {
	s := k.visit.service
	if own := s.Declaration.In(say.Language); own != "" {
		return own
	}
	return say.T("review.declaration", "department", s.Department.In(say.Language))
}

// confirm hands the form in, by way of the signature where the service wants one.
func (k *Kiosk) confirm(ctx context.Context) {
	s := k.visit
	event := visit.Confirmed
	switch k.state {
	case visit.Review:
		if k.closed(s.service) {
			return
		}
		if s.service.Signature {
			event = visit.SignatureAsked
		}
	case visit.Sign:
		if k.closed(s.service) || !s.signature.enough() {
			return
		}
	}
	k.step(ctx, event)
}
