package main

import (
	"bytes"
	"cmp"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	listShare   = 0.9 // of the lists in the mixture of given names; the rest is counted in jieba's names, many of them out of novels
	fewest      = 2   // of jieba's names that a character has to be in: its list has other things among them
	givenSkew   = 1.0 // how fast frequency falls with the place in a list
	strangeness = 0.2 // what a character that only jieba has in a name counts: most of its foreign names are made of such
	rareSurname = 0.3 // ten thousand people, where no report counts those of a compound surname
)

// population is how many millions have the surname of a rank; between these the logarithms are on a line. From the Ministry
// of Public Security's reports on names for 2018 to 2020 are that the first two have more than a hundred millions, the first
// five 30.8 % of the people, the first 23 more than ten millions, and the hundredth 2.61; the others are estimates between.
var population = []struct{ rank, millions float64 }{
	{1, 101.5}, {2, 100.9}, {3, 95.4}, {4, 72.1}, {5, 63.3}, {6, 46.2}, {7, 33.7}, {8, 28.6}, {9, 27.8}, {10, 26.8}, {23, 10.2}, {100, 2.61}, {300, 0.42}, {500, 0.1},
}

// people is how many millions have the surname of a rank, which begins at 1.
func people(rank int) float64 {
	r := float64(rank)
	i := 1
	for i < len(population)-1 && r > population[i].rank {
		i++
	}
	a, b := population[i-1], population[i]
	along := math.Log(r/a.rank) / math.Log(b.rank/a.rank)
	return a.millions * math.Pow(b.millions/a.millions, along)
}

// shares are those of surnames.
func shares(surnames []word) map[string]float64 {
	p, sum, rank := map[string]float64{}, 0.0, 0
	for _, w := range surnames {
		n := cmp.Or(w.count, rareSurname) / 100
		if utf8.RuneCountInString(w.text) == 1 {
			rank++
			n = people(rank)
		}
		if _, ok := p[w.text]; !ok {
			p[w.text] = n
			sum += n
		}
	}
	for text := range p {
		p[text] /= sum
	}
	return p
}

// names are the parts of names of persons.
type names struct {
	sections []struct {
		name string
		all  []entry
	}
}

func newNames(l lists, d *dictionary) *names {
	n := &names{}
	surnames := shares(l.surnames)
	var all []entry
	single := map[rune]bool{}
	for _, w := range l.surnames {
		readings := w.readings
		if readings == nil {
			for _, r := range d.read(w.text, false)[:1] {
				readings = append(readings, strings.Fields(r.reading))
			}
		}
		for i, r := range readings {
			all = append(all, entry{reading: strings.Join(r, " "), text: w.text, cost: logCost(surnames[w.text]) + 150*i})
		}
		if c, size := utf8.DecodeRuneInString(w.text); size == len(w.text) {
			single[c] = true
		}
	}
	n.add("surnames", all)
	counted := countNames(d, l, single)
	for _, part := range []string{"one", "first", "last"} {
		p := mix(ranked(l.given[part], givenSkew), counted[part])
		all = nil
		for text, share := range p {
			c, _ := utf8.DecodeRuneInString(text)
			ws := d.share[c]
			for i, w := range ws {
				if i > 0 && w.weight < second*ws[0].weight {
					break
				}
				all = append(all, entry{reading: w.reading, text: text, cost: logCost(share) + 100*i})
			}
		}
		n.add(part, all)
	}
	all = nil
	for text, share := range ranked(l.given["two"], givenSkew) {
		readings := d.read(text, false)
		for _, w := range l.given["two"] {
			if w.text == text && w.readings != nil {
				readings = []entry{{reading: strings.Join(w.readings[0], " ")}}
			}
		}
		all = append(all, entry{reading: readings[0].reading, text: text, cost: logCost(share)})
	}
	n.add("two", all)
	return n
}

// countNames counts the characters of given names by part in what jieba has as names of persons.
func countNames(d *dictionary, l lists, surnames map[rune]bool) map[string]map[string]float64 {
	counted := map[string]map[string]float64{"one": {}, "first": {}, "last": {}}
	common := map[string]map[string]bool{}
	for _, part := range []string{"first", "last"} {
		common[part] = map[string]bool{}
		for _, w := range l.given[part] {
			common[part][w.text] = true
		}
	}
	for _, name := range d.names {
		cs := []rune(name)
		if !surnames[cs[0]] {
			continue
		}
		switch len(cs) {
		case 2:
			counted["one"][string(cs[1])]++
		case 3:
			// The list has titles and foreign names among them, 王先生 and 马克斯: what stands beside a character of given names
			// is likely to be another.
			first, last := string(cs[1]), string(cs[2])
			if d.ordinary[first+last] {
				continue
			}
			if common["last"][last] {
				counted["first"][first]++
			}
			if common["first"][first] {
				counted["last"][last]++
			}
		}
	}
	return counted
}

func (n *names) add(section string, all []entry) {
	n.sections = append(n.sections, struct {
		name string
		all  []entry
	}{section, all})
}

func (n *names) write(b *bytes.Buffer) {
	for _, s := range n.sections {
		writeWords(b, s.name, s.all)
	}
}

// ranked gives shares that fall with the place in a list; a text that is listed twice keeps the first place.
func ranked(words []word, skew float64) map[string]float64 {
	p, sum := map[string]float64{}, 0.0
	for i, w := range words {
		if _, ok := p[w.text]; ok {
			continue
		}
		p[w.text] = math.Pow(float64(i+10), -skew)
		sum += p[w.text]
	}
	for text := range p {
		p[text] /= sum
	}
	return p
}

// mix adds what was counted to what the lists say.
func mix(list, counted map[string]float64) map[string]float64 {
	sum := 0.0
	for text, n := range counted {
		if n < fewest {
			delete(counted, text)
			continue
		}
		if list[text] == 0 {
			n *= strangeness
			counted[text] = n
		}
		sum += n
	}
	p := map[string]float64{}
	for text, share := range list {
		p[text] += listShare * share
	}
	for text, n := range counted {
		p[text] += (1 - listShare) * n / sum
	}
	return p
}

func logCost(share float64) int { return int(math.Round(-100 * math.Log(share))) }
