package kiosk_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/catalog"
	"onedoor/app/divisions"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/ime/pinyin"
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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reader is a card reader as far as a visit knows one.
type reader struct {
	events chan cardreader.Event
	mu     sync.Mutex
	status device.Status
	on     bool
}

func (r *reader) Enable(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = on
}
func (r *reader) Events() <-chan cardreader.Event { return r.events }
func (r *reader) Status() device.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}
func (r *reader) set(s device.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = s
}

// paper is a printer that keeps what it was given and answers as it is told.
type paper struct {
	mu     sync.Mutex
	docs   []document.Document
	result printer.Result
	status device.Status
	before func() // called before it answers
}

func (p *paper) Print(_ context.Context, d document.Document) printer.Result {
	p.mu.Lock()
	before := p.before
	p.mu.Unlock()
	if before != nil {
		before()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.docs = append(p.docs, d)
	return p.result
}
func (p *paper) Status() device.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}
func (p *paper) set(s device.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = s
}
func (p *paper) printed() []document.Document {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.docs
}

// codes is a scanner as far as a visit knows one. It hands over only while it is enabled.
type codes struct {
	events chan scanner.Event
	mu     sync.Mutex
	status device.Status
	on     bool
}

func (c *codes) Enable(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = on
}
func (c *codes) Events() <-chan scanner.Event { return c.events }
func (c *codes) Status() device.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}
func (c *codes) set(s device.Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = s
}

// read hands a code over, and gives it back for looking at it later.
func (c *codes) read(text string) *scanner.Code {
	code := &scanner.Code{Raw: []byte(text), Text: []byte(text), Encoding: scanner.UTF8}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on {
		c.events <- scanner.Scanned{Code: code}
	}
	return code
}

type link struct {
	mu    sync.Mutex
	state engine.Status
}

func (l *link) Status() engine.Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// state is an outbox as it is looked at: whether it accepts is all that matters here.
type state struct{ kiosk.Outbox }

func (state) Stats() outbox.Stats     { return outbox.Stats{} }
func (state) Damage() []outbox.Damage { return nil }

// hall is one kiosk with a real outbox and a visitor in front of it.
type hall struct {
	*testing.T
	kiosk    *kiosk.Kiosk
	reader   *reader
	paper    *paper
	link     *link
	codes    *codes
	voice    *voice // of a kiosk that is equipped
	views    chan kiosk.View
	patience time.Duration // of wait; longer where time is a bubble's or the kiosk itself waits for long
	seen     []kiosk.View
	cancel   context.CancelFunc
	ended    chan struct{}
}

type sealKeys struct{ private, public []byte }

func newOutbox(t *testing.T) (*outbox.Outbox, sealKeys) {
	t.Helper()
	sign, _, err := item.Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	return newOutboxSigned(t, sign)
}

