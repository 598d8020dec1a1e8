package widget

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Field is one question: label, box with the answer or options to pick from, note, and what is wrong. Pressing anywhere
// on it makes it the one that is typed into, or opens what it is chosen from.
type Field struct {
	Tap
	kit         *Kit
	label, note *Text
	box         *canvas.Rectangle
	value       *Text
	marks       [composeLines]*canvas.Rectangle // below the letters that are no words yet
	caret       *canvas.Rectangle
	lock        *Icon
	opens       *Icon
	eye         *Button
	options     *fyne.Container
	entries     *fyne.Container
	add         *Button
	alert       *Icon
	wrong       *Text
	field       kiosk.Field
	alone       bool // on its page
	scale       theme.Scale
}

// aloneMost is how many options have room below each other.
const aloneMost = 5

// composeLines is on how many lines letters can be underlined.
const composeLines = 3

// NewField returns an empty field.
func NewField(kit *Kit) *Field {
	f := &Field{
		kit: kit, label: NewText(), note: NewText(), box: box(8), value: NewText(), caret: box(1), lock: NewIcon(), opens: NewIcon(),
		eye: NewButton(kit), options: &fyne.Container{}, add: NewButton(kit), alert: NewIcon(), wrong: NewText(),
		entries: &fyne.Container{Layout: layout.Column{Gap: theme.Gap + 4}},
	}
	f.hand = kit.Hand
	f.parts = []fyne.CanvasObject{f.label, f.box, f.lock, f.value}
	for i := range f.marks {
		f.marks[i] = box(0)
		f.parts = append(f.parts, f.marks[i])
	}
	f.parts = append(f.parts, f.caret, f.note, f.opens, f.eye, f.options, f.entries, f.add, f.alert, f.wrong)
	f.arrange, f.height, f.look, f.dressed = f.place, f.need, func(bool) { f.dress() }, f.dress
	f.ExtendBaseWidget(f)
	return f
}

// Alone says that the field has the page to itself: its label is the heading, and its options stand below each other, where
// the eye finds them. It holds from the next Set on.
func (f *Field) Alone(on bool) { f.alone = on }

// Set shows the field.
func (f *Field) Set(v kiosk.Field, s theme.Scale) {
	f.setButton(kiosk.Button{Label: v.Label, Intent: v.Focus})
	f.field, f.scale = v, s
	f.dress()
	f.setOptions()
	reveal := kiosk.Button{}
	if v.Reveal != nil && f.boxed() {
		reveal = kiosk.Button{Label: v.Label, Intent: v.Reveal}
	}
	f.eye.Set(Face{Kind: Eye, Icon: "eye", Button: reveal, Scale: s})
	List(f.entries, len(v.Entries), func() *Entry { return NewEntry(f.kit) }, func(i int, e *Entry) { e.Set(v.Entries[i], s) })
	f.add.Set(Face{Kind: Secondary, Icon: "plus", Button: v.Add, Scale: s})
}

func (f *Field) setOptions() {
	v, s := f.field, f.scale
	kind := Option
	least, most := s.Button*6, 3
	for _, o := range v.Options {
		least = max(least, s.Button*float32(len([]rune(o.Label)))*0.5+100)
	}
	if v.Kind == kiosk.FieldMulti {
		kind, most = Check, 2
		least += s.Button
	}
	if f.alone && len(v.Options) <= aloneMost {
		most = 1
	}
	f.options.Layout = layout.Grid{Gap: theme.Gap + 4, MinWidth: least, Max: most}
	List(f.options, len(v.Options), func() *Button { return NewButton(f.kit) }, func(i int, b *Button) {
		o := v.Options[i]
		b.Set(Face{Kind: kind, Chosen: o.Chosen, Roomy: most == 1, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
	})
}

// Reset empties the field.
func (f *Field) Reset() {
	f.setButton(kiosk.Button{})
	f.field = kiosk.Field{}
	for _, t := range []*Text{f.label, f.note, f.value, f.wrong} {
		t.Reset()
	}
	for _, i := range []*Icon{f.alert, f.lock, f.opens} {
		i.Set("", f.kit.Palette.Text2)
	}
	f.eye.Reset()
	f.add.Reset()
	List(f.options, 0, func() *Button { return NewButton(f.kit) }, nil)
	List(f.entries, 0, func() *Entry { return NewEntry(f.kit) }, nil)
}

// Focused reports whether the keypad types into this field.
func (f *Field) Focused() bool { return f.field.Focused }

// boxed reports whether the answer stands in a box.
func (f *Field) boxed() bool {
	switch f.field.Kind {
	case kiosk.FieldChoice, kiosk.FieldMulti, kiosk.FieldGroup:
		return false
	}
	return true
}

func (f *Field) dress() {
	p, s, v := f.kit.Palette, f.scale, f.field
	fill, edge, width := p.Surface, p.Line, p.Stroke
	switch {
	case v.Kind == kiosk.FieldFixed:
		fill, edge, width = p.ActionSoft, p.Rule, f.kit.edged()
	case v.Error != "":
		edge, width = p.Stop, 4
	case v.Focused:
		edge, width = p.Action, 4
	}
	if v.Focused {
		width = 5
	}
	if f.down {
		fill, edge, width = p.ActionSoft, p.ActionPress, 5
	}
	show(f.box, f.boxed())
	paint(f.box, fill, edge, width)
	label := v.Label
	if f.alone {
		label = ""
	}
	f.label.Set(label, Style{Size: s.Body, Color: p.Text2, Bold: false, Narrow: true})
	text, ink := v.Value+v.Compose, p.Text
	if text == "" {
		text, ink = v.Hint, p.Text2
	}
	if !f.boxed() {
		text = ""
	}
	f.value.Set(text, Style{Size: s.Button, Color: ink, Narrow: true})
	f.note.Set(v.Note, Style{Size: s.Small, Color: p.Text2, Narrow: true})
	lock, opens, alert := "", "", ""
	if v.Kind == kiosk.FieldFixed {
		lock = "id"
	}
	if v.Kind == kiosk.FieldList {
		opens = "chevron-right"
	}
	if v.Error != "" {
		alert = "alert-circle"
	}
	f.lock.Set(lock, p.Text2)
	f.opens.Set(opens, p.Action)
	f.alert.Set(alert, p.Stop)
	f.wrong.Set(v.Error, Style{Size: s.Small, Color: p.Stop, Narrow: true})
	show(f.caret, v.Focused && f.boxed() && v.Kind != kiosk.FieldList)
	paint(f.caret, p.Action, p.Action, 0)
	for _, m := range f.marks {
		paint(m, p.Action, p.Action, 0)
	}
}

// composed returns where on each line of the value the letters stand that are no words yet: from and to, in bytes. A
// line holds all of the text but the spaces at which it was broken, so characters are counted without spaces.
func composed(lines []string, value, compose string) [][2]int {
	if compose == "" {
		return nil
	}
	before := solid(value)
	out := make([][2]int, len(lines))
	seen := 0
	for i, line := range lines {
		from := len(line)
		for at, r := range line {
			if unicode.IsSpace(r) {
				continue
			}
			if seen++; seen > before {
				from = min(from, at)
			}
		}
		out[i] = [2]int{from, len(line)}
	}
	return out
}

func solid(s string) int {
	return len([]rune(strings.Join(strings.Fields(s), "")))
}
