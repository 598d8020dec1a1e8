package kiosk_test

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/backroom"
	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/readiness"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/sync/clock"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// hours is a clock that goes on, and can be put forward.
type hours struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *hours) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

var started = time.Now()

func (c *hours) uptime() (clock.Uptime, error) {
	return clock.Uptime{Boot: "b1", Up: time.Hour + c.now().Sub(started)}, nil
}

func (c *hours) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// roster is the hall's staff, as central would have sent it.
type roster struct {
	mu      sync.Mutex
	r       wire.Roster
	changes chan struct{}
}

func (r *roster) Roster() (outbox.RosterView, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return outbox.RosterView{Roster: r.r, Confirmed: time.Now()}, nil
}
func (r *roster) RosterChanges() <-chan struct{} { return r.changes }

func (r *roster) revoke(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.r.Version++
	r.r.Members = slices.Clone(r.r.Members)
	for i := range r.r.Members {
		if r.r.Members[i].ID == id {
			r.r.Members[i].Revoked, r.r.Members[i].Verifier = true, ""
		}
	}
}

// pins are those of the invented staff.
var pins = map[string]string{"s1": "704913", "m1": "815026", "a1": "936147"}

type pepper []byte

func (p pepper) Key(context.Context) ([]byte, error) { return slices.Clone(p), nil }

