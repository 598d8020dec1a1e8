package catalog_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"onedoor/app/catalog"
	"onedoor/assets"
)

// keys are all keys that an answer to the form may have, and some that none may have.
func keys(f *catalog.Form) []string {
	all := []string{"", ".", "stranger", "family.0", "family.999.name", "family.-1.name", "phone.0.name"}
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			all = append(all, fd.ID)
			for _, m := range fd.Members {
				for _, n := range []int{0, 1, 3, 99} {
					all = append(all, catalog.MemberKey(fd.ID, n, m.ID))
				}
			}
		}
	}
	return all
}

// answers are any: right ones, others, and none.
func answers(t *rapid.T, f *catalog.Form) catalog.Answers {
	a := f.Invent(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }, facts(), today())
	var options []string
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			options = append(options, fd.Options...)
		}
	}
	value := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{0,25}(\.[0-9]{0,8})?`), rapid.SampledFrom(append(options, "", ",", "a,b", "1e999999999")))
	maps.Copy(a, rapid.MapOfN(rapid.SampledFrom(keys(f)), value, 0, 8).Draw(t, "noise"))
	return a
}

func facts() map[catalog.CardFact]string {
	return map[catalog.CardFact]string{catalog.CardName: "张小三", catalog.CardNumber: "110101190001010014", catalog.CardAddress: "北京市东城区东华门大街2号"}
}

// TestAnyAnswers: whatever is answered, nothing panics; cleaning once is enough; what is hidden is neither judged nor handed in.
func TestAnyAnswers(t *testing.T) {
	c := full(t, both)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(c.Services).Draw(t, "service")
		a := answers(t, s.Form)
		before := maps.Clone(a)
		clean := s.Form.Clean(a)
		if again := s.Form.Clean(clean); !maps.Equal(clean, again) {
			t.Fatalf("cleaned twice: %v, then %v", clean, again)
		}
		asked := map[string]bool{}
		for _, p := range s.Form.Visible(a) {
			if len(p.Fields) == 0 {
				t.Fatalf("page %s is empty", p.ID())
			}
			for _, fd := range p.Fields {
				asked[fd.ID] = true
			}
		}
		for id := range s.Form.Document(a) {
			if !asked[id] {
				t.Fatalf("%s is hidden and handed in", id)
			}
		}
		faults := s.Form.Validate(a, today())
		for key := range faults {
			group, _, _ := strings.Cut(key, ".")
			if !asked[group] {
				t.Fatalf("%s is hidden and judged", key)
			}
			if _, _, ok := s.Form.Field(key); !ok {
				t.Fatalf("%q is judged and no field", key)
			}
		}
		if len(faults) == 0 {
			if left := s.Form.Validate(clean, today()); len(left) != 0 {
				t.Fatalf("valid, and not when clean: %v", left)
			}
		}
		s.Needed(a)
		if !maps.Equal(a, before) {
			t.Fatal("the answers were changed")
		}
	})
}

// TestInventedAnswersFit: they have no fault, and the document of a case is what anyone's JSON Schema validator takes.
func TestInventedAnswersFit(t *testing.T) {
	c := full(t, both)
	schemas := map[string]*jsonschema.Schema{}
	for _, s := range c.Services {
		raw, err := fs.ReadFile(assets.Catalogue(), s.ID+"/form.schema.json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		plain := jsonschema.NewCompiler() // knows none of our formats
		if err := plain.AddResource(s.ID, doc); err != nil {
			t.Fatal(err)
		}
		if schemas[s.ID], err = plain.Compile(s.ID); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(c.Services).Draw(t, "service")
		a := s.Form.Invent(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }, facts(), today())
		if faults := s.Form.Validate(a, today()); len(faults) > 0 {
			t.Fatalf("%s: %v in %v", s.ID, faults, a)
		}
		if !maps.Equal(a, s.Form.Clean(a)) {
			t.Fatalf("%s: hidden answers were invented", s.ID)
		}
		raw, err := json.Marshal(s.Form.Document(a))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := schemas[s.ID].Validate(doc); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
	})
}
