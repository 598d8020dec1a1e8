package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkAppend is one write and one sync of so many records of 1.5 KB, beside appending the same bytes to a bare file.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 64} {
		data := make([]byte, 1500)
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			j, _ := open(b, filepath.Join(b.TempDir(), "j"), 0)
			group := make([][]byte, n)
			for i := range group {
				group[i] = data
			}
			for b.Loop() {
				if err := j.Append(group...); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("bare=%d", n), func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "f"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			for b.Loop() {
				if _, err := f.Write(make([]byte, n*len(data))); err != nil {
					b.Fatal(err)
				}
				if err := f.Sync(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
