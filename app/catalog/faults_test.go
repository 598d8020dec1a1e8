package catalog_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"onedoor/app/catalog"
)

// TestFaultsSayWhy: where a plain word can be said about an answer, the fault names it.
func TestFaultsSayWhy(t *testing.T) {
	facts := map[catalog.CardFact]string{catalog.CardName: "张小三", catalog.CardNumber: "110101190001010014", catalog.CardAddress: "北京市东城区东华门大街2号"}
	for name, c := range map[string]struct {
		service, field, value string
		want                  catalog.Fault
		set                   catalog.Answers
	}{
		"money too small":     {"flexible-insurance", "base", "4499.99", catalog.FaultSmall, catalog.Answers{"kinds": "pension"}},
		"money too large":     {"flexible-insurance", "base", "27000.01", catalog.FaultLarge, catalog.Answers{"kinds": "pension"}},
		"half a fen":          {"flexible-insurance", "base", "8000.505", catalog.FaultWrong, catalog.Answers{"kinds": "pension"}},
		"money in words":      {"flexible-insurance", "base", "八千", catalog.FaultWrong, catalog.Answers{"kinds": "pension"}},
		"exponent":            {"flexible-insurance", "base", "1e4", catalog.FaultWrong, catalog.Answers{"kinds": "pension"}},
		"nothing chosen":      {"flexible-insurance", "kinds", "", catalog.FaultMissing, nil},
		"chosen twice":        {"flexible-insurance", "kinds", "medical,medical", catalog.FaultWrong, nil},
		"not on offer":        {"flexible-insurance", "kinds", "medical,dental", catalog.FaultWrong, nil},
		"starts in the past":  {"flexible-insurance", "start", "2026-11-21", catalog.FaultPast, nil},
		"bank card slip":      {"flexible-insurance", "bank_card", "6222020000000000001", catalog.FaultCheck, nil},
		"bank card short":     {"flexible-insurance", "bank_card", "622202", catalog.FaultWrong, nil},
		"born tomorrow":       {"newborn-registration", "birthday", "2026-11-23", catalog.FaultFuture, nil},
		"number slip":         {"newborn-registration", "other_number", "990101190001010017", catalog.FaultCheck, nil},
		"number without day":  {"newborn-registration", "other_number", "990101190002300010", catalog.FaultWrong, nil},
		"company slip":        {"no-criminal-record", "employer_code", "91990101MA0000000A", catalog.FaultCheck, catalog.Answers{"purpose": "job", "employer": "某某幼儿园"}},
		"company with an I":   {"no-criminal-record", "employer_code", "91990101MAI0000000", catalog.FaultWrong, catalog.Answers{"purpose": "job", "employer": "某某幼儿园"}},
		"no copies":           {"no-criminal-record", "copies", "0", catalog.FaultSmall, nil},
		"half a copy":         {"no-criminal-record", "copies", "1.5", catalog.FaultWrong, nil},
		"plate with an O":     {"vehicle-mark", "plate", "粤AO2345", catalog.FaultWrong, nil},
		"address of no place": {"pension-check", "home", "大北路1号", catalog.FaultWrong, catalog.Answers{"lives": "here"}},
		"address unfinished":  {"pension-check", "home", "440113007 ", catalog.FaultWrong, catalog.Answers{"lives": "here"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := service(t, c.service).Form
			a := f.Invent(func(int) int { return 0 }, facts, today())
			maps.Copy(a, c.set)
			a[c.field] = c.value
			if got := f.Validate(a, today()); len(got) != 1 || got[c.field] != c.want {
				t.Errorf("faults %v, want %s: %s", got, c.field, c.want)
			}
		})
	}
}