func newRoster(t *testing.T, secret pepper) *roster {
	t.Helper()
	r := &roster{r: wire.Roster{Hall: "44011", Epoch: "e1", Version: 1}, changes: make(chan struct{}, 1)}
	for _, m := range []wire.Member{{ID: "s1", Name: "李四维", Role: string(audit.Supervisor)}, {ID: "m1", Name: "赵五一", Role: string(audit.Maintainer)},
		{ID: "a1", Name: "孙六合", Role: string(audit.Attendant)}} {
		v, err := staff.NewVerifier(secret, m.ID, []byte(pins[m.ID]), staff.Params{Memory: 64, Passes: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		m.Verifier = v
		r.r.Members = append(r.r.Members, m)
	}
	return r
}

// seen is what is wrong with the devices right now.
type seen struct {
	devices map[health.Device]backroom.Device
}

func (s seen) Problems() health.Problems {
	b := health.NewBoard(health.BoardConfig{})
	var all []health.Observation
	for d, dev := range s.devices {
		if o, bad := health.Of(d, dev.Status()); bad {
			all = append(all, o)
		}
	}
	b.Observe(time.Now().Add(-time.Hour), all)
	b.Observe(time.Now(), all)
	return b.Problems()
}

// report is the readiness of the hall by what is wrong with the devices.
type report struct {
	seen
	services *catalog.Catalogue
	texts    *text.Catalogue
}

func (r report) Report(now time.Time) readiness.Report {
	all := readiness.Report{Site: readiness.Site{Hall: "番禺区政务服务大厅", Kiosk: "107"}, At: now}
	all.Services, all.Problems = readiness.Judge(r.Problems(), r.services.Services, r.texts)
	return all
}

// room is a kiosk with a backroom, and everything that it needs, real but for the devices.
type room struct {
	*hall
	box    *outbox.Outbox
	keys   sealKeys
	clock  *hours
	roster *roster
	staff  *staff.Staff
	dir    string // of the audit log
	door   *backroom.Door
	said   func(key string, args ...string) string
	help   helpdesk

	pressed atomic.Int32 // how often the pause before the next try was ended
}

// sending counts how often its pause was ended.
type sending struct{ pressed *atomic.Int32 }

func (s sending) Wake() { s.pressed.Add(1) }

func openRoom(t *testing.T, change func(*backroom.Config)) *room {
	t.Helper()
	box, keys := newOutbox(t)
	return openRoomIn(t, box, keys, t.TempDir(), change)
}

func openRoomIn(t *testing.T, box *outbox.Outbox, keys sealKeys, dir string, change func(*backroom.Config)) *room {
	t.Helper()
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := text.Load(assets.ReadinessText())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	secret := pepper(strings.Repeat("p", 32))
	r := &room{box: box, keys: keys, clock: &hours{}, roster: newRoster(t, secret), dir: filepath.Join(dir, "audit"), said: texts.In(text.Chinese).T}
	suite := item.Default()
	private, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(audit.Config{Dir: r.dir, Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}, Suite: suite, SignKey: "k1", SignPrivate: private,
		Now: r.clock.now, Uptime: r.clock.uptime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	if r.staff, err = staff.New(staff.Config{Rosters: r.roster, Audit: log, Pepper: secret, File: filepath.Join(dir, "tries.json"), Now: r.clock.now, Uptime: r.clock.uptime}); err != nil {
		t.Fatal(err)
	}
	if r.door, err = backroom.OpenDoor(filepath.Join(dir, "door.json")); err != nil {
		t.Fatal(err)
	}
	choices, err := backroom.OpenChoices(filepath.Join(dir, "choices.json"))
	if err != nil {
		t.Fatal(err)
	}
	devices := map[health.Device]backroom.Device{}
	var back *backroom.Backroom
	t.Cleanup(func() {
		if err := back.Close(); err != nil {
			t.Error(err)
		}
	})
	r.hall = open(t, box, func(c *kiosk.Config) {
		devices[health.CardReader], devices[health.ReceiptPrinter] = c.Reader, c.Printer
		devices[health.CodeScanner] = c.Scanner
		cfg := backroom.Config{Site: c.Site, Staff: r.staff, Health: seen{devices}, Readiness: report{seen{devices}, services, texts}, Sheet: sheet, Catalogue: services, Texts: texts, Devices: devices, Printer: c.Printer,
			Outbox: box, Link: c.Link, Sending: sending{&r.pressed}, Door: r.door, Choices: choices, Now: r.clock.now, NewID: item.NewID, Logger: slog.New(slog.DiscardHandler)}
		if change != nil {
			change(&cfg)
		}
		if back, err = backroom.New(cfg); err != nil {
			t.Fatal(err)
		}
		c.Helpdesk = &r.help
		c.Backroom, c.Door, c.Language, c.Now = back, r.door, choices.Language, r.clock.now
	})
	return r
}

// knock makes the sign of staff.
func (r *room) knock() {
	for range 2 {
		r.send(kiosk.Knock{Place: kiosk.HallName}, kiosk.Knock{Place: kiosk.FrameClock})
	}
}

// types types into the field that has the keys.
func (r *room) types(s string) {
	for _, c := range s {
		r.send(kiosk.Type{Text: string(c)})
	}
}

// signIn is a whole sign-in.
func (r *room) signIn(id string) kiosk.Staff {
	r.Helper()
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	r.types(id)
	r.send(kiosk.Done{})
	r.types(pins[id])
	r.send(kiosk.Next{})
	return screen[kiosk.Staff](r.hall)
}

// page waits for a page of the backroom.
func (r *room) page(what string, cond func(kiosk.Staff) bool) kiosk.Staff {
	r.Helper()
	return r.wait(what, func(v kiosk.View) bool { s, ok := v.Screen.(kiosk.Staff); return ok && cond(s) }).Screen.(kiosk.Staff)
}

// summary waits for a sentence on top.
func (r *room) summary(key string, args ...string) kiosk.Staff {
	r.Helper()
	want := r.said(key, args...)
	return r.page(want, func(s kiosk.Staff) bool { return s.Summary.Text == want })
}

// line waits for a page with a line on one of its cards.
func (r *room) line(want string) kiosk.Staff {
	r.Helper()
	return r.page(want, func(s kiosk.Staff) bool {
		return slices.ContainsFunc(s.Cards, func(c kiosk.StaffCard) bool { return slices.Contains(c.Lines, want) })
	})
}

// again gives the PIN that is asked for once more.
func (r *room) again(id string) {
	r.Helper()
	r.wait("the PIN again", func(v kiosk.View) bool { s, ok := v.Screen.(kiosk.StaffSignIn); return ok && len(s.Fields) == 1 })
	r.types(pins[id])
	r.send(kiosk.Next{})
}

// logged counts the entries of a kind that satisfy cond.
func (r *room) logged(kind audit.Kind, cond func(audit.Entry) bool) (n int) {
	r.Helper()
	if err := audit.Read(r.dir, func(e audit.Entry) error {
		if e.Event == kind && (cond == nil || cond(e)) {
			n++
		}
		return nil
	}); err != nil {
		r.Fatal(err)
	}
	return n
}

func button(s kiosk.Staff, id string) bool {
	return slices.ContainsFunc(s.Cards, func(c kiosk.StaffCard) bool {
		return slices.ContainsFunc(c.Buttons, func(b kiosk.Button) bool { a, ok := b.Intent.(kiosk.Act); return ok && a.ID == id })
	})
}

// TestStaffComeAndTheVisitIsWiped: whoever was there is ended and wiped before the sign-in, and nothing of the visit is on any
// page of the staff's. (I10, U5, U10)
func TestStaffComeAndTheVisitIsWiped(t *testing.T) {
	r := openRoom(t, nil)
	m := &memory{held: map[*byte][]byte{}}
	c := card()
	m.keep([][]byte{c.Name, c.Number, c.Address})
	screen[kiosk.Attract](r.hall)
	r.lay(c)
	r.known()
	r.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	screen[kiosk.Check](r.hall)
	r.send(kiosk.Next{})
	screen[kiosk.Form](r.hall)
	r.send(typed("phone", "13800138000")...)
	from := len(r.seen)
	s := r.signIn("s1")
	m.blank(t)
	if !strings.Contains(s.Who, "李四维") || len(s.Sections) != 5 {
		t.Errorf("the page is %+v", s)
	}
	for _, id := range []string{"devices", "receipts", "outbox", "settings"} {
		r.send(kiosk.Section{ID: id})
		r.page(id, func(p kiosk.Staff) bool { return p.Heading == r.said("backroom.section."+id) })
	}
	staffSide := false
	for _, v := range r.seen[from:] {
		if v.Frame.Staff == "" {
			continue
		}
		staffSide = true
		if len(v.Frame.Tools) > 0 || v.Frame.Help != nil || v.Frame.Service != "" {
			t.Errorf("the staff's frame is %+v", v.Frame)
		}
		all := fmt.Sprintf("%+v", v)
		for _, canary := range canaries() {
			if strings.Contains(all, canary) {
				t.Errorf("the staff's side shows %q: %s", canary, all)
			}
		}
	}
	if !staffSide {
		t.Error("no view was on the staff's side")
	}
	r.send(kiosk.Back{})
	screen[kiosk.Attract](r.hall)
	if n := r.logged(audit.KindSignIn, func(e audit.Entry) bool { return strings.Contains(e.Actor, "s1") }); n != 1 {
		t.Errorf("%d sign-ins are logged", n)
	}
	r.lay(card())
	r.known() // and the next citizen is served
}

// TestAWrongSignIsNone: another order, another touch between, or too slow is no sign.
func TestAWrongSignIsNone(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	name, dial := kiosk.Knock{Place: kiosk.HallName}, kiosk.Knock{Place: kiosk.FrameClock}
	for _, sign := range [][]kiosk.Intent{{dial, name, dial, name}, {name, name, dial, dial}, {name, dial, kiosk.Touch{}, name, dial}, {name, dial, name}} {
		r.send(sign...)
		r.look()
	}
	r.send(name, dial, name)
	r.settle2()
	r.clock.forward(5 * time.Second)
	r.send(dial)
	r.look()
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	r.send(kiosk.Back{})
	screen[kiosk.Attract](r.hall)
}

// settle2 waits until what was sent has been taken in, without another touch.
func (r *room) settle2() {
	r.Helper()
	r.eventually("what was sent to be taken up", func() bool { return r.kiosk.Waiting() == 0 })
	if err := r.kiosk.Ping(r.Context()); err != nil { // and done: a card could overtake it
		r.Fatal(err)
	}
}

// TestWrongPINsWaitAndLock: from the fifth on there is a wait, that ends, and nobody gets in meanwhile.
func TestWrongPINsWaitAndLock(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	r.types("s1")
	r.send(kiosk.Done{})
	trouble := func(cond func(string) bool) {
		r.Helper()
		r.wait("the answer", func(v kiosk.View) bool {
			s, ok := v.Screen.(kiosk.StaffSignIn)
			return ok && cond(s.Trouble.Text) && s.Fields[1].Value == ""
		})
	}
	wrong := r.said("backroom.signin.wrong")
	waits, _, _ := strings.Cut(r.said("backroom.signin.wait"), "{")
	locked := r.said("backroom.signin.locked")
	tries, waited := 0, false
	for range 60 {
		r.types("111222")
		r.send(kiosk.Next{})
		last := ""
		r.wait("the answer", func(v kiosk.View) bool {
			s, ok := v.Screen.(kiosk.StaffSignIn)
			if ok {
				last = s.Trouble.Text
			}
			return ok && s.Fields[1].Value == "" && last != r.said("backroom.signin.busy") && last != ""
		})
		if last == wrong {
			tries++
			continue
		}
		if last == locked {
			break
		}
		if !strings.HasPrefix(last, waits) {
			t.Fatalf("after %d tries: %q", tries, last)
		}
		waited = true
		r.clock.forward(3 * time.Hour)
		r.send(kiosk.Focus{Field: "pin"})
		trouble(func(s string) bool { return s == r.said("backroom.signin.once") })
	}
	if !waited || tries < 5 {
		t.Errorf("%d tries, waited %v", tries, waited)
	}
	r.types(pins["s1"])
	r.send(kiosk.Next{})
	trouble(func(s string) bool { return s == locked })
	if n := r.logged(audit.KindSignIn, func(e audit.Entry) bool { return e.Disposition == audit.Failed }); n < 15 {
		t.Errorf("%d failed sign-ins are logged", n)
	}
}

// TestRevokedWhileSignedIn: central takes the right away, and the screen is the citizens' again.
func TestRevokedWhileSignedIn(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.signIn("s1")
	r.roster.revoke("s1")
	if err := r.staff.Refresh(); err != nil {
		t.Fatal(err)
	}
	screen[kiosk.Attract](r.hall)
}

// TestIdleStaffAreSignedOut: nobody finds a page that somebody else left open.
func TestIdleStaffAreSignedOut(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	r.clock.forward(time.Minute)
	screen[kiosk.Attract](r.hall)
	r.signIn("s1")
	r.clock.forward(staff.KioskIdle)
	screen[kiosk.Attract](r.hall)
}

// TestKnockWhileAcceptingIsIgnored: what is becoming durable is brought to its end, and the citizen sees the receipt.
func TestKnockWhileAcceptingIsIgnored(t *testing.T) {
	r := openRoom(t, nil)
	begun, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	r.paper.before = func() { once.Do(func() { close(begun); <-goOn }) }
	r.fill()
	r.send(kiosk.Confirm{})
	<-begun
	r.knock()
	close(goOn)
	r.wait("the receipt", printed)
	for _, v := range r.seen {
		if v.Frame.Staff != "" {
			t.Error("staff came in between")
		}
	}
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
}

// TestDevicesAreTested: each test says what it found and nothing of what a card or a code holds.
func TestDevicesAreTested(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.signIn("a1")
	r.send(kiosk.Section{ID: "devices"}, kiosk.Act{ID: "test", Subject: string(health.CardReader)})
	r.line(r.said("backroom.card.await"))
	c := card()
	m := &memory{held: map[*byte][]byte{}}
	m.keep([][]byte{c.Name, c.Number, c.Address})
	r.lay(c)
	r.line(r.said("backroom.card.read", "count", "3"))
	m.blank(t)
	r.send(kiosk.Act{ID: "test", Subject: string(health.CodeScanner)})
	r.line(r.said("backroom.code.await"))
	code := r.codes.read("CANARY-0077123")
	r.line(r.said("backroom.code.read", "count", "14"))
	if strings.Trim(string(code.Text), "\x00") != "" {
		t.Errorf("the code is still in memory: %q", code.Text)
	}
	r.send(kiosk.Act{ID: "test", Subject: "touch"})
	screen[kiosk.TouchTest](r.hall)
	for i := range 8 {
		r.send(kiosk.Hit{Target: i})
	}
	r.send(kiosk.Back{})
	r.line(r.said("backroom.touch.bad", "count", "1"))
	r.paper.mu.Lock()
	r.paper.result = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
	r.paper.mu.Unlock()
	r.send(kiosk.Act{ID: "page"})
	said := r.said("backroom.print.failed") + "：" + r.said("health.printer-paper-out.cause")
	r.page(said, func(s kiosk.Staff) bool { return s.Summary.Text == said })
	r.paper.mu.Lock()
	r.paper.result = printer.Result{Outcome: printer.Printed}
	r.paper.mu.Unlock()
	r.send(kiosk.Act{ID: "paper"})
	r.summary("backroom.paper.done")
	if n := len(r.paper.printed()[1].Blocks); n > 3 {
		t.Errorf("the strip has %d blocks", n)
	}
	for _, v := range r.seen {
		for _, canary := range canaries() {
			if v.Frame.Staff != "" && strings.Contains(fmt.Sprintf("%+v", v.Screen), canary) {
				t.Errorf("a page shows %q", canary)
			}
		}
	}
	if good, bad := r.logged(audit.KindDeviceTested, func(e audit.Entry) bool { return e.Disposition == audit.Done }),
		r.logged(audit.KindDeviceTested, func(e audit.Entry) bool { return e.Disposition == audit.Failed }); good != 2 || bad != 2 {
		t.Errorf("%d good and %d bad tests are logged", good, bad)
	}
}

// TestPaperOutIsOnTheOverview: the problem, since when, what to do, and the button that is needed next.
func TestPaperOutIsOnTheOverview(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.paper.set(device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: time.Now().Add(-time.Hour)})
	s := r.signIn("a1")
	i := slices.IndexFunc(s.Cards, func(c kiosk.StaffCard) bool { return strings.Contains(strings.Join(c.Lines, " "), "PRINTER-PAPER-OUT") })
	if i < 0 || len(s.Cards[i].Buttons) != 2 || len(s.Cards[i].Lines) != 2 || s.Summary.Tone == kiosk.Good {
		t.Fatalf("the overview is %+v", s)
	}
	sheet, err := text.Load(assets.ReadinessText())
	if err != nil {
		t.Fatal(err)
	}
	words := sheet.In(text.Chinese)
	r.send(kiosk.Act{ID: "readiness"})
	p := r.page("the report", func(p kiosk.Staff) bool { return p.Heading == words.T("heading") })
	if p.Summary.Tone != kiosk.Caution || p.Cards[0].Title != words.T("partly") || p.Cards[1].Title != words.T("mendlist") {
		t.Fatalf("the report is %+v", p)
	}
	r.send(kiosk.Act{ID: "readiness-print"}, kiosk.Back{}, kiosk.Act{ID: "readiness-print"})
	r.summary("backroom.printed")
	printed := fmt.Sprintf("%+v", r.paper.printed()[0])
	for _, said := range append([]string{p.Summary.Text, words.T("partly"), words.T("mendlist"), "PRINTER-PAPER-OUT"}, p.Cards[0].Title) {
		if !strings.Contains(printed, said) {
			t.Errorf("the screen says %q, the paper %s", said, printed)
		}
	}
	for _, line := range p.Cards[0].Lines {
		if service, why, _ := strings.Cut(line, "："); !strings.Contains(printed, service) || why != r.said("health.printer-paper-out.cause") {
			t.Errorf("the screen says %q, the paper %s", line, printed)
		}
	}
}

// TestOutOfServiceSurvivesARestart: with its notice, until staff end it.
func TestOutOfServiceSurvivesARestart(t *testing.T) {
	box, keys := newOutbox(t)
	dir := t.TempDir()
	t.Run("closed", func(t *testing.T) {
		r := openRoomIn(t, box, keys, dir, nil)
		screen[kiosk.Attract](r.hall)
		r.signIn("a1")
		r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "out-of-service"}, kiosk.Act{ID: "choose", Subject: "out.notice.moved"})
		r.summary("backroom.service.closed")
		r.send(kiosk.Back{})
		o := screen[kiosk.OutOfService](r.hall)
		if !strings.Contains(o.Help, r.said("out.notice.moved")) || !strings.Contains(o.Code, string(health.KioskClosed)) {
			t.Errorf("citizens see %+v", o)
		}
	})
	t.Run("opened", func(t *testing.T) {
		r := openRoomIn(t, box, keys, dir, nil)
		screen[kiosk.OutOfService](r.hall)
		if _, attract := r.seen[0].Screen.(kiosk.Attract); attract {
			t.Error("the machine invited citizens for a moment")
		}
		r.lay(card())
		r.signIn("a1")
		r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "in-service"})
		r.summary("backroom.service.opened")
		r.send(kiosk.Back{})
		screen[kiosk.Attract](r.hall)
		if n := r.logged(audit.KindOutOfService, nil); n != 1 {
			t.Errorf("%d entries say that it was taken out", n)
		}
	})
}

