package central

import (
	"context"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"

	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// trackPage is what a citizen sees of a case: nothing of it is about a person.
type trackPage struct {
	page
	State        string // pending or the stage, for programs
	Tone, Icon   string
	Heading, Say string
	Service      string
	Department   string
	Hall         string
	Receipt      []string
	OfficialNo   string
	NextList     []string
	Way          []milestone
	Form         bool
}

// milestone is one line of the way a case takes. Words say what Class and Icon show.
type milestone struct {
	Class, Icon string
	Name, Words string
	Current     bool
}

// refreshSeconds is how often an open page of an unfinished case asks again.
const refreshSeconds = 10

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusOK, "home", &trackPage{page: s.pages.page(pageLang(r), "home.title")})
}

// findCode takes a typed code, or a whole link, to its page. The code travels in a form, so that no history keeps it twice.
func (s *Server) findCode(w http.ResponseWriter, r *http.Request) {
	lang := pageLang(r)
	if wish := field(r, "lang"); wish != "" {
		lang = knownLang(wish)
	}
	typed := strings.TrimSpace(field(r, "code"))
	if i := strings.IndexAny(typed, "?#"); i >= 0 {
		typed = typed[:i]
	}
	typed = strings.NewReplacer(" ", "", "-", "").Replace(path.Base(typed))
	code, err := tracking.Parse(typed)
	if err != nil {
		s.unknown(w, r, lang)
		return
	}
	http.Redirect(w, r, "/T/"+string(code)+"?lang="+lang, http.StatusSeeOther)
}

// track answers the QR on a receipt. The code itself is never logged.
func (s *Server) track(w http.ResponseWriter, r *http.Request) {
	lang := pageLang(r)
	code, err := tracking.Parse(r.PathValue("code"))
	if err != nil {
		s.unknown(w, r, lang)
		return
	}
	dev, err := s.genuine(r.Context(), code)
	if errors.Is(err, ErrNotFound) {
		s.unknown(w, r, lang)
		return
	}
	var c Case
	if err == nil {
		c, err = s.cfg.Store.CaseByTrack(r.Context(), dev.Number, code.Hash())
	}
	switch {
	case err == nil:
		s.show(w, http.StatusOK, "track", s.casePage(lang, &c))
	case errors.Is(err, ErrNotFound):
		s.show(w, http.StatusOK, "track", s.pendingPage(lang, dev))
	default:
		s.cfg.Logger.Error("tracking page failed", "error", err)
		p := &trackPage{page: s.pages.page(lang, "failed.title"), Tone: "warn", Icon: "warn"}
		p.Heading, p.Say = p.T("failed.heading"), p.T("failed.say")
		s.show(w, http.StatusServiceUnavailable, "notice", p)
	}
}

// genuine finds the device that made code; ErrNotFound when none did.
func (s *Server) genuine(ctx context.Context, code tracking.Code) (Device, error) {
	number, err := code.Device()
	if err != nil {
		return Device{}, ErrNotFound
	}
	if !code.Genuine(tracking.DeviceKey(s.cfg.Keys.Tracking, number)) {
		return Device{}, ErrNotFound
	}
	return s.cfg.Store.DeviceByNumber(ctx, number)
}

// unknown says what to do about a wrong code, ten times a minute and address. Right codes are answered even then: the
// others in the hall may stand behind the same address, and 80 bits are not guessed at any rate.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request, lang string) {
	addr := s.clientAddr(r)
	within, first := s.wrongCodes.wrong(addr)
	if first {
		s.cfg.Logger.Warn("many wrong tracking codes from one address", "addr", addr)
	}
	if !within {
		p := &trackPage{page: s.pages.page(lang, "limited.title"), Tone: "warn", Icon: "wait"}
		p.Heading, p.Say = p.T("limited.heading"), p.T("limited.say")
		p.OtherLang = ""
		w.Header().Set("Retry-After", "60")
		s.show(w, http.StatusTooManyRequests, "notice", p)
		return
	}
	p := &trackPage{page: s.pages.page(lang, "unknown.title"), Tone: "stop", Icon: "stop", Form: true}
	p.Heading, p.Say = p.T("unknown.heading"), p.T("unknown.say")
	p.NextList = []string{p.T("unknown.next.1"), p.T("unknown.next.2")}
	if r.Method != http.MethodGet {
		p.OtherLang = "" // the link would leave the form's answer
	}
	s.show(w, http.StatusNotFound, "notice", p)
}

