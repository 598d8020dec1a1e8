package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// identify shows where the card goes, and a line that fills while it is read.
type identify struct {
	*page
	kit      *widget.Kit
	picture  *widget.Picture
	progress *widget.Progress
	trouble  *widget.Notice
}

func newIdentify(kit *widget.Kit) *identify {
	i := &identify{kit: kit, progress: widget.NewProgress(kit), trouble: widget.NewNotice(kit)}
	i.picture = widget.NewPicture(kit, i.progress)
	i.page = newPage(kit, pageConfig{
		main: []fyne.CanvasObject{i.picture}, side: []fyne.CanvasObject{i.trouble}, beside: true,
	})
	return i
}

func (i *identify) show(v kiosk.Identify, s theme.Scale) {
	i.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	tint := i.kit.Palette.Action
	if v.Phase == kiosk.ReaderMissing {
		tint = i.kit.Palette.Line
	}
	i.picture.Set("attract-card", tint, 520)
	i.progress.Set(v.Progress)
	if v.Phase == kiosk.ReaderMissing {
		i.progress.Hide()
	} else {
		i.progress.Show()
	}
	i.trouble.Set(v.Trouble, s.Body)
}

func (i *identify) reset() {
	i.page.reset()
	i.progress.Reset()
	i.trouble.Reset()
}

func (i *identify) object() fyne.CanvasObject { return i.box }
