package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/cardreader"
)

type cardCommands struct {
	Read cardRead `cmd:"" help:"Read a card; masked unless --reveal is given."`
}

type cardRead struct {
	lineFlags
	Baud         int           `default:"115200" help:"Speed of the line."`
	Watch        bool          `help:"Go on, and tell every event, until stopped."`
	Reveal       bool          `help:"Show personal data in full."`
	Timeout      time.Duration `default:"30s" help:"How long to wait for a card without --watch."`
	Photo        string        `placeholder:"FILE" help:"Write the photo to this new file: as it is on the card, or as a picture if there is a decoder. Needs --reveal."`
	PhotoDecoder string        `placeholder:"CMD" help:"Program, and its arguments, that makes a picture (BMP, PNG or JPEG, on standard output) of the card's photo (1024 bytes, on standard input). None comes with this program: it is licensed by its maker."`
}

// Help goes above the flags.
func (c *cardRead) Help() string {
	return `Without --watch it waits for one card, tells it, and ends. With --watch it tells one event a line and goes on through
every fault until it is stopped (Ctrl-C): card, removed, error, disconnected, connected.`
}

// cardFields is a card as hallctl tells it. Which fields are empty depends on the kind.
type cardFields struct {
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	EnglishName string `json:"english_name"`
	Sex         string `json:"sex"`
	EthnicGroup string `json:"ethnic_group"`
	Nationality string `json:"nationality"`
	Birth       string `json:"birth"`
	Address     string `json:"address"`
	Number      string `json:"number"`
	PassNumber  string `json:"pass_number"`
	IssueCount  string `json:"issue_count"`
	Issuer      string `json:"issuer"`
	ValidFrom   string `json:"valid_from"`
	ValidTo     string `json:"valid_to"`
	PhotoBytes  int    `json:"photo_bytes"`
	PhotoFile   string `json:"photo_file,omitempty"` // where the photo was written, if that was asked for
}

// cardEvent is one line of --watch.
type cardEvent struct {
	Event   string      `json:"event"` // card, removed, error, disconnected, connected
	Card    *cardFields `json:"card,omitempty"`
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
	Next    string      `json:"next,omitempty"`
}

// Validate is asked by kong.
func (c *cardRead) Validate() error {
	switch {
	case c.Photo != "" && !c.Reveal:
		return errors.New("--photo needs --reveal: a photo is personal data")
	case c.Photo != "" && c.Watch:
		return errors.New("--photo and --watch do not go together: the file holds one photo")
	case c.PhotoDecoder != "" && c.Photo == "":
		return errors.New("--photo-decoder needs --photo FILE")
	}
	return nil
}

// Run reads one card, or watches.
func (c *cardRead) Run(e *env) error {
	photo, err := newPhotoFile(c.Photo, c.PhotoDecoder)
	if err != nil {
		return err
	}
	err = c.use(c.Baud, "card-reader", cardreader.Blanker{}, func(o *opening) error { return c.read(e, o, photo) })
	return errors.Join(err, photo.close())
}

// cardReading is one run of the command.
type cardReading struct {
	*cardRead
	*opening
	photo *photoFile
	stop  func()
	// ctx is that of the command: it ends by a signal.
	ctx context.Context
}

