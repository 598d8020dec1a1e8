package visits

import (
	"context"
	"fmt"
	"image"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
)

// answer answers one question.
func (d doing) answer(ctx context.Context, a Answer) error {
	for _, value := range a.Pick {
		if err := d.press(ctx, "Pick:"+a.Field+":"+value); err != nil {
			return err
		}
	}
	if len(a.Pick) > 0 {
		return nil
	}
	if err := d.press(ctx, "Focus:"+a.Field); err != nil {
		return err
	}
	if err := d.Person.Settle(ctx); err != nil { // other keys may come
		return err
	}
	for _, code := range a.Place {
		if err := d.press(ctx, "ChooseFrom:"+code); err != nil {
			return err
		}
	}
	for key := range strings.SplitSeq(a.Keys, "") {
		if err := d.press(ctx, "Type:"+key); err != nil {
			return err
		}
	}
	for _, part := range a.Text {
		if err := d.text(ctx, part); err != nil {
			return fmt.Errorf("%q: %w", part.Text, err)
		}
	}
	return nil
}

// text writes a part of a text on the keypad that it needs.
func (d doing) text(ctx context.Context, p Part) error {
	switch {
	case p.Letters == "":
		return d.plain(ctx, p.Text)
	case d.visit.Words == Written:
		return d.written(ctx, p.Text)
	}
	return d.spelled(ctx, p)
}

// plain types digits, capitals and signs.
func (d doing) plain(ctx context.Context, text string) error {
	mode := ""
	for _, r := range text {
		want := "symbols"
		switch {
		case r >= '0' && r <= '9':
			want = "digits"
		case r >= 'A' && r <= 'Z':
			want = "letters"
		}
		if want != mode {
			if err := d.mode(ctx, want); err != nil {
				return err
			}
			mode = want
		}
		if err := d.press(ctx, "Type:"+string(r)); err != nil {
			return err
		}
	}
	return nil
}

// mode changes the keypad, and waits until the keys are there.
func (d doing) mode(ctx context.Context, mode string) error {
	if err := d.press(ctx, "KeyMode:"+mode); err != nil {
		return err
	}
	return d.Person.Settle(ctx)
}

// spelled types the letters of a word and takes it from the candidates.
func (d doing) spelled(ctx context.Context, p Part) error {
	if err := d.mode(ctx, "pinyin"); err != nil {
		return err
	}
	for letter := range strings.SplitSeq(p.Letters, "") {
		if err := d.press(ctx, "Type:"+letter); err != nil {
			return err
		}
	}
	id, err := d.candidate(ctx, p.Text)
	if err != nil {
		return err
	}
	return d.press(ctx, id)
}

// tries is how often somebody writes a character that was not recognised before she gives up.
const tries = 3

// written writes the characters of a word by hand.
func (d doing) written(ctx context.Context, word string) error {
	if err := d.mode(ctx, "ink"); err != nil {
		return err
	}
	for _, r := range word {
		if err := d.character(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (d doing) character(ctx context.Context, r rune) error {
	var err error
	for range tries {
		pad, lookErr := d.Person.WaitFor(ctx, "an empty pad", func(v citizen.View) bool {
			t, there := v.Target("Ink")
			return there && !t.Rect().Empty() && !offers(v)
		})
		if lookErr != nil {
			return lookErr
		}
		t, _ := pad.Target("Ink")
		strokes := d.Strokes(r)
		if len(strokes) == 0 {
			return fmt.Errorf("nobody knows how to write %c", r)
		}
		if err := d.Person.Sketch(ctx, square(strokes, t)...); err != nil {
			return err
		}
		var id string
		if id, err = d.candidate(ctx, string(r)); err == nil {
			return d.press(ctx, id)
		}
		if err := d.press(ctx, "Wipe"); err != nil {
			return err
		}
	}
	return err
}

// square puts a character into the middle of a pad that is wider than high.
func square(strokes [][]image.Point, pad citizen.Target) [][]image.Point {
	side := min(pad.W, pad.H) * 85 / 100
	out := make([][]image.Point, len(strokes))
	for i, s := range strokes {
		for _, p := range s {
			x, y := (pad.W-side)/2+p.X*side/1000, (pad.H-side)/2+p.Y*side/1000
			out[i] = append(out[i], image.Pt(x*1000/pad.W, y*1000/pad.H))
		}
	}
	return out
}

// offers reports whether there are candidates.
func offers(v citizen.View) bool {
	_, there := v.Target("Take:0")
	return there
}

// sure is in how many looks in a row a candidate must stand at its place before somebody takes it: the kiosk may still be
// reading what was written last.
const sure = 4

// candidate looks for a word among the candidates, and says which it is.
func (d doing) candidate(ctx context.Context, word string) (id string, err error) {
	look, seen := d.Person, 0
	look.Patience = wait
	_, err = look.WaitFor(ctx, fmt.Sprintf("the candidate %q", word), func(v citizen.View) bool {
		before := id
		id = ""
		for _, t := range v.Targets {
			if strings.HasPrefix(t.ID, "Take:") && t.Label == word {
				id = t.ID
			}
		}
		if id == "" || id != before {
			seen = 0
		}
		seen++
		return id != "" && seen >= sure
	})
	return id, err
}

// wait is how long somebody looks for a word before she writes it anew.
const wait = 3 * time.Second
