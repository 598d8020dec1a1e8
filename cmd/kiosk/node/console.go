package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// openConsole prepares the page for staff; without an address there is none. What it is asked for is there once the kiosk is.
func (n *Node) openConsole(cfg Config, dev wire.Device, devices devices, texts *text.Catalogue, services *catalog.Catalogue) (err error) {
	n.tally = hall.OpenTally(filepath.Join(cfg.File.Data, "numbers.json"), cfg.Now, cfg.Logger.With("part", "console"))
	c := cfg.File.Console
	if c.Listen == "" {
		return nil
	}
	if c.Cert != "" {
		if n.certificate, err = tls.LoadX509KeyPair(c.Cert, c.Key); err != nil {
			return fmt.Errorf("%w: console.cert: %w", config.ErrConfig, err)
		}
	} else if n.certificate, err = console.OwnCertificate(console.Dir(cfg.File.Data), dev.Kiosk, cfg.Now()); err != nil {
		cfg.Logger.Error("the console stays closed", "err", err) // citizens are served all the same
		return nil
	}
	queue := &queue{box: n.outbox, now: cfg.Now}
	n.console, err = console.New(console.Config{
		Kiosk: dev.Kiosk, Hall: dev.HallName, Texts: texts, Catalogue: services, Staff: &desk{staff: n.Staff, sessions: map[string]*staff.Session{}},
		Audit: entries{n.Audit, n.tally}, Calls: &hall.Calls{}, Standing: func() hall.Standing { return n.Kiosk.Standing() }, Problems: n.board.Problems, History: n.board.History,
		Devices: devices.states, Link: n.link, Outbox: queue.look, Today: n.tally.Today, Now: cfg.Now, Logger: cfg.Logger.With("part", "console"),
	})
	return err
}

// give makes the console the place where calls for help go, and lets visits be counted.
func (n *Node) give(visitor *kiosk.Config) {
	visitor.Meter = counts{visitor.Meter, n.tally}
	if n.console != nil {
		visitor.Helpdesk = n.console
	}
}

// runConsole serves the page, and keeps the numbers of visits.
func (n *Node) runConsole(ctx context.Context, cfg Config) {
	n.parts.run(ctx, "numbers", cfg.Logger, n.tally.Run)
	if n.console != nil {
		n.parts.run(ctx, "console", cfg.Logger, func(ctx context.Context) error {
			return n.console.ListenAndServe(ctx, cfg.File.Console.Listen, n.certificate)
		})
	}
}

// ConsoleFingerprint is what staff compare with their browser's warning, as AB:CD:…; empty where there is no console.
func (n *Node) ConsoleFingerprint() string {
	if n.console == nil {
		return ""
	}
	return console.Fingerprint(n.certificate.Certificate[0])
}

// counts lets a visit be counted twice: since the start for Prometheus, and of today for staff.
type counts struct {
	kiosk.Meter
	day *hall.Tally
}

func (c counts) Began() {
	c.Meter.Began()
	c.day.Began()
}

func (c counts) Ended(at visit.State, finished bool) {
	c.Meter.Ended(at, finished)
	if finished {
		c.day.Finished()
	} else {
		c.day.Left(at.String())
	}
}

// desk lets the hall's staff into the console.
type desk struct {
	staff *staff.Staff

	mu       sync.Mutex
	sessions map[string]*staff.Session // by token; of some that ended it is still to be told why
}

var _ console.Staff = (*desk)(nil)