// TestCleaningIgnoresTouches: for 30 seconds, and the session is kept.
func TestCleaningIgnoresTouches(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.signIn("a1")
	r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "clean"})
	screen[kiosk.Cleaning](r.hall)
	r.send(kiosk.Back{}, kiosk.Back{}, kiosk.Section{ID: "devices"})
	r.wait("a second less", func(v kiosk.View) bool { c, ok := v.Screen.(kiosk.Cleaning); return ok && c.Seconds < 30 })
	r.clock.forward(30 * time.Second)
	s := screen[kiosk.Staff](r.hall)
	if s.Heading != r.said("backroom.section.settings") {
		t.Errorf("the page is %q", s.Heading)
	}
}

// TestRolesSeeTheirButtons: what somebody may not do is not offered.
func TestRolesSeeTheirButtons(t *testing.T) {
	restarted := make(chan struct{}, 1)
	r := openRoom(t, func(c *backroom.Config) { c.Restart = func() { restarted <- struct{}{} } })
	screen[kiosk.Attract](r.hall)
	for id, want := range map[string]struct {
		sections int
		restart  bool
	}{"a1": {5, false}, "m1": {4, true}, "s1": {5, true}} {
		if s := r.signIn(id); len(s.Sections) != want.sections {
			t.Errorf("%s sees %d sections", id, len(s.Sections))
		}
		r.send(kiosk.Section{ID: "settings"})
		has := false
		p := r.page("the settings", func(p kiosk.Staff) bool { return p.Heading == r.said("backroom.section.settings") })
		has = button(p, "restart")
		for n := 2; n <= p.Page[1]; n++ {
			r.send(kiosk.Turn{By: 1})
			has = button(r.page("the next page", func(p kiosk.Staff) bool { return p.Page[0] == n }), "restart") || has
		}
		if has != want.restart {
			t.Errorf("%s may restart: %v", id, has)
		}
		r.send(kiosk.Act{ID: "restart"}, kiosk.Act{ID: "choose", Subject: "backroom.restart.do"})
		if want.restart {
			<-restarted
			r.summary("backroom.restart.soon")
		}
		r.send(kiosk.Back{})
		if !want.restart { // what the card's button stands for was chosen and is not permitted
			r.send(kiosk.Back{})
		}
		screen[kiosk.Attract](r.hall)
	}
	if n := r.logged(audit.KindRestarted, nil); n != 2 || len(restarted) > 0 {
		t.Errorf("%d restarts are logged", n)
	}
}