func (s *Server) openPage(lang, title string) *trackPage {
	p := &trackPage{page: s.pages.page(lang, title)}
	p.Refresh = refreshSeconds
	p.Foot = []string{p.T("track.refresh") + s.cfg.Now().In(s.pages.zone).Format("15:04:05"), p.T("track.privacy")}
	return p
}

// pendingPage is for a code that a device of ours made and whose case has not come yet.
func (s *Server) pendingPage(lang string, dev Device) *trackPage {
	p := s.openPage(lang, "pending.title")
	p.State = "pending"
	p.Tone, p.Icon, p.Hall = "wait", "wait", dev.HallName
	p.Heading, p.Say = p.T("pending.heading"), p.T("pending.say")
	p.NextList = []string{p.T("pending.next.1"), p.T("pending.next.2")}
	p.Way = []milestone{
		{"past", "check", p.T("way.saved"), p.T("way.saved.words"), false},
		{"now", "wait", p.T("way.delivered.wait"), p.T("way.delivered.now"), true},
		{"todo", "todo", p.T("way.accepted.wait"), p.T("way.accepted.todo"), false},
	}
	return p
}

func (s *Server) casePage(lang string, c *Case) *trackPage {
	stage := string(c.Stage)
	p := s.openPage(lang, stage+".title")
	p.State = stage
	p.Tone, p.Icon = stageSign(c.Stage)
	p.Heading, p.Say = p.T(stage+".heading"), p.T(stage+".say")
	p.Service, p.Department, p.Hall = serviceName(c, lang), c.Facts.Department.In(lang), c.HallName
	p.Receipt, p.OfficialNo = groups(c.ReceiptNo), c.OfficialNo
	switch next := c.Facts.Next.In(lang); {
	case c.Stage == wire.StageReturned:
		p.NextList = []string{p.T("returned.next.1"), p.T("returned.next.2")}
	case c.Stage == wire.StageDelivered && next != "":
		p.NextList = []string{next}
	default:
		p.NextList = []string{p.T(stage + ".next")}
	}
	if c.Stage == wire.StageDone {
		p.Refresh = 0
		p.Foot = p.Foot[1:]
	}
	p.Way = s.way(&p.page, c)
	return p
}

// way lists what has been and, while the case goes on, what it waits for.
func (s *Server) way(p *page, c *Case) []milestone {
	way := []milestone{{"past", "check", p.T("way.saved"), p.T("way.saved.words"), false}}
	for i, step := range c.Steps {
		name := p.T("way." + string(step.Stage))
		last := i == len(c.Steps)-1
		if step.Stage == wire.StageReturned {
			way = append(way, milestone{"past alert", "warn", name, p.T("way.at") + s.pages.date(p, step.At), last})
			continue
		}
		way = append(way, milestone{"past", "check", name, p.T("way.past") + s.pages.date(p, step.At), last && c.Stage == wire.StageDone})
	}
	switch c.Stage {
	case wire.StageDelivered:
		way = append(way, milestone{"now", "wait", p.T("way.accepted.wait"), p.T("way.accepted.now"), true})
	case wire.StageReturned:
		way = append(way, milestone{"todo", "todo", p.T("way.accepted.wait"), p.T("way.accepted.todo"), false})
	case wire.StageAccepted:
		way = append(way, milestone{"now", "wait", p.T("way.done.wait"), p.T("way.done.now"), true})
	}
	return way
}

func stageSign(stage wire.Stage) (tone, icon string) {
	switch stage {
	case wire.StageReturned:
		return "warn", "warn"
	case wire.StageDelivered:
		return "wait", "check"
	default:
		return "ok", "check"
	}
}

// serviceName falls back on the id, which is better than an empty line.
func serviceName(c *Case, lang string) string {
	if name := c.Facts.Title.In(lang); name != "" {
		return name
	}
	return c.Facts.ServiceID
}

func (s *Server) shortTime(p *page, t time.Time) string {
	return t.In(s.pages.zone).Format(p.T("time.short"))
}
