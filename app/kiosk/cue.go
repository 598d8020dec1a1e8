package kiosk

import "onedoor/app/visit"

// Cue is a sign to the ear. It never says anything that the screen does not say too.
type Cue uint8

// The cues.
const (
	CuePress     Cue = iota // a touch was taken in
	CueCard                 // the card has been read
	CueAccepted             // the case is saved
	CueMistake              // something has to be put right
	CueCountdown            // the visit ends soon unless somebody touches the screen
)

// moment is what a cue depends on.
type moment struct {
	state    visit.State
	card     bool
	warned   bool
	mistakes int
}

func (k *Kiosk) moment() moment {
	return moment{k.state, k.visit.card != nil && !k.visit.byHand, !k.warned.IsZero(), mistakes(k.last)}
}

// sound gives the cue for what has just happened, after it is shown and, for whoever wants that, begins to be said. pressed is
// what the citizen did; nil when it was not the citizen.
func (k *Kiosk) sound(pressed Intent) {
	was, is := k.heard, k.moment()
	k.heard = is
	if k.cfg.Sounds == nil || k.visit.silent {
		return
	}
	if c, ok := cue(was, is, pressed); ok {
		k.cfg.Sounds.Play(c)
	}
}

// cue decides which one of the cues is due, the most important one.
func cue(was, is moment, pressed Intent) (Cue, bool) {
	switch {
	case was.state == visit.Accepting && (is.state == visit.Printing || is.state == visit.Receipt):
		return CueAccepted, true
	case is.warned && !was.warned:
		return CueCountdown, true
	case is.card && !was.card:
		return CueCard, true
	case is.mistakes > was.mistakes && !edits(pressed):
		return CueMistake, true
	}
	switch pressed.(type) {
	case nil, Touch, Write:
		return 0, false
	case Next, Confirm:
		if is.mistakes > 0 && is.state == was.state {
			return CueMistake, true
		}
	}
	return CuePress, true
}

// edits reports whether an intent changes an answer: what is wrong in the middle of a word may be right at its end.
func edits(in Intent) bool {
	switch in.(type) {
	case Type, Erase, Clear, Take, Turn, KeyMode, Write, Wipe, Pick:
		return true
	}
	return false
}

// mistakes counts what a screen asks to put right.
func mistakes(v View) int {
	n := 0
	count := func(complaints ...string) {
		for _, c := range complaints {
			if c != "" {
				n++
			}
		}
	}
	switch s := v.Screen.(type) {
	case Identify:
		if s.Phase == CardFailed {
			n++
		}
	case Form:
		for _, f := range s.Fields {
			count(f.Error)
			for _, e := range f.Entries {
				count(e.Error)
			}
		}
	case Track:
		count(s.Number.Error)
	case Refused:
		n++
	}
	return n
}