// submits hands a form in and gives the number.
func (r *room) submits() string {
	r.Helper()
	r.fill()
	r.send(kiosk.Confirm{})
	a := r.wait("the receipt", printed).Screen.(kiosk.Accepted)
	r.send(kiosk.Leave{})
	screen[kiosk.Goodbye](r.hall)
	r.reader.events <- cardreader.Removed{}
	return strings.ReplaceAll(a.Number, " ", "")
}

func codesOn(d document.Document) (qr, box int) {
	for _, b := range d.Blocks {
		switch b.(type) {
		case document.QR:
			qr++
		case document.Box:
			box++
		}
	}
	return qr, box
}

// TestReprintIsMarkedAndLogged: found in the day's list, with a reason, after the PIN; the second copy says that it is one more,
// and after a restart there is a number and no code. (I9, I19)
func TestReprintIsMarkedAndLogged(t *testing.T) {
	box, keys := newOutbox(t)
	number := ""
	t.Run("while the code is known", func(t *testing.T) {
		r := openRoomIn(t, box, keys, t.TempDir(), nil)
		number = r.submits()
		r.signIn("a1")
		r.send(kiosk.Section{ID: "receipts"})
		s := r.line(text.Fours(number))
		if strings.Contains(fmt.Sprintf("%+v", s), "张") {
			t.Errorf("the page names somebody: %+v", s)
		}
		for copies := 1; copies <= 2; copies++ {
			r.send(kiosk.Act{ID: "reprint", Subject: number})
			r.page("the reasons", func(p kiosk.Staff) bool { return len(p.Cards) == 5 && p.Heading == r.said("backroom.reprint") })
			r.send(kiosk.Act{ID: "choose", Subject: "backroom.reason.lost"})
			r.again("a1")
			r.summary("backroom.reprint.done")
			paper := r.paper.printed()[copies]
			qr, marks := codesOn(paper)
			if qr != 1 || marks != 1 || !strings.Contains(paper.Blocks[0].(document.Box).Text, fmt.Sprint(copies)) {
				t.Errorf("copy %d is %+v", copies, paper)
			}
		}
		if n := r.logged(audit.KindReprinted, func(e audit.Entry) bool {
			return e.Detail == audit.Lost && e.Subject == audit.OfCase(number).String() && e.Disposition == audit.Done
		}); n != 2 {
			t.Errorf("%d reprints are logged", n)
		}
	})
	t.Run("after a restart", func(t *testing.T) {
		r := openRoomIn(t, box, keys, t.TempDir(), nil)
		screen[kiosk.Attract](r.hall)
		r.signIn("s1")
		r.send(kiosk.Section{ID: "receipts"})
		r.line(text.Fours(number))
		r.types(number[:19])
		r.send(kiosk.Type{Text: string('0' + (number[19]-'0'+1)%10)})
		r.summary("track.wrong")
		r.send(kiosk.Clear{})
		r.types("44011107010999990711")
		r.page("no such number", func(p kiosk.Staff) bool {
			return len(p.Cards) == 0 && (p.Summary.Text == r.said("track.wrong") || p.Summary.Text == r.said("backroom.receipts.unknown"))
		})
		r.send(kiosk.Clear{})
		r.types(number)
		r.line(r.said("backroom.reprint.nocode"))
		r.send(kiosk.Act{ID: "reprint", Subject: number}, kiosk.Act{ID: "choose", Subject: "backroom.reason.unreadable"})
		r.again("s1")
		r.summary("backroom.reprint.done")
		paper := r.paper.printed()[0]
		if qr, marks := codesOn(paper); qr != 0 || marks != 1 || !strings.Contains(paper.Blocks[0].(document.Box).Text, "3") {
			t.Errorf("the copy is %+v", paper)
		}
		if list, err := box.List(0, 100, func(outbox.State) bool { return true }); err != nil || len(list) != 5 {
			t.Errorf("%d items are in the outbox, %v: want the case, its print and three copies", len(list), err)
		}
	})
}

