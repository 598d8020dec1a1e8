package kiosk

import (
	"encoding/json"
	"strings"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// session is all that is known of one citizen. wipe overwrites the bytes; the strings that the screen needed are
// unreachable afterwards.
type session struct {
	settings
	browse                browsing
	typing                typing
	opinion               opinion
	rating                bool   // came to evaluate a case
	mistyped              string // key of what is wrong with a typed case number
	bared                 string // field whose masked value is shown in full
	bareTill              time.Time
	atHand                map[string]bool // ids of the materials that were ticked
	noticed, noticeFailed bool            // the one-time notice came out, or did not
	signature             signature
	help                  help
	leaving               bool // 首页 was pressed, and the question stands
	card                  *cardreader.Card
	number                []byte // typed where no card could be read
	byHand                bool   // card holds only that number
	wrong                 bool   // 下一步 was pressed on an impossible number
	misread               string // field whose scanned code did not fit
	look                  finding
	mine                  mine // cases of the card's holder
	service               *catalog.Service
	opened                *catalog.Service // whose answers are in typed
	typed                 map[string][]byte
	page                  int     // of the sheets
	situating             bool    // the questions are those of the situation
	asking                int     // of those, where each has a screen of its own
	editing               bool    // came from the review, and goes back to it
	entry                 *entry  // of a repeating group; nil outside one
	picker                *picker // of a place; nil outside one
	focus                 string
	complain              bool // 下一步 was pressed on this page with faults
	itemID                string
	caseID                string
	code                  tracking.Code
	accepted              outbox.Accepted
	online                bool           // when the item was accepted
	unsure                bool           // whether it was accepted can not be told
	print                 printer.Result // of the last print
	copies                int            // prints that had to be marked as copies
	stage                 wire.Stage     // of the case, as central told
	hasReceipt            bool           // for the goodbye only
}

func newSession() *session {
	return &session{settings: settings{lang: text.Chinese}, typed: map[string][]byte{}, atHand: map[string]bool{}}
}

func (s *session) wipe() {
	if s.card != nil {
		s.card.Wipe()
	}
	s.forgetNumber()
	s.look = finding{}
	s.mine.wipe()
	s.browse.wipe()
	s.typing.wipe()
	s.signature.wipe()
	for id, b := range s.typed {
		clear(b[:cap(b)])
		delete(s.typed, id)
	}
}

// open begins the form of the chosen service. Coming back to the same one keeps the answers.
func (s *session) open() {
	s.page, s.asking, s.complain, s.focus, s.entry, s.picker, s.editing = 0, 0, false, "", nil, nil, false
	if s.opened == s.service {
		return
	}
	for id, b := range s.typed {
		clear(b[:cap(b)])
		delete(s.typed, id)
	}
	clear(s.atHand)
	s.noticed, s.noticeFailed = false, false
	s.opened = s.service
	for _, p := range s.service.Form.Pages {
		for _, f := range p.Fields {
			if f.Input == catalog.InputFixed {
				s.set(f.ID, s.fact(f.Prefill))
			}
		}
	}
}

func (s *session) fact(f catalog.CardFact) []byte {
	switch f {
	case catalog.CardName:
		return name(s.card)
	case catalog.CardNumber:
		return s.card.Number
	case catalog.CardAddress:
		return address(s.card)
	default:
		return nil
	}
}

// name is the Chinese name, or the English one where the card has no other.
func name(c *cardreader.Card) []byte {
	if len(c.Name) > 0 {
		return c.Name
	}
	return c.EnglishName
}

// address is the newest one that the chip holds.
func address(c *cardreader.Card) []byte {
	if len(c.NewAddress) > 0 {
		return c.NewAddress
	}
	return c.Address
}

// room is the bytes that an answer may grow to without being copied.
const room = 256

func (s *session) set(id string, value []byte) {
	old := s.typed[id]
	s.typed[id] = append(make([]byte, 0, max(room, len(value))), value...)
	clear(old[:cap(old)])
}

// add types text into an answer, in place.
func (s *session) add(id, text string) {
	old := s.typed[id]
	if len(old)+len(text) <= cap(old) {
		s.typed[id] = append(old, text...)
		return
	}
	grown := append(append(make([]byte, 0, max(room, 2*(len(old)+len(text)))), old...), text...)
	s.typed[id] = grown
	clear(old[:cap(old)])
}

// shown lists the fields of a page that have something to show: a card says not everything, a typed number even less.
func (s *session) shown(p catalog.Page) []catalog.Field {
	var all []catalog.Field
	for _, f := range p.Fields {
		if f.Input != catalog.InputFixed || len(s.typed[f.ID]) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// answers gives what was typed as the form keeps it.
func (s *session) answers() catalog.Answers {
	a := catalog.Answers{}
	for id, b := range s.typed {
		base, part, divided := strings.Cut(id, "/")
		f, _, ok := s.service.Form.Field(base)
		switch v := string(b); {
		case !ok:
		case divided:
			if "/"+part == codePart && v != "" {
				a[base] = strings.TrimSpace(v + " " + string(s.typed[base+restPart]))
			}
		case f.Input == catalog.InputDate && len(v) == 8:
			a[id] = v[:4] + "-" + v[4:6] + "-" + v[6:]
		case v != "" || strings.Contains(id, "."):
			a[id] = v
		}
	}
	return a
}

// draft fixes the ids of item and case and the tracking code: from here on every tap and retry is this item.
func (s *session) draft(itemID, caseID string, code tracking.Code) {
	s.itemID, s.caseID, s.code = itemID, caseID, code
}

// payload is what central receives, sealed. The caller wipes it.
func (s *session) payload(version string) ([]byte, error) {
	type service struct {
		ID         string     `json:"id"`
		Title      text.Local `json:"title"`
		Department text.Local `json:"department"`
	}
	type applicant struct {
		Name    string `json:"name,omitempty"`
		Number  string `json:"number"`
		Address string `json:"address,omitempty"`
		Kind    string `json:"card_kind"`
	}
	form := s.service.Form.Document(s.answers())
	seal, err := s.signature.of(s.service.ID, version, form)
	if err != nil {
		return nil, err
	}
	defer seal.wipe()
	return json.Marshal(struct {
		Service   service        `json:"service"`
		Applicant applicant      `json:"applicant"`
		Form      map[string]any `json:"form"`
		Next      text.Local     `json:"next"`
		Language  text.Language  `json:"language"`
		Signature *signedForm    `json:"signature,omitempty"`
	}{
		service{s.service.ID, s.service.Title, s.service.Department},
		applicant{string(name(s.card)), string(s.card.Number), string(address(s.card)), string(s.kind())},
		form, s.nextSteps(), s.lang, seal,
	})
}

// nextSteps is what the tracking page says: by when, and what then.
func (s *session) nextSteps() text.Local {
	return steps(s.service)
}

// steps is by when a service answers, and what then.
func steps(svc *catalog.Service) text.Local {
	next := text.Local{}
	for lang, promise := range svc.Promise {
		stop := "。"
		if lang == text.English {
			stop = ". "
		}
		next[lang] = promise + stop + svc.Next[lang]
	}
	return next
}
