package console

import (
	"cmp"
	"slices"
	"strconv"

	"onedoor/app/catalog"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/visit"
)

// tag is a state in words, with its sign and weight.
type tag struct{ Tone, Icon, Name string }

// board is the page's live part, in words.
type board struct {
	Name      string // of whoever has signed in
	ID        string
	Token     string
	Locked    bool
	Verdict   tag
	Advice    string
	Calls     []callRow
	Waiting   int // calls that nobody has answered
	Visit     visitRow
	Problems  []problemRow
	Recovered []recoveredRow
	Devices   []deviceRow
	Services  string // how many can be had
	Limited   []servicesRow
	Outbox    outboxRow
	Today     todayRow
}

type callRow struct {
	ID              uint64
	Key             string // no other call has it, also of another run
	Service, Step   string
	Since, Ago      string
	Answered        bool
	By, AnsweredAgo string
	MayAnswer, Mine bool
}

type visitRow struct {
	Busy, Staff   bool // somebody is being served; staff have the screen
	Service, Step string
	Ago           string
}

type problemRow struct {
	Code, Cause, Remedy string
	Since, Ago, Affects string
	State               tag
}

type deviceRow struct {
	Name, Since string
	State       tag
}

// servicesRow are the services that can not wholly be had for one reason.
type servicesRow struct {
	State   tag
	Because string
	Titles  []string
}

type outboxRow struct {
	Summary, Since, Link string
	State                tag
	Items                []itemRow
	More                 int
}

type itemRow struct {
	Kind, Since, Ago, Tries, Next string
	Answer, Raw                   string // of central: in words, or as it said it where there are none
	State                         tag
}

type todayRow struct {
	Begun, Finished, Left, Calls int
	Steps                        []stepRow
}

type stepRow struct {
	Name string
	N    int
}

// fill puts a state into words.
func (p *page) fill(c *Console, a access, s state) {
	p.Name, p.ID, p.Token, p.Locked = a.member.Name, a.member.ID, c.formToken(a.token), a.locked
	p.verdict(s)
	p.calls(c, a, s.Calls)
	p.Visit = visitRow{Busy: s.Standing.Visit, Staff: s.Standing.At.Step == visit.Operator.String(), Service: p.service(c, s.Standing.At.Service), Step: p.step(s.Standing.At.Step)}
	if s.Standing.Visit {
		p.Visit.Ago = p.lasted(s.Standing.Since)
	}
	p.services(c, s.Problems)
	p.problems(c, s.Problems)
	p.recovered(c, s.Recovered)
	p.devices(s)
	p.outbox(c, s)
	p.today(s.Today)
}

func (p *page) verdict(s state) {
	worst := health.Info
	for _, one := range s.Problems {
		worst = max(worst, one.Severity)
	}
	switch {
	case worst == health.BlocksAll || s.Standing.Out != "":
		p.Verdict, p.Advice = tag{"stop", "stop", p.T("verdict.closed")}, p.T("verdict.closed.text")
	case worst == health.Blocks:
		p.Verdict, p.Advice = tag{"warn", "warn", p.T("verdict.partly")}, p.T("verdict.partly.text")
	case worst == health.Warning:
		p.Verdict, p.Advice = tag{"warn", "warn", p.T("verdict.soon")}, p.T("verdict.soon.text")
	default:
		p.Verdict, p.Advice = tag{"ok", "check", p.T("verdict.well")}, p.T("verdict.well.text")
	}
}

func (p *page) service(c *Console, id string) string {
	if s, ok := c.cfg.Catalogue.Service(id); ok {
		return s.Title.In(p.Lang)
	}
	return ""
}

func (p *page) step(name string) string { return p.T("step." + name) }

func (p *page) calls(c *Console, a access, all []hall.Call) {
	for _, call := range all {
		if !call.State.Open() {
			continue
		}
		row := callRow{ID: call.ID, Key: c.boot + "-" + strconv.FormatUint(call.ID, 10), Service: p.service(c, call.Place.Service), Step: p.step(call.Place.Step), Since: p.since(call.Since), Ago: p.ago(call.Since),
			Answered: call.State == hall.CallAnswered, By: call.By, Mine: call.By == a.member.ID, MayAnswer: a.member.MayAnswer && !a.locked}
		if row.Answered {
			row.AnsweredAgo = p.ago(call.Answered)
		} else {
			p.Waiting++
		}
		p.Calls = append(p.Calls, row)
	}
}

func (p *page) severity(s health.Severity) tag {
	switch s {
	case health.BlocksAll:
		return tag{"stop", "stop", p.T("severity.blocks-all")}
	case health.Blocks:
		return tag{"stop", "stop", p.T("severity.blocks")}
	case health.Warning:
		return tag{"warn", "warn", p.T("severity.warning")}
	default:
		return tag{"wait", "wait", p.T("severity.info")}
	}
}

func (p *page) problems(c *Console, all health.Problems) {
	staff := c.cfg.Texts.In(p.Lang)
	for _, one := range all {
		row := problemRow{Code: string(one.Code), Cause: staff.T(one.Cause()), Remedy: staff.T(one.Remedy()), Since: p.since(one.Since), Ago: p.lasted(one.Since),
			State: p.severity(one.Severity)}
		touched := 0
		for _, s := range c.cfg.Catalogue.Services {
			if slices.ContainsFunc(all.Service(s).Because, func(b health.Problem) bool { return b.Code == one.Code }) {
				touched++
			}
		}
		if touched > 0 {
			row.Affects = p.T("problem.affects", "n", strconv.Itoa(touched))
		}
		p.Problems = append(p.Problems, row)
	}
}

