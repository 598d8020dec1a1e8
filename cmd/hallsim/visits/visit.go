// Package visits is what people do at the kiosk, as data, and a Visitor who does it: by a finger that slips, by a pad of
// keys alone, in words that are spelled or written by hand.
//
// Guarantees: nothing of the kiosk is reached but by its glass, its keys, its card reader and what can be read on its screen;
// every wait has a limit; what stops a visit is told together with what was on the screen. A Visitor does one visit at a time.
package visits

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"strings"

	"onedoor/cmd/hallsim/citizen"
)

// Visit is one case that somebody files.
type Visit struct {
	Name      string
	Service   string            // its id
	Card      string            // of the tray
	CardFirst bool              // laid down at the start, and not when it is asked for
	Hurry     bool              // does not wait until the goodbye to her is over
	Situation []Answer          // asked before the form
	Pages     [][]Answer        // of the form, in its order
	Signed    bool              // the service wants a signature
	Manner    Manner            // how what can be pressed is pressed
	Words     Means             // how words are written
	Want      map[string]string // the form as central must hold it: each value as fmt.Sprint gives it
}

// Manner is how somebody presses.
type Manner uint8

// The manners.
const (
	ByFinger Manner = iota
	ByKeys          // of a pad: no touch at all
)

// Means is how somebody writes words.
type Means uint8

// The means.
const (
	Spelled Means = iota // pinyin
	Written              // by hand
)

// Answer answers one question.
type Answer struct {
	Field string
	Pick  []string // options, by their values
	Place []string // codes of divisions, from the province down
	Keys  string   // typed on keys that are there at once: digits and capitals
	Text  []Part   // typed on a keypad of words
}

// Part is a piece of a text: words with their letters, or, without letters, digits, capitals and signs.
type Part struct{ Text, Letters string }

// Tray is where cards lie.
type Tray interface {
	Lay(id string) error
	Lift()
}

// Visitor visits a kiosk.
type Visitor struct {
	Person citizen.Person
	Tray   Tray
	// Strokes gives the strokes of a character, in thousandths of its box. Needed for visits that write by hand.
	Strokes func(rune) [][]image.Point
}

// File does a visit from the attract screen to the attract screen, and returns the number of the case.
func (v *Visitor) File(ctx context.Context, visit Visit) (number string, err error) {
	d := doing{v, visit}
	for _, scene := range []struct {
		name string
		play func(context.Context) error
	}{
		{"begin", d.begin}, {"choose", d.choose}, {"situation", d.situation}, {"form", d.form}, {"hand in", d.handIn},
		{"receipt", func(ctx context.Context) error {
			number, err = d.receipt(ctx)
			return err
		}},
		{"leave", d.leave},
	} {
		if err := scene.play(ctx); err != nil {
			return "", fmt.Errorf("visit %q: %s: %w", visit.Name, scene.name, err)
		}
	}
	return number, nil
}

// doing is a visit under way.
type doing struct {
	*Visitor
	visit Visit
}

