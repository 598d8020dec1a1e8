package pinyin_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"onedoor/app/ime/pinyin"
)

// firstPage is how many candidates a row of the keyboard shows.
const firstPage = 8

// asked is a line of a list: what a person types, and what is meant.
type asked struct {
	mode          pinyin.Mode
	letters, want string
}

func readList(t testing.TB, name string) []asked {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]pinyin.Mode{"text": pinyin.Text, "name": pinyin.Name, "place": pinyin.Place}
	var all []asked
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") || len(f) == 0 {
			continue
		}
		mode, ok := modes[f[0]]
		if !ok || len(f) != 3 {
			t.Fatalf("%s: %q is no line of a list", name, line)
		}
		all = append(all, asked{mode, f[1], f[2]})
	}
	return all
}

// score counts by mode how often the first candidate and the first page are right.
func score(t testing.TB, e *pinyin.Engine, list []asked) (n, top, page [4]int) {
	t.Helper()
	for _, a := range list {
		n[a.mode]++
		got := texts(e.Candidates(a.letters, a.mode, 0, firstPage))
		switch at := strings.Index(" "+strings.Join(got, " ")+" ", " "+a.want+" "); {
		case at == 0:
			top[a.mode]++
			page[a.mode]++
		case at > 0:
			page[a.mode]++
			t.Logf("not first: %s is %v, want %s", a.letters, got, a.want)
		default:
			t.Logf("not on the first page: %s is %v, want %s", a.letters, got, a.want)
		}
	}
	return n, top, page
}

func texts(p pinyin.Page) []string {
	var all []string
	for _, c := range p.Candidates {
		all = append(all, c.Text)
	}
	return all
}

// What people type at a counter is understood. Names of persons sound alike (姜涛 and 蒋涛 are one to the ear), so that the
// first place is the more common name's, and what is asked of them is to be on the first page.
func TestLists(t *testing.T) {
	type percent struct{ top, page int }
	for _, l := range []struct {
		name string
		want map[pinyin.Mode]percent
	}{
		{"everyday.txt", map[pinyin.Mode]percent{pinyin.Text: {95, 99}, pinyin.Name: {70, 97}, pinyin.Place: {92, 99}}},
		{"heldout.txt", map[pinyin.Mode]percent{pinyin.Text: {95, 97}, pinyin.Name: {70, 97}, pinyin.Place: {92, 99}}},
	} {
		t.Run(l.name, func(t *testing.T) {
			n, top, page := score(t, engine(t), readList(t, l.name))
			for mode, want := range l.want {
				t.Logf("%v: first %d, first page %d of %d", mode, top[mode], page[mode], n[mode])
				if 100*top[mode] < want.top*n[mode] || 100*page[mode] < want.page*n[mode] {
					t.Errorf("%v: first %d and first page %d of %d, want %d %% and %d %%", mode, top[mode], page[mode], n[mode], want.top, want.page)
				}
			}
		})
	}
}

// Whoever writes a name step by step finds the surname on the first two pages, and what follows on the first.
func TestNamesStepByStep(t *testing.T) {
	found, n := 0, 0
	for _, a := range append(readList(t, "everyday.txt"), readList(t, "heldout.txt")...) {
		if a.mode != pinyin.Name {
			continue
		}
		n++
		p := engine(t).Candidates(a.letters, pinyin.Name, 0, 3*firstPage)
		for _, c := range p.Candidates {
			if given, ok := strings.CutPrefix(a.want, c.Text); ok && given != "" {
				if slices.Contains(texts(engine(t).Candidates(a.letters[c.Letters:], pinyin.Given, 0, firstPage)), given) {
					found++
				} else {
					t.Logf("%s: %s is not on the first page behind %s", a.letters, given, c.Text)
				}
				break
			}
		}
	}
	t.Logf("%d of %d", found, n)
	if 100*found < 98*n {
		t.Errorf("%d of %d names can be written in two steps", found, n)
	}
}
