package item

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"onedoor/assets/dictionaries"
)

var start = time.Date(2026, 11, 22, 9, 14, 5, 123_000_000, time.UTC)

// eachSuite runs a test for every suite of the program.
func eachSuite(t *testing.T, test func(t *testing.T, suite Suite)) {
	t.Helper()
	for _, suite := range Suites() {
		t.Run(suite.Name(), func(t *testing.T) { test(t, suite) })
	}
}

// vector is an item whose digest must never change: central keeps items for decades.
func vector(suite Suite) *Item {
	return &Item{SpecVersion: SpecVersion, ID: "01a20288-77aa-7c11-9b2e-4d1f0e6a2b90", Source: "urn:hall:11010:107:02",
		Type: TypeSubmission, Subject: "service/residence-permit-endorsement", Time: "2026-11-22T09:14:05.123Z",
		Sequence: "00000000000000004711", CaseID: "01a20288-7701-7a55-8123-9c0e44d21a07", CaseSeq: "000001",
		ReceiptNo: "11010107020047118343", TrackHash: strings.Repeat("5d", 32), Prev: Genesis, Catalogue: "214",
		Suite: suite.Name(), SealKey: "seal-1", SignKey: "kiosk-1", DataType: ContentType, Data: []byte("sealed"), Signature: []byte("sig")}
}

func TestDigestOfTheGoldenItem(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		golden := goldenItems()[suite.Name()]
		it := vector(suite)
		header := it.Header()
		if got := hex.EncodeToString(header[:]); got != golden.header {
			t.Errorf("header %s, want %s", got, golden.header)
		}
		binding := it.Binding()
		if got := hex.EncodeToString(binding[:]); got != golden.binding {
			t.Errorf("binding %s, want %s", got, golden.binding)
		}
		if got := it.Digest().String(); got != golden.digest {
			t.Errorf("digest %s, want %s", got, golden.digest)
		}
		raw, err := json.Marshal(it)
		if want := strings.Replace(goldenJSON, "SUITE", suite.Name(), 1); err != nil || string(raw) != want {
			t.Errorf("JSON %s, want %s (%v)", raw, want, err)
		}
		it.Dictionary = "32768-ff4220ad"
		if got := it.Digest().String(); got != golden.packed {
			t.Errorf("digest with a dictionary %s, want %s", got, golden.packed)
		}
		// What an optional attribute's absence means must not change either.
		it.Subject, it.TrackHash, it.Dictionary = "", "", ""
		if got := it.Digest().String(); got != golden.sparse {
			t.Errorf("digest without optional attributes %s, want %s", got, golden.sparse)
		}
	})
}

type party struct {
	sealer  Sealer
	opener  Opener
	signPub []byte
}

// newParty is a kiosk and its central, which know the published dictionaries.
func newParty(t testing.TB, suite Suite) party {
	t.Helper()
	sealPriv, sealPub, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	signPriv, signPub, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	all := published(t)
	return party{Sealer{suite, "seal-1", sealPub, "kiosk-1", signPriv, all.Newest()}, Opener{suite, sealPriv, all}, signPub}
}

func published(t testing.TB) Dictionaries {
	t.Helper()
	all, err := LoadDictionaries(dictionaries.FS)
	if err != nil || all.Newest() == nil {
		t.Fatalf("no dictionaries: %v", err)
	}
	return all
}

func (p party) finish(t testing.TB, payload []byte) *Item {
	t.Helper()
	it := vector(p.sealer.Suite)
	if err := p.sealer.Finish(it, payload); err != nil {
		t.Fatal(err)
	}
	return it
}

func TestSealedItemOpensForCentralOnly(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		for _, payload := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("件"), 1000), make([]byte, MaxPayload)} {
			it := p.finish(t, payload)
			if err := Verify(it, suite, p.signPub); err != nil {
				t.Fatal(err)
			}
			plain, err := p.opener.Open(it)
			if err != nil || !bytes.Equal(plain, payload) {
				t.Errorf("%d bytes opened as %d, %v", len(payload), len(plain), err)
			}
			if len(payload) > 100 && bytes.Contains(it.Data, payload[:99]) {
				t.Error("payload is not sealed")
			}
		}
		if err := p.sealer.Finish(vector(suite), make([]byte, MaxPayload+1)); !errors.Is(err, ErrInvalid) {
			t.Errorf("payload that would not open again: %v", err)
		}
		it, other := p.finish(t, []byte("payload")), newParty(t, suite)
		if _, err := other.opener.Open(it); !errors.Is(err, ErrOpen) {
			t.Errorf("opened with another key: %v", err)
		}
		if err := Verify(it, suite, other.signPub); !errors.Is(err, ErrSignature) {
			t.Errorf("verified with another key: %v", err)
		}
		if a, b := p.finish(t, []byte("p")), p.finish(t, []byte("p")); bytes.Equal(a.Data, b.Data) {
			t.Error("sealed twice to the same bytes")
		}
	})
}

