package strokes_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"onedoor/app/ime/strokes"
)

func TestParseFile(t *testing.T) {
	got, err := strokes.ParseFile([]byte(`{"strokes": [[[10, 50, 0], [90, 48, 210]], [[-5, 10]]], "drawn": "by nobody"}`))
	want := []strokes.Stroke{{{X: 10, Y: 50}, {X: 90, Y: 48, T: 210}}, {{X: -5, Y: 10}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

func TestParseFileRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ file, says string }{
		"nothing":         {``, "JSON"},
		"no JSON":         {`strokes`, "invalid"},
		"a list":          {`[[[1, 2]]]`, "array"},
		"other things":    {`{"lines": []}`, `no "strokes"`},
		"no strokes":      {`{"strokes": []}`, "empty"},
		"empty stroke":    {`{"strokes": [[[1, 2]], []]}`, "stroke 2 has no points"},
		"one number":      {`{"strokes": [[[1, 2], [3]]]}`, "stroke 1, point 2: 1 numbers"},
		"four numbers":    {`{"strokes": [[[1, 2, 3, 4]]]}`, "4 numbers"},
		"a fraction":      {`{"strokes": [[[1, 2.5]]]}`, `"2.5" is no whole number`},
		"too large":       {`{"strokes": [[[1, 2147483648]]]}`, "32 bits"},
		"null":            {`{"strokes": [[[1, null]]]}`, "no whole number"},
		"before":          {`{"strokes": [[[1, 2, -3]]]}`, "before the first touch"},
		"too many":        {`{"strokes": [` + strings.Repeat(`[[1, 2]],`, 1000) + `[[1, 2]]]}`, "1001 strokes"},
		"too long":        {strings.Repeat(" ", strokes.MaxFile+1), "at most"},
		"something after": {`{"strokes": [[[1, 2]]]} x`, "invalid"},
	} {
		ink, err := strokes.ParseFile([]byte(tt.file))
		if !errors.Is(err, strokes.ErrFile) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v; want %q", name, ink, err, tt.says)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte(`{"strokes": [[[10, 50, 0], [90, 48, 210]], [[-5, 10]]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		ink, err := strokes.ParseFile(raw)
		if err != nil && !errors.Is(err, strokes.ErrFile) {
			t.Error(err)
		}
		if err == nil && len(ink) == 0 {
			t.Error("read, and nothing there")
		}
	})
}