// TestReceiptsAreFoundByTheirLastDigitsAndByTheirCode: also one of an earlier day; and what is typed or scanned otherwise is
// told.
func TestReceiptsAreFoundByTheirLastDigitsAndByTheirCode(t *testing.T) {
	r := openRoom(t, nil)
	first := r.submits()
	second := r.submits()
	r.clock.forward(26 * time.Hour)
	r.signIn("a1")
	r.send(kiosk.Section{ID: "receipts"})
	r.page("an empty day", func(p kiosk.Staff) bool {
		return len(p.Cards) == 0 && p.Summary.Text == r.said("backroom.receipts.none")
	})
	one := func(number string) {
		t.Helper()
		p := r.line(text.Fours(number))
		if len(p.Cards) != 1 {
			t.Errorf("with %s are found %+v", number, p.Cards)
		}
	}
	for _, number := range []string{first, second} {
		r.send(kiosk.Clear{})
		r.types(number[12:])
		one(number)
	}
	r.send(kiosk.Type{Text: "9"}, kiosk.Type{Text: "9"})
	r.summary("backroom.receipts.noend")
	r.send(kiosk.Clear{})
	r.types(first[:10]) // both begin so
	r.page("both", func(p kiosk.Staff) bool { return len(p.Cards) == 2 })
	code := ""
	for _, b := range r.paper.printed()[1].Blocks {
		if qr, ok := b.(document.QR); ok {
			code = qr.Content
		}
	}
	r.codes.read("https://center.example.gov.cn/t/CANARY")
	r.summary("backroom.receipts.nocode")
	seen := r.codes.read(code)
	one(second)
	for _, v := range r.seen {
		if v.Frame.Staff != "" && strings.Contains(fmt.Sprintf("%+v", v.Screen), path.Base(code)) {
			t.Error("a page shows the code")
		}
	}
	if code == "" || strings.Trim(string(seen.Text), "\x00") != "" {
		t.Errorf("the code %q is still in memory", seen.Text)
	}
}

