package catalog_test

import (
	"slices"
	"testing"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/icons"
)

const hant = text.Traditional

func three() []text.Language { return []text.Language{text.Chinese, hant, text.English} }

// full is the catalogue in some languages.
func full(t testing.TB, langs []text.Language) *catalog.Catalogue {
	t.Helper()
	c, err := catalog.Load(assets.Catalogue(), langs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func service(t testing.TB, id string) *catalog.Service {
	t.Helper()
	s, ok := full(t, three()).Service(id)
	if !ok {
		t.Fatalf("there is no service %s", id)
	}
	return s
}

// TestFullCatalogue: what a hall needs is there, in three languages (Load sees to that), and each kind of question is asked.
func TestFullCatalogue(t *testing.T) {
	c := full(t, three())
	if len(c.Services) < 14 || len(c.Departments) < 4 || len(c.Events) < 6 {
		t.Fatalf("%d services of %d departments for %d events", len(c.Services), len(c.Departments), len(c.Events))
	}
	count := map[string]int{}
	inputs, forms := map[catalog.Input]int{}, map[string]int{}
	for _, s := range c.Services {
		conditional := false
		for _, p := range s.Form.Pages {
			conditional = conditional || p.When != nil
			if p.Single {
				count["single pages"]++
			}
			for _, fd := range p.Fields {
				conditional = conditional || fd.When != nil
				inputs[fd.Input]++
				for _, f := range append(fd.Members, fd) {
					forms[f.Format]++
				}
			}
		}
		for what, is := range map[string]bool{"situations": len(s.Situations) > 0, "conditions": conditional, "signatures": s.Signature,
			"refused offline": s.Offline.Refuse, "popular": s.Popular} {
			if is {
				count[what]++
			}
		}
		if s.Guide.Where == nil || len(s.Materials) == 0 || !s.Materials[0].Card || len(s.Events) == 0 {
			t.Errorf("%s: guide without place, or no card, or no event of life", s.ID)
		}
		if s.Signature && s.Declaration == nil {
			t.Errorf("%s is signed, and nobody says what", s.ID)
		}
	}
	for what, least := range map[string]int{"situations": 4, "conditions": 5, "signatures": 4, "refused offline": 2, "popular": 4, "single pages": 1} {
		if count[what] < least {
			t.Errorf("%s: %d services, want %d", what, count[what], least)
		}
	}
	for in, least := range map[catalog.Input]int{catalog.InputGroup: 2, catalog.InputAddress: 3, catalog.InputMoney: 1, catalog.InputMulti: 1, catalog.InputNumber: 1} {
		if inputs[in] < least {
			t.Errorf("%d questions of kind %s, want %d", inputs[in], in, least)
		}
	}
	for _, f := range []string{catalog.FormatCitizen, catalog.FormatCompany, catalog.FormatBankCard, catalog.FormatPlate, catalog.FormatAddress} {
		if forms[f] == 0 {
			t.Errorf("nothing has the format %s", f)
		}
	}
}

// TestIconsOfTheCatalogue: whatever the catalogue names is drawn.
func TestIconsOfTheCatalogue(t *testing.T) {
	c := full(t, three())
	var names []string
	for _, d := range c.Departments {
		names = append(names, d.Icon)
	}
	for _, e := range c.Events {
		names = append(names, e.Icon)
	}
	for _, s := range c.Services {
		names = append(names, s.Icon)
	}
	for _, n := range names {
		if !slices.Contains(icons.Names(), n) {
			t.Errorf("there is no icon %q", n)
		}
	}
}

// TestLanguagesThatNobodyReadsAreLeftOut: they must not travel with every case.
func TestLanguagesThatNobodyReadsAreLeftOut(t *testing.T) {
	for _, s := range full(t, both).Services {
		for _, l := range []text.Local{s.Title, s.Department, s.Promise, s.Next, s.Guide.Who, s.Materials[0].Name} {
			if len(l) != 2 {
				t.Errorf("%s keeps %v", s.ID, l)
			}
		}
	}
	if got := service(t, "newborn-registration").Title.In(hant); got != "新生兒落戶" {
		t.Errorf("in traditional characters the title is %q", got)
	}
}

// TestGroupsOfServices: each service is under its department and its events, and only those with services are offered.
func TestGroupsOfServices(t *testing.T) {
	c := full(t, both)
	if got := c.Of("", ""); len(got) != len(c.Services) {
		t.Errorf("%d services without a group, want all %d", len(got), len(c.Services))
	}
	n := 0
	for _, d := range c.Departments {
		n += len(c.Of(d.ID, ""))
	}
	if n != len(c.Services) {
		t.Errorf("%d services under departments, want %d", n, len(c.Services))
	}
	for _, e := range c.Events {
		for _, s := range c.Of("police", e.ID) {
			if s.DepartmentID != "police" || !slices.Contains(s.Events, e.ID) {
				t.Errorf("%s is listed for police and %s", s.ID, e.ID)
			}
		}
	}
	m := copyOf(t)
	m["catalogue.yaml"].Data = []byte("version: \"1\"\nservices: [old-age-allowance]\n")
	few, err := catalog.Load(m, both)
	if err != nil || len(few.Departments) != 1 || few.Departments[0].ID != "civil" || len(few.Events) != 1 {
		t.Errorf("one service is under %v and %v, %v", few.Departments, few.Events, err)
	}
}

// TestNeededMaterials: the situation alone decides, so that the list is right before anyone types.
func TestNeededMaterials(t *testing.T) {
	s := service(t, "newborn-registration")
	ids := func(a catalog.Answers) []string {
		var out []string
		for _, m := range s.Needed(a) {
			out = append(out, m.ID)
		}
		return out
	}
	for _, c := range []struct {
		answers catalog.Answers
		want    []string
	}{
		{nil, []string{"card", "household"}},
		{catalog.Answers{"born": "hospital", "parents": "married"}, []string{"card", "household", "birth-certificate", "marriage"}},
		{catalog.Answers{"born": "abroad", "parents": "unmarried"}, []string{"card", "household", "foreign-certificate", "statement"}},
	} {
		if got := ids(c.answers); !slices.Equal(got, c.want) {
			t.Errorf("%v needs %v, want %v", c.answers, got, c.want)
		}
	}
	for _, s := range full(t, both).Services {
		for seed := range 50 {
			n := seed
			a := s.Form.Invent(func(of int) int { n += 7; return n % of }, facts(), today())
			situation := catalog.Answers{}
			for _, fd := range s.Situations {
				situation[fd.ID] = a[fd.ID]
			}
			if early, late := s.Needed(situation), s.Needed(a); len(early) != len(late) {
				t.Fatalf("%s: %d materials are known by the situation, %d at the end", s.ID, len(early), len(late))
			}
		}
	}
	relief := service(t, "temporary-relief")
	for causes, want := range map[string]int{"illness": 3, "accident": 3, "disaster": 3, "illness,disaster": 4, "other": 2, "": 2} {
		if got := relief.Needed(catalog.Answers{"causes": causes}); len(got) != want {
			t.Errorf("%s needs %d materials, want %d", causes, len(got), want)
		}
	}
}
