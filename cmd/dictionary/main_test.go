package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/assets/dictionaries"
	"onedoor/sync/item"
)

// Items are kept for decades, and with them every dictionary: what stands here was published and never changes. A new
// dictionary is added, none is taken away.
func TestPublishedDictionariesNeverChange(t *testing.T) {
	published := map[string]string{
		"32768-ff4220ad": "ff4220ad95006549488aeb132a19e19785e7f92bb16878a52b7f61f340b3cda0",
		"32769-17a59b3a": "17a59b3aac4702a129df095f8d1c3250243beadb956da454124d1eee2135ebf2",
	}
	all, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all.All() {
		sum := sha256.Sum256(d.Bytes())
		if got := hex.EncodeToString(sum[:]); got != published[d.ID()] {
			t.Errorf("dictionary %s has the SHA-256 %s, want %q", d.ID(), got, published[d.ID()])
		}
		delete(published, d.ID())
	}
	for id := range published {
		t.Errorf("dictionary %s is gone", id)
	}
}

// The newest dictionary fits the catalogue of today.
func TestNewestDictionaryFitsTheCatalogue(t *testing.T) {
	services, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	published, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := train(services, item.MinDictionary)
	if err != nil {
		t.Fatal(err)
	}
	next, err := item.ParseDictionary(raw)
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(t)
	have, could := weigh(t, l, item.Default(), published.Newest(), services), weigh(t, l, item.Default(), next, services)
	if have.packed > could.packed+could.packed/4 {
		t.Errorf("a case takes %d bytes and could take %d: the catalogue has changed, go generate ./assets/dictionaries makes the next dictionary", have.packed, could.packed)
	}
}

// Anyone makes the same dictionary from the same catalogue; a second run finds nothing to do; a change makes the next number.
func TestRunMakesTheNext(t *testing.T) {
	dir := t.TempDir()
	run := func() string {
		t.Helper()
		var out strings.Builder
		if err := (command{Dir: dir}).run(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	run()
	first, err := item.LoadDictionaries(os.DirFS(dir))
	if err != nil || first.Newest() == nil {
		t.Fatalf("made %v, %v", first.Newest(), err)
	}
	if said := run(); !strings.Contains(said, "nothing to do") {
		t.Errorf("again: %s", said)
	}
	// What an earlier catalogue gave is kept, and the next one stands beside it.
	raw, err := train(large(t), 40_000)
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := item.ParseDictionary(raw)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, earlier.ID()+".dict")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	run()
	all, err := item.LoadDictionaries(os.DirFS(dir))
	if err != nil || len(all.All()) != 3 || all.Newest().Number() != 40_001 {
		t.Fatalf("%d dictionaries, %v", len(all.All()), err)
	}
	if next, same := all.Newest().Bytes(), first.Newest().Bytes(); !bytes.Equal(next[8:], same[8:]) || bytes.Equal(next[4:8], same[4:8]) {
		t.Error("the same catalogue gave other content, or the same number")
	}
	if err := os.WriteFile(name, raw[:len(raw)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (command{Dir: dir}).run(io.Discard); err == nil {
		t.Error("a damaged dictionary was passed over")
	}
}

// Nobody's data are in a dictionary: what looks like a resident's number is in no region.
func TestNobodyIsInTheDictionary(t *testing.T) {
	regions := "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
	all, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all.All() {
		numbers := 0
		for rest := d.Bytes(); ; {
			_, after, ok := bytes.Cut(rest, []byte(`"number":"`))
			if !ok || len(after) < 18 {
				break
			}
			numbers, rest = numbers+1, after
			if strings.Contains(regions, string(after[:2])) {
				t.Errorf("dictionary %s has a number of region %s", d.ID(), after[:2])
			}
		}
		if numbers == 0 {
			t.Errorf("dictionary %s has no sample", d.ID())
		}
	}
}