// TestFormats: numbers that somebody might type, right ones and near misses.
func TestFormats(t *testing.T) {
	long := strings.Repeat
	for field, c := range map[string]struct {
		service     string
		right, slip []string
		wrong       []string
	}{
		"plate": {"vehicle-mark", []string{"粤A12345", "京AF0236", "粤AD12345", "沪A12345D", "粤Z1234港", "川A1234学"}, nil,
			[]string{"粤A1234", "A12345", "粤112345", "粤AI2345", "粤AD1234A", "粤AL12345", "粤A123456", "港A12345", "粤A1234领", "粤A\xff\xfe345", ""}},
		"bank_card": {"flexible-insurance", []string{"4111111111111111", "6222020000000000000"}, []string{"4111111111111112"},
			[]string{"41111111111", long("1", 20), "4111 1111 1111 1111", "４１１１１１１１１１１１１１１１"}},
		"employer_code": {"no-criminal-record", []string{"91350100M000100Y43", "92440101MA59CUK230"}, []string{"91350100M000100Y44"},
			[]string{"91350100m000100y43", "91350100M000100Y4", long("0", 17) + "Z", "9135010AM000100Y43"}},
		"home": {"pension-check", []string{"440113 大北路1号", "440113007 大北路1号", "440113007001 大北路 1 号"}, nil,
			[]string{"44011 大北路1号", "440113007", "440113007大北路1号", "440113007  大北路", "044011 大北路", "４４０１１３ 大北路"}},
		"other_number": {"newborn-registration", []string{"110101190001010014", "99010119000101000X"}, []string{"110101190001010015", "11010119000101001X"},
			[]string{"99010119000101006x", "990101190013010014", "990101090001010014", "11010190010101"}},
	} {
		f := service(t, c.service).Form
		base := catalog.Answers{"purpose": "job", "lives": "here"}
		for want, values := range map[catalog.Fault][]string{"": c.right, catalog.FaultCheck: c.slip, catalog.FaultWrong: c.wrong} {
			for _, v := range values {
				a := maps.Clone(base)
				a[field] = v
				if got := f.Validate(a, today())[field]; got != want && (v != "" || got != catalog.FaultMissing) {
					t.Errorf("%s %q is judged %q, want %q", field, v, got, want)
				}
			}
		}
	}
}

func TestTooFewAndTooMany(t *testing.T) {
	f := service(t, "household-move").Form
	a := catalog.Answers{"alone": "together"}
	if got := f.Validate(a, today()); got["family"] != catalog.FaultFew {
		t.Errorf("nobody moves along: %v", got)
	}
	for n := range 9 {
		a[catalog.MemberKey("family", n, "name")] = "张小四"
	}
	if got := f.Validate(a, today()); got["family"] != catalog.FaultMany || got["family.8.number"] != catalog.FaultMissing {
		t.Errorf("nine move along: %v", got)
	}
	delete(a, "family.8.name")
	if got := f.Validate(a, today()); got["family"] != "" || got["family.7.number"] != catalog.FaultMissing {
		t.Errorf("eight move along: %v", got)
	}
}