func (c *cardRead) read(e *env, o *opening, photo *photoFile) error {
	reader, err := cardreader.New(cardreader.Config{Open: o.Open, Logger: e.logger})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	if !c.Watch {
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	reader.Enable(true)
	ended := make(chan error, 1)
	go func() { ended <- reader.Run(ctx) }()
	r := cardReading{cardRead: c, opening: o, photo: photo, stop: cancel, ctx: e.ctx}
	if c.Watch {
		err = r.watch(e, reader.Events())
	} else {
		err = r.one(e, reader.Events())
	}
	cancel()
	for ev := range reader.Events() { // until the driver has ended
		wipe(ev)
	}
	return errors.Join(err, <-ended)
}

func wipe(ev cardreader.Event) {
	if read, ok := ev.(cardreader.CardRead); ok {
		read.Card.Wipe()
	}
}

// watch tells every event until the command is stopped.
func (r cardReading) watch(e *env, events <-chan cardreader.Event) error {
	for ev := range events {
		line := r.line(ev)
		wipe(ev)
		if line == nil {
			continue
		}
		if err := e.say(line, line.human); err != nil {
			return err
		}
	}
	return nil
}

// silentFor is how long a single read goes on without a reader that answers; one may be starting.
const silentFor = 6 * time.Second

// one tells the first card, or why there was none.
func (r cardReading) one(e *env, events <-chan cardreader.Event) error {
	none := failure{"no-card", "no card was laid on the reader in time", "lay a card flat on the reader, and run the command again; one that lies there already is told of once, so lift it first"}
	last := none
	patience := time.AfterFunc(silentFor, r.stop)
	defer patience.Stop()
	for ev := range events {
		switch ev := ev.(type) {
		case cardreader.Connected:
			patience.Stop()
			last = none
		case cardreader.Disconnected:
			if last == none {
				patience.Reset(silentFor)
			}
			if last = r.why("card reader", ev.Problem); !mayPass(ev.Problem, last) {
				return last
			}
		case cardreader.Failed:
			last = failure{string(ev.Reason), "the card could not be read: " + reasons()[ev.Reason], ""}
			if ev.Reason == cardreader.Damaged { // it would be the same again
				return last
			}
		case cardreader.CardRead:
			return r.tell(e, ev.Card)
		}
	}
	if r.ctx.Err() != nil {
		return failure{"interrupted", "stopped before a card was read", ""}
	}
	return last
}

// mayPass says whether a reader may answer soon though it does not now.
func mayPass(p device.Problem, f failure) bool {
	return f.Code == string(p) && (p == device.ProblemSilent || p == device.ProblemUnplugged || p == device.ProblemWrongDevice)
}

// tell tells a card and writes its photo, and wipes both.
func (r cardReading) tell(e *env, card *cardreader.Card) error {
	defer card.Wipe()
	if err := r.photo.write(r.ctx, card.Photo); err != nil {
		return err
	}
	fields := fieldsOf(card, r.Reveal)
	fields.PhotoFile = r.Photo
	line := &cardEvent{Event: "card", Card: &fields}
	return e.say(line.Card, line.human)
}

// line turns an event into what --watch tells; nil for what it does not.
func (r cardReading) line(ev cardreader.Event) *cardEvent {
	switch ev := ev.(type) {
	case cardreader.Connected:
		return &cardEvent{Event: "connected"}
	case cardreader.Disconnected:
		f := r.why("card reader", ev.Problem)
		return &cardEvent{Event: "disconnected", Code: f.Code, Message: f.Message, Next: f.Next}
	case cardreader.CardRead:
		fields := fieldsOf(ev.Card, r.Reveal)
		return &cardEvent{Event: "card", Card: &fields}
	case cardreader.Failed:
		return &cardEvent{Event: "error", Code: string(ev.Reason), Message: reasons()[ev.Reason]}
	case cardreader.Removed:
		return &cardEvent{Event: "removed"}
	default:
		return nil
	}
}

func reasons() map[cardreader.Reason]string {
	return map[cardreader.Reason]string{
		cardreader.Moved:       "lift the card, lay it down flat and leave it there",
		cardreader.Unsupported: "an identity card of a layout that is not known",
		cardreader.OtherCard:   "this is not an identity card",
		cardreader.Damaged:     "the card answers, but what it holds can not be right",
	}
}

func fieldsOf(c *cardreader.Card, reveal bool) cardFields {
	f := cardFields{
		Kind: string(c.Kind), Name: string(c.Name), EnglishName: string(c.EnglishName), Sex: sex(c.Sex()), EthnicGroup: c.EthnicGroup(),
		Nationality: string(c.Nationality), Birth: string(c.Birth), Address: string(c.Address), Number: string(c.Number),
		PassNumber: string(c.PassNumber), IssueCount: string(c.IssueCount), Issuer: string(c.Issuer), ValidFrom: string(c.ValidFrom),
		ValidTo: string(c.ValidTo), PhotoBytes: len(c.Photo),
	}
	if len(c.NewAddress) > 0 {
		f.Address = string(c.NewAddress)
	}
	if reveal {
		return f
	}
	if f.EthnicGroup != "" {
		f.EthnicGroup = "*"
	}
	f.Name, f.EnglishName = text.MaskName(f.Name), text.MaskName(f.EnglishName)
	f.Number, f.PassNumber = text.MaskNumber(f.Number), text.MaskNumber(f.PassNumber)
	if f.Address != "" {
		f.Address = text.MaskAddress(f.Address)
	}
	if f.Birth != "" {
		f.Birth = "********"
	}
	return f
}

func sex(s cardreader.Sex) string {
	switch s {
	case cardreader.SexMale:
		return "male"
	case cardreader.SexFemale:
		return "female"
	case cardreader.SexNotStated:
		return "not stated"
	default:
		return "unknown"
	}
}

func (l *cardEvent) human(w io.Writer) {
	switch {
	case l.Card != nil:
		f := l.Card
		fmt.Fprintf(w, "card: %s\n", f.Kind)
		for _, row := range [][2]string{
			{"name", f.Name}, {"english name", f.EnglishName}, {"sex", f.Sex}, {"ethnic group", f.EthnicGroup}, {"nationality", f.Nationality},
			{"birth", f.Birth}, {"address", f.Address}, {"number", f.Number}, {"pass number", f.PassNumber}, {"issue count", f.IssueCount},
			{"issuer", f.Issuer}, {"valid from", f.ValidFrom}, {"valid to", f.ValidTo},
		} {
			if row[1] != "" {
				fmt.Fprintf(w, "  %-13s %s\n", row[0], row[1])
			}
		}
		fmt.Fprintf(w, "  %-13s %d bytes", "photo", f.PhotoBytes)
		if f.PhotoFile != "" {
			fmt.Fprintf(w, ", written to %s", f.PhotoFile)
		}
		fmt.Fprintln(w)
	case l.Next != "":
		fmt.Fprintf(w, "%s: %s; %s\n", l.Event, l.Message, l.Next)
	case l.Code != "":
		fmt.Fprintf(w, "%s: %s (%s)\n", l.Event, l.Message, l.Code)
	default:
		fmt.Fprintln(w, l.Event)
	}
}
