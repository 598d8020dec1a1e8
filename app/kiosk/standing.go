package kiosk

import (
	"onedoor/app/hall"
	"onedoor/app/visit"
)

// Standing gives where the machine stands. Any goroutine may ask.
func (k *Kiosk) Standing() hall.Standing {
	if s := k.stands.Load(); s != nil {
		return *s
	}
	return hall.Standing{At: hall.Place{Kiosk: k.cfg.Site.Kiosk, Step: visit.Attract.String()}}
}

// stand notes where the machine stands now, and tells whoever was called.
func (k *Kiosk) stand() {
	now := hall.Standing{At: k.whereabouts(), Visit: k.state.Personal()}
	if k.out != nil {
		now.Out = string(k.out.Code)
	}
	last := k.stands.Load()
	if last == nil || last.Visit != now.Visit {
		k.began = k.cfg.Now()
	}
	if now.Since = k.began; last != nil && *last == now {
		return
	}
	k.stands.Store(&now)
	if call, open := k.called(); open {
		k.cfg.Helpdesk.Move(call.ID, now.At)
	}
}
