package ui

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"onedoor/app/audit"
	"onedoor/app/backroom"
	"onedoor/app/doctor"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/kiosk"
	"onedoor/app/readiness"
	members "onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
	"onedoor/sync/clock"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// room is the staff's side of a kiosk: the product's own, with edges that a tour has levers to. They are moved only while
// the kiosk rests.
type room struct {
	backroom *backroom.Backroom
	refuse   error // what every sign-in ends with; nil: as it should
	scanner  device.Status
	shelf    []outbox.Entry
	sticks   []backroom.Stick
	written  error
	percent  map[string]int
	night    readiness.SelfTest
	step     chan backroom.Step // the steps to central; closed after the last
}

type (
	roomStaff   struct{ *visitor }
	roomBox     struct{ tourBox }
	roomScanner struct {
		tourScanner
		*room
	}
	roomMedia struct{ *room }
	roomWay   struct{ *room }
	roomDial  struct {
		*room
		what string
	}
	roomAudit     struct{}
	roomReadiness struct {
		*room
		wrong *observe.Observer
		of    kiosk.Config
	}
)

func (s roomScanner) Status() device.Status                 { return s.scanner }
func (m roomMedia) Sticks() ([]backroom.Stick, error)       { return m.sticks, nil }
func (d roomDial) Get() (int, error)                        { return d.percent[d.what], nil }
func (d roomDial) Set(_ context.Context, to int) error      { d.percent[d.what] = to; return nil }
func (roomAudit) Record(context.Context, audit.Event) error { return nil }
func (roomAudit) Note(audit.Event)                          {}

// Report is of a hall that opened at half past eight after a good night.
func (r roomReadiness) Report(now time.Time) readiness.Report {
	report := readiness.Report{Site: readiness.Site{Hall: r.of.Site.Hall, Kiosk: r.of.Site.Kiosk}, At: now, Opens: "08:30", SelfTest: r.night}
	report.Services, report.Problems = readiness.Judge(r.wrong.Problems(), r.of.Catalogue.Services, r.of.Texts)
	return report
}

// Roster is the hall's staff: an invented supervisor.
func (s roomStaff) Roster() (outbox.RosterView, error) {
	v, err := members.NewVerifier(roomPepper, "s1", []byte(roomPIN), members.Params{Memory: 64, Passes: 1, Threads: 1})
	return outbox.RosterView{Confirmed: s.now(), Roster: wire.Roster{Hall: "44011", Epoch: "e1", Version: 1,
		Members: []wire.Member{{ID: "s1", Name: "李四维", Role: string(audit.Supervisor), Verifier: v}}}}, err
}
func (roomStaff) RosterChanges() <-chan struct{}      { return nil }
func (roomStaff) Key(context.Context) ([]byte, error) { return slices.Clone(roomPepper), nil }
func (s roomStaff) uptime() (clock.Uptime, error) {
	return clock.Uptime{Boot: "b1", Up: s.now().Sub(noon()) + time.Hour}, nil
}

const roomPIN = "704913"

var roomPepper = []byte(strings.Repeat("p", 32))

// guarded signs nobody in while it is told to refuse.
type guarded struct {
	*members.Staff
	*room
}

func (g guarded) SignIn(ctx context.Context, surface members.Surface, id string, pin []byte) (*members.Session, error) {
	if g.refuse != nil {
		return nil, g.refuse
	}
	return g.Staff.SignIn(ctx, surface, id, pin)
}

func (b roomBox) List(after uint64, limit int, keep func(outbox.State) bool) (all []outbox.Entry, err error) {
	for _, e := range b.room.shelf {
		if e.Sequence > after && len(all) < limit && keep(e.State) {
			all = append(all, e)
		}
	}
	return all, nil
}

func (b roomBox) Stats() outbox.Stats {
	s := outbox.Stats{ByState: map[outbox.State]int{}}
	for _, e := range b.room.shelf {
		s.ByState[e.State]++
		s.LastSequence = e.Sequence
		if e.State == outbox.StateAccepted {
			if s.Waiting++; s.Oldest.IsZero() {
				s.Oldest = e.AcceptedAt
			}
		}
	}
	return s
}

