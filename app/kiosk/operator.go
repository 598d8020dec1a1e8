package kiosk

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device/cardreader"
	"onedoor/sync/tracking"
)

// CardSample is what staff may learn of a test card: that it was read, and nothing that it says.
type CardSample struct {
	Kind       cardreader.Kind
	Characters int  // of the name
	Valid      bool // the number's check character is right, and the birth in it was
	Failed     bool // it could not be read
}

// Acceptance is what a receipt can be printed again from while the machine runs. There is nothing in it about a person.
type Acceptance struct {
	Number  string // 20 digits
	CaseID  string
	Service *catalog.Service
	At      time.Time
	Code    tracking.Code
	Lang    text.Language
}

// Door says whether staff have taken the machine out of service.
type Door interface {
	// Closed gives since when and the notice for citizens, a key behind "out.notice."; ok is false while it is in service.
	Closed() (since time.Time, notice string, ok bool)
}

// knocking is the sign by which staff call for the sign-in.
type knocking struct {
	n     int // right ones in a row
	first time.Time
}

const (
	knocks     = 4 // in turns, the hall's name first
	knockLimit = 4 * time.Second
)

// knock takes one in; true when it was the last of a whole sign.
func (s *knocking) knock(p Place, now time.Time) bool {
	want := HallName
	if s.n%2 == 1 {
		want = FrameClock
	}
	if p != want || s.n > 0 && now.Sub(s.first) > knockLimit {
		*s = knocking{}
		if p != HallName {
			return false
		}
	}
	if s.n == 0 {
		s.first = now
	}
	if s.n++; s.n < knocks {
		return false
	}
	*s = knocking{}
	return true
}

// knocked takes a touch on one of the two places of the frame. What is under way for a citizen is ended and wiped first, unless
// it has to come to its end.
func (k *Kiosk) knocked(ctx context.Context, p Place) {
	if k.cfg.Backroom == nil || !k.knocking.knock(p, k.cfg.Now()) {
		return
	}
	if _, ok := visit.Next(k.state, visit.StaffCame); !ok {
		return
	}
	lang := k.visit.lang
	k.step(ctx, visit.StaffCame)
	k.renew()
	k.visit.lang = lang
	k.cfg.Backroom.Enter(k.cfg.Now(), lang)
}

// operate hands what staff touched to the backroom.
func (k *Kiosk) operate(ctx context.Context, in Intent) {
	k.backroomEnds(ctx, k.cfg.Backroom.Do(ctx, in))
}

// backroomEnds goes back to the citizens when staff have left, and lets the devices be tested while they have not.
func (k *Kiosk) backroomEnds(ctx context.Context, left bool) {
	if k.state != visit.Operator {
		return
	}
	if !left {
		card, code := k.cfg.Backroom.Listens()
		if k.listens != [2]bool{card, code} {
			k.listens = [2]bool{card, code}
			k.cfg.Reader.Enable(card)
			k.scan(code)
		}
		return
	}
	k.cfg.Backroom.Leave()
	k.listens = [2]bool{}
	k.step(ctx, visit.StaffLeft)
	k.renew()
	k.card = cardSlot{lying: k.card.lying}
	k.diagnose()
}

// results is what work beside the backroom has brought; nil where there is no backroom.
func (k *Kiosk) results() <-chan func() bool {
	if k.cfg.Backroom == nil {
		return nil
	}
	return k.cfg.Backroom.Results()
}

// testCard tells staff that a test card was read, and wipes it.
func (k *Kiosk) testCard(card *cardreader.Card) {
	born, ok := card.BirthDate()
	s := CardSample{Kind: card.Kind, Characters: utf8.RuneCount(name(card)),
		Valid: card.Fault() == cardreader.FaultNone && ok && born.Before(k.cfg.Now())}
	card.Wipe()
	k.cfg.Backroom.CardSeen(s)
}

// remember gives the backroom what a receipt can be printed again from.
func (k *Kiosk) remember(s *session) {
	if k.cfg.Backroom != nil {
		k.cfg.Backroom.Accepted(Acceptance{Number: s.accepted.ReceiptNo, CaseID: s.caseID, Service: s.service, At: s.accepted.At, Code: s.code, Lang: s.lang})
	}
}

// shut says whether staff have taken the machine out of service.
func (k *Kiosk) shut() (since time.Time, notice string, ok bool) {
	if k.cfg.Door == nil {
		return time.Time{}, "", false
	}
	return k.cfg.Door.Closed()
}

// outScreen tells citizens that the machine does not serve, and where to go.
func (k *Kiosk) outScreen(say text.Printer) OutOfService {
	v := OutOfService{Heading: say.T("out.heading"), Help: say.T("out.help"), Code: say.T("code", "code", string(k.out.Code)),
		Since: say.T("out.since", "time", since(k.out.Since.Local(), k.cfg.Now())), Staff: k.mend(*k.out)}
	if _, notice, ok := k.shut(); ok && k.out.Code == health.KioskClosed {
		if key := "out.notice." + notice; !strings.HasPrefix(say.T(key), "out.notice.") {
			v.Help = say.T(key) + "\n" + v.Help
		}
	}
	return v
}

// operatorFrame is what stands around the screens of staff: no tools, no help, nothing of a visit.
func (k *Kiosk) operatorFrame(say text.Printer) Frame {
	return Frame{Hall: k.cfg.Site.Hall, Clock: text.Clock(k.cfg.Now()), Link: k.link(say), Staff: say.T("backroom.frame", "kiosk", k.cfg.Site.Kiosk)}
}

// fresh is a visit that nobody has begun, in the language that the hall chose.
func (k *Kiosk) fresh() *session {
	s := newSession()
	if k.cfg.Language != nil {
		s.lang = k.cfg.Language()
	}
	return s
}
