package pinyin

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// people are the parts that names are made of.
type people struct {
	surnames, one, first, last, two *trie
	isSurname                       map[rune]bool // of one character
}

// What is known of names, in hundredths of a negative logarithm.
const (
	oneCost     = 170 // a given name of one character
	twoCost     = 20  // or of two
	madeCost    = 50  // of two that the lists do not have together
	listedCost  = 90  // or that they have
	unusualCost = 300 // a character that no list has in given names, on top of what it costs as a word
	wordCost    = 150 // a surname and a given name that are a word together: 田野, 白雪
	perSyllable = 12  // characters of a syllable that are tried
	perSurname  = 5   // surnames of the same sound that are tried
	maxNames    = 40
	namesFirst  = 7 // of a page, before the likeliest surname alone
	surnamesTop = 1
)

// names gives whole names first with the surnames among them, then the characters of given names.
func (q *query) names() []item {
	var whole pool
	var surnames []item
	q.walk(root(q.engine.people.surnames, 0), 1, func(e edge) {
		if e.longer {
			return
		}
		if e.short+q.after[e.to] == q.fewest() {
			surnames = q.spell(surnames, e, 1<<16)
		}
		words := e.trie.of(e.node)
		for w := range words[:min(len(words), perSurname-3*min(e.short, 1))] {
			m := made{surname: words[w].text, to: e.to, cost: e.cost + int(words[w].cost), ends: e.ends, fuzzy: e.fuzzy}
			if e.to == q.end {
				whole.add(m)
			} else {
				q.give(&whole, m, e.short)
			}
		}
	})
	q.wordNames(&whole)
	list := whole.best()
	slices.SortStableFunc(surnames, func(x, y item) int { return cmp.Or(y.to-x.to, cheaper(x, y)) })
	// The likeliest surname alone is on the first page and the others are on the second, for who goes step by step.
	if len(list) > namesFirst {
		top := min(len(surnames), surnamesTop)
		next := min(len(list), 2*namesFirst)
		list = slices.Concat(list[:namesFirst], surnames[:top], list[namesFirst:next], surnames[top:], list[next:])
	}
	return append(append(list, surnames...), q.givenCharacters()...)
}

// wordNames are names that are words, as parents like them.
func (q *query) wordNames(all *pool) {
	for _, e := range q.start {
		if e.to != q.end || e.syllables != 2 || e.longer || e.short != q.fewest() {
			continue
		}
		for _, w := range e.trie.of(e.node) {
			if c, size := utf8.DecodeRuneInString(w.text); q.engine.people.isSurname[c] && utf8.RuneCountInString(w.text[size:]) == 1 {
				all.add(made{surname: w.text, to: e.to, cost: e.cost + int(w.cost) + wordCost, ends: e.ends, fuzzy: e.fuzzy})
			}
		}
	}
}

// givens gives whole given names, then the characters of given names.
func (q *query) givens() []item {
	var whole pool
	q.give(&whole, made{}, 0)
	list := whole.best()
	if q.firstEnd() == q.end {
		return append(q.givenCharacters(), list...)
	}
	if len(list) > namesFirst {
		chars := q.givenCharacters()
		top := min(len(chars), surnamesTop)
		return slices.Concat(list[:namesFirst], chars[:top], list[namesFirst:], chars[top:])
	}
	return append(list, q.givenCharacters()...)
}

// give adds to m every given name that takes the rest of the letters.
func (q *query) give(all *pool, m made, short int) {
	p := q.engine.people
	for _, t := range q.tokens[m.to] {
		if t.to > q.end || t.longer || short+t.short+q.after[t.to] > q.fewest() {
			continue
		}
		if t.to == q.end {
			for _, c := range q.common(p.one, t) {
				next := m
				next.first, next.to, next.cost, next.ends, next.fuzzy = c.text, t.to, m.cost+c.cost+t.cost+oneCost, m.ends|bit(t.to), m.fuzzy || t.fuzzy
				all.add(next)
			}
			continue
		}
		firsts := q.common(p.first, t)
		for _, u := range q.tokens[t.to] {
			if u.to != q.end || u.longer || short+t.short+u.short > q.fewest() {
				continue
			}
			for _, b := range q.common(p.last, u) {
				for _, a := range firsts {
					if !all.add(made{surname: m.surname, first: a.text, last: b.text, to: u.to, ends: m.ends | bit(t.to) | bit(u.to),
						cost: m.cost + a.cost + t.cost + b.cost + u.cost + twoCost + madeCost, fuzzy: m.fuzzy || t.fuzzy || u.fuzzy}) {
						break // the others are dearer
					}
				}
			}
		}
	}
	from := root(p.two, m.to)
	from.ends = m.ends
	q.walk(from, 0, func(e edge) {
		if e.to != q.end || e.longer {
			return
		}
		for _, w := range e.trie.of(e.node) {
			all.add(made{surname: m.surname, first: w.text, to: e.to, cost: m.cost + e.cost + int(w.cost) + twoCost + listedCost, ends: e.ends, fuzzy: m.fuzzy || e.fuzzy})
		}
	})
}

// common gives the likeliest characters of a syllable in a part of names, the cheapest first.
func (q *query) common(part *trie, t token) []item {
	key := asking{part, t.lo, t.hi}
	if all, ok := q.chars[key]; ok {
		return all
	}
	gather := func(all []item, part *trie, extra int) []item {
		had := len(all)
		children := part.within(&part.nodes[0], t.lo, t.hi)
		for i := range children {
			for _, w := range part.of(&children[i])[:min(int(children[i].words), perSyllable)] {
				all = append(all, item{text: w.text, cost: int(w.cost) + extra})
			}
		}
		slices.SortStableFunc(all[had:], cheaper)
		return all[:min(len(all), had+perSyllable)]
	}
	all := gather(nil, part, 0)
	if len(all) < perSyllable {
		all = gather(all, q.engine.words[0], unusualCost)
		slices.SortStableFunc(all, cheaper)
	}
	if q.chars == nil {
		q.chars = map[asking][]item{}
	}
	q.chars[key] = all
	return all
}

// asking is what common was asked for.
type asking struct {
	part   *trie
	lo, hi syllable
}

// givenCharacters are characters of given names for the first syllable.
func (q *query) givenCharacters() []item {
	p := q.engine.people
	var all []item
	for _, t := range q.tokens[0] {
		if t.to > q.end || t.longer || t.short+q.after[t.to] > q.fewest() {
			continue
		}
		for _, part := range []*trie{p.one, p.first, p.last} {
			children := part.within(&part.nodes[0], t.lo, t.hi)
			for i := range children {
				for _, w := range part.of(&children[i]) {
					all = append(all, item{text: w.text, to: t.to, cost: int(w.cost) + t.cost, ends: bit(t.to), fuzzy: t.fuzzy})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(x, y item) int { return cmp.Or(y.to-x.to, cheaper(x, y)) })
	return all
}
