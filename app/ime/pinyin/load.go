package pinyin

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const version = "onedoor pinyin 1"

// load reads the table: sections of lines, each a reading with the words that have it. Texts stay parts of raw.
func load(raw string, c Config) (*Engine, error) {
	first, rest, _ := strings.Cut(raw, "\n")
	if first != version {
		return nil, fmt.Errorf("%w: begins with %q, want %q", ErrData, first[:min(len(first), 40)], version)
	}
	sections := map[string]string{}
	for rest != "" {
		name, body, _ := strings.Cut(rest, "\n")
		if !strings.HasPrefix(name, "=") {
			return nil, fmt.Errorf("%w: no section where one begins", ErrData)
		}
		end := strings.Index(body, "\n=") + 1
		if end == 0 {
			end = len(body)
		}
		sections[name[1:]], rest = body[:end], body[end:]
	}
	names, err := syllableNames(sections["words"])
	if err != nil {
		return nil, err
	}
	e := &Engine{syllables: newSyllables(names, c.Fuzzy)}
	tries := map[string]*trie{}
	for _, s := range []string{"words", "surnames", "one", "first", "last", "two"} {
		t, err := e.readTrie(sections[s])
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrData, s, err)
		}
		tries[s] = t
	}
	e.words = []*trie{tries["words"]}
	e.people = people{surnames: tries["surnames"], one: tries["one"], first: tries["first"], last: tries["last"], two: tries["two"], isSurname: map[rune]bool{}}
	for _, en := range tries["surnames"].entries {
		if c, size := utf8.DecodeRuneInString(en.text); size == len(en.text) {
			e.people.isSurname[c] = true
		}
	}
	if e.strokes, err = readStrokes(sections["radicals"], sections["strokes"]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	if len(c.Words) > 0 {
		t, err := e.siteWords(c.Words)
		if err != nil {
			return nil, err
		}
		e.words = append(e.words, t)
	}
	return e, nil
}

// syllableNames collects the syllables of all readings, in the order of the alphabet.
func syllableNames(words string) ([]string, error) {
	seen := map[string]bool{}
	for line := range strings.Lines(words) {
		r, _, _ := strings.Cut(line, "\t")
		if !strings.Contains(r, " ") { // every syllable has a character of its own
			seen[r] = true
		}
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) < 300 || len(names) > 600 {
		return nil, fmt.Errorf("%w: %d syllables", ErrData, len(names))
	}
	return names, nil
}

// readTrie reads lines as xi an<TAB>西安994p<TAB>西岸1177.
func (e *Engine) readTrie(body string) (*trie, error) {
	rows := strings.Count(body, "\n")
	readings := make([]reading, 0, rows)
	entries := make([]entry, 0, strings.Count(body, "\t"))
	ids := make([]syllable, 0, 3*rows)
	for body != "" {
		line, next, _ := strings.Cut(body, "\n")
		body = next
		r, words, _ := strings.Cut(line, "\t")
		from := len(ids)
		for r != "" {
			name, more, _ := strings.Cut(r, " ")
			id, ok := e.syllables.exact[name]
			if !ok {
				return nil, fmt.Errorf("no syllable %q", name)
			}
			ids, r = append(ids, id), more
		}
		row := reading{syllables: ids[from:len(ids):len(ids)], from: uint32(len(entries))}
		for words != "" {
			w, more, _ := strings.Cut(words, "\t")
			words = more
			w, en, err := readEntry(w)
			if err != nil {
				return nil, err
			}
			en.text = w
			entries = append(entries, en)
		}
		row.to = uint32(len(entries))
		if n := len(readings); n > 0 && slices.Compare(readings[n-1].syllables, row.syllables) >= 0 {
			return nil, fmt.Errorf("out of order at %q", line)
		}
		readings = append(readings, row)
	}
	return newTrie(readings, entries), nil
}

// readEntry takes the cost and the kind off the end of 西安994p.
func readEntry(w string) (string, entry, error) {
	var en entry
	whole := w
	switch {
	case strings.HasSuffix(w, "p"):
		en.kind, w = place, w[:len(w)-1]
	case strings.HasSuffix(w, "s"):
		en.kind, w = service, w[:len(w)-1]
	}
	cost, unit := 0, 1
	for w != "" && w[len(w)-1] >= '0' && w[len(w)-1] <= '9' && unit <= 1000 {
		cost += unit * int(w[len(w)-1]-'0')
		unit, w = unit*10, w[:len(w)-1]
	}
	if w == "" || unit == 1 {
		return "", en, fmt.Errorf("no word and cost in %q", whole)
	}
	en.cost = uint16(cost)
	return w, en, nil
}

// siteCost is what a word of the site costs: as much as a frequent one.
const siteCost = 900

// siteWords makes a trie of what a site adds.
func (e *Engine) siteWords(words []Word) (*trie, error) {
	type row struct {
		syllables []syllable
		entry     entry
	}
	var rows []row
	for _, w := range words {
		r := row{entry: entry{text: w.Text, cost: siteCost}}
		if w.Place {
			r.entry.kind = place
		}
		for name := range strings.FieldsSeq(strings.ReplaceAll(w.Reading, "ü", "v")) {
			id, ok := e.syllables.exact[name]
			if !ok {
				return nil, fmt.Errorf("pinyin word %q: no syllable %q", w.Text, name)
			}
			r.syllables = append(r.syllables, id)
		}
		if w.Text == "" || len(r.syllables) == 0 {
			return nil, fmt.Errorf("pinyin word %q: text or reading is empty", w.Text)
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(x, y row) int { return slices.Compare(x.syllables, y.syllables) })
	var readings []reading
	var entries []entry
	for _, r := range rows {
		if n := len(readings); n == 0 || !slices.Equal(readings[n-1].syllables, r.syllables) {
			readings = append(readings, reading{syllables: r.syllables, from: uint32(len(entries))})
		}
		entries = append(entries, r.entry)
		readings[len(readings)-1].to = uint32(len(entries))
	}
	return newTrie(readings, entries), nil
}
