package kiosk

import (
	"context"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/visit"
	"onedoor/device/printer"
)

// intent acts on what the citizen wants. What does not fit the present state is ignored: a tap may arrive late.
func (k *Kiosk) intent(ctx context.Context, in Intent) {
	if p, ok := in.(Knock); ok && k.state != visit.Operator {
		k.knocked(ctx, p.Place)
		return
	}
	k.knocking = knocking{}
	if k.state == visit.Operator {
		k.operate(ctx, in)
		return
	}
	s := k.visit
	was := k.standing()
	if s.settings.set(in, k.cfg.Texts.Languages()) {
		s.returnTo(was)
		return
	}
	switch in := in.(type) {
	case Start:
		k.begin(ctx)
	case Home:
		k.home(ctx)
	case Abandon:
		k.step(ctx, visit.HomePressed)
	case Stay:
		s.leaving = false
	case Touch: // alive has been noted already
		k.relieve(ctx)
	case Help:
		s.help.open = !s.help.open
	case CallStaff:
		k.callStaff()
	case CallOff:
		k.callOff(false)
	case Open:
		if in.What == Rating && k.state != visit.Menu {
			k.rate(ctx)
			return
		}
		k.errand(ctx, in.What)
	case Browse:
		if k.state == visit.Choose {
			s.browse.department, s.browse.event, s.browse.search = in.Department, in.Event, false
		}
	case Choice:
		k.chooseService(ctx, in.Service)
	case Next:
		k.next(ctx)
	case Back:
		k.back(ctx)
	case Edit:
		k.editPage(ctx, in.Page)
	case Confirm:
		k.confirm(ctx)
	case OpenCase:
		k.openCase(ctx, in.Number)
	case Again:
		if k.state == visit.Cases {
			k.askCases(ctx)
		} else if s.print.Outcome != printer.Printed {
			k.step(ctx, visit.PrintAgain)
		}
	case Leave:
		k.step(ctx, visit.LeavePressed)
	case TypeNumber:
		if k.state == visit.Identify && k.readerMissing() && s.service.Identity.Typed {
			k.step(ctx, visit.NumberChosen)
		}
	case Tick:
		if k.state == visit.Check {
			k.tickMaterial(in.Material)
		}
	case PrintNotice:
		k.printNotice(ctx)
	case Rate, Reason:
		if k.state == visit.Evaluate {
			k.opine(ctx, in)
		}
	case Reveal:
		s.bared, s.bareTill = in.Field, k.cfg.Now().Add(bareFor)
	default:
		k.write(ctx, in)
	}
}

// doubled is longer than the second half of a double tap takes.
const doubled = 700 * time.Millisecond

// relieve lets the next citizen go on from the goodbye to the one before by a touch, once that one's card is not there any
// more. Whoever left by a double tap still sees it.
func (k *Kiosk) relieve(ctx context.Context) {
	if k.state == visit.Goodbye && !k.card.lying && k.cfg.Now().Sub(k.entered) >= doubled {
		k.step(ctx, visit.Started)
	}
}

// bareFor is how long a masked value is shown after a touch.
const bareFor = 5 * time.Second

// bare reports whether a masked value is to be shown in full now.
func (k *Kiosk) bare(field string) bool {
	return field != "" && k.visit.bared == field && k.cfg.Now().Before(k.visit.bareTill)
}

// write takes what goes into a field or onto a pad.
func (k *Kiosk) write(ctx context.Context, in Intent) {
	s := k.visit
	switch k.state {
	case visit.Choose:
		k.search(in)
	case visit.Situate, visit.Fill:
		s.misread = ""
		k.edit(in)
	case visit.Number:
		s.typeNumber(in)
	case visit.Track:
		k.trackNumber(ctx, in)
	case visit.Sign:
		switch in := in.(type) {
		case Write:
			s.signature.add(in.Stroke)
		case Wipe, Clear:
			s.signature.wipe()
		case Unable:
			s.signature.wipe()
			s.signature.pressed = true
		}
	}
}

// home goes back to the menu where nothing is lost by it. Where something is, it asks first: one slip of a finger must not
// cost a form.
func (k *Kiosk) home(ctx context.Context) {
	s := k.visit
	s.help.open = false
	switch {
	case k.state == visit.Menu:
		// there already
	case k.state.Light():
		s.browse.wipe()
		s.service = nil
		k.step(ctx, visit.MenuPressed)
	case s.card != nil && k.state.CanLeave() && k.state != visit.Receipt && k.state != visit.Evaluate:
		s.leaving = true
	default:
		k.step(ctx, visit.HomePressed)
	}
}

// chooseService opens a service's guide, if it can be had, or is only to be read.
func (k *Kiosk) chooseService(ctx context.Context, id string) {
	s := k.visit
	svc, ok := k.cfg.Catalogue.Service(id)
	if !ok || k.state != visit.Menu && k.state != visit.Choose || !s.browse.reading && k.closed(svc) {
		return
	}
	s.service = svc
	s.browse.keep(&s.typing)
	k.step(ctx, visit.ServiceChosen)
}

// closed reports whether a service can not be applied for here and now.
func (k *Kiosk) closed(svc *catalog.Service) bool {
	why, _ := k.unavailable(svc, k.cfg.Texts.In(k.visit.lang))
	return why != ""
}

// editPage goes from the review to a sheet of the form, or to the situation, and comes back from there.
func (k *Kiosk) editPage(ctx context.Context, page int) {
	s := k.visit
	if k.state == visit.Review && page == Situation && len(s.situations()) > 0 {
		s.asking, s.complain, s.focus = 0, false, ""
		k.step(ctx, visit.SituationEdited)
		s.editing = true
		return
	}
	if k.state == visit.Review && page >= 0 && page < len(s.sheets()) {
		s.page, s.focus, s.complain = page, "", false
		k.step(ctx, visit.EditPressed)
		s.editing = true
	}
}

// begin starts a visit, unless it could not be brought to its end.
func (k *Kiosk) begin(ctx context.Context) {
	if k.out == nil {
		k.step(ctx, visit.Started)
	}
}