// newOutboxSigned opens one whose items are signed with a key that the test knows.
func newOutboxSigned(t *testing.T, sign []byte) (*outbox.Outbox, sealKeys) {
	t.Helper()
	suite := item.Default()
	priv, pub, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	source := item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}
	o, err := outbox.Open(outbox.Config{
		Dir: filepath.Join(t.TempDir(), "outbox"), Source: source, Now: time.Now,
		CaseNumber: receipt.Numbers{Hall: "44011", Kiosk: "107", Incarnation: "01", Salt: 7}.Number,
		Sealer:     item.Sealer{Suite: suite, SealKey: "c1", SealPublic: pub, SignKey: "k1", SignPriv: sign},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o, sealKeys{priv, pub}
}

// open starts a kiosk; change may replace parts of its configuration.
func open(t *testing.T, box kiosk.Outbox, change func(*kiosk.Config)) *hall {
	t.Helper()
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{T: t, reader: &reader{events: make(chan cardreader.Event, 16), status: device.Status{State: device.StateReady}},
		paper: &paper{result: printer.Result{Outcome: printer.Printed}, status: device.Status{State: device.StateReady}},
		codes: &codes{events: make(chan scanner.Event, 16), status: device.Status{State: device.StateReady}}, link: &link{state: engine.Status{Link: engine.Offline}},
		views: make(chan kiosk.View, 4096), patience: time.Minute} // only ends what hangs
	cfg := kiosk.Config{
		Site:      kiosk.Site{Hall: "番禺区政务服务大厅", Kiosk: "107", HelpPhone: "12345", Tracking: "http://127.0.0.1:8480"},
		Catalogue: services, Texts: texts, Reader: h.reader, Printer: h.paper, Scanner: h.codes, Outbox: box, Link: h.link, NewID: item.NewID,
		NewCode: func() tracking.Code { return tracking.New(1, []byte("key")) }, Now: time.Now,
		Show: func(v kiosk.View) { h.views <- v }, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	// Without the delays of a board, which have tests of their own.
	cfg.Health, err = observe.New(observe.Config{Now: cfg.Now, Link: h.link, Outbox: state{cfg.Outbox}, Devices: map[health.Device]observe.Device{
		health.CardReader: h.reader, health.ReceiptPrinter: h.paper, health.CodeScanner: h.codes}})
	if err != nil {
		t.Fatal(err)
	}
	h.kiosk, err = kiosk.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	h.cancel, h.ended = cancel, make(chan struct{})
	go func() {
		defer close(h.ended)
		if err := h.kiosk.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-h.ended
	})
	return h
}

// wait takes views until one satisfies cond.
func (h *hall) wait(what string, cond func(kiosk.View) bool) kiosk.View {
	h.Helper()
	limit := time.After(h.patience)
	for {
		select {
		case v := <-h.views:
			h.seen = append(h.seen, v)
			if cond(v) {
				return v
			}
		case <-limit:
			last := "nothing"
			if len(h.seen) > 0 {
				last = fmt.Sprintf("%#v", h.seen[len(h.seen)-1].Screen)
			}
			h.Fatalf("waited in vain for %s; the last view was %s", what, last)
		}
	}
}

// screen waits for a screen of type S.
func screen[S kiosk.Screen](h *hall) S {
	h.Helper()
	var s S
	v := h.wait(reflect.TypeOf(s).Name(), func(v kiosk.View) bool { _, ok := v.Screen.(S); return ok })
	return v.Screen.(S)
}

// known waits for the menu of somebody who is known.
func (h *hall) known() kiosk.Menu {
	h.Helper()
	v := h.wait("the menu with a name", func(v kiosk.View) bool {
		m, ok := v.Screen.(kiosk.Menu)
		return ok && strings.HasPrefix(m.Heading, "您好")
	})
	return v.Screen.(kiosk.Menu)
}

func (h *hall) send(intents ...kiosk.Intent) {
	for _, in := range intents {
		h.kiosk.Send(in)
	}
}

// eventually waits for what no view shows.
func (h *hall) eventually(what string, cond func() bool) {
	h.Helper()
	limit := time.After(h.patience)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
		case <-limit:
			h.Fatalf("waited in vain for %s", what)
		}
	}
}

// settle waits until the kiosk has taken in everything from the reader. What it did before is visible afterwards.
func (h *hall) settle() {
	h.Helper()
	h.eventually("the devices' events to be read", func() bool { return len(h.reader.events)+len(h.codes.events) == 0 })
	h.send(kiosk.Help{})
	h.wait("help", func(v kiosk.View) bool { return v.Frame.Help != nil })
	h.send(kiosk.Help{})
	h.wait("no help", func(v kiosk.View) bool { return v.Frame.Help == nil })
}

// card is an invented person of 1900.
func card() *cardreader.Card {
	return &cardreader.Card{Kind: cardreader.Citizen, Name: []byte("张小三"), Number: []byte("110101190001010014"), Birth: []byte("19000101"),
		Address: []byte("北京市东城区东华门大街2号"), ValidFrom: []byte("20200101"), ValidTo: []byte("长期")}
}

func (h *hall) lay(c *cardreader.Card) {
	h.reader.events <- cardreader.Found{}
	h.reader.events <- cardreader.CardRead{Card: c}
}

// typed is the intents for typing s into a field.
func typed(field, s string) []kiosk.Intent {
	in := []kiosk.Intent{kiosk.Focus{Field: field}}
	for _, r := range s {
		in = append(in, kiosk.Type{Text: string(r)})
	}
	return in
}

