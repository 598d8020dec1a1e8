// Package divisions knows the administrative divisions of China by their national codes: province, city, district, street.
//
// It guarantees that every step offers places only: a municipality leads to its districts at once, a county that stands
// under a province directly is offered beside the cities, a city without districts leads to its streets. Codes have 6 digits, those
// of streets 9. The package is pure: it reads from the fs.FS it is given, once, and what it loaded is immutable.
package divisions

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// ErrData marks a file of divisions that is not whole.
var ErrData = errors.New("administrative divisions")

// file is what Load reads, and maxText the most that it may unpack to.
const (
	file    = "divisions.txt.gz"
	maxText = 8 << 20
)

// Division is one place.
type Division struct {
	Code string // 6 digits, or 9 of a street
	Name string
}

// Divisions are all places. They are immutable.
type Divisions struct{ nodes []node }

// node is one place. Nodes are sorted by code, so that what belongs to a place follows it.
type node struct {
	code   uint32 // with 9 digits
	parent int32  // index; -1 of a province
	name   string
}

// Load reads divisions.txt.gz. It takes some ten milliseconds and a few megabytes: call it when the first address is asked for.
func Load(fsys fs.FS) (*Divisions, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrData, file, err)
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxText+1))
	if err == nil && len(raw) > maxText {
		err = errors.New("too large")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrData, file, err)
	}
	return parse(string(raw))
}

// parse reads a line for each place: a tab for each level above it, its code (the last three digits only of a street), a
// space, its name.
func parse(text string) (*Divisions, error) {
	d := &Divisions{nodes: make([]node, 0, strings.Count(text, "\n"))}
	var path []int32 // indices of the places that lead to the line before, itself included
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		code := strings.TrimLeft(line, "\t")
		depth := len(line) - len(code)
		code, name, ok := strings.Cut(code, " ")
		if !ok || name == "" || depth > len(path) || depth > 3 {
			return nil, fmt.Errorf("%w: %s: line %d is not readable", ErrData, file, n)
		}
		path = path[:depth]
		number, err := strconv.ParseUint(code, 10, 32)
		made := node{code: uint32(number) * 1000, parent: -1, name: name}
		if depth > 0 {
			made.parent = path[depth-1]
		}
		if len(code) == 3 && depth > 0 {
			made.code = d.nodes[made.parent].code + uint32(number)
		}
		last := len(d.nodes) - 1
		if err != nil || len(code) != 3 && len(code) != 6 || made.code < 1e8 || last >= 0 && made.code <= d.nodes[last].code {
			return nil, fmt.Errorf("%w: %s: line %d has the code %q", ErrData, file, n, code)
		}
		path = append(path, int32(len(d.nodes)))
		d.nodes = append(d.nodes, made)
	}
	if len(d.nodes) == 0 {
		return nil, fmt.Errorf("%w: %s is empty", ErrData, file)
	}
	return d, nil
}

// find gives the index of a place.
func (d *Divisions) find(code string) (int32, bool) {
	if len(code) != 6 && len(code) != 9 {
		return 0, false
	}
	n, err := strconv.ParseUint(code, 10, 32)
	if len(code) == 6 {
		n *= 1000
	}
	i, ok := slices.BinarySearchFunc(d.nodes, uint32(n), func(a node, code uint32) int { return int(a.code) - int(code) })
	return int32(i), ok && err == nil && d.at(int32(i)).Code == code
}

func (d *Divisions) at(i int32) Division {
	n := d.nodes[i]
	if n.code%1000 == 0 {
		return Division{strconv.Itoa(int(n.code / 1000)), n.name}
	}
	return Division{strconv.Itoa(int(n.code)), n.name}
}

// Children lists what belongs to a place directly, in the order of codes; of "" the provinces. It is empty for a street
// and for a code that is none.
func (d *Divisions) Children(code string) []Division {
	of, ok := int32(-1), code == ""
	if !ok {
		of, ok = d.find(code)
	}
	if !ok {
		return nil
	}
	var all []Division
	for i := of + 1; int(i) < len(d.nodes) && d.nodes[i].parent >= of; i++ {
		if d.nodes[i].parent == of {
			all = append(all, d.at(i))
		}
	}
	return all
}

// Path lists the places that lead to code, from its province to itself. It is empty for a code that is none.
func (d *Divisions) Path(code string) []Division {
	i, ok := d.find(code)
	if !ok {
		return nil
	}
	var all []Division
	for ; i >= 0; i = d.nodes[i].parent {
		all = append(all, d.at(i))
	}
	slices.Reverse(all)
	return all
}

// Name writes a place as an address begins, 广东省广州市番禺区大石街道. It is empty for a code that is none.
func (d *Divisions) Name(code string) string {
	var b strings.Builder
	above := ""
	for _, p := range d.Path(code) {
		b.WriteString(strings.TrimPrefix(p.Name, above)) // 济源市济源市沁园街道
		above = p.Name
	}
	return b.String()
}

// Valid says whether a code is a place's.
func (d *Divisions) Valid(code string) bool {
	_, ok := d.find(code)
	return ok
}
