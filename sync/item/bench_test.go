package item

import (
	"crypto/rand"
	"encoding/json"
	"testing"
)

// BenchmarkFinish is what each acceptance pays before its place on the disk.
func BenchmarkFinish(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.Name(), func(b *testing.B) {
			p := newParty(b, suite)
			noise := make([]byte, 2048)
			rand.Read(noise)
			for _, bb := range []struct {
				name       string
				payload    []byte
				dictionary *Dictionary
			}{{"noise", noise, nil}, {"case", plainCase(b), nil}, {"case-with-dictionary", plainCase(b), p.sealer.Dictionary}} {
				b.Run(bb.name, func(b *testing.B) {
					sealer := p.sealer
					sealer.Dictionary = bb.dictionary
					b.ReportAllocs()
					for b.Loop() {
						if err := sealer.Finish(vector(suite), bb.payload); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkSeal, BenchmarkSign and BenchmarkCompress are the parts of it.
func BenchmarkSeal(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.Name(), func(b *testing.B) {
			p := newParty(b, suite)
			packed, err := compress(plainCase(b), p.sealer.Dictionary)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := suite.Seal(p.sealer.SealPublic, nil, packed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.Name(), func(b *testing.B) {
			p := newParty(b, suite)
			digest := vector(suite).Digest()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := suite.Sign(p.sealer.SignPriv, digest[:]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompress(b *testing.B) {
	d, plain := published(b).Newest(), plainCase(b)
	one := func(b *testing.B, d *Dictionary, compress func([]byte, *Dictionary) ([]byte, error)) {
		b.ReportAllocs()
		for b.Loop() {
			packed, err := compress(plain, d)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(packed)), "packed-B")
		}
	}
	once := func(plain []byte, d *Dictionary) ([]byte, error) {
		w, err := newEncoder(d)
		if err != nil {
			return nil, err
		}
		defer w.Close()
		return encode(w, plain), nil
	}
	b.Run("none/encoder-each", func(b *testing.B) { one(b, nil, once) })
	b.Run("dictionary/encoder-each", func(b *testing.B) { one(b, d, once) })
	b.Run("dictionary/encoder-wiped", func(b *testing.B) { one(b, d, compress) })
}

// BenchmarkVerifyAndOpen is what central pays for each item.
func BenchmarkVerifyAndOpen(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.Name(), func(b *testing.B) {
			p := newParty(b, suite)
			it := p.finish(b, plainCase(b))
			b.ReportAllocs()
			for b.Loop() {
				if err := Verify(it, suite, p.signPub); err != nil {
					b.Fatal(err)
				}
				if _, err := p.opener.Open(it); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	it := newParty(b, Default()).finish(b, plainCase(b))
	b.ReportAllocs()
	for b.Loop() {
		raw, err := json.Marshal(it)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(raw)))
	}
}