// TestDeadLetters: retried by a supervisor, voided after the PIN and with a reason, and nobody else is offered either. (N17)
func TestDeadLetters(t *testing.T) {
	r := openRoom(t, nil)
	number := r.submits()
	e, err := r.box.ByReceipt(number)
	if err != nil {
		t.Fatal(err)
	}
	reject := func() {
		if err := r.box.Settle(t.Context(), []outbox.Settlement{{ID: e.Item.ID, Status: wire.Rejected, Reason: "service has ended"}}); err != nil {
			t.Fatal(err)
		}
	}
	reject()
	r.signIn("a1")
	r.send(kiosk.Section{ID: "outbox"})
	if s := r.line(r.said("backroom.outbox.reason", "reason", "service has ended")); button(s, "retry") || button(s, "void") {
		t.Errorf("an attendant is offered %+v", s)
	}
	r.send(kiosk.Back{})
	screen[kiosk.Attract](r.hall)
	r.signIn("s1")
	r.send(kiosk.Section{ID: "outbox"})
	r.line(r.said("backroom.outbox.tell"))
	r.send(kiosk.Act{ID: "retry", Subject: e.Item.ID})
	r.summary("backroom.outbox.retried")
	if got, err := r.box.Get(e.Item.ID); err != nil || got.State != outbox.StateAccepted {
		t.Errorf("after the retry it is %s, %v", got.State, err)
	}
	r.page("the letter to be away", func(s kiosk.Staff) bool { return !button(s, "retry") })
	reject()
	r.send(kiosk.Section{ID: "outbox"})
	r.line(r.said("backroom.outbox.tell"))
	r.send(kiosk.Act{ID: "void", Subject: e.Item.ID}, kiosk.Act{ID: "choose", Subject: "backroom.void.counter"})
	r.again("s1")
	r.summary("backroom.outbox.voided")
	if got, err := r.box.Get(e.Item.ID); err != nil || got.State != outbox.StateVoid {
		t.Errorf("in the end it is %s, %v", got.State, err)
	}
	if a, b := r.logged(audit.KindReleased, nil), r.logged(audit.KindVoided, nil); a != 1 || b != 1 {
		t.Errorf("%d releases and %d voids are logged", a, b)
	}
}

