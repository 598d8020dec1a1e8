package kiosk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/visit"
	"onedoor/device/printer"
)

// intent acts on what the citizen wants. What does not fit the present state is ignored: a tap may arrive late.
func (k *Kiosk) intent(ctx context.Context, in Intent) {
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
	case Touch:
		// alive has been noted already
	case Help:
		s.help = !s.help
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
		if k.state != visit.Sign || s.signature.enough() {
			k.step(ctx, k.confirm())
		}
	case Again:
		if s.print.Outcome != printer.Printed {
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
		}
	}
}

// home goes back to the menu where nothing is lost by it. Where something is, it asks first: one slip of a finger must not
// cost a form.
func (k *Kiosk) home(ctx context.Context) {
	s := k.visit
	s.help = false
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

// editPage goes from the review to a sheet of the form, and comes back from there.
func (k *Kiosk) editPage(ctx context.Context, page int) {
	s := k.visit
	if k.state == visit.Review && page >= 0 && page < len(s.sheets()) {
		s.page, s.focus, s.complain = page, "", false
		k.step(ctx, visit.EditPressed)
		s.editing = true
	}
}

// begin starts a visit, unless it could not be brought to its end.
func (k *Kiosk) begin(ctx context.Context) {
	if k.out.IsZero() {
		k.step(ctx, visit.Started)
	}
}

func (k *Kiosk) next(ctx context.Context) {
	s := k.visit
	switch k.state {
	case visit.Number:
		if s.takeNumber(k.cfg.Now()) {
			k.step(ctx, visit.NumberTyped)
			k.skipSituation(ctx)
		}
	case visit.Guide:
		k.readGuide(ctx)
	case visit.Situate:
		if s.complain = len(s.faults(k.cfg.Now())) > 0; !s.complain {
			k.step(ctx, visit.Situated)
		}
	case visit.Check:
		k.step(ctx, visit.MaterialsReady)
		s.focusAfter("")
	case visit.Track:
		k.nameCase(ctx)
	case visit.Evaluate:
		k.opine(ctx, Next{})
	case visit.Fill:
		k.nextSheet(ctx)
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
	// A sheet that was passed may have been left by a way around, and an answer may have called for more; the whole form decides.
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

func (k *Kiosk) back(ctx context.Context) {
	s := k.visit
	switch {
	case k.state == visit.Check && len(s.situations()) == 0:
		k.step(ctx, visit.GuidePressed)
	case k.state == visit.Evaluate && s.accepted.ReceiptNo == "":
		// it was reached from the progress of a case: there is no receipt to go back to
	case k.state == visit.Sign:
		s.signature.wipe() // it must not come under a form that is changed now, or under another one
		k.step(ctx, visit.BackPressed)
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
	k.skipSituation(ctx)
}

// edit changes one answer.
func (k *Kiosk) edit(in Intent) {
	s := k.visit
	switch in := in.(type) {
	case Focus:
		k.focus(in.Field)
		return
	case Pick:
		if f, ok := s.question(in.Field); ok && slices.Contains(f.Options, in.Value) {
			s.pick(f, in.Value)
		}
		return
	case ChooseFrom:
		if s.picker != nil {
			k.pickDivision(in.Option)
		}
		return
	case AddEntry:
		s.addEntry(in.Field)
		return
	case EditEntry:
		s.editEntry(in.Field, in.N)
		return
	case DropEntry:
		if _, ok := s.question(in.Field); ok {
			s.dropEntry(in.Field, in.N)
		}
		return
	}
	base, part, divided := strings.Cut(s.focus, "/")
	f, ok := s.question(base)
	if !ok {
		return
	}
	if divided && "/"+part == restPart {
		f = catalog.Field{ID: s.focus, Input: catalog.InputText, Keypad: "address", Limit: maxRest}
	}
	k.typeInto(f, in)
}

// maxRest is the length of an address below the street, in characters.
const maxRest = 60

// focus makes a field the one that is typed into; a place is chosen first.
func (k *Kiosk) focus(id string) {
	s := k.visit
	base, _, divided := strings.Cut(id, "/")
	f, ok := s.question(base)
	switch {
	case !ok:
	case f.Input == catalog.InputAddress && !divided:
		if k.cfg.Divisions != nil {
			s.openPicker(id)
		}
	case divided && f.Input == catalog.InputAddress || typable(f):
		s.typing.wipe()
		s.focus = id
	}
}

// pick answers a choice; of several, a second touch takes an answer back.
func (s *session) pick(f catalog.Field, value string) {
	switch f.Input {
	case catalog.InputChoice:
		s.set(f.ID, []byte(value))
	case catalog.InputMulti:
		var chosen []string
		before := s.chosen(f)
		for _, o := range f.Options { // kept in the order of the form
			if slices.Contains(before, o) != (o == value) {
				chosen = append(chosen, o)
			}
		}
		s.set(f.ID, []byte(strings.Join(chosen, ",")))
	}
}

// chosen are the answers to a multiple choice.
func (s *session) chosen(f catalog.Field) []string {
	if len(s.typed[f.ID]) == 0 {
		return nil
	}
	return strings.Split(string(s.typed[f.ID]), ",")
}

// typeInto takes keys into a field.
func (k *Kiosk) typeInto(f catalog.Field, in Intent) {
	s := k.visit
	old := s.typed[f.ID]
	if f.Input == catalog.InputText && f.Keypad != "code" {
		add, done := k.compose(in, f.Keypad, old)
		for _, r := range clean(add) {
			if fits(f, s.typed[f.ID], string(r)) {
				s.add(f.ID, string(r))
			}
		}
		if done {
			return
		}
	}
	switch in := in.(type) {
	case Done:
		s.typing.wipe()
		s.focusAfter(s.focus)
	case Type:
		if fits(f, old, in.Text) {
			s.add(f.ID, in.Text)
			if full(f, s.typed[f.ID]) {
				s.focusAfter(f.ID)
			}
		}
	case Erase:
		s.typed[f.ID] = cut(old, lastRune(old))
	case Clear:
		s.set(f.ID, nil)
	}
}

// lastRune is the length of the last character in bytes.
func lastRune(b []byte) int {
	_, n := utf8.DecodeLastRune(b)
	return min(n, len(b))
}

// cut wipes the last n bytes and takes them away.
func cut(b []byte, n int) []byte {
	clear(b[len(b)-n:])
	return b[:len(b)-n]
}

func typable(f catalog.Field) bool {
	switch f.Input {
	case catalog.InputText, catalog.InputPhone, catalog.InputDate, catalog.InputNumber, catalog.InputMoney:
		return true
	}
	return false
}

// fits keeps a field from taking more or other characters than its keypad gives.
func fits(f catalog.Field, old []byte, add string) bool {
	if add == "" || utf8.RuneCount(old)+utf8.RuneCountInString(add) > limit(f) {
		return false
	}
	switch f.Input {
	case catalog.InputText:
		return !strings.ContainsFunc(add, func(r rune) bool { return r < ' ' || r == 0x7f })
	case catalog.InputMoney, catalog.InputNumber:
		whole, part, point := strings.Cut(string(old)+add, ".")
		if strings.Contains(part, ".") || point && f.Whole || whole == "" || point && len(part) > 2 {
			return false
		}
		return strings.Trim(add, "0123456789.") == ""
	}
	return strings.Trim(add, "0123456789") == ""
}

// limit is how many characters a field takes.
func limit(f catalog.Field) int {
	switch {
	case f.Limit > 0:
		return f.Limit
	case f.Input == catalog.InputNumber || f.Input == catalog.InputMoney:
		return 12
	}
	return 60
}

// full is true when a date is complete. A phone number keeps the keypad: it is hidden as soon as it is left, and must be
// looked at first.
func full(f catalog.Field, value []byte) bool {
	return f.Input == catalog.InputDate && utf8.RuneCount(value) == f.Limit
}

// focusFirst puts the keypad under the first field that needs attention.
func (s *session) focusFirst(faults map[string]catalog.Fault) {
	for _, f := range s.questions() {
		if _, bad := faults[f.ID]; bad {
			s.focus = ""
			if typable(f) {
				s.focus = f.ID
			}
			return
		}
	}
}

// focusAfter puts the keypad under the next empty field of the sheet after the one with that id, or under the first for
// an empty id, so that nobody has to find out how. With nothing left to type the keypad goes.
func (s *session) focusAfter(id string) { s.focus = s.emptyAfter(id) }

// emptyAfter is the id of that field, or empty.
func (s *session) emptyAfter(id string) string {
	id, _, _ = strings.Cut(id, "/")
	passed := id == ""
	for _, f := range s.questions() {
		if passed && typable(f) && len(s.typed[f.ID]) == 0 {
			return f.ID
		}
		passed = passed || f.ID == id
	}
	return ""
}
