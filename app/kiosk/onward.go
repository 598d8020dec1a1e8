package kiosk

import (
	"context"

	"onedoor/app/visit"
)

// next goes on from a screen when what it asks is answered.
func (k *Kiosk) next(ctx context.Context) {
	s := k.visit
	switch k.state {
	case visit.Number:
		if s.takeNumber(k.cfg.Now()) {
			k.step(ctx, visit.NumberTyped)
		}
	case visit.Guide:
		k.readGuide(ctx)
	case visit.Situate:
		k.nextSituation(ctx)
	case visit.Check:
		k.step(ctx, visit.MaterialsReady)
		if s.editing {
			k.backToReview(ctx)
			return
		}
		s.focusAfter("")
	case visit.Track:
		k.nameCase(ctx)
	case visit.Cases:
		s.look, s.mistyped = finding{}, ""
		k.step(ctx, visit.FollowChosen)
	case visit.Evaluate:
		k.opine(ctx, Next{})
	case visit.Fill:
		k.nextSheet(ctx)
	}
}

// nextSituation goes on when the questions on the screen are answered: to the next one, or to the materials.
func (k *Kiosk) nextSituation(ctx context.Context) {
	s := k.visit
	if s.complain = len(s.faults(k.cfg.Now())) > 0; s.complain {
		return
	}
	switch left := s.unsaid(); {
	case s.elder && s.asking+1 < len(s.situations()):
		s.asking++
	case left != "": // left behind by a way around
		s.goToSituation(left)
	default:
		k.step(ctx, visit.Situated)
	}
}

// nextSheet goes on when nothing on this one is wrong.
func (k *Kiosk) nextSheet(ctx context.Context) {
	s := k.visit
	if s.picker != nil {
		return // a place is chosen first, or not at all
	}
	k.finishTyping()
	if faults := s.faults(k.cfg.Now()); len(faults) > 0 {
		s.complain = true
		s.focusFirst(faults)
		return
	}
	if s.entry != nil {
		s.leaveEntry(true)
		return
	}
	s.complain, s.focus = false, ""
	if s.editing && s.more() || !s.editing && s.page+1 < len(s.sheets()) {
		s.page++
		s.focusAfter("")
		return
	}
	k.backToReview(ctx)
}

// backToReview ends the form if the whole of it is right. A sheet that was passed may have been left by a way around, and an
// answer may have called for more: then that is shown.
func (k *Kiosk) backToReview(ctx context.Context) {
	s := k.visit
	if first := s.firstFault(k.cfg.Now()); first >= 0 {
		s.page, s.complain = first, !s.editing
		s.focusAfter("")
		return
	}
	s.editing = false
	k.step(ctx, visit.FormDone)
}

// finishTyping makes words of the letters that are left over, as 下一步 is pressed.
func (k *Kiosk) finishTyping() {
	if len(k.visit.typing.letters) > 0 {
		k.edit(Done{})
	}
}

// back goes one screen back; nothing that was filled in is lost by it.
func (k *Kiosk) back(ctx context.Context) {
	s := k.visit
	switch {
	case k.state == visit.Check && len(s.situations()) == 0:
		k.step(ctx, visit.GuidePressed)
	case k.state == visit.Situate && s.elder && s.asking > 0:
		s.asking, s.complain = s.asking-1, false
	case k.state == visit.Situate && s.editing && s.unsaid() == "": // as good as going on
		k.step(ctx, visit.Situated)
		k.step(ctx, visit.MaterialsReady)
		k.backToReview(ctx)
	case k.state == visit.Check:
		s.asking = len(s.situations()) - 1
		k.step(ctx, visit.BackPressed)
	case k.state == visit.Evaluate && s.accepted.ReceiptNo == "":
		// it was reached from the progress of a case: there is no receipt to go back to
	case k.state == visit.Sign:
		s.signature.wipe() // it must not come under a form that is changed now, or under another one
		k.step(ctx, visit.BackPressed)
	case k.state == visit.Progress && s.mine.behind, k.state == visit.Track && s.hasRead():
		k.step(ctx, visit.MineChosen)
	case s.picker != nil:
		k.pickBack()
	case s.entry != nil:
		s.leaveEntry(false)
	case k.state == visit.Fill && s.editing:
		s.editing = false
		if s.firstFault(k.cfg.Now()) < 0 {
			k.step(ctx, visit.FormDone)
		}
	case k.state == visit.Fill && s.page > 0:
		s.page--
		s.focus, s.complain = "", false
		s.typing.wipe()
	case k.state == visit.Review:
		s.page = len(s.sheets()) - 1
		k.step(ctx, visit.BackPressed)
	default:
		if k.state == visit.Number {
			s.forgetNumber()
		}
		s.focus, s.complain = "", false
		k.step(ctx, visit.BackPressed)
	}
}

// readGuide goes on from the guide: to the card, if nobody is known yet.
func (k *Kiosk) readGuide(ctx context.Context) {
	s := k.visit
	s.browse.reading = false
	if k.closed(s.service) {
		return
	}
	if s.card == nil {
		k.step(ctx, visit.CardWanted)
		return
	}
	k.step(ctx, visit.GuideRead)
}
