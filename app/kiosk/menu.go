package kiosk

import (
	"context"
	"strings"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
)

// browsing is how the services were narrowed down.
type browsing struct {
	department, event string
	search            bool // the search field is typed into
	query             []byte
	reading           bool // for the guides only: nothing is applied for
}

// keep makes letters that are on their way part of what is searched for: initials are found as they are, as words they are not.
func (b *browsing) keep(t *typing) {
	b.add(string(t.letters))
	t.wipe()
}

// add types into the search field, in place.
func (b *browsing) add(s string) {
	if b.query == nil {
		b.query = make([]byte, 0, maxQuery)
	}
	if len(b.query)+len(s) <= maxQuery {
		b.query = append(b.query, s...)
	}
}

func (b *browsing) wipe() {
	clear(b.query[:cap(b.query)])
	*b = browsing{}
}

// maxQuery is longer than the title of any service.
const maxQuery = 40

// errand goes from the menu to what somebody comes for.
func (k *Kiosk) errand(ctx context.Context, e Errand) {
	if k.state != visit.Menu {
		return
	}
	s := k.visit
	s.browse.wipe()
	s.look, s.mistyped = finding{}, ""
	s.rating = e == Rating
	switch e {
	case Apply:
		k.step(ctx, visit.ApplyChosen)
	case Guides:
		s.browse.reading = true
		k.step(ctx, visit.ApplyChosen)
	case Find:
		s.browse.search = true
		k.step(ctx, visit.ApplyChosen)
	case Follow, Rating:
		if s.hasRead() {
			k.step(ctx, visit.MineChosen)
		} else {
			k.step(ctx, visit.FollowChosen)
		}
	}
}

func (k *Kiosk) menu(say text.Printer) Menu {
	s := k.visit
	v := Menu{
		Heading: say.T("menu.heading"), Help: say.T("menu.help"), Search: Button{say.T("menu.search"), Open{Find}, false},
		Popular: say.T("menu.popular"), Trouble: k.trouble(say), Back: Button{say.T("menu.leave"), Back{}, false},
		Tiles: []Tile{
			{Icon: "file-text", Title: say.T("menu.apply"), Text: say.T("menu.apply.text"), Intent: Open{Apply}},
			{Icon: "clipboard-check", Title: say.T("menu.progress"), Text: say.T("menu.progress.text"), Intent: Open{Follow}},
			{Icon: "book", Title: say.T("menu.guides"), Text: say.T("menu.guides.text"), Intent: Open{Guides}},
			{Icon: "mood-smile", Title: say.T("menu.rate"), Text: say.T("menu.rate.text"), Intent: Open{Rating}},
		},
	}
	if s.card != nil {
		v.Heading, v.Help, v.Named = say.T("menu.hello", "name", s.maskedApplicant()), say.T("menu.hello.help"), true
	}
	if k.card.phase == CardFailed {
		v.Trouble = Notice{Tone: Caution, Text: say.T(k.card.trouble)}
	}
	popular := 6
	if s.elder {
		popular = 2
		v.Tiles = v.Tiles[:2] // the simpler home: the rest is a touch further, under 申请办事
	}
	for _, svc := range k.cfg.Catalogue.Services {
		if svc.Popular && len(v.Services) < popular {
			t := k.tile(svc, say)
			if !t.Off {
				t.Badge = "" // only what can not be had is worth a word here
			}
			v.Services = append(v.Services, t)
		}
	}
	return v
}

// tile is a service as one can choose it, with why it can not be had.
func (k *Kiosk) tile(svc *catalog.Service, say text.Printer) Tile {
	t := Tile{Icon: svc.Icon, Title: svc.Title.In(say.Language), Text: svc.Summary.In(say.Language), Badge: say.T("choose.badge"), Intent: Choice{Service: svc.ID}}
	if k.visit.browse.reading {
		t.Badge = ""
		return t // whoever reads is turned away by nothing
	}
	if why, short := k.unavailable(svc, say); why != "" {
		t.Badge, t.Off = short, true
	}
	return t
}

