package journal

import (
	"bytes"
	"testing"
)

// FuzzScan: whatever stands in a file, scanning ends, and every record that it finds is a whole one with its own sequence.
func FuzzScan(f *testing.F) {
	file := header{first: 1}.bytes()
	for seq := uint64(1); seq < 20; seq += 3 {
		b, _ := encode(nil, seq, [][]byte{bytes.Repeat([]byte{byte(seq)}, 30), nil, []byte("a record")})
		file = append(file, b...)
	}
	f.Add(file)
	f.Add(file[:700])
	f.Add(append(bytes.Clone(file[:500]), file[600:]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, tail := range []bool{false, true} {
			s := scan(b, 1, tail)
			damaged := 0
			for i, p := range s.places {
				if p == 0 {
					damaged++
					continue
				}
				if h, ok := recordAt(b, int(p)); !ok || h.seq != uint64(i)+1 || int(p)+recordSize+int(h.length) > s.end {
					t.Fatalf("record %d at %d: %+v, %v, end %d", i+1, p, h, ok, s.end)
				}
			}
			if damaged != s.damaged || s.end < headerSize {
				t.Fatalf("%d places of damaged records, %d counted, end %d", damaged, s.damaged, s.end)
			}
		}
	})
}
