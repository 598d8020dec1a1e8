package backroom

import (
	"context"
	"errors"

	"onedoor/app/kiosk"
	"onedoor/app/staff"
)

// request is an act: who may do it and how it is logged, what is done, and what is said then.
type request struct {
	act   staff.Act
	label string // key of what it is called
	done  note   // when it has been done; no key: nothing is said
	do    func(ctx context.Context) error
	then  func() // on the loop, when it has ended either way; may be nil
}

// log has an act logged that has happened already. Nothing waits for it.
func (b *Backroom) log(a staff.Act, how error) {
	d := b.desk
	b.beside(func(ctx context.Context) func() bool {
		err := b.cfg.Staff.Do(context.WithoutCancel(ctx), staff.Kiosk, d.session.Token, a, func(context.Context) error { return how })
		return func() bool {
			if err != nil && how == nil {
				d.note = b.failed(request{act: a}, err)
			}
			return errors.Is(err, staff.ErrNoSession)
		}
	})
}

// errSaid is an error whose sentence for staff is known.
type errSaid struct {
	note
	cause error
}

func (e errSaid) Error() string { return e.key + ": " + e.cause.Error() }
func (e errSaid) Unwrap() error { return e.cause }

// may reports whether who is signed in may do an action here; a button for anything else is not shown.
func (b *Backroom) may(a staff.Action) bool {
	return b.desk != nil && b.desk.session != nil && staff.May(b.desk.session.Member.Role, staff.Kiosk, a)
}

// ask does an act, after the PIN where it is asked for again.
func (b *Backroom) ask(r request) {
	d := b.desk
	if d.busy != "" || !b.may(r.act.Action) {
		return
	}
	d.note = note{}
	if staff.AsksAgain(r.act.Action) {
		d.waiting = &r
		d.entry = entry{field: fieldPIN}
		return
	}
	b.carryOut(r, nil)
}

// confirm takes the PIN that was asked for again.
func (b *Backroom) confirm() {
	b.carryOut(*b.desk.waiting, b.desk.entry.taken())
}

// carryOut does an act beside the loop. With a PIN that is checked first.
func (b *Backroom) carryOut(r request, pin []byte) {
	d := b.desk
	d.busy = "backroom.busy"
	if pin != nil {
		d.busy = "backroom.signin.busy"
	}
	b.beside(func(ctx context.Context) func() bool {
		if pin != nil {
			if err := b.cfg.Staff.Reauthenticate(ctx, staff.Kiosk, d.session.Token, pin); err != nil {
				return func() bool {
					d.busy = ""
					b.refused(err)
					return errors.Is(err, staff.ErrNoSession)
				}
			}
		}
		// What was begun is brought to its end, also when they leave meanwhile.
		err := b.cfg.Staff.Do(context.WithoutCancel(ctx), staff.Kiosk, d.session.Token, r.act, r.do)
		return func() bool {
			d.busy, d.waiting, d.entry = "", nil, entry{}
			d.note = r.done
			if err != nil {
				d.note = b.failed(r, err)
			}
			if r.then != nil {
				r.then()
			}
			return errors.Is(err, staff.ErrNoSession)
		}
	})
}

// failed says how an act failed.
func (b *Backroom) failed(r request, err error) note {
	var said errSaid
	switch {
	case errors.As(err, &said):
		if said.tone != kiosk.Stop {
			return said.note
		}
	case errors.Is(err, staff.ErrDenied):
		return note{tone: kiosk.Stop, key: "backroom.denied"}
	}
	b.cfg.Logger.Error("staff act", "action", string(r.act.Action), "err", err)
	if said.key != "" {
		return said.note
	}
	return note{tone: kiosk.Stop, key: "backroom.failed"}
}

// chooser is a choice that has to be made before an act.
type chooser struct {
	heading, help string   // keys
	args          []string // of help
	options       []option
	from          int // page that it was asked for on
}

// choose asks for a choice.
func (b *Backroom) choose(c chooser) {
	c.from = b.desk.page
	b.desk.chooser, b.desk.page, b.desk.note = &c, 0, note{}
}

// chosen goes back to where the choice was asked for.
func (b *Backroom) chosen() {
	b.desk.chooser, b.desk.page = nil, b.desk.chooser.from
}

type option struct {
	id    string   // tells it from the others; empty: label does
	label string   // key, or words as they are
	help  string   // key; may be empty
	args  []string // of help
	pick  func()   // nil: it can not be chosen now
}

// subject is what its button says to be pressed for.
func (o option) subject() string {
	if o.id != "" {
		return o.id
	}
	return o.label
}

// press does what a button of a card stands for.
func (b *Backroom) press(in kiosk.Act) {
	d := b.desk
	if d.busy != "" {
		return
	}
	if c := d.chooser; c != nil {
		for _, o := range c.options {
			if in.ID == "choose" && in.Subject == o.subject() && o.pick != nil {
				b.chosen()
				o.pick()
				return
			}
		}
		return
	}
	switch d.section {
	case overview:
		b.pressOverview(in)
	case devicesSection:
		b.pressDevice(in)
	case receiptsSection:
		b.pressReceipt(in)
	case outboxSection:
		b.pressOutbox(in)
	case settingsSection:
		b.pressSettings(in)
	}
}