// dial is a volume that a test can look at.
type dial struct {
	mu sync.Mutex
	at int
}

func (d *dial) Get() (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at, nil
}

func (d *dial) Set(_ context.Context, percent int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = percent
	return nil
}

// TestSettingsAreKept: the language that a visit begins in, also after somebody who chose another one has gone, and the volume.
func TestSettingsAreKept(t *testing.T) {
	volume := &dial{at: 95}
	box, keys := newOutbox(t)
	dir := t.TempDir()
	english := func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Attract)
		return ok && strings.HasPrefix(a.Greeting, "Good")
	}
	t.Run("set", func(t *testing.T) {
		r := openRoomIn(t, box, keys, dir, func(c *backroom.Config) { c.Volume = volume })
		screen[kiosk.Attract](r.hall)
		r.signIn("a1")
		r.send(kiosk.Section{ID: "settings"})
		r.page("the volume", func(s kiosk.Staff) bool {
			return slices.ContainsFunc(s.Cards, func(c kiosk.StaffCard) bool { return c.State == "95 %" })
		})
		r.send(kiosk.Act{ID: "more", Subject: "volume"})
		r.page("the volume", func(s kiosk.Staff) bool {
			return slices.ContainsFunc(s.Cards, func(c kiosk.StaffCard) bool { return c.State == "100 %" && c.Buttons[1].Off })
		})
		r.send(kiosk.Act{ID: "language", Subject: string(text.English)})
		r.summary("backroom.language.done")
		r.send(kiosk.Back{})
		r.wait("English", english)
		r.send(kiosk.Language{To: text.Chinese})
		r.wait("Chinese", func(v kiosk.View) bool { return !english(v) })
		r.clock.forward(time.Minute)
		r.wait("English again", english)
		if n := r.logged(audit.KindSettings, nil); n != 2 {
			t.Errorf("%d settings are logged", n)
		}
	})
	t.Run("after a restart", func(t *testing.T) {
		r := openRoomIn(t, box, keys, dir, nil)
		if v := r.wait("the attract screen", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Attract); return ok }); !english(v) {
			t.Errorf("it begins with %+v", v.Screen)
		}
	})
}

