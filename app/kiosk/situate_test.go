package kiosk_test

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"onedoor/app/catalog"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
)

// chosen is the option of a field that is picked; empty when none is.
func chosen(f kiosk.Field) string {
	for _, o := range f.Options {
		if o.Chosen {
			return o.Label
		}
	}
	return ""
}

// TestElderModeAsksOneSituationAtATime: each question has a screen of its own that says how many there are; going back shows
// the one before, with its answer.
func TestElderModeAsksOneSituationAtATime(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("newborn-registration")
	if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"born", "parents"}) {
		t.Fatalf("in the ordinary mode it asks %v", got)
	}
	h.send(kiosk.Elder{})
	asks := func(id, progress string) kiosk.Form {
		t.Helper()
		f := now[kiosk.Form](h)
		if got := asked(f); !slices.Equal(got, []string{id}) || f.Heading != "宝宝是哪种情况？" || f.Progress != progress {
			t.Fatalf("it asks %v under %q with %q, want %s with %q", got, f.Heading, f.Progress, id, progress)
		}
		return f
	}
	asks("born", "第 1 问，共 2 问")
	h.send(kiosk.Next{})
	if f := asks("born", "第 1 问，共 2 问"); f.Errors == "" || f.Fields[0].Error == "" {
		t.Errorf("without an answer it says %q and %q", f.Errors, f.Fields[0].Error)
	}
	h.picks("born=hospital", "parents=married") // a late tap on what is not shown answers nothing
	h.send(kiosk.Next{})
	if f := asks("parents", "第 2 问，共 2 问"); f.Errors != "" || chosen(f.Fields[0]) != "" {
		t.Errorf("the next question says %q and has %q", f.Errors, chosen(f.Fields[0]))
	}
	h.picks("parents=married")
	h.send(kiosk.Back{})
	if f := asks("born", "第 1 问，共 2 问"); chosen(f.Fields[0]) == "" {
		t.Error("the answer is lost on the way back")
	}
	h.send(kiosk.Next{})
	if f := asks("parents", "第 2 问，共 2 问"); chosen(f.Fields[0]) == "" {
		t.Error("the answer is lost on the way on")
	}
	h.send(kiosk.Next{})
	now[kiosk.Check](h)
	h.send(kiosk.Back{})
	asks("parents", "第 2 问，共 2 问")
	h.send(kiosk.Back{}, kiosk.Back{})
	now[kiosk.Guide](h)
	h.send(kiosk.Next{})
	if f := asks("born", "第 1 问，共 2 问"); chosen(f.Fields[0]) == "" {
		t.Error("the answer is lost when the guide is read again")
	}
}

// TestElderModeInTheMidstOfASituation: the question that is being answered stays on the screen in either mode.
func TestElderModeInTheMidstOfASituation(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("newborn-registration")
	h.picks("born=home")
	h.send(kiosk.Elder{})
	if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"parents"}) {
		t.Errorf("elder mode asks %v, want what is not answered yet", got)
	}
	h.send(kiosk.Back{}, kiosk.Size{To: 1}) // ends elder mode
	f := now[kiosk.Form](h)
	if got := asked(f); !slices.Equal(got, []string{"born", "parents"}) || chosen(f.Fields[0]) == "" || f.Progress != "" {
		t.Errorf("the smaller size asks %v, with %q, and says %q", got, chosen(f.Fields[0]), f.Progress)
	}
	h.send(kiosk.Next{}) // complains of both together
	h.send(kiosk.Elder{})
	if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"parents"}) {
		t.Errorf("elder mode asks %v, want what is complained of", got)
	}
	h.picks("parents=married")
	h.send(kiosk.Elder{}, kiosk.Elder{}, kiosk.Next{})
	now[kiosk.Check](h)
}

