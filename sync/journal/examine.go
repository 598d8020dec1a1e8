package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Examination is what Examine found.
type Examination struct {
	First, Last uint64   // bounds of what was looked at; First is 1 and Last 0 when there is nothing
	Records     int      // whole ones
	Damaged     []uint64 // sequences that can not be read, in order
	Other       bool     // a file bears another label than the first one
}

// Examine reads a journal's files from the oldest to the newest and changes none of them, while another program has them or
// not: what is being written at the newest file's end is not taken for damage, and a file that is dropped meanwhile is no
// loss. each gets every whole record, and may keep it; its error ends the examination. With the end of ctx what was found so
// far is returned beside the context's error.
func Examine(ctx context.Context, dir string, each func(seq uint64, record []byte) error) (Examination, error) {
	x := Examination{First: 1}
	firsts, err := listFiles(dir)
	if err != nil {
		return x, fmt.Errorf("examine journal: %w", err)
	}
	var label *Label
	next := uint64(0)
	for i, first := range firsts {
		if err := ctx.Err(); err != nil {
			return x, fmt.Errorf("examine journal: %w", err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%020d%s", first, suffix))
		b, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return x, fmt.Errorf("examine journal: %w", err)
		}
		if next == 0 {
			x.First, x.Last, next = first, first-1, first
		}
		for ; next < first; next++ {
			x.Damaged = append(x.Damaged, next)
		}
		if h, ok := parseHeader(b); ok {
			x.Other = x.Other || label != nil && *label != h.label
			label = &h.label
		}
		if next, err = x.file(b, first, i == len(firsts)-1, each); err != nil {
			return x, err
		}
		x.Last = next - 1
	}
	return x, nil
}

// file looks at the records of one file and gives the sequence behind them.
func (x *Examination) file(b []byte, first uint64, tail bool, each func(uint64, []byte) error) (next uint64, err error) {
	_, places, sealed := readTable(bytes.NewReader(b), int64(len(b)))
	if !sealed {
		places = scan(b, first, tail).places
	}
	next = first
	for _, p := range places {
		h, ok := recordHead{}, false
		if p != 0 {
			h, ok = recordAt(b, int(p))
		}
		if !ok || h.seq != next {
			x.Damaged = append(x.Damaged, next)
			next++
			continue
		}
		x.Records++
		if err := each(next, b[int(p)+recordSize:int(p)+recordSize+int(h.length)]); err != nil {
			return next, err
		}
		next++
	}
	return next, nil
}

// listFiles gives the first sequences of the files there are, in order.
func listFiles(dir string) ([]uint64, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var firsts []uint64
	for _, n := range names {
		first, err := strconv.ParseUint(strings.TrimSuffix(n.Name(), suffix), 10, 64)
		if strings.HasSuffix(n.Name(), suffix) && err == nil && first > 0 {
			firsts = append(firsts, first)
		}
	}
	slices.Sort(firsts)
	return firsts, nil
}
