package pinyin

import (
	"slices"
)

// Bounds of the work for one query.
const (
	maxVisits    = 100_000 // nodes of tries
	sentences    = 3       // that are kept at each letter
	alternatives = 3       // words that are kept between two letters
	boundary     = 60      // what it costs that a sentence has one more word
	placeBonus   = 500     // how much cheaper places are where one is asked for
	never        = 1 << 20
)

// query is one question to the engine.
type query struct {
	engine *Engine
	mode   Mode
	in     input
	tokens [][]token
	end    int   // letters that can be read
	before []int // fewest syllables by first letter up to a letter
	after  []int // and from it to the end
	visits int
	start  []edge   // words that begin at the first letter
	paths  [][]path // the best ways to each letter
	chars  map[asking][]item
}

// edge is a sequence of syllables that words have.
type edge struct {
	from, to  int
	syllables int
	trie      *trie
	node      *node
	cost      int
	short     int
	ends      uint64 // of its syllables, the last one included
	fuzzy     bool
	longer    bool
}

// path is the end of a sentence: its last word, and what comes before.
type path struct {
	cost int
	text string
	from int // letter at which the last word begins
	rank int // of the path there
	ends uint64
	long int // words
	bad  bool
}

// ask reads the letters; it gives nil where they begin no syllable.
func (e *Engine) ask(letters string, mode Mode) *query {
	q := &query{engine: e, mode: mode, in: read(letters)}
	q.tokens = e.syllables.tokens(&q.in)
	n := len(q.in.letters)
	q.before, q.after = make([]int, n+1), make([]int, n+1)
	for i := range q.before {
		q.before[i], q.after[i] = never, never
	}
	q.before[0] = 0
	for i := range n {
		for _, t := range q.tokens[i] {
			q.before[t.to] = min(q.before[t.to], q.before[i]+t.short)
		}
		if q.before[i] < never {
			q.end = i
		}
	}
	if n > 0 && q.before[n] < never {
		q.end = n
	}
	if q.end == 0 {
		return nil
	}
	q.after[q.end] = 0
	for i := q.end - 1; i >= 0; i-- {
		for _, t := range q.tokens[i] {
			if t.to <= q.end {
				q.after[i] = min(q.after[i], q.after[t.to]+t.short)
			}
		}
	}
	return q
}

// fewest is how many syllables have to be read by their first letter alone.
func (q *query) fewest() int { return q.before[q.end] }

// walk finds what a trie has from letter e.to on behind edge e, reading no more syllables by first letters than slack above the
// fewest.
func (q *query) walk(e edge, slack int, found func(edge)) {
	if q.visits > maxVisits || e.to >= q.end {
		return
	}
	for _, t := range q.tokens[e.to] {
		if t.to > q.end || q.before[e.from]+e.short+t.short+q.after[t.to] > q.fewest()+slack {
			continue
		}
		children := e.trie.within(e.node, t.lo, t.hi)
		for i := range children {
			q.visits++
			next := edge{from: e.from, to: t.to, syllables: e.syllables + 1, trie: e.trie, node: &children[i], cost: e.cost + t.cost,
				short: e.short + t.short, ends: e.ends | bit(t.to), fuzzy: e.fuzzy || t.fuzzy, longer: t.longer}
			if next.node.words > 0 {
				found(next)
			}
			if next.node.children > 0 {
				q.walk(next, slack, found)
			}
		}
	}
}

// bit marks the end of a syllable; the end of all letters needs no mark.
func bit(at int) uint64 {
	if at >= 64 {
		return 0
	}
	return 1 << at
}

// root begins a walk.
func root(t *trie, from int) edge { return edge{from: from, to: from, trie: t, node: &t.nodes[0]} }

// price is what a word costs in the mode of the query.
func (q *query) price(w *entry) int {
	if q.mode == Place && w.kind == place {
		return max(int(w.cost)-placeBonus, 100)
	}
	return int(w.cost)
}

// search finds the words at the first letter and the best sentences.
func (q *query) search() {
	q.paths = make([][]path, q.end+1)
	for i := range q.paths {
		q.paths[i] = make([]path, 0, sentences)
	}
	q.paths[0] = append(q.paths[0], path{})
	for i := range q.end {
		if len(q.paths[i]) == 0 {
			continue
		}
		for _, t := range q.engine.words {
			q.walk(root(t, i), 1, func(e edge) {
				if e.longer && e.syllables == 1 {
					return // whoever types xin means no single xing
				}
				if e.syllables == 1 && q.before[i]+e.short+q.after[e.to] > q.fewest() {
					return // nor l'an for lan
				}
				if i == 0 {
					q.start = append(q.start, e)
				}
				q.extend(e)
			})
		}
	}
}

// extend makes the best sentences longer by the words of e.
func (q *query) extend(e edge) {
	words := e.trie.of(e.node)
	look := words[:min(len(words), alternatives)]
	if q.mode == Place {
		look = words[:min(len(words), 8*alternatives)]
	}
	for w := range look {
		cost := e.cost + q.price(&look[w])
		if e.from > 0 {
			cost += boundary
		}
		for rank := range q.paths[e.from] {
			p := &q.paths[e.from][rank]
			to := q.paths[e.to]
			at := len(to)
			for at > 0 && to[at-1].cost > p.cost+cost {
				at--
			}
			if at == sentences {
				break // and so are those behind p, which are dearer
			}
			if len(to) == sentences {
				to = to[:sentences-1]
			}
			q.paths[e.to] = slices.Insert(to, at, path{cost: p.cost + cost, text: look[w].text, from: e.from, rank: rank,
				ends: p.ends | e.ends, long: p.long + 1, bad: p.bad || e.fuzzy})
		}
	}
}

// sentence puts the words of a path together.
func (q *query) sentence(at, rank int) string {
	if at == 0 {
		return ""
	}
	p := q.paths[at][rank]
	return q.sentence(p.from, p.rank) + p.text
}
