package ui

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/divisions"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	spelling "onedoor/app/ime/pinyin"
	"onedoor/app/ime/strokes"
	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/assets"
	places "onedoor/assets/divisions"
	"onedoor/assets/ime"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/scanner"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// visitor stands in front of a kiosk that is the product's own down to devices and outbox, in a bubble of time. What is
// shown to him is what the screens are looked at with: every word of it comes from the catalogues.
type visitor struct {
	*testing.T
	kiosk  *kiosk.Kiosk
	parts  *parts
	view   kiosk.View
	seen   []sample
	offset time.Duration
	lang   text.Language
}

// parts are the edges of the kiosk, and levers to them. They are moved only while the kiosk rests.
type parts struct {
	cards   chan cardreader.Event
	codes   chan scanner.Event
	reader  device.Status
	printer device.Status
	link    engine.Link
	cut     time.Time // since when the link is as it is
	printed printer.Result
	paper   chan struct{} // the printer ends when it is closed; nil: at once
	disk    chan struct{} // the outbox likewise
	refuse  error
	full    error
	counter *counter
	stage   wire.Stage
	cases   map[string]outbox.Entry // by number, hash and case id
	room    *room                   // nil where staff have no side
}

type (
	tourReader  struct{ *parts }
	tourPrinter struct{ *parts }
	tourScanner struct{ *parts }
	tourBox     struct{ *parts }
	tourLink    struct{ *parts }
	tourCases   struct{}
	tourVoice   struct{}
)

func (tourReader) Enable(bool)                             {}
func (p tourReader) Events() <-chan cardreader.Event       { return p.cards }
func (p tourReader) Status() device.Status                 { return p.reader }
func (p tourPrinter) Status() device.Status                { return p.printer }
func (tourScanner) Enable(bool)                            {}
func (p tourScanner) Events() <-chan scanner.Event         { return p.codes }
func (tourScanner) Status() device.Status                  { return device.Status{State: device.StateReady} }
func (p tourLink) Status() engine.Status                   { return engine.Status{Link: p.link, Since: p.cut} }
func (p tourBox) Err() error                               { return p.full }
func (p tourBox) ByTrack(h string) (outbox.Entry, error)   { return p.find(h) }
func (p tourBox) ByReceipt(n string) (outbox.Entry, error) { return p.find(n) }
func (tourBox) Stats() outbox.Stats                        { return outbox.Stats{} }
func (tourBox) Damage() []outbox.Damage                    { return nil }
func (tourVoice) Say(text.Language, ...string)             {}

// CasesOf knows of two cases, one of which waits for something.
func (tourCases) CasesOf(context.Context, []byte) (wire.Cases, error) {
	at := item.FormatTime(noon())
	return wire.Cases{At: at, Complete: true, Cases: []wire.CaseLine{
		{ReceiptNo: "44011107010000010755", Service: "residence-permit", Stage: wire.StageReturned, FiledAt: at, ChangedAt: at},
		{ReceiptNo: "44011107010000020732", Service: "medical-elsewhere", Stage: wire.StageDone, FiledAt: at, ChangedAt: at},
	}}, nil
}
func (tourVoice) Hush()          {}
func (tourVoice) Play(kiosk.Cue) {}

func (p tourPrinter) Print(context.Context, document.Document) printer.Result {
	if p.paper != nil {
		<-p.paper
	}
	return p.printed
}

func (p tourBox) find(key string) (outbox.Entry, error) {
	if e, ok := p.cases[key]; ok {
		return e, nil
	}
	return outbox.Entry{}, outbox.ErrNotFound
}

func (p tourBox) Case(id string) (outbox.CaseView, error) {
	e, err := p.find(id)
	if err != nil || p.stage == "" {
		return outbox.CaseView{CaseID: id}, err
	}
	return outbox.CaseView{CaseID: id, ReceiptNo: e.Item.ReceiptNo, Status: &wire.CaseStatus{Stage: p.stage}}, nil
}

