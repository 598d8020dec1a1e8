package readiness_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/readiness"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device/printer/document"
)

var morning = time.Date(2026, 11, 26, 8, 30, 0, 0, time.UTC)

func local(s string) text.Local { return text.Local{text.Chinese: s, text.English: "en " + s} }

// report has a service of each kind, two problems, and a night with a test that failed.
func report() readiness.Report {
	paper := readiness.Problem{Code: "PRINTER-PAPER-OUT", Since: morning, Cause: local("纸用完了"), Do: local("换一卷新纸")}
	return readiness.Report{
		Site: readiness.Site{Hall: "番禺区政务服务大厅", Kiosk: "107"}, At: morning, Opens: "08:30",
		Services: []readiness.Service{
			{ID: "a", Title: local("高龄津贴"), Extent: readiness.Whole},
			{ID: "b", Title: local("居住证"), Extent: readiness.Partly, Because: []string{"PRINTER-PAPER-OUT"}},
			{ID: "c", Title: local("公积金"), Extent: readiness.Not, Because: []string{"LINK-DOWN"}},
		},
		Problems: []readiness.Problem{paper, {Code: "LINK-DOWN", Cause: local("连不上中心")}},
		SelfTest: readiness.SelfTest{At: morning.Add(-5 * time.Hour), Tests: []readiness.Test{
			{Name: local("磁盘"), Outcome: readiness.Passed},
			{Name: local("打印机"), Outcome: readiness.Failed, Problem: &paper},
			{Name: local("触摸"), Outcome: readiness.Failed, Problem: &readiness.Problem{Code: "TOUCH-NONE", Cause: local("没有触摸设备")}},
			{Name: local("朗读"), Outcome: readiness.Skipped},
		}},
	}
}

func words(t *testing.T, lang text.Language) text.Printer {
	t.Helper()
	all, err := text.Load(assets.ReadinessText())
	if err != nil {
		t.Fatal(err)
	}
	return all.In(lang)
}

func TestShowTellsWhatIsWrongOnce(t *testing.T) {
	v := report().Show(words(t, text.Chinese))
	if v.Extent != readiness.Not || v.Summary != "1 项能办，1 项能办但有欠缺，1 项不能办" {
		t.Errorf("summary %s %q", v.Extent, v.Summary)
	}
	want := []readiness.List{
		{Of: readiness.Not, Title: "不能办的事项", Lines: []readiness.Line{{Text: "公积金", Note: "LINK-DOWN", Why: "连不上中心"}}},
		{Of: readiness.Partly, Title: "能办但有欠缺的事项", Lines: []readiness.Line{{Text: "居住证", Note: "PRINTER-PAPER-OUT", Why: "纸用完了"}}},
		{Of: readiness.Mend, Title: "要处理的问题", Lines: []readiness.Line{{Text: "PRINTER-PAPER-OUT", Note: "纸用完了。换一卷新纸"}, {Text: "LINK-DOWN", Note: "连不上中心"}, {Text: "TOUCH-NONE", Note: "没有触摸设备"}}},
		{Of: readiness.Whole, Title: "都能办的事项", Lines: []readiness.Line{{Text: "高龄津贴"}}},
	}
	if !reflect.DeepEqual(v.Lists, want) {
		t.Errorf("lists %+v", v.Lists)
	}
	if !strings.Contains(v.When, "03:30 自检：1 项通过，2 项不通过") {
		t.Errorf("when %q", v.When)
	}
}

func TestExtentOfTheDay(t *testing.T) {
	r := report()
	r.Services, r.SelfTest = r.Services[:2], readiness.SelfTest{}
	if r.Extent() != readiness.Partly {
		t.Errorf("something lacking is %s", r.Extent())
	}
	r.Services = r.Services[:1]
	if r.Extent() != readiness.Whole {
		t.Errorf("all well is %s", r.Extent())
	}
	r.SelfTest = report().SelfTest
	if r.Extent() != readiness.Partly {
		t.Errorf("a test that failed is %s", r.Extent())
	}
	if (readiness.Report{}).Extent() != readiness.Not {
		t.Error("no services are something")
	}
}

// TestSummaryTellsNoZeros: what there is none of is not counted.
func TestSummaryTellsNoZeros(t *testing.T) {
	service := func(e readiness.Extent) readiness.Service { return readiness.Service{Extent: e} }
	failed := readiness.SelfTest{At: morning, Tests: []readiness.Test{{Outcome: readiness.Failed}}}
	for want, r := range map[string]readiness.Report{
		"全部 2 项都能办":        {Services: []readiness.Service{service(readiness.Whole), service(readiness.Whole)}},
		"全部 1 项都能办；有问题要处理": {Services: []readiness.Service{service(readiness.Whole)}, SelfTest: failed},
		"1 项能办但有欠缺":        {Services: []readiness.Service{service(readiness.Partly)}},
		"1 项能办，1 项不能办":     {Services: []readiness.Service{service(readiness.Not), service(readiness.Whole)}},
	} {
		if got := r.Show(words(t, text.Chinese)).Summary; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

// TestEveryWordIsUsed: the paper and the screen in each language have all their words, and no other word is there.
func TestEveryWordIsUsed(t *testing.T) {
	all, err := text.Load(assets.ReadinessText())
	if err != nil {
		t.Fatal(err)
	}
	bare := report()
	bare.SelfTest, bare.Services, bare.Opens = readiness.SelfTest{}, bare.Services[:1], ""
	lacking := report()
	lacking.Services = lacking.Services[:2]
	ill := report() // all can be had, and something is to be mended
	ill.Services = slices.DeleteFunc(slices.Clone(ill.Services), func(s readiness.Service) bool { return s.Extent != readiness.Whole })
	for _, lang := range all.Languages() {
		var said strings.Builder
		for _, r := range []readiness.Report{report(), bare, lacking, ill} {
			for _, b := range readiness.Paper(r, all.In(lang)).Blocks {
				if line, ok := b.(document.Text); ok {
					said.WriteString(line.Text + "\n")
				}
			}
		}
		if strings.ContainsAny(said.String(), "{}") {
			t.Errorf("a word is missing in %s:\n%s", lang, said.String())
		}
		for _, key := range all.Keys() {
			if key == "none" || key == "stale" || key == "mend" || key == "whole" || key == "comma" {
				continue // hallctl's, those that are nothing but arguments and a sign, and the screen's
			}
			part, _, _ := strings.Cut(strings.TrimPrefix(all.In(lang).T(key), "{"), "{")
			if _, rest, ok := strings.Cut(part, "}"); ok {
				part = rest
			}
			if !strings.Contains(said.String(), strings.TrimSpace(part)) {
				t.Errorf("%s is not said in %s", key, lang)
			}
		}
	}
}

func TestReportTravelsAsJSON(t *testing.T) {
	b, err := json.Marshal(report())
	if err != nil {
		t.Fatal(err)
	}
	var back readiness.Report
	if err := json.Unmarshal(b, &back); err != nil || back.Extent() != readiness.Not || len(back.SelfTest.Failed()) != 2 || back.Hall != "番禺区政务服务大厅" {
		t.Errorf("came back as %+v, %v", back, err)
	}
}
