package kiosk

import (
	"context"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/visit"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
)

// cardSlot is what the reader sees right now; it outlives a visit, since the card may.
type cardSlot struct {
	phase    IdentifyPhase
	progress float64
	trouble  string // key of the sentence; empty when all is well
	lying    bool
}

// cardEvent takes in what the reader saw. Outside attract and identify no card starts anything: one visit, one card.
func (k *Kiosk) cardEvent(ctx context.Context, ev cardreader.Event) {
	waiting := k.waitsForCard()
	switch ev := ev.(type) {
	case cardreader.Found:
		k.card = cardSlot{phase: CardReading, lying: true}
		k.begin(ctx) // laying the card down is as good as a touch
	case cardreader.Progress:
		if ev.Total > 0 {
			k.card.progress = float64(ev.Bytes) / float64(ev.Total)
		}
	case cardreader.CardRead:
		k.countCard(true)
		k.card = cardSlot{phase: CardReading, progress: 1, lying: true}
		k.cardRead(ctx, ev.Card, waiting)
	case cardreader.Failed:
		k.countCard(false)
		k.card = cardSlot{phase: CardFailed, trouble: failure(ev.Reason), lying: k.card.lying}
		if k.state == visit.Operator && k.listens[0] {
			k.cfg.Backroom.CardSeen(CardSample{Failed: true})
		}
	case cardreader.Removed:
		k.card.lying = false
		if k.card.phase == CardReading {
			k.card = cardSlot{}
		}
	case cardreader.Connected, cardreader.Disconnected:
		k.card = cardSlot{}
	}
	if waiting {
		k.alive()
	}
}

func (k *Kiosk) countCard(ok bool) {
	if k.cfg.Meter != nil {
		k.cfg.Meter.CardRead(ok)
	}
}

func (k *Kiosk) cardRead(ctx context.Context, card *cardreader.Card, waiting bool) {
	switch {
	case k.state == visit.Operator && k.listens[0]:
		k.testCard(card)
		k.card = cardSlot{lying: true}
	case !waiting, k.out != nil:
		card.Wipe()
		k.card = cardSlot{lying: true}
	case k.cfg.Catalogue.Admits(k.applicant(card)) == catalog.RefusedExpired:
		card.Wipe()
		k.card = cardSlot{phase: CardFailed, trouble: "identify.expired", lying: true}
	case k.cfg.Catalogue.Admits(k.applicant(card)) != catalog.Admitted:
		card.Wipe()
		k.card = cardSlot{phase: CardFailed, trouble: "identify.unsupported", lying: true}
	case k.turnsAway(card) != "":
		why := k.turnsAway(card)
		card.Wipe()
		k.card = cardSlot{phase: CardFailed, trouble: why, lying: true}
	default:
		k.visit.forgetNumber()
		k.visit.card = card
		k.step(ctx, visit.CardRead)
		k.card = cardSlot{lying: true}
	}
}

// turnsAway gives the key of why the service that the card was laid down for does not take it; empty when it does.
func (k *Kiosk) turnsAway(card *cardreader.Card) string {
	if k.state != visit.Identify && k.state != visit.Number {
		return ""
	}
	switch k.visit.service.Identity.Admits(k.applicant(card)) {
	case catalog.Admitted:
		return ""
	case catalog.RefusedExpired:
		return "identify.expired"
	}
	return "identify.unsupported"
}

// waitsForCard reports whether a card laid down now says who is here.
func (k *Kiosk) waitsForCard() bool {
	switch k.state {
	case visit.Attract, visit.Identify, visit.Number:
		return true
	case visit.Menu, visit.Choose, visit.Guide:
		return k.visit.card == nil
	case visit.Track:
		return !k.visit.hasRead()
	}
	return false
}

// applicant is who a card stands for, as services judge it.
func (k *Kiosk) applicant(card *cardreader.Card) catalog.Applicant {
	return catalog.Applicant{Kind: catalog.CardKind(card.Kind), Expired: card.Expired(k.cfg.Now())}
}

