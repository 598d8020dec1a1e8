package console_test

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/assets/web"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
)

// Devices that are there and do nothing.
type (
	reader struct{ events chan cardreader.Event }
	paper  struct{}
	link   struct{}
)

func (reader) Enable(bool)                                                {}
func (r reader) Events() <-chan cardreader.Event                          { return r.events }
func (reader) Status() device.Status                                      { return device.Status{State: device.StateReady} }
func (paper) Print(context.Context, document.Document) (r printer.Result) { return r }
func (paper) Status() device.Status                                       { return device.Status{State: device.StateReady} }
func (link) Status() engine.Status                                        { return engine.Status{Link: engine.Online} }

// machinery is a real kiosk whose helpdesk is the console.
type machinery struct {
	*desk
	*kiosk.Kiosk
	views chan kiosk.View
}

func newKiosk(d *desk) *machinery {
	d.Helper()
	suite := item.Default()
	_, public, err := suite.GenerateSealKey()
	if err != nil {
		d.Fatal(err)
	}
	sign, _, err := suite.GenerateSignKey()
	if err != nil {
		d.Fatal(err)
	}
	box, err := outbox.Open(outbox.Config{Dir: filepath.Join(d.TempDir(), "outbox"), Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}, Now: time.Now,
		CaseNumber: receipt.Numbers{Hall: "44011", Kiosk: "107", Incarnation: "01"}.Number,
		Sealer:     item.Sealer{Suite: suite, SealKey: "c1", SealPublic: public, SignKey: "k1", SignPriv: sign}})
	if err != nil {
		d.Fatal(err)
	}
	m := &machinery{desk: d, views: make(chan kiosk.View, 4096)}
	m.Kiosk, err = kiosk.New(kiosk.Config{
		Site:      kiosk.Site{Hall: "番禺区政务服务大厅", Kiosk: "107", HelpPhone: "12345", Tracking: "http://127.0.0.1", Counter: text.Local{text.Chinese: "3 号窗口"}},
		Catalogue: d.all, Texts: d.texts, Reader: reader{make(chan cardreader.Event)}, Printer: paper{}, Outbox: box, Link: link{}, Helpdesk: d.console, Health: d,
		NewID: item.NewID, NewCode: func() tracking.Code { return tracking.New(1, []byte("key")) }, Now: d.clock.now, Show: func(v kiosk.View) { m.views <- v },
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := m.Run(ctx); err != nil {
			d.Error(err)
		}
	}()
	d.Cleanup(func() {
		cancel()
		<-ended
		if err := box.Close(); err != nil {
			d.Error(err)
		}
	})
	return m
}

// Problems is what the kiosk is told of itself: the same as the console.
func (d *desk) Problems() health.Problems {
	return read(d.machine, func(m *machine) health.Problems { return m.problems })()
}

func (m *machinery) send(all ...kiosk.Intent) {
	for _, in := range all {
		m.Send(in)
	}
}

// until takes views until one fits.
func (m *machinery) until(what string, cond func(kiosk.View) bool) kiosk.View {
	m.Helper()
	over := time.After(limit)
	var last kiosk.View
	for {
		select {
		case last = <-m.views:
			if cond(last) {
				return last
			}
		case <-over:
			m.Fatalf("waited in vain until %s; the help panel is %+v", what, last.Frame.Help)
		}
	}
}

// TestNobodyLooks: with nobody at the page the screen says at once where the counter is, and that changes when somebody comes.
func TestNobodyLooks(t *testing.T) {
	d := open(t, nil)
	k := newKiosk(d)
	k.send(kiosk.Help{}, kiosk.CallStaff{})
	v := k.until("the call is noted", func(v kiosk.View) bool { return v.Frame.Help != nil && v.Frame.Help.Calling })
	if v.Frame.Help.Heading != "已经记下您的呼叫" {
		t.Errorf("the panel says %q", v.Frame.Help.Heading)
	}
	b := d.browser()
	b.signIn("1003")
	l := b.live("")
	l.until("the call", "有人求助")
	k.until("somebody looks", func(v kiosk.View) bool { return v.Frame.Help.Heading == "已经呼叫工作人员" })
	k.send(kiosk.CallOff{})
	l.until("its end", `data-waiting="0"`)
	k.send(kiosk.CallStaff{})
	l.until("the second call", "有人求助")
	k.send(kiosk.Start{}, kiosk.Abandon{})
	l.until("the end of the visit", `data-waiting="0"`)
}

