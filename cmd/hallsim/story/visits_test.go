package story_test

import (
	"fmt"
	"image"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
	"onedoor/cmd/hallsim/visits"
)

// slip is by how many pixels a finger slips at most.
const slip = 15

// TestVisitsByEveryHand: ten people whose fingers slip, two who have a pad of keys and nothing else, one who spells her words
// and one who writes them by hand: each of their cases is at central once, with what they meant.
func TestVisitsByEveryHand(t *testing.T) {
	const width, height = 1080, 1920
	display := xvfb(t, width, height)
	stage := set(t, width, height)
	if err := stage.StartKiosk(display); err != nil {
		t.Fatal(err)
	}
	visitor, leave, err := stage.Visitor(display, visits.Slipping(slip), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	visitor.Strokes = drawn(t)
	all := append(visits.Fingers(), visits.Keys()...)
	all = append(all, visits.Speller(), visits.Writer())
	var filed []string
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			number, err := visitor.File(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			filed = append(filed, number)
			if err := stage.Held(t.Context(), filed); err != nil {
				t.Fatal(err)
			}
			checkForm(t, stage, number, v)
		})
		if t.Failed() {
			break // the next one would find the screen as this one left it
		}
	}
	if err := stage.StopKiosk(); err != nil {
		t.Error(err)
	}
}

func checkForm(t *testing.T, stage *story.Stage, number string, v visits.Visit) {
	t.Helper()
	service, form, err := stage.Form(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if service != v.Service || !maps.Equal(form, v.Want) {
		t.Errorf("central holds of %s\n%v\nwant of %s\n%v", service, form, v.Service, v.Want)
	}
}

// drawn gives the strokes of the characters that were drawn for the tests of the recogniser, as a hand in a hurry writes them:
// moved, stretched, turned and trembling.
func drawn(t *testing.T) func(rune) [][]image.Point {
	t.Helper()
	data, err := os.ReadFile("../../../app/ime/strokes/testdata/drawings.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[rune]string{}
	for line := range strings.Lines(string(data)) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			char, _ := utf8.DecodeRuneInString(name)
			lines[char] = rest
		}
	}
	dice := rand.New(rand.NewPCG(7, 7))
	return func(char rune) [][]image.Point {
		wide, tall, slant := 1+0.05*dice.NormFloat64(), 1+0.05*dice.NormFloat64(), 0.05*dice.NormFloat64()
		var strokes [][]image.Point
		for stroke := range strings.SplitSeq(lines[char], "/") {
			dx, dy := 12*dice.NormFloat64(), 12*dice.NormFloat64()
			var way []image.Point
			for _, field := range strings.Fields(stroke) {
				var x, y float64
				if _, err := fmt.Sscanf(field, "%g,%g", &x, &y); err != nil {
					return nil
				}
				x, y = 10*x-500, 10*y-500
				p := image.Pt(int(500+wide*(x+slant*y)+dx+4*dice.NormFloat64()), int(500+tall*y+dy+4*dice.NormFloat64()))
				way = append(way, between(way, p)...)
			}
			strokes = append(strokes, way)
		}
		return strokes
	}
}

// between leads a finger from the end of a way to p as a touch screen tells it: in small steps.
func between(way []image.Point, p image.Point) []image.Point {
	if len(way) == 0 {
		return []image.Point{p}
	}
	const step = 30
	from := way[len(way)-1]
	d := p.Sub(from)
	n := max(1, max(d.X, -d.X, d.Y, -d.Y)/step)
	var out []image.Point
	for i := 1; i <= n; i++ {
		out = append(out, from.Add(image.Pt(d.X*i/n, d.Y*i/n)))
	}
	return out
}

// TestD19PeopleComeAndGo: a short row of visits of every kind leaves the kiosk with as much of its machine as before.
func TestD19PeopleComeAndGo(t *testing.T) {
	const width, height = 1920, 1080
	display := xvfb(t, width, height)
	stage := set(t, width, height)
	if err := stage.StartKiosk(display); err != nil {
		t.Fatal(err)
	}
	visitor, leave, err := stage.Visitor(display, visits.Slipping(slip), 12*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	filed, err := visits.Row{Visitor: visitor, Vitals: stage.Vitals, Count: 12, Every: 1, Now: time.Now, Report: func(r visits.Reading) {
		t.Logf("%+v", r)
	}}.Walk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(filed) != 2 {
		t.Errorf("%d cases were filed", len(filed))
	}
	if err := stage.Held(t.Context(), filed); err != nil {
		t.Error(err)
	}
	if err := stage.StopKiosk(); err != nil {
		t.Error(err)
	}
}

// TestNothingMovesUnderTheFinger: every press shows, and what is pressed stays where it is until the finger has gone.
func TestNothingMovesUnderTheFinger(t *testing.T) {
	const width, height = 1920, 1080
	display := xvfb(t, width, height)
	stage := set(t, width, height)
	if err := stage.StartKiosk(display); err != nil {
		t.Fatal(err)
	}
	visitor, leave, err := stage.Visitor(display, visits.Slipping(slip), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	watch, err := citizen.OpenWatch(display)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watch.Close)
	feel := &visits.Feel{Hands: visitor.Person.Hands, Eyes: visitor.Person.Eyes, Watch: watch}
	visitor.Person.Hands = feel
	number, err := visitor.File(t.Context(), visits.Fingers()[5]) // a situation, all kinds of questions, a signature
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Held(t.Context(), []string{number}); err != nil {
		t.Error(err)
	}
	if len(feel.Mute)+len(feel.Moved) > 0 || len(feel.Pressed) < 20 {
		t.Errorf("of %d presses %q showed nothing and %q moved under the finger", len(feel.Pressed), feel.Mute, feel.Moved)
	}
	if err := stage.StopKiosk(); err != nil {
		t.Error(err)
	}
}
