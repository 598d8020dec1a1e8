// Package backroom is what the people of the hall find behind the citizen's screens of a kiosk: what is wrong and what to do
// about it, tests of every device, receipts printed again, the outbox, the settings, and a way to take logs and queue away.
//
// It guarantees that nothing is shown before the sign-in, that every act is permitted by role and logged by who keeps the
// sessions, that nothing personal is shown, printed or written, and that no work makes the screen wait: what takes time goes
// on beside the kiosk's goroutine and ends with Close. Whoever does nothing for some minutes is signed out.
package backroom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// Config is everything a Backroom needs. Those marked may be nil.
type Config struct {
	Site      kiosk.Site
	Staff     Staff
	Health    Health
	Readiness Readiness
	Sheet     *text.Catalogue // words of the readiness report: assets.ReadinessText
	Catalogue *catalog.Catalogue
	Texts     *text.Catalogue
	Devices   map[health.Device]Device // those that the machine has
	Printer   Printer
	Outbox    Outbox
	Link      Link
	Door      *Door
	Choices   *Choices
	Sending   Sending
	Network   Network       // nil: the way to central can not be tested from here
	Sounds    kiosk.Sounds  // nil: there are none
	Voice     kiosk.Voice   // nil: nothing is read aloud
	Volume    Dial          // nil: it can not be set
	Backlight Dial          // nil: it can not be set
	Media     Media         // nil: nothing can be taken away
	Export    Export        // nil: nothing can be taken away
	Restart   func()        // ends the program in order; who starts programs starts it again. nil: it can not be done from here
	About     func() []Fact // nil: nothing is known. It must not block
	Now       func() time.Time
	NewID     func(time.Time) string
	Logger    *slog.Logger
}

// Backroom implements kiosk.Backroom. Its methods are called on one goroutine, but for Close.
type Backroom struct {
	cfg     Config
	results chan func() bool
	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup
	recent  recent
	desk    *desk // who is there; nil while nobody is
}

var _ kiosk.Backroom = (*Backroom)(nil)

// desk is all that is known of one who came in. It goes when they leave.
type desk struct {
	ctx     context.Context
	cancel  context.CancelFunc
	lang    text.Language
	active  time.Time // of the last touch
	entry   entry
	session *staff.Session // nil before the sign-in
	using   bool           // the session is being kept alive
	section section
	page    int
	note    note
	busy    string   // key of what goes on; empty when nothing does
	chooser *chooser // a choice that has to be made first; nil otherwise
	waiting *request // an act that waits for the PIN; nil otherwise

	readiness bool // the report is shown
	tests     tests
	receipts  receipts
	outbox    queue
	cleaning  time.Time // until then the glass is wiped; zero otherwise
	about     bool
	dials     map[string]reading
}

// note is how the last act ended: a sentence by its key.
type note struct {
	tone  kiosk.Tone
	key   string
	args  []string
	cause string // key of a sentence behind it; may be empty
}

func (n note) say(say text.Printer) string {
	if n.cause == "" {
		return say.T(n.key, n.args...)
	}
	return say.T(n.key, n.args...) + say.T("backroom.colon") + say.T(n.cause)
}

// New checks the configuration.
func New(cfg Config) (*Backroom, error) {
	if cfg.Staff == nil || cfg.Health == nil || cfg.Readiness == nil || cfg.Sheet == nil || cfg.Catalogue == nil || cfg.Texts == nil || cfg.Printer == nil || cfg.Outbox == nil ||
		cfg.Link == nil || cfg.Sending == nil || cfg.Door == nil || cfg.Choices == nil || cfg.Now == nil || cfg.NewID == nil || cfg.Logger == nil {
		return nil, errors.New("new backroom: a part is missing")
	}
	b := &Backroom{cfg: cfg, results: make(chan func() bool)}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	return b, nil
}

// closeLimit is how long Close waits for what is under way.
const closeLimit = 5 * time.Second

// Close ends what goes on beside the screen. It is called after the kiosk's Run has returned.
func (b *Backroom) Close() error {
	b.cancel()
	ended := make(chan struct{})
	go func() {
		b.workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(closeLimit):
		return fmt.Errorf("close backroom: work did not end within %v", closeLimit)
	}
}

