package readiness

import (
	"strconv"
	"strings"

	"onedoor/app/text"
	"onedoor/device/printer/document"
)

// Line is one thing in a list of a View.
type Line struct {
	Text string // a service, a problem's code, a test
	Note string // why, or what to do; may be empty
}

// View is a report as a screen for staff shows it, and as Paper prints it: sentences, and nothing left to look up.
type View struct {
	Heading string
	When    string // of the report and of the self-test
	Extent  Extent // decides the colour of Summary
	Summary string
	Not     []Line // services that can not be had, and why
	Partly  []Line // services that lack something, and what
	Mend    []Line // what is wrong, and what to do about it
}

// Show puts a report into the words of say, those of assets.ReadinessText.
func (r Report) Show(say text.Printer) View {
	v := View{Heading: say.T("heading"), Extent: r.Extent(), When: say.T("when", "time", text.Stamp(r.At), "opens", r.Opens)}
	whole, partly, not := len(r.Of(Whole)), r.Of(Partly), r.Of(Not)
	v.Summary = say.T("summary."+string(v.Extent), "whole", strconv.Itoa(whole), "partly", strconv.Itoa(len(partly)), "not", strconv.Itoa(len(not)))
	for _, s := range not {
		v.Not = append(v.Not, Line{s.Title.In(say.Language), strings.Join(s.Because, " ")})
	}
	for _, s := range partly {
		v.Partly = append(v.Partly, Line{s.Title.In(say.Language), strings.Join(s.Because, " ")})
	}
	told := map[string]bool{}
	mend := func(p Problem) {
		if told[p.Code] { // a device that is ill fails its test as well
			return
		}
		told[p.Code] = true
		line := Line{p.Code, p.Cause.In(say.Language)}
		if do := p.Do.In(say.Language); do != "" {
			line.Note = say.T("mend", "cause", line.Note, "do", do)
		}
		v.Mend = append(v.Mend, line)
	}
	for _, p := range r.Problems {
		mend(p)
	}
	for _, t := range r.SelfTest.Failed() {
		if t.Problem != nil {
			mend(*t.Problem)
		}
	}
	switch failed := len(r.SelfTest.Failed()); {
	case r.SelfTest.At.IsZero():
		v.When += "\n" + say.T("untested")
	default:
		v.When += "\n" + say.T("tested", "time", text.Stamp(r.SelfTest.At), "passed", strconv.Itoa(r.SelfTest.count(Passed)), "failed", strconv.Itoa(failed))
	}
	return v
}

func (s SelfTest) count(o Outcome) int {
	n := 0
	for _, t := range s.Tests {
		if t.Outcome == o {
			n++
		}
	}
	return n
}

// Paper composes the report for the receipt printer. What is well is a number; what is not is told in full.
func Paper(r Report, say text.Printer) document.Document {
	v := r.Show(say)
	blocks := []document.Block{
		document.Text{Text: r.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: v.Heading, Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Text{Text: say.T("kiosk", "kiosk", r.Kiosk), Align: document.Centre},
		document.Rule{},
		document.Text{Text: v.When},
		document.Rule{},
		document.Text{Text: v.Summary, Bold: true},
	}
	list := func(key string, lines []Line, row func(Line) []document.Block) {
		if len(lines) == 0 {
			return
		}
		blocks = append(blocks, document.Rule{}, document.Text{Text: say.T(key), Bold: true})
		for _, l := range lines {
			blocks = append(blocks, row(l)...)
		}
	}
	service := func(l Line) []document.Block { return []document.Block{document.Row{Label: l.Text, Value: l.Note}} }
	problem := func(l Line) []document.Block {
		return []document.Block{document.Text{Text: l.Text, Bold: true}, document.Text{Text: l.Note}}
	}
	list("not", v.Not, service)
	list("partly", v.Partly, service)
	list("mendlist", v.Mend, problem)
	return document.Document{Blocks: append(blocks, document.Rule{}, document.Text{Text: say.T("end"), Align: document.Centre})}
}
