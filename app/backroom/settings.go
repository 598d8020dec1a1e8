package backroom

import (
	"context"
	"strconv"
	"time"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// cleaningTime is how long touches do nothing while the glass is wiped.
const cleaningTime = 30 * time.Second

// dialStep is how much one touch turns a dial, in percent.
const dialStep = 10

// openSettings asks the dials how they stand.
func (b *Backroom) openSettings() {
	d := b.desk
	d.dials = map[string]reading{}
	for what, dial := range b.dials() {
		b.beside(func(context.Context) func() bool {
			percent, err := dial.Get()
			return func() bool {
				d.dials[what] = reading{percent, err}
				return false
			}
		})
	}
}

// reading is how a dial stands.
type reading struct {
	percent int
	err     error
}

const (
	volume     = "volume"
	brightness = "brightness"
)

// dials are those that the machine has.
func (b *Backroom) dials() map[string]Dial {
	all := map[string]Dial{}
	if b.cfg.Volume != nil {
		all[volume] = b.cfg.Volume
	}
	if b.cfg.Backlight != nil {
		all[brightness] = b.cfg.Backlight
	}
	return all
}

func (b *Backroom) settingsView(v *kiosk.Staff, say text.Printer) []kiosk.StaffCard {
	if b.desk.about {
		v.Heading, v.Back.Label = say.T("backroom.about"), say.T("form.back")
		return b.aboutView(say)
	}
	cards := []kiosk.StaffCard{b.serviceCard(say)}
	add := func(a staff.Action, c kiosk.StaffCard) {
		if b.may(a) {
			cards = append(cards, c)
		}
	}
	add(staff.Clean, kiosk.StaffCard{Icon: "hand-finger", Title: say.T("backroom.clean"), Lines: []string{say.T("backroom.clean.help")},
		Buttons: []kiosk.Button{act(say.T("backroom.clean.begin"), "clean", "")}})
	add(staff.ChangeLook, b.languageCard(say))
	add(staff.ChangeLook, b.dialCard(volume, "volume", say.T("backroom.volume"), say.T("backroom.volume.none"), say))
	add(staff.ChangeLook, b.dialCard(brightness, "contrast", say.T("backroom.brightness"), say.T("backroom.brightness.none"), say))
	if b.may(staff.ExportLogs) || b.may(staff.ExportQueue) {
		cards = append(cards, b.exportCard(say))
	}
	if b.cfg.Restart != nil {
		add(staff.Restart, kiosk.StaffCard{Icon: "tool", Title: say.T("backroom.restart"), Lines: []string{say.T("backroom.restart.help")},
			Buttons: []kiosk.Button{act(say.T("backroom.restart.do"), "restart", "")}})
	}
	return append(cards, kiosk.StaffCard{Icon: "info-circle", Title: say.T("backroom.about"), Lines: []string{say.T("backroom.about.catalogue", "version", b.cfg.Catalogue.Version)},
		Buttons: []kiosk.Button{act(say.T("backroom.about.show"), "about", "")}})
}

// serviceCard takes the machine out of service, and brings it back.
func (b *Backroom) serviceCard(say text.Printer) kiosk.StaffCard {
	c := kiosk.StaffCard{Icon: "flag", Title: say.T("backroom.service"), Tone: kiosk.Good, State: say.T("backroom.service.in")}
	since, notice, closed := b.cfg.Door.Closed()
	if closed {
		c.Tone, c.State = kiosk.Stop, say.T("backroom.service.out")
		c.Lines = []string{say.T("out.since", "time", b.moment(since)), say.T(noticeKey(notice))}
		if b.may(staff.BringBack) {
			c.Buttons = []kiosk.Button{act(say.T("backroom.service.open"), "in-service", "")}
		}
	} else if b.may(staff.TakeOut) {
		c.Buttons = []kiosk.Button{act(say.T("backroom.service.close"), "out-of-service", "")}
	}
	return c
}

func (b *Backroom) languageCard(say text.Printer) kiosk.StaffCard {
	now := b.cfg.Choices.Language()
	c := kiosk.StaffCard{Icon: "language", Title: say.T("backroom.language"), State: b.cfg.Texts.In(now).T("language.name")}
	for _, lang := range b.cfg.Texts.Languages() {
		button := act(b.cfg.Texts.In(lang).T("language.name"), "language", string(lang))
		button.Off = lang == now
		c.Buttons = append(c.Buttons, button)
	}
	return c
}

func (b *Backroom) dialCard(what, icon, title, none string, say text.Printer) kiosk.StaffCard {
	c := kiosk.StaffCard{Icon: icon, Title: title}
	r, known := b.desk.dials[what]
	switch {
	case b.dials()[what] == nil:
		c.Lines = []string{none}
	case !known:
		c.State = say.T("backroom.busy")
	case r.err != nil:
		c.Tone, c.Lines = kiosk.Caution, []string{none, r.err.Error()}
	default:
		c.State = strconv.Itoa(r.percent) + " %"
		c.Buttons = []kiosk.Button{act(say.T("backroom.dial.less"), "less", what), act(say.T("backroom.dial.more"), "more", what)}
		c.Buttons[0].Off, c.Buttons[1].Off = r.percent <= 0, r.percent >= 100
	}
	return c
}

func (b *Backroom) aboutView(say text.Printer) (cards []kiosk.StaffCard) {
	c := kiosk.StaffCard{Icon: "info-circle", Title: say.T("receipt.kiosk", "kiosk", b.cfg.Site.Kiosk),
		Lines: []string{say.T("backroom.about.catalogue", "version", b.cfg.Catalogue.Version)}}
	if b.cfg.About != nil {
		for _, f := range b.cfg.About() {
			c.Lines = append(c.Lines, say.T(string(f.Name), "value", f.Value))
		}
	}
	return []kiosk.StaffCard{c}
}

func (b *Backroom) pressSettings(in kiosk.Act) {
	d := b.desk
	switch in.ID {
	case "about":
		d.about, d.page = true, 0
	case "clean":
		b.ask(request{act: staff.Act{Action: staff.Clean}, label: "backroom.clean", do: func(context.Context) error { return nil },
			then: func() { d.cleaning = b.cfg.Now().Add(cleaningTime) }})
	case "out-of-service":
		c := chooser{heading: "backroom.service.close", help: "backroom.service.choose"}
		for _, n := range notices {
			c.options = append(c.options, option{label: noticeKey(n), pick: func() { b.takeOut(n) }})
		}
		b.choose(c)
	case "in-service":
		b.ask(request{act: staff.Act{Action: staff.BringBack}, label: "backroom.service.open", done: note{tone: kiosk.Good, key: "backroom.service.opened"},
			do: func(context.Context) error { return b.cfg.Door.Open() }})
	case "language":
		lang := text.Language(in.Subject)
		b.ask(request{act: staff.Act{Action: staff.ChangeLook, Detail: audit.Language}, label: "backroom.language", done: note{tone: kiosk.Good, key: "backroom.language.done"},
			do: func(context.Context) error { return b.cfg.Choices.SetLanguage(lang) }})
	case "less":
		b.turn(in.Subject, -dialStep)
	case "more":
		b.turn(in.Subject, dialStep)
	case "restart":
		b.choose(chooser{heading: "backroom.restart", help: "backroom.restart.help", options: []option{{label: "backroom.restart.do", pick: b.restart}}})
	case "export":
		b.chooseStick()
	}
}

func (b *Backroom) takeOut(notice string) {
	b.ask(request{act: staff.Act{Action: staff.TakeOut}, label: "backroom.service.close", done: note{tone: kiosk.Caution, key: "backroom.service.closed"},
		do: func(context.Context) error { return b.cfg.Door.Close(b.cfg.Now(), notice) }})
}

func (b *Backroom) restart() {
	b.ask(request{act: staff.Act{Action: staff.Restart}, label: "backroom.restart", done: note{key: "backroom.restart.soon"},
		do: func(context.Context) error {
			b.cfg.Restart()
			return nil
		}})
}

// turn turns a dial.
func (b *Backroom) turn(what string, by int) {
	d := b.desk
	dial := b.dials()[what]
	r, known := d.dials[what]
	if dial == nil || !known || r.err != nil {
		return
	}
	to := max(0, min(100, r.percent+by))
	detail := audit.Volume
	if what == brightness {
		detail = audit.Brightness
	}
	var now reading
	b.ask(request{act: staff.Act{Action: staff.ChangeLook, Detail: detail, Count: uint64(to)}, label: "backroom.volume",
		do: func(ctx context.Context) error {
			err := dial.Set(ctx, to)
			now.percent, now.err = dial.Get()
			return err
		},
		then: func() { d.dials[what] = now }})
}

// Fact is a line about this machine.
type Fact struct {
	Name  FactName
	Value string
}

// FactName is the key of what a Fact is about.
type FactName string

// The facts.
const (
	FactVersion  FactName = "backroom.about.version"  // of the program
	FactIdentity FactName = "backroom.about.identity" // hall, kiosk and incarnation
	FactConsole  FactName = "backroom.about.console"  // fingerprint of its certificate
	FactAudit    FactName = "backroom.about.audit"    // number and digest of the last entry
)