// replaced is the catalogue with words changed in files of it.
func replaced(t *testing.T, changes map[string][2]string) *catalog.Catalogue {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(assets.Catalogue(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(assets.Catalogue(), path)
		if c, ok := changes[path]; ok {
			if !bytes.Contains(data, []byte(c[0])) {
				t.Fatalf("%s has no %s", path, c[0])
			}
			data = bytes.Replace(data, []byte(c[0]), []byte(c[1]), 1)
		}
		all[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Load(all, texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestASituationThatMattersNoMore: a question that another answer takes away is not asked and its answer is forgotten: it
// decides no material, and when the question comes back it has to be answered again.
func TestASituationThatMattersNoMore(t *testing.T) {
	services := replaced(t, map[string][2]string{
		"newborn-registration/form.schema.json": {`"born", "parents", `, `"born", `},
		"newborn-registration/form.ui.json": {`"scope": "#/properties/parents", "options": {"input": "choice"}`,
			`"scope": "#/properties/parents", "rule": {"effect": "SHOW", "condition": {"scope": "#/properties/born", "schema": {"enum": ["hospital", "home"]}}}, "options": {"input": "choice", "required": true}`},
	})
	for name, elder := range map[string]bool{"together": false, "one at a time": true} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := equipped(t, box, func(c *kiosk.Config) { c.Catalogue = services })
			h.begins("newborn-registration")
			goOn := func() {}
			if elder {
				h.send(kiosk.Elder{})
				goOn = func() { h.send(kiosk.Next{}) }
			}
			progress := func(want string) {
				t.Helper()
				if f := now[kiosk.Form](h); elder && f.Progress != want {
					t.Errorf("it says %q, want %q", f.Progress, want)
				}
			}
			progress("") // one question is no progress
			h.picks("born=hospital")
			progress("第 1 问，共 2 问")
			goOn()
			h.picks("parents=unmarried")
			h.send(kiosk.Next{})
			needs := func() string {
				var all []string
				for _, i := range now[kiosk.Check](h).Items {
					all = append(all, i.Name)
				}
				return strings.Join(all, " ")
			}
			if got := needs(); !strings.Contains(got, "非婚生育") {
				t.Fatalf("the list is %s", got)
			}
			h.send(kiosk.Back{})
			if elder {
				h.send(kiosk.Back{})
			}
			h.picks("born=abroad")
			if got := asked(now[kiosk.Form](h)); !slices.Equal(got, []string{"born"}) {
				t.Errorf("born abroad it asks %v", got)
			}
			progress("")
			h.send(kiosk.Next{})
			if got := needs(); strings.Contains(got, "非婚生育") {
				t.Errorf("the list is %s", got)
			}
			h.send(kiosk.Back{})
			h.picks("born=home")
			goOn()
			f := now[kiosk.Form](h)
			if last := f.Fields[len(f.Fields)-1]; last.ID != "parents" || chosen(last) != "" {
				t.Errorf("asked again, %s has the answer %q", last.ID, chosen(last))
			}
			h.send(kiosk.Next{})
			if f := now[kiosk.Form](h); f.Errors == "" {
				t.Error("it goes on without the answer")
			}
		})
	}
}

// TestTheSituationIsMendedFromTheReview: 修改 leads to its questions, by the materials that they call for, to what has to be
// answered now, and back to the review; going back at once changes nothing.
func TestTheSituationIsMendedFromTheReview(t *testing.T) {
	for name, elder := range map[string]bool{"pages": false, "one thing at a time": true} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := equipped(t, box, nil)
			h.begins("social-card-replacement")
			h.picks("reason=damaged")
			h.send(kiosk.Next{})
			h.tickAll()
			h.send(kiosk.Next{})
			h.writes("phone", "13800138000")
			h.send(kiosk.Next{})
			h.picks("bank=icbc", "delivery=counter")
			h.send(kiosk.Next{})
			r := now[kiosk.Review](h)
			if elder {
				h.send(kiosk.Elder{})
			}
			if r.Groups[1].Title != "旧卡怎么了？" || r.Groups[1].Edit.Intent != (kiosk.Edit{Page: kiosk.Situation}) {
				t.Fatalf("the review has %+v", r.Groups[1])
			}
			h.send(r.Groups[1].Edit.Intent)
			if f := now[kiosk.Form](h); !slices.Equal(asked(f), []string{"reason"}) || chosen(f.Fields[0]) == "" {
				t.Fatalf("it asks %v", asked(f))
			}
			h.send(kiosk.Back{})
			now[kiosk.Review](h)
			h.send(r.Groups[1].Edit.Intent)
			h.picks("reason=lost")
			h.send(kiosk.Next{})
			if yes, no := have(now[kiosk.Check](h)); !slices.Equal(yes, []string{"本人身份证"}) || no != nil {
				t.Errorf("for a lost card the list has %v and lacks %v", yes, no)
			}
			h.send(kiosk.Next{})
			f := now[kiosk.Form](h)
			if !slices.Contains(asked(f), "lost_on") || f.Errors != "" {
				t.Fatalf("then it asks %v with %q", asked(f), f.Errors)
			}
			h.writes("lost_on", "19991101")
			if elder {
				h.send(kiosk.Next{})
			}
			h.picks("reported=yes")
			for range 4 { // one thing at a time goes through the page
				h.send(kiosk.Next{})
				if _, ok := h.look().Screen.(kiosk.Review); ok {
					break
				}
			}
			if r := now[kiosk.Review](h); chosenRow(r, "补换原因") == "" || chosenRow(r, "哪天发现丢的") == "" {
				t.Errorf("the review shows %+v", r.Groups)
			}
		})
	}
}

// chosenRow is the value of a row of the review.
func chosenRow(r kiosk.Review, label string) string {
	for _, g := range r.Groups {
		for _, row := range g.Rows {
			if row.Label == label {
				return row.Value
			}
		}
	}
	return ""
}
