package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Numbers of the mixture of sources. Costs are hundredths of the negative natural logarithm of a word's share.
const (
	rimeShare    = 0.7  // of rime's words, which people typed; jieba's are from newspapers and novels
	rareFreq     = 8    // a word that is less frequent in jieba's list is left out unless another source has it
	rareCost     = 2300 // what no source has counted
	listedCost   = 1700 // at most, for a character of the list of readings
	foreignCost  = 2600 // at least, for characters outside the national table: they come behind all that are in it
	servicePlus  = 220  // how much likelier a service word is in a hall
	serviceFloor = 1250 // no service word is rarer
	second       = 0.15 // a second reading counts when it has this share of the first
	secondCost   = 200  // on top, for a word read that way
	kindPlace    = 'p'
	kindService  = 's'
)

// entry is one word with one reading, as the table has it.
type entry struct {
	reading string // syllables with spaces between
	text    string
	cost    int
	kind    byte // 0 for none
}

// dictionary mixes the sources.
type dictionary struct {
	han    *han
	forced map[string][][]string // readings of the lists

	rime     map[string]map[string]float64 // text to reading to weight
	jieba    map[string]float64
	names    []string        // what jieba has as names of persons
	ordinary map[string]bool // words that jieba has as something else
	share    map[rune][]weighed
	floor    map[string]entry // place and service words by text and reading
	towns    map[string]int   // by the code of a county, city or province
	total    struct{ rime, jieba float64 }
}

// weighed is a reading of a character with its share.
type weighed struct {
	reading string
	weight  float64
}

func newDictionary(h *han, forced map[string][][]string) *dictionary {
	return &dictionary{han: h, forced: forced, rime: map[string]map[string]float64{}, jieba: map[string]float64{}, share: map[rune][]weighed{}, floor: map[string]entry{}, towns: map[string]int{}, ordinary: map[string]bool{}}
}

// national says whether all characters are in the national table.
func (d *dictionary) national(text string) bool {
	for _, c := range text {
		if d.han.level[c] == 0 {
			return false
		}
	}
	return true
}

// readRime reads lines as 身份证<TAB>shen fen zheng<TAB>3572.
func (d *dictionary) readRime(r io.Reader) error {
	s, body := bufio.NewScanner(r), false
	for s.Scan() {
		f := strings.Split(s.Text(), "\t")
		if !body || len(f) != 3 {
			body = body || s.Text() == "..."
			continue
		}
		weight, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return err
		}
		syllables := strings.Fields(f[1])
		ok := utf8.RuneCountInString(f[0]) == len(syllables) && (len(syllables) == 1 || d.national(f[0]))
		for i, p := range syllables {
			switch p {
			case "lue":
				syllables[i] = "lve"
			case "nue":
				syllables[i] = "nve"
			}
			ok = ok && syllable(p)
		}
		if !ok {
			continue
		}
		if d.rime[f[0]] == nil {
			d.rime[f[0]] = map[string]float64{}
		}
		d.rime[f[0]][strings.Join(syllables, " ")] += weight + 0.5
		d.total.rime += weight
	}
	if !body {
		return errors.New("no dictionary in it")
	}
	// The readings of characters by how often rime's words and characters have them.
	shares := map[rune]map[string]float64{}
	for text, readings := range d.rime {
		cs := []rune(text)
		for reading, weight := range readings {
			for i, p := range strings.Fields(reading) {
				if shares[cs[i]] == nil {
					shares[cs[i]] = map[string]float64{}
				}
				shares[cs[i]][p] += weight
			}
		}
	}
	for c, readings := range d.han.readings {
		known := shares[c]
		for i, p := range readings {
			// The order of Unicode decides between readings that no word has.
			d.share[c] = append(d.share[c], weighed{p, known[p] + 0.4/float64(i+1)})
		}
	}
	for c, readings := range shares {
		for p, weight := range readings {
			if !slices.Contains(d.han.readings[c], p) && weight > 1 {
				d.share[c] = append(d.share[c], weighed{p, weight})
			}
		}
	}
	for _, ws := range d.share {
		slices.SortStableFunc(ws, func(x, y weighed) int {
			if x.weight != y.weight {
				return int(math.Copysign(1, y.weight-x.weight))
			}
			return strings.Compare(x.reading, y.reading)
		})
	}
	return s.Err()
}

