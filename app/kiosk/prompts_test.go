package kiosk

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/divisions"
	calls "onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/assets"
	places "onedoor/assets/divisions"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/scanner"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// bench is a kiosk that is put into each state by hand; its devices and its link only have a state.
type bench struct {
	*Kiosk
	reader, paper device.Status
	online        bool
	call          calls.CallState // of the visit's call for help
	attended      bool
	since         time.Time
}

// Problems is what is wrong with devices and link.
func (b *bench) Problems() health.Problems {
	o, err := observe.New(observe.Config{Now: b.cfg.Now, Link: benchLink{b}, Outbox: benchStats{}, Devices: map[health.Device]observe.Device{
		health.CardReader: benchReader{b}, health.ReceiptPrinter: benchPrinter{b}, health.CodeScanner: benchScanner{b}}})
	if err != nil {
		panic(err)
	}
	return health.At(b.cfg.Now(), o.Look())
}

// benchDesk is where calls for help go.
type benchDesk struct{ *bench }

func (benchDesk) Place(calls.Place) (calls.Call, error) { return calls.Call{}, nil }
func (benchDesk) Move(uint64, calls.Place)              {}
func (benchDesk) Withdraw(uint64, bool)                 {}
func (b benchDesk) Attended() bool                      { return b.attended }
func (b benchDesk) Call(uint64) (calls.Call, bool) {
	now := b.cfg.Now()
	c := calls.Call{ID: 1, State: b.call, Since: now, Answered: now}
	if !b.since.IsZero() {
		c.Since = b.since
	}
	if b.call == calls.CallAnswered && !b.attended {
		c.Answered = now.Add(-90 * time.Second)
	}
	return c, b.call != ""
}

// asksForHelp opens the help panel, with a call in a state.
func asksForHelp(state calls.CallState, attended bool) func(*bench) {
	return func(b *bench) { b.call, b.attended, b.visit.help = state, attended, help{open: true, call: 1} }
}

type benchStats struct{}

func (benchStats) Stats() outbox.Stats     { return outbox.Stats{} }
func (benchStats) Err() error              { return nil }
func (benchStats) Damage() []outbox.Damage { return nil }

func (b *bench) Enable(bool)                                             {}
func (b *bench) Print(context.Context, document.Document) printer.Result { return printer.Result{} }
func (b *bench) Err() error                                              { return nil }

type (
	benchReader  struct{ *bench }
	benchPrinter struct{ *bench }
	benchScanner struct{ *bench }
	benchLink    struct{ *bench }
	benchBox     struct {
		Outbox
		*bench
	}
	benchSounds struct{}
)

func (b benchReader) Events() <-chan cardreader.Event { return nil }
func (b benchReader) Status() device.Status           { return b.reader }
func (b benchPrinter) Status() device.Status          { return b.paper }
func (b benchScanner) Events() <-chan scanner.Event   { return nil }
func (b benchScanner) Status() device.Status          { return device.Status{State: device.StateReady} }
func (b benchLink) Status() engine.Status {
	if b.online {
		return engine.Status{Link: engine.Online}
	}
	return engine.Status{Link: engine.Offline}
}
func (benchBox) Err() error                      { return nil }
func (benchSounds) Play(Cue)                     {}
func (benchSounds) Say(text.Language, ...string) {}
func (benchSounds) Hush()                        {}

