package main

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	listShare   = 0.7 // of the lists in the mixture of given names; the rest is counted in jieba's names
	fewest      = 2   // of jieba's names that a character has to be in: its list has other things among them
	givenSkew   = 1.0 // how fast frequency falls with the place in a list
	surnameSkew = 1.6 // so that the hundredth surname has a fortieth of the first, as in the population
)

// names are the parts of names of persons.
type names struct {
	sections []struct {
		name string
		all  []entry
	}
}

func newNames(l lists, d *dictionary) *names {
	n := &names{}
	surnames := ranked(l.surnames, surnameSkew)
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
	counted := map[string]map[string]float64{"one": {}, "first": {}, "last": {}}
	for _, name := range d.names {
		cs := []rune(name)
		if !single[cs[0]] {
			continue
		}
		switch len(cs) {
		case 2:
			counted["one"][string(cs[1])]++
		case 3:
			counted["first"][string(cs[1])]++
			counted["last"][string(cs[2])]++
		}
	}
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
		} else {
			sum += n
		}
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
