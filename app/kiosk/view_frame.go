package kiosk

import (
	"strconv"
	"time"

	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/sync/engine"
)

// view derives all that is shown from the present state.
func (k *Kiosk) view() View {
	say := k.cfg.Texts.In(k.visit.lang)
	return View{Frame: k.frame(say), Screen: k.screen(say)}
}

func (k *Kiosk) screen(say text.Printer) Screen {
	switch k.state {
	case visit.Attract:
		if k.out != nil {
			return k.outScreen(say)
		}
		return k.attract(say)
	case visit.Menu:
		return k.menu(say)
	case visit.Identify:
		return k.identify(say)
	case visit.Choose:
		return k.choose(say)
	case visit.Guide:
		return k.guide(say)
	case visit.Fill:
		if k.visit.picker != nil {
			return k.list(say)
		}
		return k.form(say)
	case visit.Situate:
		return k.situate(say)
	case visit.Check:
		return k.check(say)
	case visit.Review:
		return k.review(say)
	case visit.Sign:
		return k.sign(say)
	case visit.Evaluate:
		return k.evaluate(say)
	case visit.Track:
		return k.track(say)
	case visit.Cases:
		return k.casesScreen(say)
	case visit.Accepting:
		return Accepting{Heading: say.T("accepting.heading"), Help: say.T("accepting.help")}
	case visit.Printing, visit.Receipt:
		return k.acceptedScreen(say)
	case visit.Refused:
		return k.refused(say)
	case visit.Number:
		return k.numberForm(say)
	case visit.Progress:
		return k.progress(say)
	case visit.Operator:
		return k.cfg.Backroom.View(say)
	default:
		return k.goodbye(say)
	}
}

func (k *Kiosk) frame(say text.Printer) Frame {
	if k.state == visit.Operator {
		return k.operatorFrame(say)
	}
	s := k.visit
	f := Frame{
		Hall: k.cfg.Site.Hall, Clock: text.Clock(k.cfg.Now()), Link: k.link(say), Elder: s.elder,
		Size: s.size, Contrast: s.contrast, Low: s.low, Choices: k.choices(say), Dim: k.state == visit.Attract && dark(k.cfg.Now().Hour()),
		Tools: k.tools(say), Step: k.stepText(say), Warning: k.warning(say), Help: k.helpPanel(say),
	}
	if k.inService() {
		f.Service = s.service.Title.In(s.lang)
	}
	return f
}

// dark is the time of day at which a bright screen in an empty hall dazzles. The first touch makes it bright.
func dark(hour int) bool { return hour < 6 || hour >= 21 }

func (k *Kiosk) link(say text.Printer) Notice {
	if k.out != nil {
		return Notice{Tone: Stop, Text: say.T("link.closed")}
	}
	switch k.cfg.Link.Status().Link {
	case engine.Online:
		return Notice{Tone: Good, Text: say.T("link.online")}
	case engine.Offline:
		return Notice{Tone: Caution, Text: say.T("link.offline")}
	default:
		return Notice{Tone: Neutral, Text: say.T("link.unknown")}
	}
}

func (k *Kiosk) stepText(say text.Printer) string {
	n, name := 0, ""
	switch k.state {
	case visit.Guide, visit.Identify, visit.Number, visit.Situate, visit.Check:
		n, name = 1, say.T("step.guide")
	case visit.Fill:
		n, name = 2, say.T("step.fill")
	case visit.Review, visit.Sign, visit.Refused:
		n, name = 3, say.T("step.review")
	case visit.Accepting, visit.Printing, visit.Receipt:
		n, name = 4, say.T("step.done")
	default:
		return ""
	}
	return say.T("step", "n", strconv.Itoa(n), "of", "4", "name", name)
}

func (k *Kiosk) warning(say text.Printer) *Warning {
	if k.warned.IsZero() {
		if !k.visit.leaving {
			return nil
		}
		return &Warning{Heading: say.T("leave.heading"), Text: say.T("leave.text"),
			Stay: Button{say.T("leave.stay"), Stay{}, false}, Leave: Button{say.T("leave.leave"), Abandon{}, false}}
	}
	left := int((k.stretch(k.cfg.Idle.Warning) - k.cfg.Now().Sub(k.warned) + time.Second - 1) / time.Second)
	seconds := strconv.Itoa(left)
	if k.state == visit.Progress || k.state == visit.Evaluate || k.state == visit.Menu || k.state.Light() { // nothing was filled in
		return &Warning{Heading: say.T("warning.heading"), Text: say.T("progress.idle", "seconds", seconds), Seconds: left,
			Stay: Button{say.T("linger.stay"), Stay{}, false}, Leave: Button{say.T("progress.leave"), Abandon{}, false}}
	}
	if k.state == visit.Receipt {
		return &Warning{Heading: say.T("linger.heading"), Text: say.T("linger.text", "seconds", seconds), Seconds: left,
			Stay: Button{say.T("linger.stay"), Stay{}, false}, Leave: Button{say.T("accepted.leave"), Leave{}, false}}
	}
	return &Warning{Heading: say.T("warning.heading"), Text: say.T("warning.text", "seconds", seconds), Seconds: left,
		Stay: Button{say.T("warning.stay"), Stay{}, false}, Leave: Button{say.T("warning.leave"), Abandon{}, false}}
}