// numbered are the attributes that an item gets after its payload is sealed.
var numbered = map[string]bool{"Sequence": true, "CaseSeq": true, "ReceiptNo": true, "Prev": true}

// Every attribute is bound to the signature, and to the seal unless it comes after it: I4. The reflection makes a new
// field fail until it is bound.
func TestAnyAlteredAttributeIsDetected(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		good := vector(suite)
		good.Clock = "off=-1240;age=86400" // the one that an item may lack
		if err := p.sealer.Finish(good, []byte("payload")); err != nil {
			t.Fatal(err)
		}
		fields := reflect.TypeOf(*good)
		for i := range fields.NumField() {
			name := fields.Field(i).Name
			for _, change := range []string{"append", "empty"} {
				it := *good
				v := reflect.ValueOf(&it).Elem().Field(i)
				switch v.Kind() {
				case reflect.String:
					if change == "empty" {
						v.SetString("")
					} else {
						v.SetString(v.String() + "0")
					}
				case reflect.Slice:
					if change == "empty" {
						v.SetBytes(nil)
					} else {
						v.SetBytes(append(bytes.Clone(v.Bytes()), 0))
					}
				default:
					t.Fatalf("field %s is of a kind that is not bound", name)
				}
				if err := Verify(&it, suite, p.signPub); err == nil {
					t.Errorf("%s: %s went unnoticed", name, change)
				}
				if name == "Signature" {
					continue
				}
				if it.Digest() == good.Digest() {
					t.Errorf("%s: %s leaves the digest as it was", name, change)
				}
				if _, err := p.opener.Open(&it); (err == nil) != numbered[name] {
					t.Errorf("%s: %s, and opening the payload gives %v", name, change, err)
				}
			}
		}
		for i := range good.Data {
			it := *good
			it.Data = bytes.Clone(good.Data)
			it.Data[i] ^= 1
			if err := Verify(&it, suite, p.signPub); !errors.Is(err, ErrSignature) {
				t.Errorf("byte %d of the data altered: %v", i, err)
			}
			if _, err := p.opener.Open(&it); !errors.Is(err, ErrOpen) {
				t.Errorf("byte %d of the data altered, and it opens: %v", i, err)
			}
		}
		for i := range good.Signature {
			it := *good
			it.Signature = bytes.Clone(good.Signature)
			it.Signature[i] ^= 1
			if err := Verify(&it, suite, p.signPub); !errors.Is(err, ErrSignature) {
				t.Errorf("byte %d of the signature altered: %v", i, err)
			}
		}
	})
}

// The numbers come after the seal, so that an outbox seals many items at once and numbers them one by one.
func TestSealedItemIsNumberedLater(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		it := vector(suite)
		want := *it
		it.Sequence, it.CaseSeq, it.ReceiptNo, it.Prev = "", "", "", ""
		if err := p.sealer.Seal(it, []byte("payload")); err != nil {
			t.Fatal(err)
		}
		if err := p.sealer.Sign(it); !errors.Is(err, ErrInvalid) || it.Signature != nil {
			t.Errorf("signed without numbers: %v", err)
		}
		it.Sequence, it.CaseSeq, it.ReceiptNo, it.Prev = want.Sequence, want.CaseSeq, want.ReceiptNo, want.Prev
		if err := p.sealer.Sign(it); err != nil {
			t.Fatal(err)
		}
		if err := Verify(it, suite, p.signPub); err != nil {
			t.Error(err)
		}
		if plain, err := p.opener.Open(it); err != nil || string(plain) != "payload" {
			t.Errorf("opened as %q, %v", plain, err)
		}
		it.ID = "not an id"
		if err := p.sealer.Seal(it, nil); !errors.Is(err, ErrInvalid) {
			t.Errorf("sealed an item of no shape: %v", err)
		}
	})
}

// A value can not be moved over the border of two attributes.
func TestAttributesDoNotRunTogether(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		a, b := vector(suite), vector(suite)
		a.Subject, a.Catalogue = "ab", "c"
		b.Subject, b.Catalogue = "a", "bc"
		if a.Digest() == b.Digest() {
			t.Error("same digest")
		}
		a.Subject, a.Catalogue = "x", ""
		b.Subject, b.Catalogue = "", "x"
		if a.Digest() == b.Digest() {
			t.Error("same digest for another attribute")
		}
	})
}

func TestPayloadCanNotMoveToAnotherItem(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		a, b := p.finish(t, []byte("a")), p.finish(t, []byte("b"))
		b.ID = NewID(start)
		b.Data = a.Data
		if _, err := p.opener.Open(b); !errors.Is(err, ErrOpen) {
			t.Errorf("opened: %v", err)
		}
	})
}

