package backroom

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// The fields of the sign-in.
const (
	fieldID  = "id"
	fieldPIN = "pin"
)

// longestID is that of an id of staff.
const longestID = 16

// entry is what is typed to sign in, or to confirm an act.
type entry struct {
	field   string
	id      []byte
	pin     []byte
	trouble note
	until   time.Time // before it nothing is taken
}

func (e *entry) wipe() {
	clear(e.pin[:cap(e.pin)])
	e.pin = nil
}

// enter takes what is touched at the sign-in, and where the PIN is asked for again.
func (b *Backroom) enter(in kiosk.Intent) (left bool) {
	d := b.desk
	if d.busy != "" {
		return false // the PIN is being checked
	}
	e := &d.entry
	switch in := in.(type) {
	case kiosk.Back:
		if d.waiting == nil {
			return true
		}
		e.wipe()
		e.trouble, d.waiting = note{}, nil
	case kiosk.Focus:
		if in.Field == fieldID && d.session == nil || in.Field == fieldPIN {
			e.field = in.Field
		}
	case kiosk.Type:
		e.typed(in.Text)
	case kiosk.Erase:
		e.erase()
	case kiosk.Clear:
		if e.field == fieldID {
			e.id = nil
		} else {
			e.wipe()
		}
	case kiosk.Done, kiosk.Next:
		switch {
		case d.session == nil && len(e.id) == 0:
			e.field = fieldID
		case e.field == fieldID || len(e.pin) == 0:
			e.field = fieldPIN
		case b.cfg.Now().Before(e.until):
		case d.waiting != nil:
			b.confirm()
		default:
			b.signIn()
		}
	}
	return false
}

func (e *entry) typed(s string) {
	if len(s) != 1 {
		return
	}
	c := s[0]
	letter, digit := c >= 'a' && c <= 'z', c >= '0' && c <= '9'
	switch {
	case e.field == fieldID && len(e.id) < longestID && (letter || len(e.id) > 0 && (digit || c == '-')):
		e.id = append(e.id, c)
	case e.field == fieldPIN && digit && len(e.pin) < staff.MaxPIN:
		if e.pin == nil {
			e.pin = make([]byte, 0, staff.MaxPIN)
		}
		e.pin = append(e.pin, c)
	}
}

func (e *entry) erase() {
	if n := len(e.id); e.field == fieldID && n > 0 {
		e.id = e.id[:n-1]
	}
	if n := len(e.pin); e.field == fieldPIN && n > 0 {
		e.pin[n-1] = 0
		e.pin = e.pin[:n-1]
	}
}

// taken gives the PIN away, for who checks it and wipes it.
func (e *entry) taken() []byte {
	pin := e.pin
	e.pin, e.trouble = nil, note{}
	return pin
}

func (b *Backroom) signIn() {
	d := b.desk
	id, pin := string(d.entry.id), d.entry.taken()
	d.busy = "backroom.signin.busy"
	b.beside(func(ctx context.Context) func() bool {
		ses, err := b.cfg.Staff.SignIn(ctx, staff.Kiosk, id, pin)
		if err == nil && ctx.Err() != nil { // they have gone meanwhile
			err = b.cfg.Staff.SignOut(context.WithoutCancel(ctx), staff.Kiosk, ses.Token)
			return func() bool { return err != nil }
		}
		return func() bool {
			d.busy = ""
			if err != nil {
				b.refused(err)
				return false
			}
			d.session, d.active = ses, b.cfg.Now()
			d.entry = entry{}
			b.open(overview)
			return false
		}
	})
}

// refused says why a PIN was not taken.
func (b *Backroom) refused(err error) {
	e := &b.desk.entry
	e.wipe()
	e.field = fieldPIN
	var wait *staff.WaitError
	key := "backroom.signin.failed"
	switch {
	case errors.As(err, &wait) && wait.Locked:
		key = "backroom.signin.locked"
	case errors.As(err, &wait):
		e.until, key = b.cfg.Now().Add(wait.Left), "backroom.signin.wait"
	case errors.Is(err, staff.ErrWrong):
		key = "backroom.signin.wrong"
	case errors.Is(err, staff.ErrRosterOld):
		key = "backroom.signin.roster"
	case errors.Is(err, staff.ErrPepper), errors.Is(err, staff.ErrOtherPepper):
		key = "backroom.signin.pepper"
	case errors.Is(err, staff.ErrBusy):
		key = "backroom.signin.crowd"
	case errors.Is(err, staff.ErrAudit):
		key = "backroom.signin.audit"
	}
	if key == "backroom.signin.failed" || errors.Is(err, staff.ErrPepper) {
		b.cfg.Logger.Error("sign in", "err", err)
	}
	e.trouble = note{tone: kiosk.Stop, key: key}
}

