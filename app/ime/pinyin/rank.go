package pinyin

import (
	"cmp"
	"slices"
)

// Bounds of lists.
const (
	perLength  = 40  // words that take the same letters, but not all
	perInitial = 25  // words of a reading that first letters tell
	farBehind  = 500 // how much dearer another sentence may be to be worth showing
)

// item is a candidate before it is shown.
type item struct {
	text  string
	to    int
	cost  int
	ends  uint64
	fuzzy bool
}

// ranked gives all candidates in order, none twice.
func (q *query) ranked() []item {
	q.search()
	var all []item
	switch q.mode {
	case Name:
		all = q.names()
	case Given:
		all = q.givens()
	}
	all = append(all, q.wholes()...)
	all = append(all, q.parts()...)
	all = append(all, q.characters()...)
	seen := make(map[string]bool, len(all))
	all = slices.DeleteFunc(all, func(c item) bool {
		had := seen[c.text]
		seen[c.text] = true
		return had
	})
	return exactFirst(all)
}

// exactFirst brings a candidate with the sounds as typed to the top if there is one that takes as many letters.
func exactFirst(all []item) []item {
	for i, c := range all {
		if c.to == all[0].to && !c.fuzzy {
			copy(all[1:i+1], all[:i])
			all[0] = c
			break
		}
	}
	return all
}

// wholes are words and sentences that take all letters.
func (q *query) wholes() []item {
	var all []item
	for _, e := range q.start {
		if e.to == q.end {
			all = q.spell(all, e, limit(e))
		}
	}
	for rank, p := range q.paths[q.end] {
		if p.long > 1 && p.cost < q.paths[q.end][0].cost+farBehind {
			all = append(all, item{text: q.sentence(q.end, rank), to: q.end, cost: p.cost, ends: p.ends, fuzzy: p.bad})
		}
	}
	slices.SortStableFunc(all, cheaper)
	return all
}

// parts are words of several syllables that leave letters behind, those that take the most first.
func (q *query) parts() []item {
	var all []item
	for _, e := range q.start {
		if e.to < q.end && e.syllables > 1 && e.short+q.after[e.to] == q.fewest() {
			all = q.spell(all, e, perLength)
		}
	}
	slices.SortStableFunc(all, func(x, y item) int { return cmp.Or(y.to-x.to, x.cost-y.cost) })
	kept, same := all[:0], 0
	for i, c := range all {
		if i > 0 && c.to != all[i-1].to {
			same = 0
		}
		if same++; same <= perLength {
			kept = append(kept, c)
		}
	}
	return kept
}

// characters are the words of the first syllable where it leaves letters behind; the way that the best sentence reads it
// comes first.
func (q *query) characters() []item {
	var all []item
	for _, e := range q.start {
		if e.to == q.end || e.syllables > 1 {
			continue
		}
		all = q.spell(all, e, limit(e))
	}
	best := q.firstEnd()
	slices.SortStableFunc(all, func(x, y item) int {
		if x.to != y.to {
			if x.to == best || y.to == best {
				return cmp.Compare(btoi(y.to == best), btoi(x.to == best))
			}
			return y.to - x.to
		}
		return x.cost - y.cost
	})
	return all
}

// limit is how many words of an edge are shown: all that sound as typed.
func limit(e edge) int {
	if e.short > 0 {
		return perInitial
	}
	return 1 << 16
}

// firstEnd is where the first syllable of the best sentence ends.
func (q *query) firstEnd() int {
	ends := q.paths[q.end][0].ends
	for i := 1; i < q.end; i++ {
		if ends&bit(i) != 0 {
			return i
		}
	}
	return q.end
}

// spell adds the words of an edge.
func (q *query) spell(all []item, e edge, limit int) []item {
	words := e.trie.of(e.node)
	for w := range words[:min(len(words), limit)] {
		all = append(all, item{text: words[w].text, to: e.to, cost: e.cost + q.price(&words[w]), ends: e.ends, fuzzy: e.fuzzy})
	}
	return all
}

// whole writes all letters by syllable, as c and behind it the best sentence take them.
func (q *query) whole(c item) string {
	ends := c.ends
	if c.to < q.end {
		ends |= q.paths[q.end][0].ends &^ (1<<c.to - 1)
	}
	return q.in.reading(0, len(q.in.letters), ends|bit(q.end))
}

func cheaper(x, y item) int { return cmp.Or(x.cost-y.cost, cmp.Compare(x.text, y.text)) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