// Enter begins with the sign-in.
func (b *Backroom) Enter(now time.Time, lang text.Language) {
	d := &desk{lang: lang, active: now, section: overview}
	d.ctx, d.cancel = context.WithCancel(b.ctx)
	d.entry.field = fieldID
	b.desk = d
}

// Leave signs out and forgets who was there.
func (b *Backroom) Leave() {
	d := b.desk
	if d == nil {
		return
	}
	d.entry.wipe()
	d.cancel()
	b.desk = nil
	if d.session == nil {
		return
	}
	b.workers.Add(1)
	go func() {
		defer b.workers.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), closeLimit)
		defer cancel()
		if err := b.cfg.Staff.SignOut(ctx, staff.Kiosk, d.session.Token); err != nil {
			b.cfg.Logger.Error("sign out", "err", err)
		}
	}()
}

// Results gives what work beside the loop has brought.
func (b *Backroom) Results() <-chan func() bool { return b.results }

// beside runs work off the loop. What it returns is applied on the loop, unless who began it has left; it tells whether they
// have to leave now.
func (b *Backroom) beside(work func(ctx context.Context) (apply func() (left bool))) {
	d := b.desk
	b.workers.Add(1)
	go func() {
		defer b.workers.Done()
		b.apply(d, work(d.ctx))
	}()
}

func (b *Backroom) apply(d *desk, f func() bool) {
	select {
	case b.results <- func() bool { return b.desk == d && f() }:
	case <-b.ctx.Done():
	}
}

// signInIdle is how long the sign-in waits for a touch.
const signInIdle = time.Minute

// Tick is the passing of time.
func (b *Backroom) Tick(now time.Time) (left bool) {
	d := b.desk
	if d == nil {
		return true
	}
	if d.session == nil {
		return now.Sub(d.active) >= signInIdle && d.busy == ""
	}
	select {
	case <-d.session.Done():
		return true
	default:
	}
	if !d.cleaning.IsZero() && !now.Before(d.cleaning) {
		d.cleaning, d.active = time.Time{}, now
	}
	b.tickTests(now)
	b.tickOutbox(now)
	return now.Sub(d.active) >= staff.KioskIdle
}

// Do acts on what was touched.
func (b *Backroom) Do(_ context.Context, in kiosk.Intent) (left bool) {
	d := b.desk
	now := b.cfg.Now()
	switch {
	case d == nil:
		return true
	case !d.cleaning.IsZero() && now.Before(d.cleaning):
		return false // the cloth
	}
	d.active = now
	if d.session == nil || d.waiting != nil {
		return b.enter(in)
	}
	b.stayIn()
	switch in := in.(type) {
	case kiosk.Back:
		return b.back()
	case kiosk.Section:
		b.open(section(in.ID))
	case kiosk.Turn:
		d.page = max(0, d.page+in.By)
	case kiosk.Hit:
		b.hit(in.Target)
	case kiosk.Act:
		b.press(in)
	case kiosk.Focus, kiosk.Type, kiosk.Erase, kiosk.Clear, kiosk.Done, kiosk.Next:
		if d.section == receiptsSection && d.chooser == nil {
			b.seek(in)
		}
	}
	return false
}

// stayIn keeps the session alive, beside the loop.
func (b *Backroom) stayIn() {
	d := b.desk
	if d.using {
		return
	}
	d.using = true
	b.beside(func(context.Context) func() bool {
		_, err := b.cfg.Staff.Use(staff.Kiosk, d.session.Token)
		return func() bool {
			d.using = false
			return errors.Is(err, staff.ErrNoSession)
		}
	})
}

// back goes one page back, and out from a section.
func (b *Backroom) back() (left bool) {
	d := b.desk
	switch {
	case d.chooser != nil:
		b.chosen()
		return false
	case d.tests.touch:
		b.touched()
		return false
	case d.readiness:
		d.readiness = false
	case d.about:
		d.about = false
	default:
		return true
	}
	d.page = 0
	return false
}
