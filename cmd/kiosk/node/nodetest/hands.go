package nodetest

import "onedoor/app/kiosk"

// View is what the kiosk showed last.
func (w *World) View() kiosk.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view
}

// shown waits until the kiosk shows what is wanted.
func (w *World) shown(what string, want func(kiosk.View) bool) {
	w.Helper()
	w.Settled(what+" to be shown", func() bool { return want(w.View()) })
}

// signIn is the supervisor at the kiosk's screen; leave hands it back to citizens.
func (w *World) signIn() (leave func()) {
	w.Helper()
	k := w.Node.Kiosk
	Knock(k)
	w.shown("the sign-in", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.StaffSignIn); return ok })
	Type(k, supervisor)
	k.Send(kiosk.Done{})
	Type(k, supervisorPIN)
	k.Send(kiosk.Next{})
	staff := func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Staff); return ok }
	w.shown("the overview", staff)
	return func() {
		w.Helper()
		k.Send(kiosk.Back{})
		w.shown("the end of staff's work", func(v kiosk.View) bool { return !staff(v) })
	}
}

// pressed sends what staff press under the settings, and waits until the screen offers what comes of it.
func (w *World) pressed(offers string, acts ...kiosk.Act) {
	w.Helper()
	w.Node.Kiosk.Send(kiosk.Section{ID: "settings"})
	for _, a := range acts {
		w.Node.Kiosk.Send(a)
	}
	w.shown(offers, func(v kiosk.View) bool {
		s, ok := v.Screen.(kiosk.Staff)
		if !ok {
			return false
		}
		for _, c := range s.Cards {
			for _, b := range c.Buttons {
				if a, ok := b.Intent.(kiosk.Act); ok && a.ID == offers {
					return true
				}
			}
		}
		return false
	})
}
