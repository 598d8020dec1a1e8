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
	focus   *focus
	send    func(kiosk.Intent)
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
	menu         *menu
	check        *check
	list         *list
	sign         *sign
	evaluate     *evaluate
	track        *track
	cases        *cases
	staff        *staff
	staffSignIn  *staffSignIn
	touchTest    *touchTest
	cleaning     *cleaning
}

// all lists the screens.
func (s *screens) all() []screen {
	return []screen{
		s.attract, s.identify, s.choose, s.guide, s.form, s.review, s.accepting, s.accepted, s.refused, s.progress, s.goodbye, s.outOfService,
		s.menu, s.check, s.list, s.sign, s.evaluate, s.track, s.cases, s.staff, s.staffSignIn, s.touchTest, s.cleaning,
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
	u := &UI{kit: kit, send: c.Send, screens: screens{
		attract: newAttract(kit), identify: newIdentify(kit), choose: newChoose(kit), guide: newGuide(kit), form: newForm(kit),
		review: newReview(kit), accepting: newAccepting(kit), accepted: newAccepted(kit), refused: newRefused(kit),
		progress: newProgress(kit), goodbye: newGoodbye(kit), outOfService: newOutOfService(kit),
		menu: newMenu(kit), check: newCheck(kit), list: newList(kit), sign: newSign(kit), evaluate: newEvaluate(kit), track: newTrack(kit), cases: newCases(kit),
		staff: newStaff(kit), staffSignIn: newStaffSignIn(kit), touchTest: newTouchTest(kit), cleaning: newCleaning(kit),
	}}
	var objects []fyne.CanvasObject
	for _, s := range u.screens.all() {
		s.object().Hide()
		objects = append(objects, s.object())
	}
	u.frame = newFrame(kit, objects)
	u.focus = &focus{ui: u}
	kit.Hand.Touched(u.focus.hide)
	return u, nil
}

// Content is what the window shows; it never changes.
func (u *UI) Content() fyne.CanvasObject { return u.frame.box }

// Show replaces everything on the screen by view.
func (u *UI) Show(view kiosk.View) {
	u.name = nameOf(view.Screen)
	s := theme.For(view.Frame)
	next, fill := u.find(view.Screen, s)
	if next != u.current {
		u.kit.Hand.Cancel()
		if u.current != nil {
			u.current.object().Hide()
			u.current.reset()
		}
		u.current = next
	}
	u.settings(view)
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
	u.focus.follow()
	canvas.Refresh(u.frame.strip)
}

// settings takes on the palette and the reach of a view. Only the attract screen is ever dark.
func (u *UI) settings(v kiosk.View) {
	f := v.Frame
	if _, attracts := v.Screen.(kiosk.Attract); !attracts {
		f.Dim = false
	}
	u.kit.Low = f.Low
	if p := theme.Colours(f); p != u.kit.Palette {
		u.kit.Dress(u.frame.box, p)
	}
}

// Reset empties every screen, shown or not.
func (u *UI) Reset() {
	u.kit.Hand.Cancel()
	u.focus.reset()
	for _, s := range u.screens.all() {
		s.object().Hide()
		s.reset()
	}
	u.current, u.name = nil, ""
	u.settings(kiosk.View{})
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
	case kiosk.Menu:
		return w.menu, func() { w.menu.show(v, s) }
	case kiosk.Check:
		return w.check, func() { w.check.show(v, s) }
	case kiosk.List:
		return w.list, func() { w.list.show(v, s) }
	case kiosk.Sign:
		return w.sign, func() { w.sign.show(v, s) }
	case kiosk.Evaluate:
		return w.evaluate, func() { w.evaluate.show(v, s) }
	case kiosk.Track:
		return w.track, func() { w.track.show(v, s) }
	case kiosk.CaseList:
		return w.cases, func() { w.cases.show(v, s) }
	case kiosk.Staff:
		return w.staff, func() { w.staff.show(v, s) }
	case kiosk.StaffSignIn:
		return w.staffSignIn, func() { w.staffSignIn.show(v, s) }
	case kiosk.TouchTest:
		return w.touchTest, func() { w.touchTest.show(v, s) }
	case kiosk.Cleaning:
		return w.cleaning, func() { w.cleaning.show(v, s) }
	}
	return nil, nil // before the first state
}
