// Package pinyin turns typed letters into Chinese: words, sentences, names of persons and of places.
//
// It guarantees that the same letters give the same candidates in the same order; that every candidate takes at least
// one of the letters, so that whoever takes candidates gets to the end; that no letters make it panic or work longer
// than a bound that the number of letters sets (MaxLetters are looked at); that where the sounds as typed make a
// candidate, the first one is such, and mixed-up sounds come behind; and that every character of the national table of
// 8,105 is among the candidates of its readings. It keeps nothing of what was typed: an engine is immutable and may be
// used by several goroutines. The package is pure.
package pinyin

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// MaxLetters is how many bytes of typed letters are looked at; what comes behind waits until these have been taken.
const MaxLetters = 64

// ErrData marks a table that is damaged or not of this version.
var ErrData = errors.New("pinyin table")

// Mode says what is being written, and so what comes first.
type Mode uint8

// The modes.
const (
	Text  Mode = iota // words and sentences of daily life and of forms
	Name              // the name of a person, from the surname on
	Given             // what follows a surname that is written already
	Place             // addresses: names of places first
)

// Config is what an engine is made of.
type Config struct {
	Table []byte // the table, compressed, as assets/ime has it
	Fuzzy Fuzzy  // sounds that are taken for one another
	Words []Word // words of this hall: streets, estates, institutions
}

// Word is a word that a site adds.
type Word struct {
	Text    string
	Reading string // its syllables, with spaces between: tian he lu
	Place   bool   // one of those that come first in an address
}

// Engine gives candidates.
type Engine struct {
	syllables *syllables
	words     []*trie // those of the table and those of the site
	people    people
	strokes   strokes
}

// New loads the table. It takes some 50 ms and keeps some 9 MB of heap.
func New(c Config) (*Engine, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("load the pinyin table: %w", err)
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(c.Table, make([]byte, 0, 4<<20))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	return load(string(raw), c)
}

// Candidate is one thing that the letters may mean.
type Candidate struct {
	Text    string
	Letters int    // bytes of the typed letters that it takes, separators behind it included
	Reading string // those letters by syllable: zhang'san
}

// Page is a part of the candidates.
type Page struct {
	Candidates []Candidate
	More       bool   // there are candidates behind these
	Reading    string // all letters by syllable, as the first candidate takes them
}

// Candidates gives up to size candidates for letters, the likeliest first, leaving the first skip out. Letters are a to z in
// either case and ü (or v), an apostrophe or a space between syllables; anything else ends what is looked at. Syllables
// may be given by their first letters, the last one also by the first few.
func (e *Engine) Candidates(letters string, mode Mode, skip, size int) Page {
	q := e.ask(letters, mode)
	if q == nil || size <= 0 {
		return Page{}
	}
	all := q.ranked()
	if len(all) == 0 {
		return Page{}
	}
	p := Page{Reading: q.whole(all[0])}
	skip = min(max(skip, 0), len(all))
	size = min(size, len(all)-skip)
	p.More = skip+size < len(all)
	for _, c := range all[skip : skip+size] {
		p.Candidates = append(p.Candidates, Candidate{Text: c.text, Letters: q.in.bytes(c.to), Reading: q.in.reading(0, c.to, c.ends)})
	}
	return p
}