// failure gives the key of what to tell the citizen.
func failure(r cardreader.Reason) string {
	if r == cardreader.Unsupported || r == cardreader.OtherCard {
		return "identify.unsupported"
	}
	return "identify.failed"
}

// tick is the passing of time: the idle question, its end, and what central has told meanwhile.
func (k *Kiosk) tick(ctx context.Context) {
	now := k.cfg.Now()
	k.diagnose()
	if k.state == visit.Operator {
		k.backroomEnds(ctx, k.cfg.Backroom.Tick(now))
		return
	}
	if k.visit.accepted.ReceiptNo != "" {
		if c, err := k.cfg.Outbox.Case(k.visit.caseID); err == nil {
			k.visit.stage = c.Stage()
		}
	}
	switch k.state {
	case visit.Progress:
		k.lookUp()
	case visit.Cases:
		k.tickCases(ctx)
	}
	if k.state == visit.Goodbye {
		// Whoever forgets the card is reminded for as long as it lies there, within reason.
		shown := now.Sub(k.entered)
		if shown >= k.stretch(k.cfg.Idle.Goodbye) && !k.card.lying || shown >= k.cfg.Idle.Card {
			k.step(ctx, visit.GoodbyeOver)
		}
		return
	}
	if k.state == visit.Attract && now.Sub(k.active) >= k.chosen() && (k.visit.settings != k.fresh().settings || k.visit.help != help{}) {
		k.renew() // whoever chose language or size has gone
	}
	limit := k.limit()
	if limit == 0 {
		return
	}
	if k.warned.IsZero() {
		if now.Sub(k.active) >= limit {
			k.warned = now
			k.visit.leaving = false // one question at a time
		}
		return
	}
	if now.Sub(k.warned) >= k.stretch(k.cfg.Idle.Warning) {
		k.step(ctx, visit.IdleExpired)
	}
}

// diagnose takes in what is wrong now. It closes the kiosk while nobody can be served, so that nobody fills in a form for nothing,
// and opens it again. A visit that is under way goes on.
func (k *Kiosk) diagnose() {
	k.wrong = k.cfg.Health.Problems()
	if k.state != visit.Attract {
		return
	}
	k.out = nil
	if since, _, shut := k.shut(); shut {
		kind, _ := health.KindOf(health.KioskClosed)
		k.out = &health.Problem{Kind: kind, Since: since}
	} else if p, closed := k.wrong.Closed(); closed {
		k.out = &p
	}
}

// chosen is how long the attract screen keeps what somebody chose there.
func (k *Kiosk) chosen() time.Duration {
	if k.helping() {
		return k.cfg.Idle.Help
	}
	return k.cfg.Idle.Menu
}

// helping reports whether the citizen looks for help, or waits for somebody.
func (k *Kiosk) helping() bool {
	_, called := k.called()
	return called || k.visit.help.open
}

// limit is how long this screen waits for a sign of life; 0 means for ever.
func (k *Kiosk) limit() time.Duration {
	if k.helping() && k.state.CanLeave() {
		return k.stretch(k.cfg.Idle.Help)
	}
	switch k.state {
	case visit.Identify:
		return k.stretch(k.cfg.Idle.Device)
	case visit.Menu, visit.Choose, visit.Refused, visit.Cases, visit.Progress, visit.Evaluate:
		return k.stretch(k.cfg.Idle.Menu)
	case visit.Number, visit.Guide, visit.Situate, visit.Check, visit.Fill, visit.Review, visit.Sign, visit.Track:
		return k.stretch(k.cfg.Idle.Form)
	case visit.Receipt:
		if k.visit.print.Outcome != printer.Printed {
			return k.stretch(k.cfg.Idle.NoPaper)
		}
		return k.stretch(k.cfg.Idle.Receipt)
	default:
		return 0
	}
}

// stretch gives people who chose large text twice the time.
func (k *Kiosk) stretch(d time.Duration) time.Duration {
	if k.visit.elder {
		return 2 * d
	}
	return d
}