// signInView is the page with the fields: both at the sign-in, the PIN alone where it is asked for again.
func (b *Backroom) signInView(say text.Printer) kiosk.StaffSignIn {
	d := b.desk
	e := &d.entry
	v := kiosk.StaffSignIn{
		Heading: say.T("backroom.signin.heading"), Help: say.T("backroom.signin.help"),
		Next: kiosk.Button{Label: say.T("backroom.signin.next"), Intent: kiosk.Next{}, Off: d.busy != ""},
		Back: kiosk.Button{Label: say.T("backroom.leave"), Intent: kiosk.Back{}},
	}
	pin := kiosk.Field{ID: fieldPIN, Kind: kiosk.FieldText, Label: say.T("backroom.pin"), Value: strings.Repeat("●", len(e.pin)),
		Focused: e.field == fieldPIN, Focus: kiosk.Focus{Field: fieldPIN}}
	if d.waiting != nil {
		v.Heading, v.Help = say.T("backroom.again.heading"), say.T("backroom.again.help", "act", say.T(d.waiting.label))
		v.Next.Label, v.Back.Label = say.T("backroom.again.next"), say.T("form.back")
		v.Fields = []kiosk.Field{pin}
	} else {
		v.Fields = []kiosk.Field{{ID: fieldID, Kind: kiosk.FieldText, Label: say.T("backroom.id"), Hint: say.T("backroom.id.hint"), Value: string(e.id),
			Focused: e.field == fieldID, Focus: kiosk.Focus{Field: fieldID}}, pin}
	}
	v.Keypad = digitPad(say)
	if e.field == fieldID {
		v.Keypad = letterPad(say)
	}
	now := b.cfg.Now()
	switch {
	case d.busy != "":
		v.Trouble = kiosk.Notice{Text: say.T(d.busy)}
	case e.trouble.key == "backroom.signin.wait" && !now.Before(e.until):
		v.Trouble = kiosk.Notice{Text: say.T("backroom.signin.once")}
	case e.trouble.key != "":
		left := int((e.until.Sub(now) + time.Second - 1) / time.Second)
		v.Trouble = kiosk.Notice{Tone: e.trouble.tone, Text: say.T(e.trouble.key, "seconds", strconv.Itoa(left))}
		if left > 3*60 && e.trouble.key == "backroom.signin.wait" {
			v.Trouble.Text = say.T("backroom.signin.minutes", "minutes", strconv.Itoa((left+59)/60))
		}
		v.Next.Off = v.Next.Off || now.Before(e.until)
	}
	return v
}

func row(labels string) []kiosk.Key {
	var keys []kiosk.Key
	for _, r := range labels {
		keys = append(keys, kiosk.Key{Label: string(r), Intent: kiosk.Type{Text: string(r)}})
	}
	return keys
}

// digitPad is for PINs and case numbers.
func digitPad(say text.Printer) kiosk.Keypad {
	return kiosk.Keypad{Rows: [][]kiosk.Key{row("123"), row("456"), row("789"), {
		{Label: say.T("key.clear"), Quiet: true, Intent: kiosk.Clear{}}, row("0")[0], {Label: say.T("key.erase"), Quiet: true, Intent: kiosk.Erase{}},
	}}}
}

// letterPad is for ids of staff.
func letterPad(say text.Printer) kiosk.Keypad {
	return kiosk.Keypad{Rows: [][]kiosk.Key{
		row("1234567890"), row("qwertyuiop"), row("asdfghjkl-"),
		append(row("zxcvbnm"), kiosk.Key{Label: say.T("key.erase"), Quiet: true, Wide: 2, Intent: kiosk.Erase{}}),
		{{Label: say.T("key.clear"), Quiet: true, Wide: 2, Intent: kiosk.Clear{}}, {Label: say.T("key.next"), Wide: 5, Intent: kiosk.Done{}}},
	}}
}