// SignIn implements console.Staff.
func (d *desk) SignIn(ctx context.Context, id, pin string) (string, console.Member, error) {
	ses, err := d.staff.SignIn(ctx, staff.Console, id, []byte(pin))
	var wait *staff.WaitError
	switch {
	case errors.As(err, &wait):
		return "", console.Member{}, console.ErrLocked
	case errors.Is(err, staff.ErrBusy):
		return "", console.Member{}, console.ErrBusy
	case errors.Is(err, staff.ErrWrong):
		return "", console.Member{}, console.ErrSignIn
	case err != nil:
		return "", console.Member{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for token, old := range d.sessions { // an idle one is of use for as long as it would have lasted
		if why := old.Why(); why != audit.NoDetail && why != audit.ByIdle || ses.Since.Sub(old.Since) > staff.SessionLife {
			delete(d.sessions, token)
		}
	}
	d.sessions[ses.Token] = ses
	return ses.Token, member(ses), nil
}

func member(ses *staff.Session) console.Member {
	return console.Member{ID: ses.Member.ID, Name: ses.Member.Name, MayAnswer: staff.May(ses.Member.Role, staff.Console, staff.AnswerHelp), Role: string(ses.Member.Role)}
}

// Session implements console.Staff.
func (d *desk) Session(token string, touch bool) (console.Member, error) {
	find := d.staff.Peek
	if touch {
		find = d.staff.Use
	}
	ses, err := find(staff.Console, token)
	if err == nil {
		return member(ses), nil
	}
	if !errors.Is(err, staff.ErrNoSession) {
		return console.Member{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if was := d.sessions[token]; was != nil && was.Why() == audit.ByIdle {
		return console.Member{}, console.ErrIdle
	}
	delete(d.sessions, token)
	return console.Member{}, console.ErrSession
}

// signOutLimit bounds the wait for the audit log.
const signOutLimit = 5 * time.Second

// SignOut implements console.Staff.
func (d *desk) SignOut(token string) {
	ctx, cancel := context.WithTimeout(context.Background(), signOutLimit)
	defer cancel()
	_ = d.staff.SignOut(ctx, staff.Console, token) // the session has ended, whether that could be logged or not; the log says what it lost
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, token)
}

// Admitted implements console.Staff.
func (d *desk) Admitted(id string) bool {
	return slices.ContainsFunc(d.staff.Standings(), func(s staff.Standing) bool { return s.ID == id })
}

// entries writes what is done at the console into the audit log.
type entries struct {
	log *audit.Log
	day *hall.Tally
}

var _ console.Audit = entries{}

func actor(m console.Member) audit.Actor {
	if m.ID == "" {
		return audit.Somebody
	}
	return audit.Staff(m.ID, audit.Role(m.Role))
}

// HelpAsked implements console.Audit.
func (e entries) HelpAsked(service string) {
	e.day.Called()
	entry := audit.Event{Kind: audit.KindHelpAsked, Actor: audit.Citizen}
	if service != "" {
		entry.Subject = audit.OfService(service)
	}
	e.log.Note(entry)
}

// HelpAnswered implements console.Audit.
func (e entries) HelpAnswered(by console.Member) {
	e.log.Note(audit.Event{Kind: audit.KindHelpAnswered, Actor: actor(by)})
}

// HelpDone implements console.Audit.
func (e entries) HelpDone(by console.Member) {
	e.log.Note(audit.Event{Kind: audit.KindHelpDone, Actor: actor(by)})
}

// Refused implements console.Audit.
func (e entries) Refused(who console.Member, why console.Refusal, count uint64) {
	entry := audit.Event{Kind: audit.KindRefused, Actor: actor(who), Disposition: audit.Failed, Count: count}
	switch why {
	case console.CrossSite:
		entry.Detail = audit.CrossSite
	case console.WrongToken:
		entry.Detail = audit.WrongToken
	case console.EndedToken:
		entry.Detail = audit.EndedSession
	case console.NotAllowed:
		entry.Detail = audit.WrongRole
	case console.TooLate:
		entry.Detail = audit.Answered
	case console.TooOften:
		entry.Detail = audit.TooOften
	}
	e.log.Note(entry)
}

// states tells how each device stands.
func (d devices) states() []console.Device {
	state := func(of health.Device, s device.Status) console.Device {
		return console.Device{Device: of, Present: true, Ready: s.State == device.StateReady || s.State == device.StateBusy, Since: s.Since}
	}
	all := []console.Device{state(health.CardReader, d.reader.Status()), state(health.ReceiptPrinter, d.printer.Status())}
	if d.scanner != nil {
		all = append(all, state(health.CodeScanner, d.scanner.Status()))
	}
	return all
}

func (n *Node) link() console.Link {
	s := n.engine.Status()
	return console.Link{State: s.Link.String(), Since: s.Since, LastContact: s.LastContact}
}

// queue tells what waits in the outbox. With very many items looking takes milliseconds: it is done when something has changed, and
// else now and then, since tries and answers change too.
type queue struct {
	box *outbox.Outbox
	now func() time.Time

	mu    sync.Mutex
	last  outbox.Stats
	found []console.Item
	at    time.Time
}

const (
	lookAgain  = 10 * time.Second
	lookSoon   = 2 * time.Second // at the earliest
	itemsShown = 20
)

func (q *queue) look() console.Outbox {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.box.Stats()
	o := console.Outbox{Waiting: s.Waiting, Person: s.ByState[outbox.StateRejected] + s.ByState[outbox.StateConflict], Oldest: s.Oldest}
	if o.Waiting+o.Person == 0 {
		q.found = nil
		return o
	}
	changed := s.Waiting != q.last.Waiting || s.LastSequence != q.last.LastSequence || !s.Oldest.Equal(q.last.Oldest)
	if since := q.now().Sub(q.at); since < 0 || since >= lookAgain || changed && since >= lookSoon {
		q.found, q.last, q.at = q.find(), s, q.now()
	}
	o.Items = q.found
	return o
}

// find lists what needs a person first, then what has waited longest.
func (q *queue) find() []console.Item {
	var items []console.Item
	for _, keep := range []func(outbox.State) bool{
		func(s outbox.State) bool {
			return s == outbox.StateRejected || s == outbox.StateConflict || s == outbox.StateLost
		},
		func(s outbox.State) bool { return s == outbox.StateAccepted || s == outbox.StateSending },
	} {
		for _, e := range q.box.Unfinished(itemsShown-len(items), keep) {
			items = append(items, console.Item{Sequence: e.Sequence, Type: kindOf(string(e.Type)), State: string(e.State), Since: e.AcceptedAt,
				Tries: e.Attempts, Answer: e.LastError, Next: e.Next})
		}
	}
	return items
}

// kindOf is the word in the middle of an item's type: cn.onedoor.submission.v1.
func kindOf(t string) string {
	if parts := strings.Split(t, "."); len(parts) == 4 {
		return parts[2]
	}
	return t
}
