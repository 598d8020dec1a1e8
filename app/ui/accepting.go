package ui

import (
	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// accepting stands while the case becomes durable; nothing on it can be pressed.
type accepting struct{ *message }

func newAccepting(kit *widget.Kit) *accepting { return &accepting{newMessage(kit)} }

func (a *accepting) show(v kiosk.Accepting, s theme.Scale) {
	a.page.show(v.Heading, v.Help, kiosk.Button{}, kiosk.Button{}, s)
	a.picture.Set("hourglass", a.kit.Palette.Action, 320)
	a.fact(s)
}