func (b roomBox) ByReceipt(number string) (outbox.Entry, error) {
	for _, e := range b.room.shelf {
		if e.Item.ReceiptNo == number {
			return e, nil
		}
	}
	return outbox.Entry{}, outbox.ErrNotFound
}

func (roomBox) Defer(context.Context, []string, time.Time, string) error { return nil }
func (roomBox) Release(context.Context, []string) error                  { return nil }
func (roomBox) Void(context.Context, []string, string) error             { return nil }

func (m roomMedia) Queue(context.Context, string) (backroom.Written, error) {
	return backroom.Written{File: "onedoor-queue-44011-107-01-20261126-142600.parcel", Items: 12, Bytes: 183_221}, m.written
}

func (m roomMedia) Logs(context.Context, string) (backroom.Written, error) {
	return backroom.Written{File: "onedoor-logs-44011-107-01-20261126-142600.sealed", Items: 4, Bytes: 48_100}, m.written
}

func (w roomWay) Check(ctx context.Context, took func(backroom.Step)) {
	for {
		select {
		case s, more := <-w.step:
			if !more {
				return
			}
			took(s)
		case <-ctx.Done():
			return
		}
	}
}

// now is the time of the visit.
func (v *visitor) now() time.Time { return time.Now().Add(v.offset).UTC() }

// furnish gives a kiosk its staff's side.
func furnish(v *visitor, c *kiosk.Config) {
	v.Helper()
	r := &room{scanner: device.Status{State: device.StateReady}, percent: map[string]int{"volume": 60, "brightness": 100},
		night: readiness.SelfTest{At: noon().Add(-11 * time.Hour), Tests: slices.Repeat([]readiness.Test{{Outcome: readiness.Passed}}, 17)}}
	v.parts.room = r
	must := func(err error) {
		v.Helper()
		if err != nil {
			v.Fatal(err)
		}
	}
	dir := v.TempDir()
	people, err := members.New(members.Config{Rosters: roomStaff{v}, Audit: roomAudit{}, Pepper: roomStaff{v}, File: filepath.Join(dir, "tries.json"), Now: v.now,
		Uptime: roomStaff{v}.uptime, Cost: members.Params{Memory: 64, Passes: 1, Threads: 1}})
	must(err)
	door, err := backroom.OpenDoor(filepath.Join(dir, "door.json"))
	must(err)
	choices, err := backroom.OpenChoices(filepath.Join(dir, "choices.json"))
	must(err)
	box, scanner := roomBox{tourBox{v.parts}}, roomScanner{tourScanner{v.parts}, r}
	wrong, err := observe.New(observe.Config{Now: v.now, Link: tourLink{v.parts}, Outbox: box, Devices: map[health.Device]observe.Device{
		health.CardReader: tourReader{v.parts}, health.ReceiptPrinter: tourPrinter{v.parts}, health.CodeScanner: scanner},
		More: []func(time.Time) []health.Observation{func(time.Time) []health.Observation {
			if since, _, closed := door.Closed(); closed {
				return []health.Observation{{Code: health.KioskClosed, Since: since}}
			}
			return nil
		}}})
	must(err)
	sheet, err := text.Load(assets.ReadinessText())
	must(err)
	c.Door, c.Language, c.Scanner, c.Health = door, choices.Language, scanner, wrong
	r.backroom, err = backroom.New(backroom.Config{
		Site: c.Site, Staff: guarded{people, r}, Health: wrong, Readiness: roomReadiness{r, wrong, *c}, Sheet: sheet, Catalogue: c.Catalogue, Texts: c.Texts, Printer: c.Printer, Outbox: box, Link: c.Link, Sending: unhurried{}, Door: door,
		Devices: map[health.Device]backroom.Device{health.CardReader: c.Reader, health.ReceiptPrinter: c.Printer, health.CodeScanner: scanner},
		Choices: choices, Network: roomWay{r}, Sounds: c.Sounds, Voice: c.Voice, Volume: roomDial{r, "volume"}, Backlight: roomDial{r, "brightness"},
		Media: roomMedia{r}, Export: roomMedia{r}, Restart: func() {}, Now: v.now, NewID: c.NewID, Logger: slog.New(slog.DiscardHandler),
		About: func() []backroom.Fact {
			return []backroom.Fact{{Name: backroom.FactVersion, Value: "1.4.2 (9f2c41d)"}, {Name: backroom.FactIdentity, Value: "44011/107/01"},
				{Name: backroom.FactConsole, Value: "9A:41:7C:02:5E:B8:11:F0:3D:66:C4:29:8B:57:AE:D3"}, {Name: backroom.FactAudit, Value: "4711 · 5be2a90c77d1f3e8"}}
		},
	})
	must(err)
	c.Backroom = r.backroom
	v.Cleanup(func() {
		if err := r.backroom.Close(); err != nil {
			v.Error(err)
		}
	})
}

