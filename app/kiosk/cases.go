package kiosk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/sync/engine"
	"onedoor/sync/wire"
)

// Cases asks central for the cases of the person whose card was read. number is the card's; nothing of it is kept, sent in
// the clear or logged.
type Cases interface {
	CasesOf(ctx context.Context, number []byte) (wire.Cases, error)
}

var _ Cases = (*wire.Client)(nil)

const (
	// askLimit is how long somebody waits for central's answer; what is known here is on the screen meanwhile.
	askLimit = 6 * time.Second
	// askFresh is how long an answer is good enough not to ask again, by whoever goes to and fro.
	askFresh = 30 * time.Second
)

// mine is what is known of the cases of the visitor whose card was read.
type mine struct {
	asking   bool
	cancel   context.CancelFunc // of the question under way; nil when there is none
	got      bool               // central answered
	complete bool               // and knows of no other case
	at       time.Time          // when central said so, by its clock
	heard    time.Time          // the same by this machine's
	failed   time.Time          // since when it is known that central does not answer; zero when it does
	offline  bool               // because the link is down
	central  []finding          // as central told, the newest first
	here     []finding          // accepted on this machine lately
	behind   bool               // the case on the screen was chosen from the list
}

// stop gives up the question under way.
func (m *mine) stop() {
	if m.cancel != nil {
		m.cancel()
	}
	m.cancel, m.asking = nil, false
}

func (m *mine) wipe() {
	m.stop()
	clear(m.central)
	clear(m.here)
	*m = mine{}
}

// hasRead reports whether the visitor's card was read: a number that was typed shows nobody's cases.
func (s *session) hasRead() bool { return s.card != nil && !s.byHand }

// listCases brings the list of the visitor's cases up to date. With the link down central is not asked: it would only take
// the visitor's time.
func (k *Kiosk) listCases(ctx context.Context) {
	m := &k.visit.mine
	k.findHere()
	if m.asking || m.got && m.failed.IsZero() && k.cfg.Now().Sub(m.heard) < askFresh {
		return
	}
	if link := k.cfg.Link.Status(); k.cfg.Cases == nil || link.Link == engine.Offline {
		m.silent(k.cfg.Now(), link)
		return
	}
	k.askCases(ctx)
}

// askCases asks central, off the loop.
func (k *Kiosk) askCases(ctx context.Context) {
	s := k.visit
	m := &s.mine
	if !s.hasRead() || k.cfg.Cases == nil || m.asking {
		return
	}
	number := bytes.Clone(s.card.Number)
	limited, cancel := context.WithTimeout(ctx, askLimit)
	m.asking, m.cancel = true, cancel
	k.beside(func() func() {
		answer, err := k.cfg.Cases.CasesOf(limited, number)
		clear(number)
		given := errors.Is(limited.Err(), context.Canceled) // the visitor has gone on
		cancel()
		return func() {
			if s == k.visit && !given {
				k.answered(answer, err)
			}
		}
	})
}

// silent notes that central does not answer, and since when.
func (m *mine) silent(now time.Time, link engine.Status) {
	m.failed, m.offline = now, link.Link == engine.Offline
	if m.offline && !link.Since.IsZero() {
		m.failed = link.Since.Local()
	}
}

// answered takes in what central said of the visitor's cases, or that it said nothing.
func (k *Kiosk) answered(answer wire.Cases, err error) {
	m := &k.visit.mine
	m.stop()
	if err == nil {
		m.at, err = time.Parse(time.RFC3339, answer.At)
	}
	if err != nil {
		k.cfg.Logger.Warn("central did not tell cases", "err", err)
		m.silent(k.cfg.Now(), k.cfg.Link.Status())
		return
	}
	m.at = m.at.Local()
	m.got, m.complete, m.heard, m.failed, m.offline = true, answer.Complete, k.cfg.Now(), time.Time{}, false
	m.central = nil
	for _, line := range answer.Cases {
		f := told(line, m.at)
		k.find(&f)
		m.central = append(m.central, f)
	}
	k.findHere()
}

// told is a case as central tells it.
func told(line wire.CaseLine, asOf time.Time) finding {
	f := finding{known: true, number: line.ReceiptNo, service: line.Service, title: local(line.Title), next: local(line.Next), stage: line.Stage, asOf: asOf}
	filed, _ := time.Parse(time.RFC3339, line.FiledAt) // the client has refused what is no time
	f.changed, _ = time.Parse(time.RFC3339, line.ChangedAt)
	f.at = filed.Local()
	return f
}

func local(words map[string]string) text.Local {
	l := text.Local{}
	for lang, s := range words {
		l[text.Language(lang)] = s
	}
	return l
}

// findHere finds what this machine knows of the visitor's cases: those it accepted lately, and what its feed said of those
// that central told.
func (k *Kiosk) findHere() {
	s := k.visit
	if !s.hasRead() {
		return
	}
	m := &s.mine
	m.here = nil
	for _, number := range k.recent.of(s.card.Number, k.cfg.Now()) {
		f := finding{number: number}
		if k.find(&f); f.known {
			m.here = append(m.here, f)
		}
	}
	for i := range m.central {
		if m.central[i].caseID != "" { // of others this machine never hears
			k.find(&m.central[i])
		}
	}
}

