package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
)

// Hand is the one finger on the glass. It remembers what was pressed, because the driver tells the release to whatever
// lies below the finger by then, and a finger slips.
type Hand struct {
	send    func(kiosk.Intent)
	pressed *Tap
	start   fyne.Position
	touched func()
	told    int // intents that mean something
}

// Touched has f called at every touch, before it is acted on.
func (h *Hand) Touched(f func()) { h.touched = f }

// tell sends an intent.
func (h *Hand) tell(i kiosk.Intent) {
	if _, touch := i.(kiosk.Touch); !touch {
		h.told++
	}
	h.send(i)
}

func (h *Hand) seen() {
	if h.touched != nil {
		h.touched()
	}
}

// NewHand returns a hand whose taps are sent to send.
func NewHand(send func(kiosk.Intent)) *Hand { return &Hand{send: send} }

// Cancel forgets the press, for instance because another screen is shown.
func (h *Hand) Cancel() {
	if t := h.pressed; t != nil {
		h.pressed = nil
		t.lift()
	}
}

func (h *Hand) press(t *Tap, at fyne.Position) {
	h.Cancel()
	h.seen()
	h.pressed, h.start = t, at
}

// release acts on what was pressed when the finger has not left it by more than the slop.
func (h *Hand) release(at fyne.Position) {
	t := h.pressed
	if t == nil {
		return
	}
	h.Cancel()
	d := at.Subtract(h.start)
	if d.X*d.X+d.Y*d.Y <= theme.Slop*theme.Slop {
		t.fire()
	}
}

func (h *Hand) touch() {
	h.seen()
	h.tell(kiosk.Touch{})
}

func primary(ev *desktop.MouseEvent) bool {
	return ev.Button == desktop.MouseButtonPrimary || ev.Button == 0
}

// Tap is the part of a widget that can be pressed.
type Tap struct {
	Base
	hand   *Hand
	button kiosk.Button
	act    func()             // instead of sending the button's intent
	look   func(pressed bool) // shows the press
	down   bool
}

var _ desktop.Mouseable = (*Tap)(nil)

// Button returns what a tap means now.
func (t *Tap) Button() kiosk.Button { return t.button }

// Live reports whether a tap does something.
func (t *Tap) Live() bool { return !t.button.Off && (t.button.Intent != nil || t.act != nil) }

// setButton changes what a tap means. A press on something else than before is forgotten.
func (t *Tap) setButton(b kiosk.Button) {
	if t.down && b != t.button {
		t.hand.Cancel()
	}
	t.button = b
}

// MouseDown shows the press at once.
func (t *Tap) MouseDown(ev *desktop.MouseEvent) {
	if !primary(ev) {
		return
	}
	if !t.Live() {
		t.hand.touch()
		return
	}
	t.hand.press(t, ev.AbsolutePosition)
	t.down = true
	t.look(true)
}

// MouseUp acts, when the finger is still where it was.
func (t *Tap) MouseUp(ev *desktop.MouseEvent) {
	if primary(ev) {
		t.hand.release(ev.AbsolutePosition)
	}
}

func (t *Tap) lift() {
	t.down = false
	t.look(false)
}

// Press does what a tap does, for people who press keys instead of the glass.
func (t *Tap) Press() { t.fire() }

func (t *Tap) fire() {
	if !t.Live() {
		return
	}
	if t.act != nil {
		t.hand.tell(kiosk.Touch{})
		t.act()
		return
	}
	t.hand.tell(t.button.Intent)
}

// Pad is a plain ground: it takes the touches that nothing else wants.
type Pad struct {
	Base
	hand *Hand
}

var _ desktop.Mouseable = (*Pad)(nil)

// NewPad returns a pad of one colour of the palette.
func NewPad(kit *Kit, fill func(theme.Palette) color.NRGBA) *Pad {
	p, ground := &Pad{hand: kit.Hand}, box(0)
	p.parts = []fyne.CanvasObject{ground}
	p.arrange = func(size fyne.Size) { ground.Resize(size) }
	p.dressed = func() { paint(ground, fill(kit.Palette), color.Transparent, 0) }
	p.dressed()
	p.ExtendBaseWidget(p)
	return p
}

// MouseDown tells that somebody is there.
func (p *Pad) MouseDown(ev *desktop.MouseEvent) {
	if primary(ev) {
		p.hand.touch()
	}
}

// MouseUp ends a press that slipped off its widget.
func (p *Pad) MouseUp(ev *desktop.MouseEvent) {
	if primary(ev) {
		p.hand.release(ev.AbsolutePosition)
	}
}