// entry is an item of the outbox, minutes before noon.
func entry(seq uint64, state outbox.State, number, service string, minutes int) outbox.Entry {
	e := outbox.Entry{Item: &item.Item{ID: "i" + number, Type: item.TypeSubmission, CaseID: "c" + number, ReceiptNo: number, Subject: "service/" + service},
		Sequence: seq, State: state, AcceptedAt: noon().Add(-time.Duration(minutes) * time.Minute)}
	return e
}

// knocks calls the sign-in of staff, in the language of the visit.
func (v *visitor) knocks() {
	v.Helper()
	for range 2 {
		v.does(kiosk.Knock{Place: kiosk.HallName}, kiosk.Knock{Place: kiosk.FrameClock})
	}
	sees[kiosk.StaffSignIn](v)
}

// signsIn is a whole sign-in.
func (v *visitor) signsIn() {
	v.Helper()
	v.knocks()
	v.types("s1")
	v.does(kiosk.Done{})
	v.confirms()
}

// confirms gives the PIN.
func (v *visitor) confirms() {
	v.Helper()
	v.types(roomPIN)
	v.does(kiosk.Next{})
	sees[kiosk.Staff](v)
}

// acts presses a button that must be there, on this page or another one.
func (v *visitor) acts(id, subject string) {
	v.Helper()
	want := kiosk.Act{ID: id, Subject: subject}
	for range max(1, sees[kiosk.Staff](v).Page[1]) {
		page := sees[kiosk.Staff](v)
		for _, c := range page.Cards {
			if slices.ContainsFunc(c.Buttons, func(b kiosk.Button) bool { return b.Intent == kiosk.Intent(want) && !b.Off }) {
				v.does(want)
				return
			}
		}
		turn := kiosk.Turn{By: 1}
		if page.Page[0] == page.Page[1] {
			turn.By = 1 - page.Page[1] // to the first
		}
		v.does(turn)
	}
	v.Fatalf("there is no button %+v on %+v", want, v.view.Screen)
}

// turnsTo goes to a section of the staff's side.
func (v *visitor) turnsTo(section string) { v.does(kiosk.Section{ID: section}) }

// takes says how a step to central ended, in the doctor's words.
func (v *visitor) takes(f doctor.Finding) {
	v.Helper()
	words, err := doctor.LoadVoices()
	if err != nil {
		v.Fatal(err)
	}
	s := backroom.Step{Name: words.Name(f.Check), Cause: words.Cause(f), Do: words.Do(f)}
	switch f.Verdict {
	case doctor.Fault:
		s.Result = backroom.StepBad
	case doctor.Skipped:
		s.Result = backroom.StepSkipped
	}
	v.parts.room.step <- s
	synctest.Wait()
}

// unhurried sends when it sends.
type unhurried struct{}

func (unhurried) Wake() {}
