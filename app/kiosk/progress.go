package kiosk

import (
	"errors"
	"time"

	"onedoor/app/text"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// finding is what is known of a case. It holds nothing of a person.
type finding struct {
	hash    string // of the tracking code; empty when the code was none
	known   bool   // the case was accepted here, or central told of it
	number  string
	service string     // id
	title   text.Local // of the service, as central told
	next    text.Local // what the case waits for, as central told
	at      time.Time
	stage   wire.Stage
	changed time.Time // when it came to stage, by central's clock; zero where that is not known
	asOf    time.Time // when central told of it; zero when it did not
	caseID  string    // empty unless it was accepted here
}

// lookUp brings the finding up to date. Central is not asked: a kiosk that is offline answers the same way.
func (k *Kiosk) lookUp() {
	f := &k.visit.look
	if f.hash == "" {
		if f.number != "" && (f.asOf.IsZero() || f.caseID != "") { // of another machine's case no more is heard here
			k.find(f)
		}
		return
	}
	e, err := k.cfg.Outbox.ByTrack(f.hash)
	if err != nil {
		if !errors.Is(err, outbox.ErrNotFound) {
			k.cfg.Logger.Error("look up receipt", "err", err)
		}
		return
	}
	k.found(f, e)
}

func (k *Kiosk) progress(say text.Printer) Progress {
	f := k.visit.look
	v := Progress{Leave: Button{say.T("progress.leave"), Leave{}, false}, Back: Button{say.T("form.back"), Back{}, false}}
	if !f.known {
		key := "progress.unknown"
		if f.hash == "" && f.number == "" {
			key = "progress.other"
		}
		v.Heading, v.Help = say.T(key+".heading"), say.T(key+".help")
		return v
	}
	if f.caseID != "" { // only a kiosk's own cases are evaluated there
		v.Rate = Button{say.T("rate.open"), Open{Rating}, false}
	}
	v.NumberLabel, v.Number = say.T("accepted.number"), text.Fours(f.number)
	v.Track = track(f.stage, say)
	online := k.cfg.Link.Status().Link == engine.Online
	v.Heading, v.Help = f.standing(online, say)
	if next := k.nextOf(f, say); next != "" {
		v.Help += "\n" + next
	}
	v.Service = k.titleOf(f, say)
	v.AsOf = say.T("progress.received", "time", text.Stamp(f.at))
	switch {
	case f.caseID == "":
		v.AsOf += "\n" + say.T("progress.central", "time", text.Stamp(f.asOf))
	case !online:
		v.AsOf += "\n" + say.T("progress.offline")
	}
	return v
}

// standing says how far a case is, and what that means for whoever asks.
func (f finding) standing(online bool, say text.Printer) (heading, help string) {
	switch f.stage {
	case "":
		return say.T("progress.saved"), say.T(onTheWay(online))
	case wire.StageDelivered:
		return say.T("progress.delivered"), say.T("accepted.help.delivered")
	case wire.StageReturned:
		return say.T("progress.returned.heading"), say.T("progress.returned.help")
	case wire.StageDone:
		return say.T("progress.done.heading"), say.T("progress.done.help")
	default:
		return say.T("progress.accepted.heading"), say.T("progress.accepted.help")
	}
}

// track is the three truths of a case.
func track(stage wire.Stage, say text.Printer) []Milestone {
	delivered := stage != ""
	accepted := delivered && stage != wire.StageDelivered && stage != wire.StageReturned
	return []Milestone{
		{say.T("track.saved"), Reached}, {say.T("track.delivered"), reached(delivered)}, {say.T("track.accepted"), reached(accepted)},
	}
}

// onTheWay gives the key of what holds of a case that is only on this machine.
func onTheWay(online bool) string {
	if online {
		return "accepted.help.online"
	}
	return "accepted.help.offline"
}
