package catalog_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"onedoor/app/catalog"
)

func today() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

func ids(pages []catalog.Page) []string {
	var out []string
	for _, p := range pages {
		for _, f := range p.Fields {
			out = append(out, f.ID)
		}
	}
	return out
}

// TestVisible: an answer brings questions, and takes them and their page away again.
func TestVisible(t *testing.T) {
	f := service(t, "no-criminal-record").Form
	always := []string{"purpose", "name", "number", "address", "phone", "copies", "delivery"}
	for _, c := range []struct {
		answers catalog.Answers
		more    []string
		pages   int
	}{
		{nil, nil, 3},
		{catalog.Answers{"purpose": "job"}, []string{"employer", "employer_code"}, 3},
		{catalog.Answers{"purpose": "abroad"}, []string{"country"}, 3},
		{catalog.Answers{"purpose": "abroad", "delivery": "post"}, []string{"country", "post_address", "post_name"}, 4},
		{catalog.Answers{"purpose": "nonsense"}, nil, 3},
	} {
		pages := f.Visible(c.answers)
		got := ids(pages)
		for _, id := range slices.Concat(always, c.more) {
			if !slices.Contains(got, id) {
				t.Errorf("%v: %s is not asked", c.answers, id)
			}
		}
		if len(got) != len(always)+len(c.more) || len(pages) != c.pages {
			t.Errorf("%v: asks %v on %d pages", c.answers, got, len(pages))
		}
	}
	if p := f.Pages[0]; !p.Situation || p.ID() != "page.case" || f.Visible(nil)[0].ID() != p.ID() {
		t.Errorf("the first page is %q", p.ID())
	}
}

// TestHiddenLeavesNothing: an answer given before its question went away is neither judged nor handed in, nor what hung on it.
func TestHiddenLeavesNothing(t *testing.T) {
	f := service(t, "birth-service").Form
	a := catalog.Answers{"name": "张小三", "number": "110101190001010014", "address": "北京市东城区东华门大街2号", "phone": "13800138000", "stage": "planning",
		"weeks": "99", "due": "2001-01-01", "children": "1", "partner": "no", "partner_name": "李小四", "partner_number": "12", "home": "440113007 大北路1号", "stranger": "x"}
	before := maps.Clone(a)
	if got := f.Validate(a, today()); len(got) != 0 {
		t.Errorf("hidden answers are judged: %v", got)
	}
	clean := f.Clean(a)
	for _, id := range []string{"weeks", "due", "partner_name", "partner_number", "stranger"} {
		if _, ok := clean[id]; ok {
			t.Errorf("%s is left in %v", id, clean)
		}
		if _, ok := f.Document(a)[id]; ok {
			t.Errorf("%s is handed in", id)
		}
	}
	if !maps.Equal(a, before) {
		t.Error("Clean changed what it was given")
	}
	a["stage"] = "pregnant"
	if got := f.Validate(a, today()); got["weeks"] != catalog.FaultLarge || got["due"] != catalog.FaultPast || len(got) != 2 {
		t.Errorf("visible again, the faults are %v", got)
	}
}

// TestGroups: members have keys of their own, rules among them look at their own entry, and gaps close.
func TestGroups(t *testing.T) {
	f := service(t, "temporary-relief").Form
	a := catalog.Answers{"alone": "family",
		"family.0.name": "张小四", "family.0.relation": "child", "family.0.number": "990101190001010018", "family.0.earns": "no", "family.0.income": "5",
		"family.2.name": "张小五", "family.2.relation": "spouse", "family.2.number": "990101190001010034", "family.2.earns": "yes", "family.2.income": "01800.50",
		"family.x.name": "?", "family.007.name": "?", "family.999.name": "?", "family.0.shoe": "42"}
	for n, want := range map[int]int{0: 4, 2: 5, 5: 4} {
		got := f.Members(a, "family", n)
		if len(got) != want || got[0].ID != catalog.MemberKey("family", n, "name") {
			t.Errorf("entry %d asks %d questions, the first is %s; want %d", n, len(got), got[0].ID, want)
		}
	}
	doc, err := json.Marshal(f.Document(a)["family"])
	want := `[{"earns":"no","name":"张小四","number":"990101190001010018","relation":"child"},` +
		`{"earns":"yes","income":1800.50,"name":"张小五","number":"990101190001010034","relation":"spouse"}]`
	if err != nil || string(doc) != want {
		t.Errorf("the family is %s, %v; want %s", doc, err, want)
	}
	if a.Entries("family") != 3 || f.Clean(a).Entries("family") != 2 {
		t.Errorf("%d entries, %d when clean", a.Entries("family"), f.Clean(a).Entries("family"))
	}
	got := f.Validate(a, today())
	if got["family.1.name"] != catalog.FaultMissing || got["family.0.number"] != "" {
		t.Errorf("faults %v", got)
	}
	a.Drop("family", 1)
	if a["family.1.name"] != "张小五" || a.Entries("family") != 2 || a["family.0.name"] != "张小四" {
		t.Errorf("after dropping the gap: %v", a)
	}
	a["alone"] = "alone"
	if left := f.Clean(a); left.Entries("family") != 0 {
		t.Errorf("the hidden group left %v", left)
	}
	member, page, ok := f.Field("family.1.income")
	if !ok || page != 3 || member.ID != "family.1.income" || f.Label(member, hant) != "每月收入（元）" {
		t.Errorf("member %q on page %d, %q", member.ID, page, f.Label(member, hant))
	}
	group, _, _ := f.Field("family")
	if f.Entry(group, hant) != "家庭成員" || f.Add(group, hant) != "再加一位" {
		t.Errorf("an entry is called %q", f.Entry(group, hant))
	}
	for _, id := range []string{"family.1.shoe", "family.-1.name", "family.0", "phone.0.name", ""} {
		if _, _, ok := f.Field(id); ok || f.Members(a, id, 0) != nil {
			t.Errorf("%q is a field", id)
		}
	}
}

// TestDocumentIsTyped: numbers, arrays and texts as the schema wants them.
func TestDocumentIsTyped(t *testing.T) {
	f := service(t, "flexible-insurance").Form
	got := f.Document(catalog.Answers{"kinds": "pension,medical", "base": "8000.50", "bank_card": "0"})
	want := map[string]any{"kinds": []any{"pension", "medical"}, "base": json.Number("8000.50"), "bank_card": "0"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
	if got := f.Document(catalog.Answers{"kinds": "medical", "base": "8000.50"}); len(got) != 1 {
		t.Errorf("without a pension: %v", got)
	}
}