// press presses targets, one after the other.
func (d doing) press(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		press := d.Person.Reach
		if d.visit.Manner == ByKeys {
			press = d.Person.Walk
		}
		if err := press(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (d doing) on(ctx context.Context, screen string) error {
	_, err := d.Person.WaitFor(ctx, "the screen "+screen, func(v citizen.View) bool { return v.Screen == screen })
	return err
}

// begin touches the attract screen or lays the card down. One touch more of somebody who wanted to be next has led to the menu.
func (d doing) begin(ctx context.Context) error {
	v, err := d.Person.WaitFor(ctx, "a kiosk that is free", func(v citizen.View) bool {
		return v.Screen == "Attract" || v.Screen == "Menu" && !v.Shows("您好")
	})
	switch {
	case err != nil:
		return err
	case d.visit.CardFirst:
		return d.Tray.Lay(d.visit.Card)
	case v.Screen == "Menu":
		return nil
	}
	return d.press(ctx, "Start")
}

// menu waits for the menu. Until whoever laid her card down first is greeted it may still change.
func (d doing) menu(ctx context.Context) error {
	_, err := d.Person.WaitFor(ctx, "the menu", func(v citizen.View) bool { return v.Screen == "Menu" && (!d.visit.CardFirst || v.Shows("您好")) })
	return err
}

func (d doing) choose(ctx context.Context) error {
	if err := d.menu(ctx); err != nil {
		return err
	}
	if err := d.press(ctx, "Open:apply"); err != nil {
		return err
	}
	if err := d.on(ctx, "Choose"); err != nil {
		return err
	}
	if err := d.press(ctx, "Choice:"+d.visit.Service); err != nil {
		return err
	}
	if err := d.on(ctx, "Guide"); err != nil {
		return err
	}
	if err := d.press(ctx, "Next"); err != nil {
		return err
	}
	if d.visit.CardFirst {
		return nil
	}
	if err := d.on(ctx, "Identify"); err != nil {
		return err
	}
	return d.Tray.Lay(d.visit.Card)
}

func (d doing) situation(ctx context.Context) error {
	if len(d.visit.Situation) > 0 {
		if err := d.page(ctx, d.visit.Situation); err != nil {
			return err
		}
	}
	if err := d.on(ctx, "Check"); err != nil {
		return err
	}
	return d.press(ctx, "Next")
}

func (d doing) form(ctx context.Context) error {
	for _, page := range d.visit.Pages {
		if err := d.page(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

// page waits for a page of questions, answers them and goes on.
func (d doing) page(ctx context.Context, answers []Answer) error {
	_, err := d.Person.WaitFor(ctx, "the question "+answers[0].Field, func(v citizen.View) bool {
		for _, t := range v.Targets {
			if t.ID == "Focus:"+answers[0].Field || strings.HasPrefix(t.ID, "Pick:"+answers[0].Field+":") {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	for _, a := range answers {
		if err := d.answer(ctx, a); err != nil {
			return fmt.Errorf("question %s: %w", a.Field, err)
		}
	}
	if err := d.Person.Settle(ctx); err != nil {
		return err
	}
	return d.press(ctx, "Next")
}

func (d doing) handIn(ctx context.Context) error {
	if err := d.on(ctx, "Review"); err != nil {
		return err
	}
	if err := d.press(ctx, "Confirm"); err != nil || !d.visit.Signed {
		return err
	}
	if err := d.on(ctx, "Sign"); err != nil {
		return err
	}
	if err := d.Person.Sketch(ctx, Signature()...); err != nil {
		return err
	}
	return d.press(ctx, "Confirm")
}

func (d doing) receipt(ctx context.Context) (string, error) {
	v, err := d.Person.WaitFor(ctx, "the end of printing", func(v citizen.View) bool {
		t, ok := v.Target("Leave")
		return v.Screen == "Accepted" && ok && t.Enabled
	})
	if err != nil {
		return "", err
	}
	if !v.Shows("已收件") {
		return "", fmt.Errorf("the screen does not say that the case is saved: %v", v)
	}
	number := Number(v)
	if number == "" {
		return "", errors.New("the screen shows no case number")
	}
	return number, nil
}

func (d doing) leave(ctx context.Context) error {
	if err := d.press(ctx, "Leave"); err != nil {
		return err
	}
	return d.goodbye(ctx)
}

// goodbye takes the card. Who comes next in a hurry touches the glass until it is hers.
func (d doing) goodbye(ctx context.Context) error {
	if err := d.on(ctx, "Goodbye"); err != nil {
		return err
	}
	d.Tray.Lift()
	if !d.visit.Hurry {
		return d.on(ctx, "Attract")
	}
	return d.Person.Wake(ctx, "Goodbye")
}

// Number finds the twenty digits of a case number among the lines on the screen; empty when there are none.
func Number(v citizen.View) string {
	for _, line := range v.Texts {
		digits := strings.ReplaceAll(line, " ", "")
		if len(digits) == 20 && strings.Trim(digits, "0123456789") == "" {
			return digits
		}
	}
	return ""
}

// Signature is a name as somebody might write it, three characters in a few strokes, in thousandths of the pad.
func Signature() [][]image.Point {
	var all [][]image.Point
	for i := range 3 {
		x := 180 + 230*i
		all = append(all,
			[]image.Point{{X: x, Y: 320}, {X: x + 60, Y: 300}, {X: x + 130, Y: 310}},
			[]image.Point{{X: x + 70, Y: 180}, {X: x + 66, Y: 340}, {X: x + 30, Y: 620}, {X: x - 10, Y: 720}},
			[]image.Point{{X: x + 66, Y: 420}, {X: x + 110, Y: 560}, {X: x + 170, Y: 700}})
	}
	return all
}

// Slipping is a finger that slips by at most so many pixels, in any direction; the same way in every run.
func Slipping(most int) func() image.Point {
	dice := rand.New(rand.NewPCG(uint64(most), 1))
	return func() image.Point {
		for {
			if p := image.Pt(dice.IntN(2*most+1)-most, dice.IntN(2*most+1)-most); p.X*p.X+p.Y*p.Y <= most*most {
				return p
			}
		}
	}
}
