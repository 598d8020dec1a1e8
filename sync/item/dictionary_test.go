package item

import (
	"bytes"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
)

// plainCase is what a kiosk seals for an invented applicant.
func plainCase(t testing.TB) []byte {
	t.Helper()
	return []byte(`{"service":{"id":"residence-permit","title":{"en":"Residence permit renewal","zh-Hans":"居住证签注"},"department":{"en":"Public Security Bureau","zh-Hans":"公安局人口管理科"}},` +
		`"applicant":{"name":"龚泽晨","number":"990105198803150418","address":"广东省河源市源城区凯丰路67号之一","card_kind":"citizen"},` +
		`"form":{"address":"广东省河源市源城区凯丰路67号之一","housing":"rented","name":"龚泽晨","number":"990105198803150418","phone":"13900000417","room":"12栋1904室","since":"2023-08-17"},` +
		`"next":{"en":"You hear within 5 working days of acceptance. If anything is missing, the department calls your number","zh-Hans":"部门受理后 5 个工作日内有结果。需要补材料时，部门会按您留的手机号联系您"},"language":"zh-Hans"}`)
}

// build makes a dictionary of test payloads.
func build(t testing.TB, id uint32, content string) []byte {
	t.Helper()
	raw, err := zstd.BuildDict(zstd.BuildDictOptions{ID: id, History: []byte(content), Offsets: [3]int{1, 4, 8},
		Contents: [][]byte{[]byte(content + "1"), []byte("2" + content + "3"), plainCase(t)}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDictionaryTravelsWithTheItem(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		with := p.finish(t, plainCase(t))
		if with.Dictionary != published(t).Newest().ID() {
			t.Errorf("the item names dictionary %q", with.Dictionary)
		}
		if plain, err := p.opener.Open(with); err != nil || !bytes.Equal(plain, plainCase(t)) {
			t.Errorf("opened %d bytes, %v", len(plain), err)
		}
		// The same kiosk before it had a dictionary, on the same item: nothing of the former remains.
		p.sealer.Dictionary = nil
		if err := p.sealer.Finish(with, plainCase(t)); err != nil {
			t.Fatal(err)
		}
		if with.Dictionary != "" {
			t.Errorf("the item names dictionary %q", with.Dictionary)
		}
		if plain, err := Open(with, suite, p.opener.SealPrivate); err != nil || !bytes.Equal(plain, plainCase(t)) {
			t.Errorf("without a dictionary: %d bytes, %v", len(plain), err)
		}
	})
}

// An item whose dictionary is missing is told from one that does not open at all: it waits.
func TestMissingDictionaryIsNoFault(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p, other := newParty(t, suite), newParty(t, suite)
		it := p.finish(t, plainCase(t))
		p.opener.Dictionaries, other.opener.Dictionaries = Dictionaries{}, Dictionaries{}
		if _, err := p.opener.Open(it); !errors.Is(err, ErrDictionary) {
			t.Errorf("dictionary is missing: %v", err)
		}
		if _, err := other.opener.Open(it); !errors.Is(err, ErrOpen) {
			t.Errorf("dictionary is missing and the key is wrong: %v", err)
		}
		if err := Verify(it, suite, p.signPub); err != nil {
			t.Errorf("verified without the dictionary: %v", err)
		}
		// A payload that needs another dictionary than its item says is at fault itself.
		d := parse(t, build(t, MinDictionary+7, string(plainCase(t))))
		packed, err := compress(plainCase(t), d)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"", published(t).Newest().ID()} {
			lying := vector(suite)
			lying.Dictionary = id
			binding := lying.Binding()
			if lying.Data, err = suite.Seal(p.sealer.SealPublic, binding[:], packed); err != nil {
				t.Fatal(err)
			}
			p.opener.Dictionaries = published(t)
			if _, err := p.opener.Open(lying); err == nil || errors.Is(err, ErrDictionary) || errors.Is(err, ErrOpen) {
				t.Errorf("packed with another dictionary than %q: %v", id, err)
			}
		}
	})
}

func TestLoadDictionaries(t *testing.T) {
	file := func(d *Dictionary) string { return d.ID() + ".dict" }
	one, two := parse(t, build(t, MinDictionary, "the first of the two")), parse(t, build(t, MinDictionary+10, "and here the second"))
	namesake := parse(t, build(t, MinDictionary, "the same number for other words"))
	all, err := LoadDictionaries(fstest.MapFS{file(one): {Data: one.Bytes()}, file(two): {Data: two.Bytes()}, file(namesake): {Data: namesake.Bytes()}, "notes.txt": {}})
	if err != nil || len(all.All()) != 3 || all.Newest().ID() != two.ID() || all.Newest().Number() != MinDictionary+10 || !bytes.Equal(all.Newest().Bytes(), two.Bytes()) {
		t.Fatalf("%d dictionaries, %v", len(all.All()), err)
	}
	if one.ID() == namesake.ID() || !validDictionary(one.ID()) {
		t.Errorf("ids %s and %s", one.ID(), namesake.ID())
	}
	if again := all.With(parse(t, bytes.Clone(one.Bytes()))); len(again.All()) != 3 {
		t.Errorf("the same again makes %d", len(again.All()))
	}
	if none, err := LoadDictionaries(fstest.MapFS{}); err != nil || none.Newest() != nil {
		t.Errorf("an empty folder: %v", err)
	}
	flipped := bytes.Clone(one.Bytes())
	flipped[len(flipped)-3] ^= 1
	for name, files := range map[string]fstest.MapFS{
		"under another's name": {file(two): {Data: one.Bytes()}},
		"no dictionary":        {file(one): {Data: []byte("hello")}},
		"cut off":              {file(one): {Data: one.Bytes()[:len(one.Bytes())-1]}},
		"a bit has flipped":    {file(one): {Data: flipped}},
		"empty":                {file(one): {}},
	} {
		if _, err := LoadDictionaries(files); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	for name, raw := range map[string][]byte{
		"reserved number": build(t, MinDictionary-1, "of somebody else"), "too large": append(bytes.Clone(one.Bytes()), make([]byte, MaxDictionarySize)...),
	} {
		if _, err := ParseDictionary(raw); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

func parse(t testing.TB, raw []byte) *Dictionary {
	t.Helper()
	d, err := ParseDictionary(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
