package kiosk

import (
	"onedoor/app/catalog"
	"onedoor/app/text"
)

func (k *Kiosk) attract(say text.Printer) Attract {
	v := Attract{
		Greeting: say.T(greeting(k.cfg.Now().Hour())), Lead: say.T("attract.lead"),
		Steps:   [3]string{say.T("attract.step.card"), say.T("attract.step.screen"), say.T("attract.step.paper")},
		Start:   Button{say.T("attract.start"), Start{}, false},
		Trouble: k.trouble(say),
	}
	if k.scans() && v.Trouble.Text == "" { // one thing at a time
		v.Lead += "\n" + say.T("attract.scan")
	}
	return v
}

func greeting(hour int) string {
	switch {
	case hour < 5, hour >= 18:
		return "greeting.evening"
	case hour < 11:
		return "greeting.morning"
	case hour < 13:
		return "greeting.noon"
	default:
		return "greeting.afternoon"
	}
}

func (k *Kiosk) identify(say text.Printer) Identify {
	v := Identify{
		Heading: say.T("identify.heading"), Help: say.T("identify.help"), Phase: k.card.phase, Progress: k.card.progress,
		Back: Button{say.T("form.back"), Back{}, false},
	}
	if k.readerMissing() {
		return k.noReader(v, say)
	}
	switch k.card.phase {
	case CardReading:
		v.Help = say.T("identify.reading")
	case CardFailed:
		v.Heading, v.Help = say.T(k.card.trouble+".heading"), ""
		v.Trouble = Notice{Tone: Caution, Text: say.T(k.card.trouble)}
	default:
		if k.card.lying { // of the visit before, or laid down too early: it is read only after it was lifted
			v.Trouble = Notice{Tone: Neutral, Text: say.T("identify.lift")}
		}
	}
	return v
}

// refusal gives the key of why a service can not be had with this card.
func refusal(why catalog.Refusal) string {
	switch why {
	case catalog.RefusedExpired:
		return "choose.expired"
	case catalog.RefusedTyped:
		return "choose.typed"
	default:
		return "choose.kind"
	}
}

func (k *Kiosk) guide(say text.Printer) Guide {
	s, l := k.visit.service, say.Language
	v := Guide{
		Heading: s.Title.In(l), Help: say.T("guide.help"), MaterialsTitle: say.T("guide.materials"),
		Facts: []Row{
			{Label: say.T("guide.who"), Value: s.Guide.Who.In(l)},
			{Label: say.T("guide.where"), Value: s.Department.In(l)},
			{Label: say.T("guide.time"), Value: s.Guide.Time.In(l)},
			{Label: say.T("guide.fee"), Value: s.Guide.Fee.In(l)},
			{Label: say.T("guide.basis"), Value: s.Guide.Basis.In(l)},
		},
		Next: Button{say.T("guide.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false},
	}
	if !k.visit.browse.reading {
		if why, _ := k.unavailable(s, say); why != "" {
			v.Help, v.Next.Off = why, true
		}
	}
	if where := s.Guide.Where.In(l); where != "" {
		v.Facts[1].Value += "\n" + where
	}
	for _, m := range s.Materials {
		note := m.Note.In(l)
		if m.Card {
			switch {
			case k.visit.byHand:
				note = say.T("guide.card.bring")
			case k.visit.card == nil:
				note = say.T("guide.card.later")
			default:
				note = say.T("guide.card.read")
			}
		}
		v.Materials = append(v.Materials, Material{Name: m.Name.In(l), Note: note})
	}
	return v
}
