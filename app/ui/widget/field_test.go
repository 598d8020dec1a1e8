package widget

import (
	"reflect"
	"testing"
)

func TestComposedMarksTheLettersAlone(t *testing.T) {
	for _, c := range []struct {
		lines          []string
		value, compose string
		want           []string // what is marked on each line
	}{
		{[]string{"广州市tianhe"}, "广州市", "tianhe", []string{"tianhe"}},
		{[]string{"tianhe"}, "", "tianhe", []string{"tianhe"}},
		{[]string{"广州市天河区", "tianhe"}, "广州市天河区", "tianhe", []string{"", "tianhe"}},
		{[]string{"No. 5", "lu zhang", "san"}, "No. 5 lu ", "zhang san", []string{"", "zhang", "san"}},
		{[]string{"广州市"}, "广州市", "", nil},
	} {
		var got []string
		for i, s := range composed(c.lines, c.value, c.compose) {
			got = append(got, c.lines[i][s[0]:s[1]])
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q + %q on %q marks %q, want %q", c.value, c.compose, c.lines, got, c.want)
		}
	}
}