// TestAConsoleThatIsNotServed: nobody is said to be called.
func TestAConsoleThatIsNotServed(t *testing.T) {
	d := open(t, nil)
	k := newKiosk(d)
	d.stop()
	k.send(kiosk.Help{}, kiosk.CallStaff{})
	v := k.until("it says so", func(v kiosk.View) bool {
		return v.Frame.Help != nil && v.Frame.Help.Heading == "没有叫到工作人员"
	})
	if v.Frame.Help.Calling || v.Frame.Help.Call.Intent != (kiosk.CallStaff{}) {
		t.Errorf("the panel is %+v", v.Frame.Help)
	}
}

// words gives the page's words in a language.
func (d *desk) words(lang string) func(string) string {
	d.Helper()
	files, err := fs.Sub(web.FS, "console/text")
	if err != nil {
		d.Fatal(err)
	}
	all, err := text.Load(files)
	if err != nil {
		d.Fatal(err)
	}
	return func(key string) string { return all.In(text.Language(lang)).T(key) }
}

// fill is an ordinary day's numbers and queue.
func fill(now time.Time) func(*machine) {
	return func(m *machine) {
		m.day = hall.Day{Begun: 46, Finished: 31, Left: map[string]int{"menu": 6, "fill": 5, "check": 2, "identify": 1}, Calls: 3}
		m.link = console.Link{State: "online", Since: now.Add(-5 * time.Hour), LastContact: now}
	}
}

// trouble is a bad day.
func trouble(now time.Time) func(*machine) {
	return func(m *machine) {
		paper, _ := health.KindOf("PRINTER-PAPER-OUT")
		down, _ := health.KindOf(health.LinkDown)
		refused, _ := health.KindOf(health.OutboxRejected)
		m.problems = health.Problems{{Kind: paper, Since: now.Add(-17 * time.Minute)}, {Kind: down, Since: now.Add(-3 * time.Hour)}, {Kind: refused, Since: now.Add(-50 * time.Hour)}}
		m.recovered = []health.Episode{
			{Code: health.CodeOf(health.CardReader, "unplugged"), Opened: now.Add(-6 * time.Hour), Closed: now.Add(-6*time.Hour + 2*time.Minute)},
			{Code: health.CodeOf(health.CardReader, "unplugged"), Opened: now.Add(-5 * time.Hour), Closed: now.Add(-5*time.Hour + 12*time.Minute)},
			{Code: health.DiskLow, Opened: now.Add(-30 * time.Hour), Closed: now.Add(-26 * time.Hour)}, {Code: health.LinkDown, Opened: now.Add(-3 * time.Hour)},
			{Code: health.PowerBattery, Opened: now.Add(-8 * time.Hour), Closed: now.Add(-8*time.Hour + time.Minute)}}
		m.link = console.Link{State: "offline", Since: now.Add(-3 * time.Hour), LastContact: now.Add(-3 * time.Hour)}
		m.outbox = console.Outbox{Waiting: 14, Person: 1, Oldest: now.Add(-3 * time.Hour), Items: []console.Item{
			{Sequence: 41, Type: "submission", State: "rejected", Since: now.Add(-50 * time.Hour), Tries: 1, Answer: "urn:onedoor:problem:payload-invalid: the form does not fit"},
			{Sequence: 77, Type: "submission", State: "accepted", Since: now.Add(-3 * time.Hour), Tries: 12, Answer: engine.ReasonRetry, Next: now.Add(4 * time.Minute)},
			{Sequence: 78, Type: "print", State: "accepted", Since: now.Add(-3 * time.Hour)},
		}}
		m.standing = hall.Standing{At: hall.Place{Kiosk: "107", Service: "old-age-allowance", Step: "fill"}, Visit: true, Since: now.Add(-4 * time.Minute)}
	}
}
