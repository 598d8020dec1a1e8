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
)

var start = time.Date(2026, 11, 22, 9, 14, 5, 123_000_000, time.UTC)

// vector is an item whose digest must never change: central keeps items for decades.
func vector() *Item {
	return &Item{SpecVersion: SpecVersion, ID: "01a20288-77aa-7c11-9b2e-4d1f0e6a2b90", Source: "urn:hall:11010:107:02",
		Type: TypeSubmission, Subject: "service/residence-permit-endorsement", Time: "2026-11-22T09:14:05.123Z",
		Sequence: "00000000000000004711", CaseID: "01a20288-7701-7a55-8123-9c0e44d21a07", CaseSeq: "000001",
		ReceiptNo: "11010107020047118343", TrackHash: strings.Repeat("5d", 32), Prev: Genesis, Catalogue: "214",
		Suite: Default().Name(), SealKey: "seal-1", SignKey: "kiosk-1", DataType: ContentType, Data: []byte("sealed"), Signature: []byte("sig")}
}

func TestDigestOfTheGoldenItem(t *testing.T) {
	it := vector()
	header := it.Header()
	if got, want := hex.EncodeToString(header[:]), goldenHeader; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	binding := it.Binding()
	if got, want := hex.EncodeToString(binding[:]), goldenBinding; got != want {
		t.Errorf("binding %s, want %s", got, want)
	}
	if got := it.Digest().String(); got != goldenDigest {
		t.Errorf("digest %s, want %s", got, goldenDigest)
	}
	raw, err := json.Marshal(it)
	if err != nil || string(raw) != goldenJSON {
		t.Errorf("JSON %s, want %s (%v)", raw, goldenJSON, err)
	}
	// What an optional attribute's absence means must not change either.
	it.Subject, it.TrackHash = "", ""
	if got := it.Digest().String(); got != goldenSparse {
		t.Errorf("digest without optional attributes %s, want %s", got, goldenSparse)
	}
}

type party struct {
	sealer            Sealer
	sealPriv, signPub []byte
}

func newParty(t testing.TB) party {
	t.Helper()
	sealPriv, sealPub, err := Default().GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	signPriv, signPub, err := Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	return party{Sealer{Default(), "seal-1", sealPub, "kiosk-1", signPriv}, sealPriv, signPub}
}

func (p party) finish(t testing.TB, payload []byte) *Item {
	t.Helper()
	it := vector()
	if err := p.sealer.Finish(it, payload); err != nil {
		t.Fatal(err)
	}
	return it
}

func TestSealedItemOpensForCentralOnly(t *testing.T) {
	p := newParty(t)
	for _, payload := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("件"), 1000), make([]byte, MaxPayload)} {
		it := p.finish(t, payload)
		if err := Verify(it, Default(), p.signPub); err != nil {
			t.Fatal(err)
		}
		plain, err := Open(it, Default(), p.sealPriv)
		if err != nil || !bytes.Equal(plain, payload) {
			t.Errorf("%d bytes opened as %d, %v", len(payload), len(plain), err)
		}
		if len(payload) > 100 && bytes.Contains(it.Data, payload[:99]) {
			t.Error("payload is not sealed")
		}
	}
	if err := p.sealer.Finish(vector(), make([]byte, MaxPayload+1)); !errors.Is(err, ErrInvalid) {
		t.Errorf("payload that would not open again: %v", err)
	}
	it, other := p.finish(t, []byte("payload")), newParty(t)
	if _, err := Open(it, Default(), other.sealPriv); !errors.Is(err, ErrOpen) {
		t.Errorf("opened with another key: %v", err)
	}
	if err := Verify(it, Default(), other.signPub); !errors.Is(err, ErrSignature) {
		t.Errorf("verified with another key: %v", err)
	}
	if a, b := p.finish(t, []byte("p")), p.finish(t, []byte("p")); bytes.Equal(a.Data, b.Data) {
		t.Error("sealed twice to the same bytes")
	}
}

