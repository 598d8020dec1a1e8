package item

import (
	"crypto/rand"
	"testing"
)

func BenchmarkFinish(b *testing.B) {
	p := newParty(b)
	payload := make([]byte, 2048)
	rand.Read(payload)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.sealer.Finish(vector(), payload); err != nil {
			b.Fatal(err)
		}
	}
}