// fill goes from the attract screen to the review.
func (h *hall) fill() kiosk.Review {
	h.Helper()
	screen[kiosk.Attract](h)
	h.lay(card())
	h.known()
	h.send(kiosk.Choice{Service: "residence-permit"})
	screen[kiosk.Guide](h)
	h.send(kiosk.Next{})
	screen[kiosk.Check](h)
	h.send(kiosk.Next{})
	screen[kiosk.Form](h)
	h.send(typed("phone", "13800138000")...)
	h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "rented"})
	h.send(typed("room", "3栋502室")...)
	h.send(typed("since", "19991101")...)
	h.send(kiosk.Next{})
	return screen[kiosk.Review](h)
}

func (l *link) set(s engine.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
}

// voice keeps what it was given to say; an empty sentence is a hush.
type voice struct {
	mu   sync.Mutex
	said []sentence
}

type sentence struct {
	words string
	lang  text.Language
}

func (v *voice) Say(lang text.Language, sentences ...string) {
	v.keep(sentence{strings.Join(sentences, "。"), lang})
}
func (v *voice) Hush() { v.keep(sentence{}) }

func (v *voice) keep(s sentence) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = append(v.said, s)
}

// last is what was said last, and nothing before anything was.
func (v *voice) last() sentence {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.said) == 0 {
		return sentence{}
	}
	return v.said[len(v.said)-1]
}

func (v *voice) all() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return fmt.Sprint(v.said)
}

// bell keeps the cues that it was given.
type bell struct {
	mu   sync.Mutex
	cues []kiosk.Cue
}

func (b *bell) Play(c kiosk.Cue) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cues = append(b.cues, c)
}

// taken gives the cues since it was last asked.
func (b *bell) taken() []kiosk.Cue {
	b.mu.Lock()
	defer b.mu.Unlock()
	cues := b.cues
	b.cues = nil
	return cues
}

// equipped starts a kiosk that has all that it may have: pinyin, handwriting, divisions and a voice.
func equipped(t *testing.T, box kiosk.Outbox, change func(*kiosk.Config)) *hall {
	t.Helper()
	words, err := pinyin.New(pinyin.Config{Table: ime.Pinyin, Fuzzy: pinyin.FuzzyAll})
	if err != nil {
		t.Fatal(err)
	}
	hand, err := strokes.New(strokes.Config{Tables: ime.Strokes()})
	if err != nil {
		t.Fatal(err)
	}
	all, err := divisions.Load(places.FS)
	if err != nil {
		t.Fatal(err)
	}
	v := &voice{}
	h := open(t, box, func(c *kiosk.Config) {
		c.Words, c.Hand, c.Divisions, c.Voice = words, hand, all, v
		if change != nil {
			change(c)
		}
	})
	h.voice = v
	return h
}

// now gives the screen as it is when everything sent was taken in, which must be an S.
func now[S kiosk.Screen](h *hall) S {
	h.Helper()
	v := h.look()
	s, ok := v.Screen.(S)
	if !ok {
		h.Fatalf("the screen is %#v, want %T", v.Screen, s)
	}
	return s
}

// begins lays a card down and goes to the situation or the materials of a service, with the link up.
func (h *hall) begins(service string) {
	h.Helper()
	h.link.set(engine.Status{Link: engine.Online})
	screen[kiosk.Attract](h)
	h.lay(card())
	h.known()
	h.send(kiosk.Choice{Service: service}, kiosk.Next{})
	if _, ok := h.look().Screen.(kiosk.Guide); ok {
		h.Fatalf("%s can not be applied for", service)
	}
}

// picks answers choices, "field=value".
func (h *hall) picks(answers ...string) {
	h.Helper()
	for _, a := range answers {
		field, value, _ := strings.Cut(a, "=")
		h.send(kiosk.Pick{Field: field, Value: value})
	}
	h.look()
}

// writes types into a field and waits until that has been taken in.
func (h *hall) writes(field, s string) {
	h.Helper()
	h.send(typed(field, s)...)
	h.look()
}

// asked is the ids of the fields of a form.
func asked(f kiosk.Form) []string {
	var all []string
	for _, one := range f.Fields {
		all = append(all, one.ID)
	}
	return all
}

// field is one of the questions on the screen now.
func (h *hall) field(id string) kiosk.Field {
	h.Helper()
	f := now[kiosk.Form](h)
	for _, one := range f.Fields {
		if one.ID == id {
			return one
		}
	}
	h.Fatalf("%s is not asked among %v", id, asked(f))
	return kiosk.Field{}
}
