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
	"onedoor/device/port"
)

type cardCommands struct {
	Read cardRead `cmd:"" help:"Read a card; masked unless --reveal is given."`
}

type cardRead struct {
	Port    string        `required:"" help:"Serial port of the reader."`
	Baud    int           `default:"115200" help:"Speed of the line."`
	Watch   bool          `help:"Go on, and tell every event, until stopped."`
	Reveal  bool          `help:"Show personal data in full."`
	Timeout time.Duration `default:"30s" help:"How long to wait for a card without --watch."`
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
}

// cardEvent is one line of --watch.
type cardEvent struct {
	Event   string      `json:"event"` // card, removed, error, disconnected, connected
	Card    *cardFields `json:"card,omitempty"`
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
}

// Run reads one card, or watches.
func (c *cardRead) Run(e *env) error {
	reader, err := cardreader.New(cardreader.Config{Open: port.Opener(port.Config{Path: c.Port, Baud: c.Baud}), Logger: e.logger})
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
	err = c.follow(e, reader.Events(), cancel)
	cancel()
	for ev := range reader.Events() { // until the driver has ended
		if read, ok := ev.(cardreader.CardRead); ok {
			read.Card.Wipe()
		}
	}
	return errors.Join(err, <-ended)
}

// follow tells events until one card was read, or until the reader ends.
func (c *cardRead) follow(e *env, events <-chan cardreader.Event, stop func()) error {
	var last error
	for ev := range events {
		line, err := c.line(ev)
		if line == nil {
			continue
		}
		if err != nil {
			last = err
		}
		if c.Watch {
			if err := e.say(line, func(w io.Writer) { line.human(w) }); err != nil {
				return err
			}
			continue
		}
		if line.Card != nil {
			stop()
			return e.say(line.Card, func(w io.Writer) { line.human(w) })
		}
	}
	if c.Watch {
		return nil // it was stopped
	}
	if last == nil {
		last = errors.New("no card was laid on the reader in time")
	}
	return last
}

// line turns an event into what is told; nil for what is not. The error is the event's, for a read without --watch.
func (c *cardRead) line(ev cardreader.Event) (*cardEvent, error) {
	switch ev := ev.(type) {
	case cardreader.Connected:
		return &cardEvent{Event: "connected"}, nil
	case cardreader.Disconnected:
		l := &cardEvent{Event: "disconnected", Code: string(ev.Problem), Message: remedy(ev.Problem)}
		return l, fmt.Errorf("the card reader at %s is not usable (%s): %s", c.Port, l.Code, l.Message)
	case cardreader.CardRead:
		fields := fieldsOf(ev.Card, c.Reveal)
		ev.Card.Wipe()
		return &cardEvent{Event: "card", Card: &fields}, nil
	case cardreader.Failed:
		l := &cardEvent{Event: "error", Code: string(ev.Reason), Message: reasons()[ev.Reason]}
		return l, fmt.Errorf("the card could not be read (%s): %s", l.Code, l.Message)
	case cardreader.Removed:
		return &cardEvent{Event: "removed"}, nil
	default:
		return nil, nil
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

// remedy says what to do about a device's problem.
func remedy(p device.Problem) string {
	switch p {
	case device.ProblemNoPort:
		return "there is no such port: check the cable and the name, best one from /dev/serial/by-id"
	case device.ProblemPortInUse:
		return "another program has the port: stop the kiosk first"
	case device.ProblemUnplugged:
		return "the cable was pulled"
	case device.ProblemSilent:
		return "the port is there, nothing answers: check power and speed"
	case device.ProblemWrongDevice:
		return "something else answers there: check which port is which"
	case device.ProblemSelfTest:
		return "the device says that it is broken: switch it off and on, else replace it"
	case device.ProblemUnauthorised:
		return "the reader has no keys: call its maker"
	case device.ProblemPaperOut:
		return "put in a new roll"
	case device.ProblemPaperLow:
		return "have a new roll at hand"
	case device.ProblemCoverOpen:
		return "close the cover"
	case device.ProblemCutter:
		return "clear the cutter, then switch off and on"
	case device.ProblemOverheated:
		return "wait until the head has cooled down"
	case device.ProblemUnrecoverable:
		return "switch the device off and on"
	case device.ProblemStuck:
		return "the device takes no bytes: check flow control and cable"
	default:
		return ""
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
		fmt.Fprintf(w, "  %-13s %d bytes\n", "photo", f.PhotoBytes)
	case l.Code != "":
		fmt.Fprintf(w, "%s: %s (%s)\n", l.Event, l.Message, l.Code)
	default:
		fmt.Fprintln(w, l.Event)
	}
}
