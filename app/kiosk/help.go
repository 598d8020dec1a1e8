package kiosk

import (
	"strconv"
	"time"

	"onedoor/app/hall"
	"onedoor/app/text"
	"onedoor/app/visit"
)

// Helpdesk is where a call for help goes: the page that the hall's staff have open. Its methods do not wait.
type Helpdesk interface {
	// Place records a call and shows it to staff; with an error nobody was called.
	Place(at hall.Place) (hall.Call, error)
	// Move says that the visit has gone on meanwhile.
	Move(id uint64, to hall.Place)
	// Withdraw ends a call: the citizen says so, or has left.
	Withdraw(id uint64, left bool)
	// Call gives a call as it stands; ok is false for one that is forgotten.
	Call(id uint64) (call hall.Call, ok bool)
	// Attended reports whether anybody has the page open.
	Attended() bool
}

// The intents of the help panel.
type (
	// CallStaff calls a member of staff to this kiosk.
	CallStaff struct{}
	// CallOff says that nobody needs to come any more.
	CallOff struct{}
)

func (CallStaff) intent() {}
func (CallOff) intent()   {}

// patience is how long a call may go unanswered before the screen says where the counter is.
const patience = time.Minute

// help is the help panel and the call for help of one visit.
type help struct {
	open   bool
	call   uint64 // 0: nobody was called
	failed bool   // the last try to call somebody
}

// callStaff calls somebody, once.
func (k *Kiosk) callStaff() {
	h := &k.visit.help
	if k.cfg.Helpdesk == nil {
		return
	}
	if _, open := k.called(); open {
		return
	}
	call, err := k.cfg.Helpdesk.Place(k.whereabouts())
	if err != nil {
		k.cfg.Logger.Error("call staff", "err", err)
	}
	h.call, h.failed = call.ID, err != nil
}

// called gives the call of this visit while somebody may still come.
func (k *Kiosk) called() (hall.Call, bool) {
	if k.cfg.Helpdesk == nil || k.visit.help.call == 0 {
		return hall.Call{}, false
	}
	call, ok := k.cfg.Helpdesk.Call(k.visit.help.call)
	return call, ok && call.State.Open()
}

// callOff ends the call of this visit, if there is one.
func (k *Kiosk) callOff(left bool) {
	if call, open := k.called(); open {
		k.cfg.Helpdesk.Withdraw(call.ID, left)
	}
	k.visit.help.call, k.visit.help.failed = 0, false
}

// renew begins anew with nobody: whoever called has gone.
func (k *Kiosk) renew() {
	k.callOff(true)
	k.visit = k.fresh()
}

// whereabouts is where the visit stands, as far as staff may know it.
func (k *Kiosk) whereabouts() hall.Place {
	at := hall.Place{Kiosk: k.cfg.Site.Kiosk, Step: k.state.String()}
	if k.state == visit.Attract && k.out != nil {
		at.Step = "out"
	}
	if k.inService() {
		at.Service = k.visit.service.ID
	}
	return at
}

// inService reports whether what is on the screen is about the chosen service.
func (k *Kiosk) inService() bool {
	return k.visit.service != nil && k.state != visit.Menu && k.state != visit.Choose && k.state != visit.Goodbye
}

// helpPanel says who comes, since when, and where to go otherwise. It claims no more than what is recorded.
func (k *Kiosk) helpPanel(say text.Printer) *HelpPanel {
	if !k.visit.help.open {
		return nil
	}
	counter := k.cfg.Site.Counter.In(say.Language)
	if counter == "" {
		counter = say.T("help.counter")
	}
	p := &HelpPanel{Heading: say.T("help.heading"), Text: say.T("help.text"), Close: Button{say.T("help.close"), Help{}, false}}
	where := func() {
		if k.cfg.Site.HelpPhone != "" {
			p.Text += "\n" + say.T("help.phone", "phone", k.cfg.Site.HelpPhone)
		}
	}
	if k.cfg.Helpdesk == nil {
		where()
		return p
	}
	call, open := k.called()
	switch ago := k.cfg.Now().Sub(call.Since); {
	case k.visit.help.failed:
		p.Heading, p.Text = say.T("help.failed.heading"), say.T("help.failed.text", "counter", counter)
		p.Call = Button{say.T("help.again"), CallStaff{}, false}
		where()
		return p
	case !open:
		p.Text = say.T("help.offer")
		p.Call = Button{say.T("help.call"), CallStaff{}, false}
		where()
		return p
	case call.State == hall.CallAnswered:
		p.Heading = say.T("help.coming.heading")
		p.Text = k.ago(say, call.Answered) + "\n" + say.T("help.coming.text")
	case ago >= patience:
		p.Heading, p.Text = say.T("help.late.heading"), say.T("help.late.text", "counter", counter)
		where()
	case !k.cfg.Helpdesk.Attended():
		p.Heading, p.Text = say.T("help.unseen.heading"), say.T("help.unseen.text", "counter", counter)
		where()
	default:
		p.Heading, p.Text = say.T("help.called.heading"), say.T("help.called.text")
	}
	p.Calling, p.Close.Label = true, say.T("help.goon")
	p.Call = Button{say.T("help.off"), CallOff{}, false}
	return p
}

// ago says when staff answered.
func (k *Kiosk) ago(say text.Printer, t time.Time) string {
	switch minutes := int(k.cfg.Now().Sub(t) / time.Minute); minutes {
	case 0:
		return say.T("help.coming.now")
	case 1:
		return say.T("help.coming.minute")
	default:
		return say.T("help.coming.minutes", "n", strconv.Itoa(minutes))
	}
}

// helpTool is the help button, which says how far a call has come.
func (k *Kiosk) helpTool(say text.Printer) Tool {
	t := Tool{Intent: Help{}, Icon: "help", Label: say.T("tool.help")}
	switch call, open := k.called(); {
	case open && call.State == hall.CallAnswered:
		t.Label, t.On = say.T("tool.help.coming"), true
	case open:
		t.Label, t.On = say.T("tool.help.called"), true
	}
	return t
}