// tickCases keeps an open list true, and asks when the link has come back.
func (k *Kiosk) tickCases(ctx context.Context) {
	m := &k.visit.mine
	k.findHere()
	if m.offline && !m.asking && k.cfg.Link.Status().Link == engine.Online {
		m.offline = false
		k.askCases(ctx)
	}
}

// listed gives the visitor's cases, the newest first. Who came to evaluate sees those that can be evaluated here.
func (k *Kiosk) listed() []finding {
	s := k.visit
	all := slices.Clone(s.mine.central)
	for _, f := range s.mine.here {
		if !slices.ContainsFunc(all, func(o finding) bool { return o.number == f.number }) {
			all = append(all, f)
		}
	}
	if s.rating {
		all = slices.DeleteFunc(all, func(f finding) bool { return f.caseID == "" })
	}
	slices.SortStableFunc(all, func(a, b finding) int { return cmp.Compare(b.at.Unix(), a.at.Unix()) })
	return all
}

// openCase shows how far one of the listed cases is.
func (k *Kiosk) openCase(ctx context.Context, number string) {
	if k.state != visit.Cases {
		return
	}
	for _, f := range k.listed() {
		if f.number == number {
			k.visit.look = f
			k.step(ctx, visit.CaseNamed)
			return
		}
	}
}

// casesScreen lists the visitor's cases and says what the list is worth.
func (k *Kiosk) casesScreen(say text.Printer) CaseList {
	s := k.visit
	m := &s.mine
	v := CaseList{Heading: say.T("cases.heading", "name", s.maskedApplicant()), Help: say.T("cases.help"),
		Next: Button{say.T("cases.type"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false}}
	if s.rating {
		v.Heading, v.Help = say.T("track.rate.heading"), say.T("cases.rate.help")
	}
	all := k.listed()
	for _, f := range all {
		v.Cases = append(v.Cases, k.caseTile(f, say))
	}
	v.Note = m.note(len(all) == 0, s.rating, say)
	if len(all) == 0 {
		v.Help = ""
	}
	if !m.asking && !m.failed.IsZero() && k.cfg.Cases != nil {
		v.Again = Button{say.T("cases.again"), Again{}, false}
	}
	return v
}

// note says how central's word stands, and what to do when something is missing from the list.
func (m *mine) note(empty, rating bool, say text.Printer) Notice {
	var words []string
	tone := Neutral
	switch {
	case m.asking:
		return Notice{Text: say.T("cases.asking")}
	case !m.failed.IsZero():
		tone = Caution
		key := "cases.noanswer"
		if m.offline {
			key = "cases.offline"
		}
		words = append(words, say.T(key, "time", text.Stamp(m.failed)))
		switch {
		case m.got:
			words = append(words, say.T("cases.asof", "time", text.Stamp(m.at)))
		case empty:
			words = append(words, say.T("cases.none.here"))
		default:
			words = append(words, say.T("cases.here"))
		}
		words = append(words, say.T("cases.else"))
	case rating && empty:
		words = append(words, say.T("cases.rate.none"))
	case empty && m.complete:
		words = append(words, say.T("cases.none", "time", text.Stamp(m.at)))
	default:
		words = append(words, say.T("cases.asof", "time", text.Stamp(m.at)))
		if !m.complete {
			words = append(words, say.T("cases.more"), say.T("cases.else"))
		}
	}
	return Notice{Tone: tone, Text: strings.Join(words, "\n")}
}

// caseTile shows one case: what it is, its number, since when, how far, and what to do next.
func (k *Kiosk) caseTile(f finding, say text.Printer) Tile {
	online := k.cfg.Link.Status().Link == engine.Online
	heading, help := f.standing(online, say)
	t := Tile{Icon: "file-text", Title: k.titleOf(f, say), Badge: heading, Intent: OpenCase{Number: f.number}}
	switch f.stage {
	case wire.StageReturned:
		t.Icon, t.Tone = "alert-circle", Caution
	case wire.StageDone:
		t.Icon = "circle-check"
	}
	lines := []string{text.Fours(f.number), say.T("progress.received", "time", text.Stamp(f.at)), help}
	if next := k.nextOf(f, say); next != "" {
		lines[2] = next
	}
	t.Text = strings.Join(lines, "\n")
	return t
}

// titleOf is the name of a case's service: in this machine's words, or in those of the hall that took it in.
func (k *Kiosk) titleOf(f finding, say text.Printer) string {
	if svc, ok := k.cfg.Catalogue.Service(f.service); ok {
		return svc.Title.In(say.Language)
	}
	if title := f.title.In(say.Language); title != "" {
		return title
	}
	return f.service
}

// nextOf is what a case that has reached the centre waits for; empty when its stage says that better.
func (k *Kiosk) nextOf(f finding, say text.Printer) string {
	if f.stage != wire.StageDelivered {
		return ""
	}
	if next := f.next.In(say.Language); next != "" {
		return next
	}
	if svc, ok := k.cfg.Catalogue.Service(f.service); ok {
		return steps(svc).In(say.Language)
	}
	return ""
}
