package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// progress tells how far the case of a scanned receipt is.
type progress struct {
	*page
	kit            *widget.Kit
	service        *widget.Text
	label, number  *widget.Text
	asOf           *widget.Text
	track          *widget.Track
	caseCard, card *widget.Card
	picture        *widget.Picture
}

func newProgress(kit *widget.Kit) *progress {
	p := &progress{
		kit: kit, service: widget.NewText(), label: widget.NewText(), number: widget.NewText(), asOf: widget.NewText(),
		track: widget.NewTrack(kit), picture: widget.NewPicture(kit, nil),
	}
	p.caseCard = widget.NewCard(kit, 12, p.service, p.label, p.number, p.asOf)
	p.card = widget.NewCard(kit, 0, p.track).Most(260)
	p.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{p.card, p.caseCard, p.picture}})
	return p
}

func (p *progress) show(v kiosk.Progress, s theme.Scale) {
	c := p.kit.Palette
	back := v.Rate
	if back.Label == "" {
		back = v.Back
	}
	p.page.show(v.Heading, v.Help, v.Leave, back, s)
	caption := widget.Style{Size: s.Body, Color: c.Text2}
	p.service.Set(v.Service, widget.Style{Size: s.Large, Bold: true, Color: c.Text, Narrow: true})
	p.label.Set(v.NumberLabel, caption)
	p.number.Set(v.Number, widget.Style{Size: s.Number, Bold: true, Color: c.Text, Narrow: true})
	p.asOf.Set(v.AsOf, caption)
	p.caseCard.Settle()
	p.track.Set(v.Track, s)
	p.card.Settle()
	p.picture.Set("info-circle", c.Action, 320)
	if v.Number == "" {
		p.picture.Show()
	} else {
		p.picture.Hide()
	}
}

func (p *progress) reset() {
	p.page.reset()
	for _, t := range []*widget.Text{p.service, p.label, p.number, p.asOf} {
		t.Reset()
	}
	p.track.Reset()
	p.caseCard.Settle()
	p.card.Settle()
}

func (p *progress) object() fyne.CanvasObject { return p.box }
