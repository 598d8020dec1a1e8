package main

import (
	"bytes"
	"reflect"
	"testing"

	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

// TestLatinIsUpToDate: the table of digits and letters is what the list makes.
func TestLatinIsUpToDate(t *testing.T) {
	letters, err := readLatin(latin)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := strokes.Encode(latinNotice, letters)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw, ime.Strokes()[1]) {
		t.Error("assets/ime/latin.strokes is not what cmd/imedata/strokes_latin.txt gives")
	}
	notice, err := strokes.Notice(ime.Strokes()[0])
	if err != nil || notice != hanziNotice {
		t.Errorf("assets/ime/hanzi.strokes says %q, %v", notice, err)
	}
}

func TestReadLatin(t *testing.T) {
	got, err := readLatin("# a note\n\nX 0,0 100,100 / 100,0 0,100\n")
	want := []strokes.Character{{Rune: 'X', Frequency: latinFrequency, Strokes: [][]strokes.Dot{{{X: 0, Y: 0}, {X: 255, Y: 255}}, {{X: 255, Y: 0}, {X: 0, Y: 255}}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	for _, bad := range []string{"XY 0,0 1,1", "X 0,0 1", "X 0;0"} {
		if got, err := readLatin(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

func TestParseMedians(t *testing.T) {
	got, err := parseMedians([]byte(`{"strokes": ["M 1 2 Z"], "medians": [[[0, 900], [1, 899], [1023, -124]]]}`))
	if want := [][]strokes.Dot{{{X: 0, Y: 0}, {X: 255, Y: 255}}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := parseMedians([]byte(`{"medians": 1}`)); err == nil {
		t.Errorf("read %v", got)
	}
}
