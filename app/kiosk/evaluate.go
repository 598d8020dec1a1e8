package kiosk

import (
	"context"
	"encoding/json"
	"slices"

	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// opinion is an evaluation (好差评) on its way: five levels after GB/T 39735-2020, and reasons for the two bad ones.
type opinion struct {
	caseID  string
	level   int // 1 to 5; 0 while none is chosen
	reasons []string
	sending bool
	failed  bool // it could not be kept
	sent    bool // it is durable
}

const levels = 5

// badLevel is the best level that is asked for reasons.
const badLevel = 2

func (opinion) all() []string { return []string{"slow", "unclear", "broken", "attitude", "notsolved"} }

// opine takes what is pressed on the evaluation.
func (k *Kiosk) opine(ctx context.Context, in Intent) {
	o := &k.visit.opinion
	if o.sent || o.sending {
		return
	}
	switch in := in.(type) {
	case Rate:
		if in.Level >= 1 && in.Level <= levels {
			o.level = in.Level
			if o.level > badLevel {
				o.reasons = nil
			}
		}
	case Reason:
		if i := slices.Index(o.reasons, in.ID); i >= 0 {
			o.reasons = slices.Delete(o.reasons, i, i+1)
		} else if slices.Contains(o.all(), in.ID) && o.level != 0 && o.level <= badLevel {
			o.reasons = append(o.reasons, in.ID)
		}
	case Next:
		k.sendOpinion(ctx)
	}
}

// sendOpinion queues the evaluation. Its id is derived from the case, so that a case is evaluated once, whoever presses how
// often.
func (k *Kiosk) sendOpinion(ctx context.Context) {
	s := k.visit
	o := &s.opinion
	if o.level == 0 || o.caseID == "" {
		return
	}
	payload, err := json.Marshal(struct {
		Level   int      `json:"level"`
		Reasons []string `json:"reasons,omitempty"`
	}{o.level, o.reasons})
	if err != nil {
		k.cfg.Logger.Error("encode evaluation", "err", err)
		return
	}
	o.sending, o.failed = true, false
	draft := outbox.Draft{ID: item.DerivedID(o.caseID, "evaluation"), Type: item.TypeEvaluation, CaseID: o.caseID, Catalogue: k.cfg.Catalogue.Version, Payload: payload}
	k.beside(func() func() {
		limited, cancel := context.WithTimeout(ctx, acceptLimit)
		defer cancel()
		_, err := k.cfg.Outbox.Accept(limited, draft)
		if err != nil {
			k.cfg.Logger.Error("keep evaluation", "case", draft.CaseID, "err", err)
		}
		return func() {
			if s == k.visit && s.opinion.caseID == draft.CaseID { // thanks are said for what is durable
				s.opinion.sending, s.opinion.sent, s.opinion.failed = false, err == nil, err != nil
			}
		}
	})
}

// rate opens the evaluation of a case that is known here.
func (k *Kiosk) rate(ctx context.Context) {
	s := k.visit
	switch {
	case k.state == visit.Receipt:
		s.opinion = opinion{caseID: s.caseID}
	case k.state == visit.Progress && s.look.caseID != "":
		s.opinion = opinion{caseID: s.look.caseID}
	default:
		return
	}
	k.step(ctx, visit.RateChosen)
}

func rateKey(level int) string {
	return [levels]string{"rate.1", "rate.2", "rate.3", "rate.4", "rate.5"}[level-1]
}

func reasonKey(id string) string {
	switch id {
	case "slow":
		return "rate.reason.slow"
	case "unclear":
		return "rate.reason.unclear"
	case "broken":
		return "rate.reason.broken"
	case "attitude":
		return "rate.reason.attitude"
	}
	return "rate.reason.notsolved"
}

func (k *Kiosk) evaluate(say text.Printer) Evaluate {
	o := &k.visit.opinion
	v := Evaluate{Heading: say.T("rate.heading"), Help: say.T("rate.help"), Skip: Button{say.T("rate.skip"), Leave{}, false}}
	if o.sent {
		v.Heading, v.Help = say.T("rate.thanks.heading"), say.T("rate.thanks.help")
		v.Thanks = Notice{Tone: Good, Text: say.T("rate.thanks")}
		v.Skip.Label = say.T("rate.done")
		return v
	}
	if o.failed {
		v.Help = say.T("rate.failed")
	}
	icons := [levels]string{"mood-angry", "mood-sad", "mood-empty", "mood-smile", "mood-happy"}
	for n := levels; n >= 1; n-- {
		v.Levels = append(v.Levels, Level{icons[n-1], say.T(rateKey(n)), o.level == n, Rate{Level: n}})
	}
	v.Send = Button{say.T("rate.send"), Next{}, o.level == 0 || o.sending}
	if o.level != 0 && o.level <= badLevel {
		v.ReasonsTitle = say.T("rate.reasons")
		for _, id := range o.all() {
			v.Reasons = append(v.Reasons, Option{say.T(reasonKey(id)), slices.Contains(o.reasons, id), Reason{ID: id}})
		}
	}
	return v
}
