package kiosk

import (
	"context"
	"reflect"
	"time"

	"onedoor/app/visit"
	"onedoor/device/printer"
)

// step sends an event through the table and performs the effects. An event that means nothing here is ignored.
func (k *Kiosk) step(ctx context.Context, e visit.Event) {
	next, ok := visit.Next(k.state, e)
	if !ok {
		return
	}
	if k.state == visit.Goodbye {
		k.renew() // the goodbye still had the citizen's language
	}
	k.count(next.Next)
	if next.Next == visit.Progress && k.state != visit.Progress {
		k.visit.mine.behind = k.state == visit.Cases
	}
	k.cfg.Logger.Info("visit", "from", k.state.String(), "event", e.String(), "to", next.Next.String())
	k.enter(next.Next)
	for _, effect := range next.Effects {
		k.perform(ctx, effect)
	}
	if k.state == visit.Situate && len(k.visit.situations()) == 0 {
		k.step(ctx, visit.Situated) // a service that asks nothing of the kind
	}
}

func (k *Kiosk) enter(s visit.State) {
	k.state = s
	k.entered = k.cfg.Now()
	k.visit.panel, k.visit.leaving, k.visit.situating = PanelNone, false, s == visit.Situate
	k.visit.typing.wipe()
	if s == visit.Menu {
		k.visit.browse.wipe()
	}
	if s != visit.Cases {
		k.visit.mine.stop()
	}
	switch s {
	case visit.Attract, visit.Menu, visit.Choose, visit.Track, visit.Cases, visit.Progress, visit.Fill:
		k.scan(true)
	default:
		k.scan(false)
	}
	k.alive()
}

func (k *Kiosk) alive() {
	k.active, k.warned = k.cfg.Now(), time.Time{}
}

func (k *Kiosk) perform(ctx context.Context, e visit.Effect) {
	switch e {
	case visit.ListenForCard:
		k.cfg.Reader.Enable(!k.visit.hasRead()) // one visit, one card
	case visit.IgnoreCards:
		k.cfg.Reader.Enable(false)
	case visit.OpenForm:
		k.visit.open()
	case visit.DraftItem:
		k.visit.draft(k.cfg.NewID(k.cfg.Now()), k.cfg.NewID(k.cfg.Now()), k.cfg.NewCode())
	case visit.AcceptItem:
		k.accept(ctx)
	case visit.PrintReceipt:
		k.print(ctx)
	case visit.RecordPrint:
		k.recordPrint(ctx)
	case visit.LookUp:
		k.lookUp()
	case visit.ListCases:
		k.listCases(ctx)
	case visit.Wipe:
		k.wipe()
	}
}

// wipe overwrites what can be overwritten and forgets the rest. What the goodbye may still say is kept apart.
func (k *Kiosk) wipe() {
	k.callOff(true)
	k.visit.wipe()
	kept, print := k.visit.settings, k.visit.print.Outcome
	k.visit = k.fresh()
	if k.state == visit.Goodbye {
		kept.panel = PanelNone
		k.visit.settings = kept
		k.visit.hasReceipt = print == printer.Printed || print == printer.Unknown
	}
	k.card = cardSlot{lying: k.card.lying}
}

func (k *Kiosk) present() {
	k.stand()
	v := k.view()
	if reflect.DeepEqual(v, k.last) {
		return
	}
	k.last = v
	k.cfg.Show(v)
	k.speak(v)
}