// TestTheSignInKeepsNothing: whoever comes next finds neither number nor PIN, and no view ever holds a PIN.
func TestTheSignInKeepsNothing(t *testing.T) {
	r := openRoom(t, nil)
	screen[kiosk.Attract](r.hall)
	r.knock()
	screen[kiosk.StaffSignIn](r.hall)
	r.types("s1")
	r.send(kiosk.Done{})
	r.types("7049")
	r.wait("dots", func(v kiosk.View) bool {
		s, ok := v.Screen.(kiosk.StaffSignIn)
		return ok && s.Fields[1].Value == "●●●●"
	})
	r.send(kiosk.Back{})
	screen[kiosk.Attract](r.hall)
	r.knock()
	if s := screen[kiosk.StaffSignIn](r.hall); s.Fields[0].Value != "" || s.Fields[1].Value != "" {
		t.Errorf("the next one finds %+v", s.Fields)
	}
	for _, v := range r.seen {
		if strings.Contains(fmt.Sprintf("%+v", v.Screen), "7049") {
			t.Error("a view holds the PIN")
		}
	}
}

// TestSendNow: everybody may have what waits sent now: what was put off is due, the pause before the next try ends, once for each
// press, and the press is in the audit log.
func TestSendNow(t *testing.T) {
	r := openRoom(t, nil)
	e, err := r.box.ByReceipt(r.submits())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.box.Defer(t.Context(), []string{e.Item.ID}, time.Now().Add(time.Hour), "upstream asked for later"); err != nil {
		t.Fatal(err)
	}
	r.signIn("a1")
	r.send(kiosk.Section{ID: "outbox"})
	r.line(r.said("backroom.outbox.reason", "reason", r.said("backroom.why.later")))
	if n := r.pressed.Load(); n != 0 {
		t.Errorf("looking at the page ended %d pauses", n)
	}
	r.send(kiosk.Act{ID: "send"})
	r.summary("backroom.outbox.sending")
	if n := r.pressed.Load(); n != 1 {
		t.Errorf("a press ended %d pauses", n)
	}
	if due, err := r.box.Due(time.Now(), 10); err != nil || len(due) != 1 || due[0].Item.ID != e.Item.ID {
		t.Errorf("due are %+v, %v", due, err)
	}
	if n := r.logged(audit.KindSentNow, func(e audit.Entry) bool { return e.Disposition == audit.Done }); n != 1 {
		t.Errorf("%d presses are logged", n)
	}
}
