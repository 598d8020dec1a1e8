package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// cleaning covers the screen while the glass is wiped. There is nothing on it that can be touched.
type cleaning struct {
	*message
	left *widget.Text
}

func newCleaning(kit *widget.Kit) *cleaning {
	c := &cleaning{left: widget.NewText()}
	c.message = newMessage(kit, c.left)
	return c
}

func (c *cleaning) show(v kiosk.Cleaning, s theme.Scale) {
	c.page.show(v.Heading, v.Help, kiosk.Button{}, kiosk.Button{}, s)
	c.fact(s)
	c.picture.Set("hand-finger", c.kit.Palette.Line, 240)
	c.left.Set(strconv.Itoa(v.Seconds), widget.Style{Size: 2 * s.Number, Bold: true, Color: c.kit.Palette.Text, Align: fyne.TextAlignCenter})
}

func (c *cleaning) reset() {
	c.message.reset()
	c.left.Reset()
}
