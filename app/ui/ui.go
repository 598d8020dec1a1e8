package ui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// Config is what the screen needs.
type Config struct {
	// Send takes the citizen's intents. It is called on Fyne's goroutine and must not wait.
	Send func(kiosk.Intent)
}

// UI is the whole content of the kiosk's window. All screens are built once and shown again and again.
type UI struct {
	kit     *widget.Kit
	frame   *frame
	screens screens
	current screen
	name    string // of the state shown; the state itself is not kept
}

// screen is what all screens have in common; each also has a show for its own state.
type screen interface {
	object() fyne.CanvasObject
	reset()
}

// settler is a screen that does something once everything has its place.
type settler interface{ settled() }

type screens struct {
	attract      *attract
	identify     *identify
	choose       *choose
	guide        *guide
	form         *form
	review       *review
	accepting    *accepting
	accepted     *accepted
	refused      *refused
	progress     *progress
	goodbye      *goodbye
	outOfService *outOfService
}

// all lists the screens.
func (s *screens) all() []screen {
	return []screen{
		s.attract, s.identify, s.choose, s.guide, s.form, s.review, s.accepting, s.accepted, s.refused, s.progress, s.goodbye, s.outOfService,
	}
}

// New builds every screen. It needs a running Fyne app with the theme of package theme set, and shows nothing yet.
func New(c Config) (*UI, error) {
	if c.Send == nil {
		return nil, errors.New("build screens: no receiver of intents")
	}
	if fyne.CurrentApp() == nil {
		return nil, errors.New("build screens: no Fyne app is running")
	}
	kit := &widget.Kit{Palette: theme.Light(), Hand: widget.NewHand(c.Send)}
	u := &UI{kit: kit, screens: screens{
		attract: newAttract(kit), identify: newIdentify(kit), choose: newChoose(kit), guide: newGuide(kit), form: newForm(kit),
		review: newReview(kit), accepting: newAccepting(kit), accepted: newAccepted(kit), refused: newRefused(kit),
		progress: newProgress(kit), goodbye: newGoodbye(kit), outOfService: newOutOfService(kit),
	}}
	var objects []fyne.CanvasObject
	for _, s := range u.screens.all() {
		s.object().Hide()
		objects = append(objects, s.object())
	}
	u.frame = newFrame(kit, objects)
	return u, nil
}

// Content is what the window shows; it never changes.
func (u *UI) Content() fyne.CanvasObject { return u.frame.box }

// Show replaces everything on the screen by view.
func (u *UI) Show(view kiosk.View) {
	u.name = nameOf(view.Screen)
	s := theme.For(view.Frame.Elder)
	next, fill := u.find(view.Screen, s)
	if next != u.current {
		u.kit.Hand.Cancel()
		if u.current != nil {
			u.current.object().Hide()
			u.current.reset()
		}
		u.current = next
	}
	u.frame.show(view.Frame, s)
	if next != nil {
		fill()
		if !next.object().Visible() {
			next.object().Show()
		}
	}
	layout.Apply(u.frame.box)
	if t, ok := next.(settler); ok {
		t.settled()
	}
	canvas.Refresh(u.frame.strip)
}

// Reset empties every screen, shown or not.
func (u *UI) Reset() {
	u.kit.Hand.Cancel()
	for _, s := range u.screens.all() {
		s.object().Hide()
		s.reset()
	}
	u.current, u.name = nil, ""
	u.frame.show(kiosk.Frame{}, theme.Normal())
	layout.Apply(u.frame.box)
}

// find returns the screen for a state and how to fill it; nil for a state that it does not know.
func (u *UI) find(v kiosk.Screen, s theme.Scale) (screen, func()) {
	w := &u.screens
	switch v := v.(type) {
	case kiosk.Attract:
		return w.attract, func() { w.attract.show(v, s) }
	case kiosk.Identify:
		return w.identify, func() { w.identify.show(v, s) }
	case kiosk.Choose:
		return w.choose, func() { w.choose.show(v, s) }
	case kiosk.Guide:
		return w.guide, func() { w.guide.show(v, s) }
	case kiosk.Form:
		return w.form, func() { w.form.show(v, s) }
	case kiosk.Review:
		return w.review, func() { w.review.show(v, s) }
	case kiosk.Accepting:
		return w.accepting, func() { w.accepting.show(v, s) }
	case kiosk.Accepted:
		return w.accepted, func() { w.accepted.show(v, s) }
	case kiosk.Refused:
		return w.refused, func() { w.refused.show(v, s) }
	case kiosk.Progress:
		return w.progress, func() { w.progress.show(v, s) }
	case kiosk.Goodbye:
		return w.goodbye, func() { w.goodbye.show(v, s) }
	case kiosk.OutOfService:
		return w.outOfService, func() { w.outOfService.show(v, s) }
	}
	return nil, nil // before the first state
}