func TestItemSurvivesJSON(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		p := newParty(t, suite)
		it := p.finish(t, []byte("payload"))
		raw, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		var back Item
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if err := Verify(&back, suite, p.signPub); err != nil || back.Digest() != it.Digest() {
			t.Errorf("after JSON: %v", err)
		}
	})
}

func TestValidate(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		if err := vector(suite).Validate(); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*Item){
			"version": func(it *Item) { it.SpecVersion = "0.3" }, "id": func(it *Item) { it.ID = strings.ToUpper(it.ID) },
			"id shape": func(it *Item) { it.ID = strings.ReplaceAll(it.ID, "-", "0") }, "source": func(it *Item) { it.Source = "urn:hall:1:1:1" },
			"type": func(it *Item) { it.Type = "" }, "long type": func(it *Item) { it.Type = Type(strings.Repeat("x", 101)) },
			"time": func(it *Item) { it.Time = "yesterday" }, "sequence": func(it *Item) { it.Sequence = "000001" },
			"zero": func(it *Item) { it.Sequence = FormatSequence(0) }, "case": func(it *Item) { it.CaseID = "c" },
			"case without number": func(it *Item) { it.CaseSeq = "" }, "number without case": func(it *Item) { it.CaseID = "" },
			"case number": func(it *Item) { it.CaseSeq = "000000" }, "receipt": func(it *Item) { it.ReceiptNo = "123" },
			"prev": func(it *Item) { it.Prev = "1" }, "suite": func(it *Item) { it.Suite = "" }, "data type": func(it *Item) { it.DataType = "text/plain" },
			"utf-8": func(it *Item) { it.Subject = "\xff" }, "dictionary": func(it *Item) { it.Dictionary = "032768-ff4220ad" },
			"reserved dictionary":     func(it *Item) { it.Dictionary = "32767-ff4220ad" },
			"dictionary without hash": func(it *Item) { it.Dictionary = "32768" }, "dictionary's hash": func(it *Item) { it.Dictionary = "32768-FF4220AD" },
		} {
			it := vector(suite)
			change(it)
			if err := it.Validate(); !errors.Is(err, ErrInvalid) {
				t.Errorf("bad %s: %v", name, err)
			}
		}
	})
}

func TestSequences(t *testing.T) {
	for _, n := range []uint64{0, 1, 4711, 1<<63 - 1, 18446744073709551599} {
		if got, err := ParseSequence(FormatSequence(n)); err != nil || got != n {
			t.Errorf("%d read as %d, %v", n, got, err)
		}
	}
	if FormatSequence(1) >= FormatSequence(10) || FormatCaseSeq(2) != "000002" {
		t.Error("sequences do not sort as text")
	}
	for _, s := range []string{"", "1", "-00001", "00000a", "99999999999999999999", "0000000000000000001 ", "0000001"} {
		if n, err := ParseSequence(s); err == nil {
			t.Errorf("%q read as %d", s, n)
		}
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := NewID(start)
		if !validUUID(id) || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) || seen[id] {
			t.Fatalf("id %s", id)
		}
		seen[id] = true
	}
	if a, b := NewID(start), NewID(start.Add(time.Millisecond)); a >= b {
		t.Errorf("%s is not before %s", a, b)
	}
	if got := NewID(time.UnixMilli(0x0123456789ab)); got[:13] != "01234567-89ab" {
		t.Errorf("time stands as %s", got[:13])
	}
}

func FuzzItemJSON(f *testing.F) {
	for _, suite := range Suites() {
		it := vector(suite)
		it.Dictionary = "32768-ff4220ad"
		raw, err := json.Marshal(it)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var it Item
		if json.Unmarshal(raw, &it) != nil || it.Validate() != nil {
			return
		}
		again, err := json.Marshal(&it)
		if err != nil {
			t.Fatal(err)
		}
		var back Item
		if err := json.Unmarshal(again, &back); err != nil || back.Digest() != it.Digest() {
			t.Errorf("a valid item does not survive its own JSON: %v", err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"urn:hall:11010:107:02", "00000000000000004711", "000001", Digest{1}.String(), "urn:hall:::", "18446744073709551615"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDigest(s); err == nil && d.String() != s {
			t.Errorf("digest %q written back as %q", s, d)
		}
		if src, err := ParseSource(s); err == nil && src.String() != s {
			t.Errorf("source %q written back as %q", s, src)
		}
		if n, err := ParseSequence(s); err == nil && s != FormatSequence(n) && s != FormatCaseSeq(uint32(n)) {
			t.Errorf("sequence %q read as %d", s, n)
		}
	})
}
