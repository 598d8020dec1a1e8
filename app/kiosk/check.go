package kiosk

import (
	"context"
	"strconv"
	"strings"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device/printer"
)

// situate is the page of questions whose answers decide materials and fields: choices only, so there are no keys.
func (k *Kiosk) situate(say text.Printer) Form {
	form, page := k.visit.service.Form, k.visit.service.Form.Pages[0] // the catalogue has it first
	v := Form{Heading: form.Title(page, say.Language), Help: form.Help(page, say.Language),
		Next: Button{say.T("form.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false}}
	if n := len(k.visit.situations()); k.visit.elder && n > 1 {
		k.visit.situation() // the one that is asked
		v.Progress = say.T("situate.progress", "n", strconv.Itoa(k.visit.asking+1), "of", strconv.Itoa(n))
	}
	k.fields(&v, say)
	return v
}

// check asks for the materials, one row each.
func (k *Kiosk) check(say text.Printer) Check {
	s := k.visit
	v := Check{Heading: say.T("check.heading"), Help: say.T("check.help"), Next: Button{say.T("check.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false}}
	for i, m := range s.materials() {
		item := CheckItem{Name: m.Name.In(say.Language), Note: note(m, say.Language), Have: s.has(m), Tick: Tick{Material: i}}
		switch {
		case m.Card && s.byHand:
			item.Note = say.T("guide.card.bring")
		case m.Card:
			item.Fixed, item.Note = true, say.T("guide.card.read")
		}
		if !item.Have {
			v.Missing = Notice{Tone: Caution, Text: say.T("check.missing")}
			v.Next.Label = say.T("check.anyway")
			v.Print = Button{say.T("check.print"), PrintNotice{}, k.noticeBusy || !k.canPrint()}
		}
		v.Items = append(v.Items, item)
	}
	if v.Missing.Text != "" {
		switch {
		case k.noticeBusy:
			v.Missing = Notice{Tone: Neutral, Text: say.T("check.printing")}
		case s.noticed:
			v.Missing = Notice{Tone: Good, Text: say.T("check.printed")}
		case s.noticeFailed:
			v.Missing = Notice{Tone: Caution, Text: say.T("check.unprinted")}
		}
	}
	return v
}

// has reports whether a material is at hand: the card that was read is, and what was ticked. Nothing is said to be before
// somebody has said so.
func (s *session) has(m catalog.Material) bool { return m.Card && !s.byHand || s.atHand[m.ID] }

// tickMaterial says that a material is at hand, or is not.
func (k *Kiosk) tickMaterial(i int) {
	s := k.visit
	all := s.materials()
	if i < 0 || i >= len(all) || all[i].Card && !s.byHand {
		return
	}
	id := all[i].ID
	if s.atHand[id] = !s.atHand[id]; !s.atHand[id] {
		delete(s.atHand, id)
	}
	s.noticed, s.noticeFailed = false, false
}

// canPrint reports whether paper may come.
func (k *Kiosk) canPrint() bool { return k.can(health.ReceiptPrinting) }

// printNotice prints the one-time notice of what is missing. It holds nothing of a person.
func (k *Kiosk) printNotice(ctx context.Context) {
	s := k.visit
	if k.state != visit.Check || k.noticeBusy || !k.canPrint() {
		return
	}
	say := k.cfg.Texts.In(s.lang)
	facts := receipt.NoticeFacts{Hall: k.cfg.Site.Hall, Kiosk: k.cfg.Site.Kiosk, Service: s.service.Title.In(s.lang), Department: s.service.Department.In(s.lang),
		Printed: k.cfg.Now(), HelpPhone: k.cfg.Site.HelpPhone}
	for _, m := range s.materials() {
		if !s.has(m) {
			facts.Missing = append(facts.Missing, receipt.Missing{Name: m.Name.In(s.lang), Note: note(m, s.lang)})
		}
	}
	if len(facts.Missing) == 0 {
		return
	}
	doc := receipt.Notice(facts, say)
	k.noticeBusy = true
	k.beside(func() func() {
		result := k.cfg.Printer.Print(ctx, doc)
		return func() {
			k.noticeBusy = false
			if s == k.visit {
				s.noticed, s.noticeFailed = result.Outcome != printer.NotPrinted, result.Outcome == printer.NotPrinted
			}
		}
	})
}

// note is what is said of a material, and where it can be had.
func note(m catalog.Material, lang text.Language) string {
	return strings.TrimSpace(m.Note.In(lang) + "\n" + m.From.In(lang))
}