// readJieba reads lines as 身份证 708 n.
func (d *dictionary) readJieba(r io.Reader) error {
	s := bufio.NewScanner(r)
	for s.Scan() {
		f := strings.Fields(s.Text())
		if len(f) != 3 {
			continue
		}
		freq, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return err
		}
		d.total.jieba += freq
		chars := utf8.RuneCountInString(f[0])
		if !d.national(f[0]) || chars > 12 {
			continue
		}
		switch {
		case f[2] == "nr":
			d.names = append(d.names, f[0])
		case !strings.HasPrefix(f[2], "nr"):
			d.ordinary[f[0]] = true
		}
		_, known := d.rime[f[0]]
		if known || freq >= rareFreq && !strings.HasPrefix(f[2], "nr") {
			d.jieba[f[0]] = freq
		}
	}
	return s.Err()
}

// cost is the cost of a text without regard to its readings.
func (d *dictionary) cost(rime, jieba float64) int {
	p := rimeShare*rime/d.total.rime + (1-rimeShare)*jieba/d.total.jieba
	return min(int(math.Round(-100*math.Log(max(p, 1e-12)))), rareCost)
}

// read gives the readings of a text, the likeliest first, and how much each costs on top.
func (d *dictionary) read(text string, place bool) []entry {
	if forced, ok := d.forced[text]; ok && utf8.RuneCountInString(text) > 1 {
		var all []entry
		for i, r := range forced {
			all = append(all, entry{reading: strings.Join(r, " "), cost: i * 50})
		}
		return all
	}
	if known := d.rime[text]; known != nil && utf8.RuneCountInString(text) > 1 {
		return d.known(known)
	}
	cs := []rune(text)
	all := []entry{{}}
	for i := 0; i < len(cs); {
		next, n := d.part(cs[i:], place)
		var grown []entry
		for _, a := range all {
			for _, b := range next {
				grown = append(grown, entry{reading: strings.TrimSpace(a.reading + " " + b.reading), cost: a.cost + b.cost})
			}
		}
		slices.SortStableFunc(grown, func(x, y entry) int { return x.cost - y.cost })
		all, i = grown[:min(len(grown), 3)], i+n
	}
	return all
}

// known gives the readings that rime has for a word.
func (d *dictionary) known(readings map[string]float64) []entry {
	var all []entry
	most := 0.0
	for _, w := range readings {
		most = max(most, w)
	}
	for r, w := range readings {
		all = append(all, entry{reading: r, cost: int(100 * math.Log(most/w))})
	}
	slices.SortFunc(all, func(x, y entry) int {
		if x.cost != y.cost {
			return x.cost - y.cost
		}
		return strings.Compare(x.reading, y.reading)
	})
	return all
}

// part reads the beginning of a text by the longest word that has a reading, and says how many characters that are.
func (d *dictionary) part(cs []rune, place bool) ([]entry, int) {
	for n := len(cs); n > 1; n-- {
		text := string(cs[:n])
		if forced, ok := d.forced[text]; ok {
			var all []entry
			for i, r := range forced {
				all = append(all, entry{reading: strings.Join(r, " "), cost: i * 50})
			}
			return all, n
		}
		if known := d.rime[text]; known != nil && n < len(cs) {
			return d.known(known)[:1], n
		}
	}
	if forced, ok := d.forced[string(cs[:1])]; ok && place {
		return []entry{{reading: forced[0][0]}}, 1
	}
	ws := d.share[cs[0]]
	if len(ws) == 0 {
		return nil, 1
	}
	all := []entry{{reading: ws[0].reading}}
	if len(ws) > 1 && ws[1].weight >= second*ws[0].weight && ws[1].weight > 1 {
		all = append(all, entry{reading: ws[1].reading, cost: secondCost})
	}
	return all, 1
}