func (p tourBox) Accept(_ context.Context, d outbox.Draft) (outbox.Accepted, error) {
	if p.disk != nil {
		<-p.disk
	}
	if p.refuse != nil {
		return outbox.Accepted{}, p.refuse
	}
	if !d.Numbered {
		return outbox.Accepted{ID: d.ID, At: noon()}, nil
	}
	number, err := receipt.Numbers{Hall: "44011", Kiosk: "107", Incarnation: "01", Salt: 7}.Number(1)
	if err != nil {
		return outbox.Accepted{}, err
	}
	e := outbox.Entry{Item: &item.Item{}, AcceptedAt: noon()}
	e.Item.ReceiptNo, e.Item.CaseID, e.Item.Subject = number, d.CaseID, d.Subject
	for _, key := range []string{number, d.TrackHash, d.CaseID} {
		p.cases[key] = e
	}
	return outbox.Accepted{ID: d.ID, CaseID: d.CaseID, ReceiptNo: number, Sequence: 1, At: noon()}, nil
}

// noon is when everything happens.
func noon() time.Time { return time.Date(2026, 11, 26, 14, 26, 0, 0, time.UTC) }

// hallware is what all kiosks of a test run share: it is large and never changes.
var hallware = sync.OnceValues(func() (kiosk.Config, error) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		return kiosk.Config{}, err
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		return kiosk.Config{}, err
	}
	words, err := spelling.New(spelling.Config{Table: ime.Pinyin, Fuzzy: spelling.FuzzyAll})
	if err != nil {
		return kiosk.Config{}, err
	}
	hand, err := strokes.New(strokes.Config{Tables: ime.Strokes()})
	if err != nil {
		return kiosk.Config{}, err
	}
	all, err := divisions.Load(places.FS)
	return kiosk.Config{Texts: texts, Catalogue: services, Words: words, Hand: hand, Divisions: all, Voice: tourVoice{}, Sounds: tourVoice{}, Cases: tourCases{}}, err
})

// visit runs what a visitor does in a bubble, and gives what he has seen.
func visit(t *testing.T, lang text.Language, elder bool, does func(*visitor)) []sample {
	t.Helper()
	return bubble(t, lang, elder, func(*visitor, *kiosk.Config) {}, does)
}

// bubble is a visit at a kiosk that equip has changed.
func bubble(t *testing.T, lang text.Language, elder bool, equip func(*visitor, *kiosk.Config), does func(*visitor)) []sample {
	t.Helper()
	shared, err := hallware()
	if err != nil {
		t.Fatal(err)
	}
	var seen []sample
	synctest.Test(t, func(t *testing.T) {
		p := &parts{
			cards: make(chan cardreader.Event, 8), codes: make(chan scanner.Event, 8), link: engine.Online, printed: printer.Result{Outcome: printer.Printed},
			reader: device.Status{State: device.StateReady}, printer: device.Status{State: device.StateReady}, cases: map[string]outbox.Entry{},
		}
		v := &visitor{T: t, parts: p, offset: time.Until(noon()), lang: lang}
		cfg := shared
		cfg.Site = kiosk.Site{Hall: "番禺区政务服务大厅", Kiosk: "107", HelpPhone: "12345", Tracking: "https://center.example.gov.cn"}
		cfg.Reader, cfg.Printer, cfg.Scanner, cfg.Outbox, cfg.Link = tourReader{p}, tourPrinter{p}, tourScanner{p}, tourBox{p}, tourLink{p}
		ids := 0
		cfg.NewID = func(time.Time) string { ids++; return "0198f000-0000-7000-8000-00000000000" + string(rune('0'+ids%10)) }
		cfg.NewCode = func() tracking.Code { return "ABCDEFGHJKMNPQRSTVWXYZ0123456" }
		cfg.Now = v.now
		p.counter = &counter{now: cfg.Now, attended: true}
		cfg.Helpdesk = p.counter
		cfg.Site.Counter = text.Local{text.Chinese: "大门左边的 3 号窗口", text.Traditional: "大門左邊的 3 號櫃檯", text.English: "counter 3, left of the entrance"}
		cfg.Show, cfg.Logger = func(view kiosk.View) { v.view = view }, slog.New(slog.DiscardHandler)
		cfg.Health, err = observe.New(observe.Config{Now: cfg.Now, Link: tourLink{p}, Outbox: tourBox{p}, Devices: map[health.Device]observe.Device{
			health.CardReader: tourReader{p}, health.ReceiptPrinter: tourPrinter{p}, health.CodeScanner: tourScanner{p}}})
		if err != nil {
			t.Fatal(err)
		}
		equip(v, &cfg)
		v.kiosk, err = kiosk.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- v.kiosk.Run(ctx) }()
		synctest.Wait()
		v.settle(lang, elder)
		does(v)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		seen = v.seen
	})
	return seen
}