func newBench(t *testing.T) *bench {
	t.Helper()
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	all, err := divisions.Load(places.FS)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{reader: device.Status{State: device.StateReady}, paper: device.Status{State: device.StateReady}, online: true}
	b.Kiosk, err = New(Config{
		Site: Site{Hall: "hall", Kiosk: "107", HelpPhone: "12345", Tracking: "http://127.0.0.1"}, Catalogue: services, Texts: texts,
		Reader: benchReader{b}, Printer: benchPrinter{b}, Scanner: benchScanner{b}, Outbox: benchBox{bench: b}, Link: benchLink{b}, Voice: benchSounds{}, Sounds: benchSounds{}, Helpdesk: benchDesk{b}, Health: b,
		Divisions: all, NewID: func(time.Time) string { return "" }, NewCode: func() tracking.Code { return tracking.New(1, []byte("key")) },
		Now: time.Now, Show: func(View) {}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// circumstances are what changes the words of some screen.
func circumstances() []func(*bench) {
	all := []func(*bench){
		func(*bench) {},
		func(b *bench) { b.visit.elder = true },
		func(b *bench) { b.visit.byHand = true },
		func(b *bench) { b.visit.card, b.visit.byHand = nil, false },
		func(b *bench) { b.visit.card.ValidTo = []byte("19990101") },
		func(b *bench) { b.visit.card.Kind = cardreader.Foreigner2023 },
		func(b *bench) { b.reader = device.Status{State: device.StateDisconnected} },
		func(b *bench) { b.paper = device.Status{State: device.StateDisconnected} },
		func(b *bench) { b.paper = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut} },
		func(b *bench) { b.online = false },
		func(b *bench) { b.card.phase = CardReading },
		func(b *bench) { b.card.lying = true },
		func(b *bench) { b.warned = b.cfg.Now() },
		func(b *bench) { b.visit.leaving = true },
		asksForHelp("", false), asksForHelp(calls.CallWaiting, true), asksForHelp(calls.CallWaiting, false),
		asksForHelp(calls.CallAnswered, true), asksForHelp(calls.CallAnswered, false),
		func(b *bench) { asksForHelp(calls.CallWaiting, true)(b); b.since = b.cfg.Now().Add(-2 * patience) },
		func(b *bench) { b.visit.help = help{open: true, failed: true} },
		func(b *bench) { b.visit.help, b.cfg.Helpdesk = help{open: true}, nil },
		func(b *bench) { b.visit.panel = PanelLanguage },
		func(b *bench) { b.visit.panel = PanelDisplay },
		func(b *bench) { b.visit.complain = true },
		func(b *bench) {
			for _, f := range b.visit.service.Form.Pages[len(b.visit.service.Form.Pages)-1].Fields {
				b.visit.misread = f.ID
			}
		},
		func(b *bench) { // a hall that takes no typed number for anything
			strict := *b.cfg.Catalogue
			strict.Services = nil
			for _, svc := range b.cfg.Catalogue.Services {
				other := *svc
				other.Identity.Typed = false
				strict.Services = append(strict.Services, &other)
			}
			b.cfg.Catalogue = &strict
		},
		func(b *bench) { b.visit.wrong = true },
		func(b *bench) { b.visit.mistyped = "track.wrong" },
		func(b *bench) { b.visit.rating = true },
		func(b *bench) { b.visit.unsure = true },
		func(b *bench) { b.visit.hasReceipt = true },
		func(b *bench) { b.visit.browse.reading = true },
		func(b *bench) { b.visit.browse.query = []byte("qqq") },
		func(b *bench) { b.noticeBusy = true },
		func(b *bench) { b.visit.noticed = true },
		func(b *bench) { b.visit.noticeFailed = true },
		func(b *bench) { b.visit.opinion = opinion{sent: true} },
		func(b *bench) { b.visit.opinion = opinion{failed: true} },
		func(b *bench) { b.visit.opinion = opinion{level: 1} },
		func(b *bench) { b.visit.look = finding{} },
		func(b *bench) { b.visit.look = finding{hash: "x"} },
		func(b *bench) { b.visit.print.Outcome = printer.NotPrinted },
		func(b *bench) { b.visit.print.Outcome = printer.Unknown },
		func(b *bench) {
			for _, m := range b.visit.materials() {
				b.visit.atHand[m.ID] = true
			}
		},
	}
	all = append(all, func(b *bench) { b.visit.signature.pressed = true })
	for _, key := range []string{failure(cardreader.Unsupported), failure(cardreader.Moved), "identify.expired"} {
		all = append(all, func(b *bench) { b.card = cardSlot{phase: CardFailed, trouble: key} })
	}
	for _, stage := range []wire.Stage{"", wire.StageDelivered, wire.StageReturned, wire.StageDone, wire.StageAccepted} {
		all = append(all, func(b *bench) { b.visit.stage, b.visit.look = stage, finding{known: true, hash: "x", stage: stage} })
	}
	// Answers that can not be right, each in its own way.
	for _, wrong := range []string{"1", "99999999", "29990101", "19000101", "0.5", "999999999999", "110101190001010015", "91440101MA5XXXXXX0"} {
		all = append(all, func(b *bench) {
			for _, p := range b.visit.service.Form.Pages {
				for _, f := range p.Fields {
					if f.Input != catalog.InputFixed && f.Input != catalog.InputGroup {
						b.visit.set(f.ID, []byte(wrong))
					}
				}
			}
			b.visit.complain = true
		})
	}
	return all
}

// TestPromptsAreWhatIsSpoken: the list for those who record holds the fixed sentences that a screen says under some
// circumstances, and no others.
func TestPromptsAreWhatIsSpoken(t *testing.T) {
	b := newBench(t)
	say := b.cfg.Texts.In(text.Chinese)
	heard := map[string]map[text.Language]bool{} // by key
	keys := map[text.Language]map[string][]string{}
	languages := []text.Language{text.Chinese, text.English}
	for _, lang := range languages {
		keys[lang] = map[string][]string{}
		for _, key := range b.cfg.Texts.Keys() {
			sentence := b.cfg.Texts.In(lang).T(key)
			keys[lang][sentence] = append(keys[lang][sentence], key)
			if heard[key] == nil {
				heard[key] = map[text.Language]bool{}
			}
		}
	}
	hear := func(b *bench) {
		b.wrong = b.Problems()
		v := b.view()
		for _, sentence := range spoken(v) {
			for _, key := range keys[b.visit.lang][sentence] {
				heard[key][b.visit.lang] = true
			}
		}
	}
	look := func(b *bench) {
		if b.state == visit.Cases && b.visit.card == nil {
			return // nobody's cases
		}
		hear(b)
		if b.state != visit.Fill {
			return
		}
		for page := range b.visit.sheets() {
			b.visit.page = page
			hear(b)
			for _, f := range b.visit.questions() {
				switch f.Input {
				case catalog.InputAddress:
					b.visit.openPicker(f.ID)
					for b.visit.picker != nil {
						hear(b)
						below := b.cfg.Divisions.Children(b.visit.picker.at)
						b.pickDivision(below[min(2, len(below)-1)].Code)
					}
					hear(b)
				case catalog.InputGroup:
					b.visit.addEntry(f.ID)
					hear(b)
					b.visit.entry = nil
					hear(b)
				}
			}
		}
	}
	for _, lang := range languages {
		everywhere(b, lang, look)
	}
	listed := Prompts()
	for _, key := range listed {
		if strings.Contains(say.T(key), "{") {
			t.Errorf("%q changes with what is put into it", key)
		}
	}
	for key, in := range heard {
		if strings.HasPrefix(key, "receipt.") {
			continue // for paper, though some are the same words
		}
		spoken := len(in) == len(keys) // in one language two keys may have the same words
		if key == "settings.mandarin" || key == "settings.cantonese" {
			spoken = in[text.Chinese] // there is nothing to choose in English
		}
		if spoken != slices.Contains(listed, key) {
			t.Errorf("%q is spoken in %d languages, on the list: %v", key, len(in), slices.Contains(listed, key))
		}
	}
	if !slices.IsSorted(listed) || len(listed) < 100 {
		t.Errorf("a list of %d", len(listed))
	}
}

// everywhere looks at each state under each two circumstances.
func everywhere(b *bench, lang text.Language, look func(*bench)) {
	all, services := circumstances(), b.cfg.Catalogue
	for state := visit.Menu; state <= visit.Goodbye; state++ {
		for n, svc := range services.Services {
			for i, one := range all {
				others := all[:i+1]
				if n > 0 { // for which service it is matters little
					others = all[:1]
				}
				for _, other := range others {
					b.call, b.attended, b.since, b.cfg.Helpdesk = "", false, time.Time{}, benchDesk{b}
					b.reader, b.paper, b.online = device.Status{State: device.StateReady}, device.Status{State: device.StateReady}, true
					b.visit, b.card, b.warned, b.noticeBusy, b.state, b.cfg.Catalogue = newSession(), cardSlot{}, time.Time{}, false, state, services
					b.visit.lang, b.visit.speak, b.visit.service, b.visit.situating = lang, true, svc, state == visit.Situate
					b.visit.card = &cardreader.Card{Kind: cardreader.Citizen, Name: []byte("张小三"), Number: []byte("110101190001010014"), Birth: []byte("19000101"), ValidTo: []byte("长期")}
					b.visit.print.Outcome = printer.Printed
					b.visit.accepted = outbox.Accepted{ReceiptNo: "44011107010000014273"}
					b.visit.open()
					one(b)
					other(b)
					look(b)
				}
			}
		}
	}
	b.cfg.Catalogue = services
}
