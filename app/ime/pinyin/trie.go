package pinyin

import "slices"

// entry is one word under one reading.
type entry struct {
	text string
	cost uint16 // hundredths of the negative logarithm of its share
	kind kind
}

// kind marks words that a mode puts first.
type kind uint8

const (
	plain kind = iota
	place
	service
)

// node is the end of a sequence of syllables; the children of a node stand side by side, in the order of their syllables.
type node struct {
	syllable  syllable
	children  uint16
	words     uint16
	first     uint32 // child
	firstWord uint32
}

// trie finds words by their syllables. It is immutable once built.
type trie struct {
	nodes   []node
	entries []entry
}

// reading is a sequence of syllables with its words, the cheapest first.
type reading struct {
	syllables []syllable
	from, to  uint32 // in entries
}

// newTrie takes readings in the order of their syllables, without repetition.
func newTrie(readings []reading, entries []entry) *trie {
	t := &trie{nodes: make([]node, 1, len(readings)*5/4+1), entries: entries}
	t.grow(0, readings, 0)
	return t
}

// grow gives node n its children: readings share their first depth syllables.
func (t *trie) grow(n uint32, readings []reading, depth int) {
	if len(readings) > 0 && len(readings[0].syllables) == depth {
		t.nodes[n].firstWord, t.nodes[n].words = readings[0].from, uint16(readings[0].to-readings[0].from)
		readings = readings[1:]
	}
	first := uint32(len(t.nodes))
	for i, r := range readings {
		if i == 0 || r.syllables[depth] != readings[i-1].syllables[depth] {
			t.nodes = append(t.nodes, node{syllable: r.syllables[depth]})
		}
	}
	t.nodes[n].first, t.nodes[n].children = first, uint16(uint32(len(t.nodes))-first)
	child, from := first, 0
	for i := range readings {
		if i+1 == len(readings) || readings[i].syllables[depth] != readings[i+1].syllables[depth] {
			t.grow(child, readings[from:i+1], depth+1)
			child, from = child+1, i+1
		}
	}
}

// within gives the children of n with syllables in [lo, hi).
func (t *trie) within(n *node, lo, hi syllable) []node {
	all := t.nodes[n.first : n.first+uint32(n.children)]
	from, _ := slices.BinarySearchFunc(all, lo, func(c node, s syllable) int { return int(c.syllable) - int(s) })
	to := from
	for to < len(all) && all[to].syllable < hi {
		to++
	}
	return all[from:to]
}

// of gives the words of a node, the cheapest first.
func (t *trie) of(n *node) []entry { return t.entries[n.firstWord : n.firstWord+uint32(n.words)] }
