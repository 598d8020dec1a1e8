package item

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzOpen opens sealed bytes that were altered or made up: only what was sealed opens.
func FuzzOpen(f *testing.F) {
	var parties []party
	var items []*Item
	for i, suite := range Suites() {
		p := newParty(f, suite)
		it := p.finish(f, plainCase(f))
		parties, items = append(parties, p), append(items, it)
		f.Add(i == 1, it.Data)
		f.Add(i == 1, it.Data[:len(it.Data)-1])
		f.Add(i == 1, []byte{})
	}
	f.Fuzz(func(t *testing.T, sm bool, data []byte) {
		n := 0
		if sm {
			n = 1
		}
		altered := *items[n]
		altered.Data = data
		switch _, err := parties[n].opener.Open(&altered); {
		case bytes.Equal(data, items[n].Data):
			if err != nil {
				t.Errorf("what was sealed does not open: %v", err)
			}
		case !errors.Is(err, ErrOpen):
			t.Errorf("other bytes: %v", err)
		}
	})
}

// FuzzInflate seals whatever a device might have packed, with or without a dictionary: it opens within its bounds or gives an
// error, and what this package packs comes back.
func FuzzInflate(f *testing.F) {
	p := newParty(f, Default())
	plain := plainCase(f)
	for _, d := range []*Dictionary{nil, p.sealer.Dictionary} {
		packed, err := compress(plain, d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(d != nil, packed)
	}
	f.Add(true, plain)
	f.Add(false, []byte{0x28, 0xb5, 0x2f, 0xfd, 0xe4, 0, 0, 0, 0, 0, 0, 0, 0x10})
	f.Fuzz(func(t *testing.T, named bool, bytesOfDevice []byte) {
		var d *Dictionary
		it := vector(Default())
		if named {
			d = p.sealer.Dictionary
			it.Dictionary = d.ID()
		}
		binding := it.Binding()
		var err error
		if it.Data, err = p.sealer.Suite.Seal(p.sealer.SealPublic, binding[:], bytesOfDevice); err != nil {
			t.Fatal(err)
		}
		if opened, err := p.opener.Open(it); err == nil && len(opened) > MaxPayload {
			t.Errorf("%d bytes opened", len(opened))
		}
		packed, err := compress(bytesOfDevice, d)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := inflate(packed, d); err != nil || !bytes.Equal(back, bytesOfDevice) {
			t.Errorf("%d bytes came back as %d, %v", len(bytesOfDevice), len(back), err)
		}
	})
}
