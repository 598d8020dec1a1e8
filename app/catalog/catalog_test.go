package catalog_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/assets"
)

var both = []text.Language{text.Chinese, text.English}

func sample(t *testing.T) *catalog.Catalogue {
	t.Helper()
	c, err := catalog.Load(assets.Catalogue(), both)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// copyOf gives the sample catalogue as files that a test can damage.
func copyOf(t testing.TB) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(assets.Catalogue(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(assets.Catalogue(), p)
		m[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSampleCatalogueIsWhole(t *testing.T) {
	c := sample(t)
	if len(c.Services) < 2 || c.Version == "" {
		t.Fatalf("version %q with %d services", c.Version, len(c.Services))
	}
	for _, s := range c.Services {
		inputs := map[catalog.Input]bool{}
		for _, p := range s.Form.Pages {
			for _, f := range p.Fields {
				inputs[f.Input] = true
			}
		}
		for _, in := range []catalog.Input{catalog.InputFixed, catalog.InputChoice, catalog.InputPhone} {
			if !inputs[in] && (in != catalog.InputChoice || !inputs[catalog.InputMulti]) {
				t.Errorf("%s asks nothing of kind %s", s.ID, in)
			}
		}
	}
}

func TestLoadNamesFileAndField(t *testing.T) {
	for name, c := range map[string]struct {
		file, old, new string
		want           []string
	}{
		"translation missing":  {"residence-permit/messages.yaml", "en: Mobile phone", "fr: Mobile", []string{"residence-permit/messages.yaml", "phone.label has no en"}},
		"unknown field":        {"residence-permit/form.ui.json", "#/properties/phone", "#/properties/fone", []string{"form.ui.json", `"#/properties/fone" is not in the schema`, "phone is asked nowhere"}},
		"unknown key":          {"residence-permit/service.yaml", "icon:", "icn:", []string{"residence-permit/service.yaml", "icn"}},
		"unknown input":        {"residence-permit/form.ui.json", `"input": "phone"`, `"input": "dial"`, []string{"form.ui.json", `input "dial" is not known`}},
		"schema is no schema":  {"residence-permit/form.schema.json", `"type": "object"`, `"type": "objekt"`, []string{"form.schema.json"}},
		"keyword not shown":    {"residence-permit/form.schema.json", `"type": "object"`, `"type": "object", "minProperties": 9`, []string{"form.schema.json", "minProperties"}},
		"comma begins a key":   {"residence-permit/service.yaml", `"Interim Regulations on Residence Permits, article 10"`, `Interim Regulations, article 10`, []string{"service.yaml", "guide.basis", "article 10"}},
		"prefill not on cards": {"residence-permit/form.ui.json", `"prefill": "name"`, `"prefill": "shoe"`, []string{"form.ui.json", `prefill "shoe" is not on a card`}},
	} {
		t.Run(name, func(t *testing.T) {
			m := copyOf(t)
			before := string(m[c.file].Data)
			after := strings.Replace(before, c.old, c.new, 1)
			if after == before {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			m[c.file].Data = []byte(after)
			_, err := catalog.Load(m, both)
			if !errors.Is(err, catalog.ErrCatalogue) {
				t.Fatalf("err = %v, want ErrCatalogue", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not said in: %v", part, err)
				}
			}
		})
	}
}

func TestValidate(t *testing.T) {
	form := sample(t).Services[0].Form
	today := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	good := catalog.Answers{"name": "张小三", "number": "110101190001010014", "address": "北京市东城区东华门大街2号",
		"phone": "13800138000", "housing": "rented", "room": "3栋502室", "since": "2026-11-22"}
	if got := form.Validate(good, today); len(got) != 0 {
		t.Fatalf("good answers have faults %v", got)
	}
	for name, c := range map[string]struct {
		field, value string
		want         catalog.Fault
	}{
		"phone missing":      {"phone", "", catalog.FaultMissing},
		"phone short":        {"phone", "1380013800", catalog.FaultWrong},
		"phone landline":     {"phone", "12800138000", catalog.FaultWrong},
		"no such choice":     {"housing", "palace", catalog.FaultWrong},
		"no such day":        {"since", "2026-02-30", catalog.FaultWrong},
		"half a date":        {"since", "202611", catalog.FaultWrong},
		"tomorrow":           {"since", "2026-11-23", catalog.FaultFuture},
		"letters of a sort":  {"room", "three", catalog.FaultWrong},
		"number of no card":  {"number", "12345", catalog.FaultWrong},
		"control characters": {"room", "3\x1b@", catalog.FaultWrong},
	} {
		t.Run(name, func(t *testing.T) {
			a := catalog.Answers{}
			for k, v := range good {
				a[k] = v
			}
			a[c.field] = c.value
			got := form.Validate(a, today)
			if len(got) != 1 || got[c.field] != c.want {
				t.Errorf("faults %v, want %s: %s", got, c.field, c.want)
			}
		})
	}
}
