package pinyin

import (
	"strings"
	"testing"

	"onedoor/assets/ime"
)

// However letters are chosen, the work stays within its bounds.
func TestWorkIsBounded(t *testing.T) {
	e, err := New(Config{Table: ime.Pinyin, Fuzzy: FuzzyAll})
	if err != nil {
		t.Fatal(err)
	}
	most, items := 0, 0
	for _, unit := range []string{"s", "y", "zh", "shi", "a", "n", "ng", "xian", "yiyi", "sh", "jiangang", "e", "z'", "sy", "dsyzgl"} {
		for m := Text; m <= Place; m++ {
			for _, n := range []int{1, 2, 5, MaxLetters, 4 * MaxLetters} {
				if q := e.ask(strings.Repeat(unit, n), m); q != nil {
					items = max(items, len(q.ranked()))
					most = max(most, q.visits)
				}
			}
		}
	}
	t.Logf("at most %d nodes visited and %d candidates", most, items)
	if most > maxVisits+1000 {
		t.Errorf("%d nodes visited, the bound is %d", most, maxVisits)
	}
	if items > 8000 {
		t.Errorf("%d candidates for one input", items)
	}
}
