package catalog_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

func TestSearch(t *testing.T) {
	c := full(t, both) // traditional characters find what is not shown in them
	for _, q := range []struct {
		query string
		lang  text.Language
		want  []string // the first ones found; nothing else than them when whole
		whole bool
	}{
		{"", text.Chinese, nil, true},
		{" ·!", text.Chinese, nil, true},
		{"登月", text.Chinese, nil, true},
		{"居住证签注", text.Chinese, []string{"residence-permit"}, true},
		{"居住證", text.Chinese, []string{"residence-permit"}, true},
		{"暂住证", text.Chinese, []string{"residence-permit"}, true},
		{"gljt", text.Chinese, []string{"old-age-allowance"}, true},
		{"GaoLing", text.Chinese, []string{"old-age-allowance"}, true},
		{"ga'o ling", text.Chinese, []string{"old-age-allowance"}, true},
		{"xse", text.Chinese, []string{"newborn-registration"}, true},
		{"身份证", text.Chinese, []string{"id-card-renewal"}, false},
		{"ＩＤ", text.English, []string{"id-card-renewal"}, true},
		{"renew", text.English, []string{"id-card-renewal", "residence-permit"}, true},
		{"allowance age", text.English, []string{"old-age-allowance"}, true},
		{"我要补办社保卡", text.Chinese, []string{"social-card-replacement"}, false},
		{"公积金", text.Chinese, []string{"housing-fund-rent"}, true},
		{"结婚", text.Chinese, []string{"marriage-appointment"}, true},
	} {
		var got []string
		for _, s := range c.Search(q.query, q.lang) {
			got = append(got, s.ID)
		}
		if len(got) < len(q.want) || !slices.Equal(got[:len(q.want)], q.want) || q.whole && len(got) > len(q.want) {
			t.Errorf("%q finds %v, want %v", q.query, got, q.want)
		}
	}
}

// TestEachServiceIsFound: by its own title, in each language, first of all, and by the initials that people type.
func TestEachServiceIsFound(t *testing.T) {
	c := full(t, three())
	for _, s := range c.Services {
		for lang, title := range s.Title {
			if got := c.Search(title, lang); len(got) == 0 || got[0].ID != s.ID {
				t.Errorf("%q finds %d, not %s first", title, len(got), s.ID)
			}
		}
		for _, k := range s.Keywords {
			if !slices.Contains(c.Search(k, text.Chinese), s) {
				t.Errorf("%q does not find %s", k, s.ID)
			}
		}
	}
}

func TestSearchTakesAnything(t *testing.T) {
	c := full(t, three())
	rapid.Check(t, func(t *rapid.T) {
		got := c.Search(rapid.String().Draw(t, "query"), text.Chinese)
		for i, s := range got {
			if slices.Contains(got[:i], s) {
				t.Fatalf("%s is found twice", s.ID)
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	c := full(b, three())
	for b.Loop() {
		if len(c.Search("shebao", text.Chinese)) == 0 {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	f := service(b, "temporary-relief").Form
	a := f.Invent(func(n int) int { return n - 1 }, map[catalog.CardFact]string{catalog.CardName: "张小三"}, today())
	for b.Loop() {
		f.Validate(a, today())
	}
}