// numbered are the attributes that an item gets after its payload is sealed.
var numbered = map[string]bool{"Sequence": true, "CaseSeq": true, "ReceiptNo": true, "Prev": true}

// Every attribute is bound to the signature, and to the seal unless it comes after it: I4. The reflection makes a new
// field fail until it is bound.
func TestAnyAlteredAttributeIsDetected(t *testing.T) {
	p := newParty(t)
	good := p.finish(t, []byte("payload"))
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
			if err := Verify(&it, Default(), p.signPub); err == nil {
				t.Errorf("%s: %s went unnoticed", name, change)
			}
			if name == "Signature" {
				continue
			}
			if it.Digest() == good.Digest() {
				t.Errorf("%s: %s leaves the digest as it was", name, change)
			}
			if _, err := Open(&it, Default(), p.sealPriv); (err == nil) != numbered[name] {
				t.Errorf("%s: %s, and opening the payload gives %v", name, change, err)
			}
		}
	}
	for i := range good.Data {
		it := *good
		it.Data = bytes.Clone(good.Data)
		it.Data[i] ^= 1
		if err := Verify(&it, Default(), p.signPub); !errors.Is(err, ErrSignature) {
			t.Errorf("byte %d of the data altered: %v", i, err)
		}
		if _, err := Open(&it, Default(), p.sealPriv); !errors.Is(err, ErrOpen) {
			t.Errorf("byte %d of the data altered, and it opens: %v", i, err)
		}
	}
	for i := range good.Signature {
		it := *good
		it.Signature = bytes.Clone(good.Signature)
		it.Signature[i] ^= 1
		if err := Verify(&it, Default(), p.signPub); !errors.Is(err, ErrSignature) {
			t.Errorf("byte %d of the signature altered: %v", i, err)
		}
	}
}

// The numbers come after the seal, so that an outbox seals many items at once and numbers them one by one.
func TestSealedItemIsNumberedLater(t *testing.T) {
	p := newParty(t)
	it := vector()
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
	if err := Verify(it, Default(), p.signPub); err != nil {
		t.Error(err)
	}
	if plain, err := Open(it, Default(), p.sealPriv); err != nil || string(plain) != "payload" {
		t.Errorf("opened as %q, %v", plain, err)
	}
	it.ID = "not an id"
	if err := p.sealer.Seal(it, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("sealed an item of no shape: %v", err)
	}
}

// A value can not be moved over the border of two attributes.
func TestAttributesDoNotRunTogether(t *testing.T) {
	a, b := vector(), vector()
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
}

func TestPayloadCanNotMoveToAnotherItem(t *testing.T) {
	p := newParty(t)
	a, b := p.finish(t, []byte("a")), p.finish(t, []byte("b"))
	b.ID = NewID(start)
	b.Data = a.Data
	if _, err := Open(b, Default(), p.sealPriv); !errors.Is(err, ErrOpen) {
		t.Errorf("opened: %v", err)
	}
}

func TestItemSurvivesJSON(t *testing.T) {
	p := newParty(t)
	it := p.finish(t, []byte("payload"))
	raw, err := json.Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	var back Item
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if err := Verify(&back, Default(), p.signPub); err != nil || back.Digest() != it.Digest() {
		t.Errorf("after JSON: %v", err)
	}
}

func TestValidate(t *testing.T) {
	if err := vector().Validate(); err != nil {
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
		"utf-8": func(it *Item) { it.Subject = "\xff" },
	} {
		it := vector()
		change(it)
		if err := it.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("bad %s: %v", name, err)
		}
	}
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
	raw, err := json.Marshal(vector())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
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

func FuzzOpen(f *testing.F) {
	p := newParty(f)
	it := p.finish(f, []byte("payload"))
	f.Add(it.Data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		altered := *it
		altered.Data = data
		if _, err := Open(&altered, Default(), p.sealPriv); err == nil && !bytes.Equal(data, it.Data) {
			t.Error("opened other bytes")
		}
		if _, err := inflate(data); err != nil && len(data) == 0 {
			t.Errorf("empty frame: %v", err)
		}
	})
}