func (p *page) devices(s state) {
	for _, d := range s.Devices {
		if !d.Present {
			continue
		}
		row := deviceRow{Name: p.T("device." + string(d.Device)), State: tag{"wait", "wait", p.T("device.asking")}}
		if d.Ready {
			row.State = tag{"ok", "check", p.T("device.ready")}
		}
		if !d.Since.IsZero() {
			row.Since = p.since(d.Since)
		}
		if one, ok := s.Problems.OfDevice(d.Device); ok {
			row.State, row.Since = p.severity(one.Severity), p.since(one.Since)
		}
		p.Devices = append(p.Devices, row)
	}
	row := deviceRow{Name: p.T("device.link"), State: tag{"wait", "wait", p.T("link.unknown")}}
	switch s.Link.State {
	case "online":
		row.State = tag{"ok", "check", p.T("link.online")}
	case "offline":
		row.State = tag{"warn", "warn", p.T("link.offline")}
	}
	if !s.Link.Since.IsZero() {
		row.Since = p.since(s.Link.Since)
	}
	p.Devices = append(p.Devices, row)
}

// services says what can be had, and gathers what can not under its reason.
func (p *page) services(c *Console, all health.Problems) {
	staff := c.cfg.Texts.In(p.Lang)
	whole := 0
	for _, s := range c.cfg.Catalogue.Services {
		v := all.Service(s)
		if v.Extent == health.Whole {
			whole++
			continue
		}
		row := servicesRow{State: tag{"warn", "warn", p.T("service.partly")}, Because: staff.T(decisive(v, s).Cause())}
		if v.Extent == health.Not {
			row.State = tag{"stop", "stop", p.T("service.not")}
		}
		i := slices.IndexFunc(p.Limited, func(have servicesRow) bool { return have.State == row.State && have.Because == row.Because })
		if i < 0 {
			i, p.Limited = len(p.Limited), append(p.Limited, row)
		}
		p.Limited[i].Titles = append(p.Limited[i].Titles, s.Title.In(p.Lang))
	}
	slices.SortStableFunc(p.Limited, func(a, b servicesRow) int { return cmp.Compare(a.State.Tone, b.State.Tone) }) // stop before warn
	p.Services = p.T("service.summary", "n", strconv.Itoa(whole), "of", strconv.Itoa(len(c.cfg.Catalogue.Services)))
}

// decisive is the worst of the problems that alone make a verdict what it is.
func decisive(v health.Verdict, s *catalog.Service) health.Problem {
	for _, one := range v.Because {
		if (health.Problems{one}).Service(s).Extent == v.Extent {
			return one
		}
	}
	return v.Because[0]
}

func (p *page) outbox(c *Console, s state) {
	o := s.Outbox
	switch {
	case o.Person > 0:
		p.Outbox.State = tag{"stop", "stop", p.T("outbox.person", "n", strconv.Itoa(o.Person))}
	case o.Waiting > 0:
		p.Outbox.State = tag{"wait", "wait", p.T("outbox.waiting", "n", strconv.Itoa(o.Waiting))}
	default:
		p.Outbox.State = tag{"ok", "check", p.T("outbox.empty")}
	}
	if o.Waiting > 0 && o.Person > 0 {
		p.Outbox.Summary = p.T("outbox.waiting", "n", strconv.Itoa(o.Waiting))
	}
	if !o.Oldest.IsZero() {
		p.Outbox.Since = p.T("outbox.oldest", "time", p.since(o.Oldest), "ago", p.ago(o.Oldest))
	}
	if !s.Link.LastContact.IsZero() {
		p.Outbox.Link = p.T("outbox.contact", "time", p.since(s.Link.LastContact))
	}
	for _, i := range o.Items {
		row := itemRow{Kind: p.kind(i.Type), Since: p.since(i.Since), Ago: p.ago(i.Since), State: p.itemState(i.State)}
		if key, ok := hall.Answer(i.Answer); ok {
			row.Answer = c.cfg.Texts.In(p.Lang).T(key)
		} else {
			row.Raw = i.Answer
		}
		if i.Tries > 0 {
			row.Tries = p.T("item.tries", "n", strconv.Itoa(i.Tries))
		}
		if !i.Next.IsZero() && i.Next.After(p.now) {
			row.Next = p.since(i.Next)
		}
		p.Outbox.Items = append(p.Outbox.Items, row)
	}
	p.Outbox.More = max(0, o.Waiting+o.Person-len(o.Items))
}

// kind names a type of item; one of a later program is something else.
func (p *page) kind(t string) string {
	switch t {
	case "submission", "withdrawal", "evaluation", "ticket", "print", "help", "audit", "health":
		return p.T("item." + t)
	}
	return p.T("item.other")
}

func (p *page) itemState(s string) tag {
	switch s {
	case "rejected", "conflict", "lost":
		return tag{"stop", "stop", p.T("item.state." + s)}
	default:
		return tag{"wait", "wait", p.T("item.state." + s)}
	}
}

func (p *page) today(d hall.Day) {
	p.Today = todayRow{Begun: d.Begun, Finished: d.Finished, Calls: d.Calls}
	for step, n := range d.Left {
		p.Today.Left += n
		p.Today.Steps = append(p.Today.Steps, stepRow{p.step(step), n})
	}
	slices.SortFunc(p.Today.Steps, func(a, b stepRow) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
}