// unavailable says why a service can not be applied for here and now, in full and in a few words; empty when it can.
func (k *Kiosk) unavailable(svc *catalog.Service, say text.Printer) (why, short string) {
	if k.visit.card != nil {
		if r := svc.Identity.Admits(k.who()); r != catalog.Admitted {
			return say.T(refusal(r)), say.T(refusal(r))
		}
	}
	for _, n := range health.Needs(svc) {
		p, lost := k.wrong.Lacks(n.Capability)
		if !n.Essential || !lost {
			continue
		}
		switch n.Capability {
		case health.Accepting:
			if k.state == visit.Menu || k.state == visit.Choose || k.state == visit.Guide { // who has filled in may try: it is said then
				return say.T(p.Citizen), say.T("choose.closed")
			}
		case health.CardReading:
			if k.visit.card == nil {
				return say.T("choose.noreader"), say.T("choose.noreader")
			}
		case health.LiveProgress:
			return svc.Offline.Instead.In(say.Language), say.T("choose.offline")
		}
	}
	return "", ""
}

func (k *Kiosk) choose(say text.Printer) Choose {
	s := k.visit
	b := &s.browse
	v := Choose{Heading: say.T("choose.all"), Help: say.T("choose.help"), Back: Button{say.T("form.back"), Back{}, false},
		Query: Query{Value: string(b.query), Compose: string(s.typing.letters), Hint: say.T("choose.search"), Focused: b.search, Focus: Focus{Field: searchField}}}
	switch {
	case b.reading:
		v.Heading, v.Help = say.T("choose.reading"), say.T("choose.reading.help")
	case s.byHand:
		v.Help = say.T("choose.byhand.help")
	case s.elder:
		v.Help = say.T("choose.help.elder")
	}
	v.Groups = append(v.Groups, Option{say.T("choose.group.all"), b.department == "" && b.event == "", Browse{}})
	for _, d := range k.cfg.Catalogue.Departments {
		if s.elder && b.department != d.ID {
			continue // who is retired need not know which office that is
		}
		v.Groups = append(v.Groups, Option{d.Name.In(say.Language), b.department == d.ID, Browse{Department: d.ID}})
	}
	for _, e := range k.cfg.Catalogue.Events {
		v.Groups = append(v.Groups, Option{e.Name.In(say.Language), b.event == e.ID, Browse{Event: e.ID}})
	}
	found := k.cfg.Catalogue.Services
	if q := strings.TrimSpace(string(b.query) + string(s.typing.letters)); q != "" { // letters need not become words first
		found = k.cfg.Catalogue.Search(q, say.Language)
		v.Groups = nil
		if len(found) == 0 {
			v.Empty = Notice{Tone: Neutral, Text: say.T("choose.none")}
		}
	}
	for _, svc := range found {
		if b.in(svc) {
			v.Services = append(v.Services, k.tile(svc, say))
		}
	}
	if b.search {
		v.Keypad = k.textPad(searchKind, b.query, false, say)
	}
	return v
}

// in reports whether a service belongs to the chosen group.
func (b *browsing) in(svc *catalog.Service) bool {
	if b.department != "" && svc.DepartmentID != b.department {
		return false
	}
	if b.event != "" {
		for _, e := range svc.Events {
			if e == b.event {
				return true
			}
		}
		return false
	}
	return true
}

const (
	searchField = "search"
	searchKind  = "search"
)

// search types into the search field.
func (k *Kiosk) search(in Intent) {
	b := &k.visit.browse
	if f, ok := in.(Focus); ok {
		b.search = f.Field == searchField
		return
	}
	if !b.search {
		return
	}
	if _, ok := in.(Done); ok && len(k.visit.typing.letters) > 0 {
		b.keep(&k.visit.typing)
		b.search = false
		return
	}
	add, done := k.compose(in, searchKind, b.query)
	switch in := in.(type) {
	case Type:
		if !done {
			add = in.Text
		}
	case Erase:
		if n := lastRune(b.query); !done && n > 0 {
			b.query = cut(b.query, n)
		}
	case Clear:
		clear(b.query)
		b.query = b.query[:0]
	case Done:
		if !done {
			b.search = false
		}
	}
	b.add(clean(add))
}
