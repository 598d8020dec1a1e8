package parcel_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/parcel"
)

var source = item.Source{Hall: "11010", Kiosk: "107", Incarnation: "02"}

// packed is a parcel of n items, and the suites to read it with.
func packed(t testing.TB, n int) ([]byte, map[string]item.Suite) {
	t.Helper()
	suite := item.Default()
	_, sealPub, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	priv, pub, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	sealer := item.Sealer{Suite: suite, SealKey: "s", SealPublic: sealPub, SignKey: "k", SignPriv: priv}
	var b bytes.Buffer
	w, err := parcel.NewWriter(&b, suite, parcel.Head{Source: source.String(), SignKey: "k", Public: pub, Made: time.Unix(0, 0).UTC()}, priv)
	if err != nil {
		t.Fatal(err)
	}
	prev := item.Genesis
	for i := range n {
		it := &item.Item{ID: item.NewID(time.Unix(0, 0)), Source: source.String(), Type: item.TypeHealth, Time: item.FormatTime(time.Unix(0, 0)),
			Sequence: item.FormatSequence(uint64(i) + 1), Prev: prev}
		if err := sealer.Finish(it, []byte(`{"ok":true}`)); err != nil {
			t.Fatal(err)
		}
		prev = it.Digest().String()
		if err := w.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), map[string]item.Suite{suite.Name(): suite}
}

func TestParcel(t *testing.T) {
	b, suites := packed(t, 3)
	h, items, err := parcel.Read(bytes.NewReader(b), suites)
	if err != nil || len(items) != 3 || h.Source != source.String() {
		t.Fatalf("%+v, %d items, %v", h, len(items), err)
	}
}

// TestAlteredParcels: whatever is changed, left out or added, none of the items is taken.
func TestAlteredParcels(t *testing.T) {
	b, suites := packed(t, 2)
	lines := bytes.SplitAfter(b, []byte("\n"))
	other, _ := packed(t, 1)
	foreign := bytes.SplitAfter(other, []byte("\n"))
	for name, altered := range map[string][]byte{
		"empty":            nil,
		"without its end":  bytes.Join(lines[:3], nil),
		"an item less":     bytes.Join([][]byte{lines[0], lines[1], lines[3]}, nil),
		"turned round":     bytes.Join([][]byte{lines[0], lines[2], lines[1], lines[3]}, nil),
		"a foreign item":   bytes.Join([][]byte{lines[0], foreign[1], lines[2], lines[3]}, nil),
		"another's end":    bytes.Join([][]byte{lines[0], lines[1], foreign[2]}, nil),
		"something behind": append(bytes.Clone(b), lines[1]...),
		"no parcel":        []byte("<html>hello</html>\n"),
	} {
		if _, items, err := parcel.Read(bytes.NewReader(altered), suites); !errors.Is(err, parcel.ErrParcel) || items != nil {
			t.Errorf("%s: %d items, %v", name, len(items), err)
		}
	}
	for at := range b {
		flipped := bytes.Clone(b)
		flipped[at] ^= 1
		// In the last line, which is not under its own digest, the spare bits of base64 mean nothing.
		if _, _, err := parcel.Read(bytes.NewReader(flipped), suites); err == nil && at < len(b)-len(lines[3]) {
			t.Fatalf("byte %d (%q) can be altered", at, b[max(0, at-20):at+1])
		}
	}
	if _, _, err := parcel.Read(bytes.NewReader(b), nil); !errors.Is(err, parcel.ErrParcel) {
		t.Errorf("unknown suite: %v", err)
	}
}

// FuzzRead: no bytes make it panic, and what it gives is proven by the key that the head names.
func FuzzRead(f *testing.F) {
	b, suites := packed(f, 2)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		h, items, err := parcel.Read(bytes.NewReader(data), suites)
		if err != nil && items != nil {
			t.Fatalf("%d items in spite of %v", len(items), err)
		}
		for _, it := range items {
			if err := item.Verify(it, suites[h.Suite], h.Public); err != nil || it.Source != h.Source {
				t.Fatalf("took an item of %s: %v", it.Source, err)
			}
		}
	})
}
