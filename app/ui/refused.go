package ui

import (
	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// refused says why nothing was accepted and where to go.
type refused struct{ *message }

func newRefused(kit *widget.Kit) *refused { return &refused{newMessage(kit)} }

func (r *refused) show(v kiosk.Refused, s theme.Scale) {
	r.page.show(v.Heading, v.Help, v.Retry, v.Leave, s)
	r.picture.Set("alert-circle", r.kit.Palette.Stop, 320)
	r.fact(s, v.Code)
}