// settle chooses how the visit is to look.
func (v *visitor) settle(lang text.Language, elder bool) {
	v.does(kiosk.Language{To: lang})
	if elder != v.view.Frame.Elder {
		v.does(kiosk.Elder{})
	}
}

// does sends what the visitor wants, and waits until everything that follows from it has happened.
func (v *visitor) does(intents ...kiosk.Intent) {
	v.Helper()
	for _, in := range intents {
		v.kiosk.Send(in)
		synctest.Wait()
	}
}

// waits lets time pass.
func (v *visitor) waits(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// idles does nothing until he is asked whether he is still there.
func (v *visitor) idles() {
	v.Helper()
	for range 3600 {
		if v.view.Frame.Warning != nil {
			v.waits(8 * time.Second)
			return
		}
		v.waits(time.Second)
	}
	v.Fatal("nobody asks")
}

// turns moves a lever, and lets the kiosk notice.
func (v *visitor) turns(lever func(*parts)) {
	lever(v.parts)
	v.waits(time.Second)
}

// shows keeps what is on the screen under a name.
func (v *visitor) shows(name string) { v.seen = append(v.seen, sample{name, v.view}) }

// sees stops the test unless the screen is an S.
func sees[S kiosk.Screen](v *visitor) S {
	v.Helper()
	s, ok := v.view.Screen.(S)
	if !ok {
		v.Fatalf("the screen is %#v, want %v", v.view.Screen, reflect.TypeFor[S]())
	}
	return s
}

// lays puts a card on the reader.
func (v *visitor) lays() {
	v.parts.cards <- cardreader.Found{}
	v.parts.cards <- cardreader.CardRead{Card: tourCard()}
	synctest.Wait()
	v.parts.cards <- cardreader.Removed{}
	synctest.Wait()
}

// tourCard is an invented person of 1900 with a long name and address.
func tourCard() *cardreader.Card {
	return &cardreader.Card{Kind: cardreader.Citizen, Name: []byte("阿依古丽·买买提"), Number: []byte("110101190001010014"), Birth: []byte("19000101"),
		Address: []byte("广东省广州市番禺区市桥街道大北路100号之二3座1802房"), ValidFrom: []byte("20200101"), ValidTo: []byte("长期")}
}

// types presses keys.
func (v *visitor) types(s string) {
	for _, r := range s {
		v.does(kiosk.Type{Text: string(r)})
	}
}

// writes types into a field.
func (v *visitor) writes(field, s string) {
	v.does(kiosk.Focus{Field: field})
	v.types(s)
}

// service is the one that is being applied for.
func (v *visitor) service(id string) *catalog.Service {
	v.Helper()
	shared, _ := hallware()
	svc, ok := shared.Catalogue.Service(id)
	if !ok {
		v.Fatalf("there is no service %s", id)
	}
	return svc
}

// applies goes from a menu or a list of services to the review, and shows each screen on its way.
func (v *visitor) applies(id string) {
	v.Helper()
	svc := v.service(id)
	dice := rand.New(rand.NewPCG(1, 5))
	c := tourCard()
	answers := svc.Form.Invent(dice.IntN, map[catalog.CardFact]string{catalog.CardName: string(c.Name), catalog.CardNumber: string(c.Number),
		catalog.CardAddress: string(c.Address)}, noon())
	n := 0
	keep := func(what string) {
		n++
		v.shows(fmt.Sprintf("%s-%02d-%s", id, n, what))
	}
	v.does(kiosk.Choice{Service: id})
	for range 300 {
		switch s := v.view.Screen.(type) {
		case kiosk.Guide:
			keep("guide")
			v.does(kiosk.Next{})
		case kiosk.Check:
			keep("check")
			v.does(kiosk.Next{})
		case kiosk.Form:
			if v.answers(svc, s, answers) {
				keep("form")
				v.does(s.Next.Intent)
			}
		case kiosk.List:
			keep("list")
			v.does(s.Options[len(s.Options)/2].Intent)
		case kiosk.Review:
			keep("review")
			return
		default:
			v.Fatalf("%s leads to %#v", id, s)
		}
	}
	v.Fatalf("%s never comes to its review; the last screen was %#v", id, v.view.Screen)
}

// answers answers the first question that has no answer; true when all have one.
func (v *visitor) answers(svc *catalog.Service, s kiosk.Form, answers catalog.Answers) bool {
	v.Helper()
	if s.Errors != "" {
		v.Fatalf("%s complains: %+v", svc.ID, s)
	}
	for _, f := range s.Fields {
		base, part, divided := strings.Cut(f.ID, "/")
		field, _, ok := svc.Form.Field(base)
		if !ok {
			v.Fatalf("an unknown field is asked: %+v", f)
		}
		want, asked := answers[base]
		switch {
		case f.Kind == kiosk.FieldFixed || !asked && field.Input != catalog.InputGroup:
		case f.Kind == kiosk.FieldList && f.Value == "":
			v.does(f.Focus)
			return false
		case divided && part == "rest" && f.Value == "":
			v.does(f.Focus, kiosk.KeyMode{To: kiosk.ModeLetters})
			v.types("12-3 A")
			return false
		case field.Input == catalog.InputGroup:
			if n := answers.Entries(base); len(f.Entries) < n {
				v.does(f.Add.Intent)
				return false
			}
		case f.Kind == kiosk.FieldChoice, f.Kind == kiosk.FieldMulti:
			for i, o := range field.Options {
				wanted := o == want || f.Kind == kiosk.FieldMulti && strings.Contains(","+want+",", ","+o+",")
				if wanted && !f.Options[i].Chosen {
					v.does(f.Options[i].Intent)
					return false
				}
			}
		case !f.Focused && (f.Value == "" || f.Value == f.Hint || strings.Trim(f.Value, "_年月日-/ ") == ""), f.Focused && f.Value == "",
			f.Focused && field.Input == catalog.InputDate && strings.Contains(f.Value, "_"):
			if field.Input == catalog.InputDate {
				want = strings.ReplaceAll(want, "-", "")
			}
			v.does(f.Focus, kiosk.KeyMode{To: kiosk.ModeLetters})
			v.types(want)
			return false
		}
	}
	return true
}

// shown is what the tours have shown, by language and mode: they are walked once in a test run.
var shownOn = map[string][]sample{}

// toured gives every state of every screen in a language, ordinary or in elder mode.
func toured(t *testing.T, lang text.Language, elder bool) []sample {
	t.Helper()
	key := fmt.Sprint(lang, elder)
	if all, ok := shownOn[key]; ok {
		return all
	}
	var all []sample
	for _, name := range slices.Sorted(maps.Keys(tours)) {
		all = append(all, visit(t, lang, elder, tours[name])...)
	}
	if !elder { // staff see their side as it is, whatever the citizen before them had chosen
		all = append(all, staffed(t, lang)...)
	}
	shownOn[key] = all
	return all
}
