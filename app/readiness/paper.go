package readiness

import (
	"slices"
	"strconv"
	"strings"

	"onedoor/app/text"
	"onedoor/device/printer/document"
)

// Line is one thing in a list of a View.
type Line struct {
	Text string // a service, a problem's code, a test
	Note string // why, or what to do; may be empty. Of a service: the codes
	Why  string // of a service: the causes in words, as far as the report tells them; empty otherwise
}

// Mend is a List of what is wrong, and what to do about it.
const Mend Extent = "mend"

// List is a part of a View: the services of an extent, or what is to be mended. It is never empty.
type List struct {
	Of    Extent // Not, Partly, Whole or Mend
	Title string
	Lines []Line
}

// View is a report as a screen for staff shows it, and as Paper prints it: sentences, and nothing left to look up.
type View struct {
	Heading string
	Kiosk   string // whose it is
	When    string // of the report and of the self-test, two lines
	Extent  Extent // decides the colour of Summary
	Summary string
	Lists   []List // Not, Partly, Mend and Whole, those that are not empty
}

// Show puts a report into the words of say, those of assets.ReadinessText.
func (r Report) Show(say text.Printer) View {
	v := View{Heading: say.T("heading"), Kiosk: say.T("kiosk", "kiosk", r.Kiosk), Extent: r.Extent(), When: say.T("when", "time", text.Stamp(r.At), "opens", r.Opens)}
	if r.Opens == "" {
		v.When = say.T("when.now", "time", text.Stamp(r.At))
	}
	v.When += "\n" + r.SelfTest.say(say)
	not, partly, whole := r.lines(Not, say), r.lines(Partly, say), r.lines(Whole, say)
	v.Summary = r.summary(say)
	for _, l := range []List{{Not, say.T("not"), not}, {Partly, say.T("partly"), partly}, {Mend, say.T("mendlist"), r.mend(say)}, {Whole, say.T("whole"), whole}} {
		if len(l.Lines) > 0 {
			v.Lists = append(v.Lists, l)
		}
	}
	return v
}

// summary tells how many services can be had, and how. Of what there is none nothing is said.
func (r Report) summary(say text.Printer) string {
	whole := len(r.Of(Whole))
	if whole == len(r.Services) {
		all := say.T("summary.all", "n", strconv.Itoa(whole))
		if r.Extent() != Whole {
			all = say.T("summary.mend", "summary", all)
		}
		return all
	}
	var parts []string
	for _, e := range []Extent{Whole, Partly, Not} {
		if n := len(r.Of(e)); n > 0 {
			parts = append(parts, say.T("summary."+string(e), "n", strconv.Itoa(n)))
		}
	}
	return strings.Join(parts, say.T("comma"))
}

// mend tells each thing once: a device that is ill fails its test as well.
func (r Report) mend(say text.Printer) (all []Line) {
	wrong := slices.Clone(r.Problems)
	for _, t := range r.SelfTest.Failed() {
		if t.Problem != nil {
			wrong = append(wrong, *t.Problem)
		}
	}
	for i, p := range wrong {
		if slices.ContainsFunc(wrong[:i], func(o Problem) bool { return o.Code == p.Code }) {
			continue
		}
		line := Line{Text: p.Code, Note: p.Cause.In(say.Language)}
		if do := p.Do.In(say.Language); do != "" {
			line.Note = say.T("mend", "cause", line.Note, "do", do)
		}
		all = append(all, line)
	}
	return all
}

// lines are the services of an extent.
func (r Report) lines(e Extent, say text.Printer) (all []Line) {
	for _, s := range r.Of(e) {
		line := Line{Text: s.Title.In(say.Language), Note: strings.Join(s.Because, " ")}
		var why []string
		for _, p := range r.Problems {
			if slices.Contains(s.Because, p.Code) {
				why = append(why, p.Cause.In(say.Language))
			}
		}
		line.Why = strings.Join(why, " · ")
		all = append(all, line)
	}
	return all
}

// say tells when the machine tested itself, and how that ended.
func (s SelfTest) say(say text.Printer) string {
	if s.At.IsZero() {
		return say.T("untested")
	}
	return say.T("tested", "time", text.Stamp(s.At), "passed", strconv.Itoa(len(s.of(Passed))), "failed", strconv.Itoa(len(s.Failed())))
}

// Paper composes the report for the receipt printer. What is well is a number; what is not is told in full.
func Paper(r Report, say text.Printer) document.Document {
	v := r.Show(say)
	blocks := []document.Block{
		document.Text{Text: r.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: v.Heading, Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Text{Text: v.Kiosk, Align: document.Centre},
		document.Rule{},
		document.Text{Text: v.When},
		document.Rule{},
		document.Text{Text: v.Summary, Bold: true},
	}
	for _, list := range v.Lists {
		if list.Of == Whole {
			continue
		}
		blocks = append(blocks, document.Rule{}, document.Text{Text: list.Title, Bold: true})
		for _, l := range list.Lines {
			if list.Of == Mend {
				blocks = append(blocks, document.Text{Text: l.Text, Bold: true}, document.Text{Text: l.Note})
			} else {
				blocks = append(blocks, document.Row{Label: l.Text, Value: l.Note})
			}
		}
	}
	return document.Document{Blocks: append(blocks, document.Rule{}, document.Text{Text: say.T("end"), Align: document.Centre})}
}