// TestLoadRefusesWhatCanNotWork: every fault of a file is told, with file and field, and all of them together.
func TestLoadRefusesWhatCanNotWork(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, says string }{
		"unknown department":         {"small-business/service.yaml", "department_id: market", "department_id: moon", `department_id "moon"`},
		"unknown event":              {"small-business/service.yaml", "events: [business", "events: [party", `events[0] "party"`},
		"keyword in capitals":        {"small-business/service.yaml", "keywords: [", "keywords: [Shop, ", `keywords[0] is "Shop"`},
		"unknown offline policy":     {"id-card-renewal/service.yaml", "policy: refuse", "policy: perhaps", `offline.policy is "perhaps"`},
		"nobody told why":            {"id-card-renewal/service.yaml", "  instead:", "  intead:", "intead"},
		"told for nothing":           {"id-card-renewal/service.yaml", "policy: refuse", "policy: accept", "offline.instead is said to nobody"},
		"material on no answer":      {"small-business/service.yaml", "{const: stall}", "{const: tent}", `materials[3].when: premises: "tent" is no answer to it`},
		"material on no question":    {"small-business/service.yaml", `"#/properties/premises", schema: {const: stall}`, `"#/properties/roof", schema: {const: stall}`, `materials[3].when: scope "#/properties/roof"`},
		"material twice":             {"small-business/service.yaml", "id: deed", "id: lease", `materials[2].id "lease" stands twice`},
		"rule on no question":        {"small-business/form.ui.json", `"condition": {"scope": "#/properties/form"`, `"condition": {"scope": "#/properties/from"`, `elements[3]: rule.condition: scope "#/properties/from"`},
		"rule on no answer":          {"small-business/form.ui.json", `"const": "family"`, `"const": "famly"`, `"famly" is no answer to it`},
		"rule on a later question":   {"id-card-renewal/form.ui.json", `"condition": {"scope": "#/properties/reason", "schema": {"const": "changed"}}`, `"condition": {"scope": "#/properties/delivery", "schema": {"const": "post"}}`, "is no field that is asked before"},
		"effect that JSON Forms has": {"small-business/form.ui.json", `"effect": "SHOW"`, `"effect": "ENABLE"`, `rule.effect is "ENABLE"`},
		"number of a choice":         {"small-business/form.ui.json", `{"const": "family"}`, `{"minimum": 3}`, "minimum and maximum are for numbers"},
		"rule on silence":            {"small-business/form.ui.json", `, "failWhenUndefined": true`, ``, "holds while nothing is answered"},
		"rule that asks nothing":     {"small-business/form.ui.json", `{"const": "family"}`, `{}`, "asks nothing"},
		"required and hidden":        {"birth-service/form.schema.json", `"required": [`, `"required": ["weeks", `, "weeks can be hidden"},
		"situation comes first":      {"small-business/form.ui.json", `"i18n": "page.shop",`, `"i18n": "page.shop", "options": {"situation": true},`, "page.shop: the situation is asked first"},
		"situation is a choice":      {"pension-check/form.ui.json", `"i18n": "page.person",`, `"i18n": "page.person", "options": {"situation": true},`, "page.person: phone must be a choice"},
		"option of a page":           {"small-business/form.ui.json", `"options": {"situation": true}`, `"options": {"situation": true, "scan": true}`, "single and situation only"},
		"money without fen":          {"small-business/form.schema.json", `, "multipleOf": 0.01`, ``, "capital: money needs multipleOf"},
		"number without limits":      {"small-business/form.schema.json", `"minimum": 1, "maximum": 200, `, ``, "staff: a number needs minimum and maximum"},
		"group without end":          {"small-business/form.schema.json", `"minItems": 1, "maxItems": 8`, `"minItems": 1`, "family: a group needs maxItems"},
		"group without an add":       {"small-business/messages.yaml", "family.add:", "family.more:", "family.add has no zh-Hans"},
		"member without a label":     {"small-business/messages.yaml", "family.number.label:", "family.number.lable:", "family.number.label has no en"},
		"member that nobody asks":    {"small-business/form.schema.json", `"required": ["name", "relation", "number"]`, `"required": ["name", "relation", "age"]`, "required property age is asked nowhere"},
		"notBefore of a text":        {"small-business/form.ui.json", `"input": "text", "keypad": "text"`, `"input": "text", "keypad": "text", "notBefore": "today"`, "notAfter and notBefore are for dates"},
		"address without format":     {"small-business/form.schema.json", `"format": "cn-address", `, ``, "place: an address needs the format"},
		"answer with a comma":        {"small-business/form.schema.json", `"food", "retail"`, `"food,drink", "retail"`, `"food,drink" can not be an answer`},
		"department without a name":  {"departments.yaml", "zh-Hant: 公安, ", "", "police.name has no zh-Hant"},
		"a service twice":            {"catalogue.yaml", "  - small-business", "  - small-business\n  - small-business", "names small-business twice"},
	} {
		t.Run(name, func(t *testing.T) {
			m := damaged(t, c.file, c.old, c.new)
			where := c.file
			if folder, inFolder := strings.CutSuffix(where, "form.schema.json"); inFolder {
				where = folder + "form.ui.json: " // where the question is asked
			}
			_, err := catalog.Load(m, three())
			if !errors.Is(err, catalog.ErrCatalogue) || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want one that names %s and says %s", err, where, c.says)
			}
		})
	}
	t.Run("all at once", func(t *testing.T) {
		m := damaged(t, "small-business/service.yaml", "department_id: market", "department_id: moon")
		m["pension-check/messages.yaml"].Data = []byte(strings.Replace(string(m["pension-check/messages.yaml"].Data), "zh-Hant: ", "zh-Hand: ", 1))
		m["small-business/form.ui.json"].Data = []byte(strings.ReplaceAll(string(m["small-business/form.ui.json"].Data), "#/properties/form", "#/properties/from"))
		_, err := catalog.Load(m, three())
		for _, part := range []string{`"moon"`, `"zh-Hand"`, "has no zh-Hant", `elements[0].elements[0]: scope "#/properties/from"`, `elements[3]: rule.condition`} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s is not said in: %v", part, err)
			}
		}
	})
}

// damaged is the catalogue with a change in one file.
func damaged(t *testing.T, file, old, changed string) fstest.MapFS {
	t.Helper()
	m := copyOf(t)
	before := string(m[file].Data)
	after := strings.Replace(before, old, changed, 1)
	if after == before {
		t.Fatalf("%s does not hold %q", file, old)
	}
	m[file].Data = []byte(after)
	return m
}