// set raises a word to a floor; the better of two stays.
func (d *dictionary) set(text string, floor, bonus int, kind byte, readings []entry) {
	for _, r := range readings {
		cost := floor
		if w, ok := d.rime[text][r.reading]; ok || d.jieba[text] > 0 {
			cost = min(cost, d.cost(w, d.jieba[text])-bonus)
		}
		e := entry{reading: r.reading, text: text, cost: cost + r.cost, kind: kind}
		key := text + "\t" + r.reading
		if had, ok := d.floor[key]; !ok || e.cost < had.cost {
			d.floor[key] = e
		}
	}
}

// addService adds the words of the hall.
func (d *dictionary) addService(words []word) error {
	for _, w := range words {
		readings := d.read(w.text, false)
		if w.readings != nil {
			readings = nil
			for _, r := range w.readings {
				readings = append(readings, entry{reading: strings.Join(r, " ")})
			}
		}
		if len(readings) == 0 {
			return fmt.Errorf("the service word %q has no reading", w.text)
		}
		d.set(w.text, serviceFloor, servicePlus, kindService, readings[:1])
	}
	return nil
}

// words gives all entries.
func (d *dictionary) words() []entry {
	var all []entry
	put := func(e entry) {
		if had, ok := d.floor[e.text+"\t"+e.reading]; ok {
			e.cost, e.kind = min(e.cost, had.cost), had.kind
			delete(d.floor, e.text+"\t"+e.reading)
		}
		all = append(all, e)
	}
	for text, readings := range d.rime {
		if utf8.RuneCountInString(text) == 1 {
			continue
		}
		sum := 0.0
		for _, w := range readings {
			sum += w
		}
		for r, w := range readings {
			put(entry{reading: r, text: text, cost: d.cost(w, d.jieba[text]*w/sum)})
		}
	}
	for text, freq := range d.jieba {
		if utf8.RuneCountInString(text) == 1 || d.rime[text] != nil {
			continue
		}
		for _, r := range d.read(text, false) {
			put(entry{reading: r.reading, text: text, cost: d.cost(0, freq) + r.cost})
		}
	}
	for c, ws := range d.share {
		if !unicode.Is(unicode.Han, c) {
			continue
		}
		text, sum := string(c), 0.0
		for _, w := range ws {
			sum += w.weight
		}
		for i, w := range ws {
			e := entry{reading: w.reading, text: text, cost: d.cost(d.rime[text][w.reading], d.jieba[text]*w.weight/sum)}
			if d.han.level[c] == 0 {
				e.cost = foreignCost + e.cost/4
			} else {
				e.cost += 100 * (d.han.level[c] - 1)
			}
			e.cost += 10 * min(i, 9)
			if d.forced[text] != nil {
				e.cost = min(e.cost, listedCost) // a person has it in their name
			}
			put(e)
		}
	}
	rest := d.floor
	d.floor = map[string]entry{}
	for _, e := range rest {
		all = append(all, e)
	}
	return all
}

// writeWords writes entries by their reading, the cheapest first.
func writeWords(b *bytes.Buffer, section string, all []entry) {
	fmt.Fprintf(b, "=%s\n", section)
	slices.SortFunc(all, func(x, y entry) int {
		if x.reading != y.reading {
			// Syllable by syllable, which bytes give since a space comes before every letter.
			return strings.Compare(x.reading, y.reading)
		}
		if x.cost != y.cost {
			return x.cost - y.cost
		}
		return strings.Compare(x.text, y.text)
	})
	for i, e := range all {
		if i == 0 || e.reading != all[i-1].reading {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(e.reading)
		}
		fmt.Fprintf(b, "\t%s%d", e.text, e.cost)
		if e.kind != 0 {
			b.WriteByte(e.kind)
		}
	}
	b.WriteByte('\n')
}
