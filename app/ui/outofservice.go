package ui

import (
	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// outOfService says since when and where to go instead, and to staff what to mend.
type outOfService struct{ *message }

func newOutOfService(kit *widget.Kit) *outOfService { return &outOfService{newMessage(kit)} }

func (o *outOfService) show(v kiosk.OutOfService, s theme.Scale) {
	o.page.show(v.Heading, v.Help, kiosk.Button{}, kiosk.Button{}, s)
	o.picture.Set("tool", o.kit.Palette.Action, 320)
	o.fact(s, v.Since, v.Code, v.Staff)
}
