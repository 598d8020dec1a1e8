package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// outboxCommands work on the outbox of a kiosk that is stopped: a directory belongs to one program at a time.
type outboxCommands struct {
	List   outboxList   `cmd:"" help:"Items and their states; without --state those that wait or need a person."`
	Show   outboxShow   `cmd:"" help:"One item by id or receipt number."`
	Retry  outboxRetry  `cmd:"" help:"Send dead letters and conflicts once more."`
	Void   outboxVoid   `cmd:"" help:"Keep dead letters and conflicts for good and never send them."`
	Export outboxExport `cmd:"" help:"Write what central lacks into a signed file, to be carried on a stick."`
	Import outboxImport `cmd:"" help:"Hand such a file to central from a machine of the same kiosk that has a link."`
	Verify outboxVerify `cmd:"" help:"Read every item and check digests and chain."`
	Stats  outboxStats  `cmd:"" help:"How much waits, and since when."`
}

// place is whose outbox.
type place struct {
	Data string `required:"" type:"existingdir" help:"The kiosk's data directory, as in its configuration."`
}

// opened is an outbox with the identity that it belongs to.
type opened struct {
	*outbox.Outbox
	place
	id    config.Identity
	suite item.Suite
}

func (p place) open(e *env) (*opened, error) {
	id, err := config.LoadIdentity(p.Data)
	if err != nil {
		return nil, failure{"no-identity", err.Error(), "--data is the directory that the kiosk's configuration names"}
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return nil, failure{"suite", err.Error(), "use the hallctl of the same version as the kiosk"}
	}
	o, err := outbox.Open(outbox.Config{
		Dir: filepath.Join(p.Data, "outbox"), Source: id.Device.Source(), Now: time.Now, Logger: e.logger, Ballast: -1,
		Sealer: item.Sealer{Suite: suite, SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic, SignKey: id.Device.SignKey, SignPriv: id.SignPrivate},
	})
	switch {
	case errors.Is(err, outbox.ErrInUse):
		return nil, failure{"in-use", "the kiosk is running and has the outbox", "stop the kiosk first"}
	case err != nil:
		return nil, failure{"outbox", err.Error(), "do not delete anything: what is there may be the only copy"}
	}
	for _, d := range o.Damage() {
		e.logger.Warn("damage", "part", d.Part, "what", d.What, "lost", d.Lost)
	}
	return &opened{o, p, id, suite}, nil
}

// with opens, runs and closes.
func (p place) with(e *env, run func(*opened) error) error {
	o, err := p.open(e)
	if err != nil {
		return err
	}
	return errors.Join(run(o), o.Close())
}

// row is an item as it is listed. It holds no personal data.
type row struct {
	Sequence uint64       `json:"sequence"`
	ID       string       `json:"id,omitempty"`
	Type     item.Type    `json:"type,omitempty"`
	State    outbox.State `json:"state"`
	Receipt  string       `json:"receipt,omitempty"`
	Case     string       `json:"case,omitempty"`
	Accepted time.Time    `json:"accepted,omitzero"`
	Bytes    int          `json:"bytes,omitempty"`
	Attempts int          `json:"attempts"`
	Refusals int          `json:"refusals,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Next     time.Time    `json:"next,omitzero"`
}

func rowOf(x outbox.Entry) row {
	return row{Sequence: x.Sequence, ID: x.Item.ID, Type: x.Item.Type, State: x.State, Receipt: x.Item.ReceiptNo, Case: x.Item.CaseID,
		Accepted: x.AcceptedAt, Bytes: x.Size, Attempts: x.Attempts, Refusals: x.Refusals, Reason: x.LastError, Next: x.Next}
}

func (e *env) row(x outbox.Entry) error {
	r := rowOf(x)
	return e.say(r, func(w io.Writer) {
		fmt.Fprintf(w, "%8d  %-14s  %-20s  %s  %s", r.Sequence, r.State, r.Receipt, r.Accepted.Local().Format("2006-01-02 15:04:05"), r.ID)
		if r.Reason != "" {
			fmt.Fprintf(w, "  %s", r.Reason)
		}
		fmt.Fprintln(w)
	})
}

type outboxList struct {
	place
	State []string `help:"Only these states, for instance rejected." placeholder:"STATE"`
	All   bool     `help:"Every item, also those that central has."`
	Limit int      `default:"1000" help:"At most so many."`
	After uint64   `help:"Only behind this sequence."`
}

// Run lists.
func (c *outboxList) Run(e *env) error {
	keep := func(s outbox.State) bool { return s != outbox.StateStoredCentral && s != outbox.StateVoid }
	switch {
	case len(c.State) > 0:
		keep = func(s outbox.State) bool { return slices.Contains(c.State, string(s)) }
	case c.All:
		keep = func(outbox.State) bool { return true }
	}
	return c.with(e, func(o *opened) error {
		list, err := o.List(c.After, c.Limit, keep)
		for _, x := range list {
			err = errors.Join(err, e.row(x))
		}
		return err
	})
}

type outboxShow struct {
	place
	Item string `arg:"" help:"Id, or receipt number of 20 digits."`
}

// Run shows one item.
func (c *outboxShow) Run(e *env) error {
	return c.with(e, func(o *opened) error {
		x, err := o.find(c.Item)
		if err != nil {
			return err
		}
		return e.row(x)
	})
}

// find takes an id or a receipt number.
func (o *opened) find(ref string) (outbox.Entry, error) {
	get := o.Get
	if len(ref) == 20 {
		get = o.ByReceipt
	}
	x, err := get(ref)
	if errors.Is(err, outbox.ErrNotFound) {
		return x, failure{"not-found", fmt.Sprintf("the outbox has no item %s", ref), `"hallctl outbox list --all" shows all`}
	}
	return x, err
}

type outboxRetry struct {
	place
	Items []string `arg:"" help:"Ids or receipt numbers."`
}

// Run releases items.
func (c *outboxRetry) Run(e *env) error {
	return c.with(e, func(o *opened) error {
		return o.decide(e, audit.KindReleased, c.Items, func(ids []string) error { return o.Release(e.ctx, ids) })
	})
}

type outboxVoid struct {
	place
	Reason string   `required:"" help:"Why, in a few words without personal data."`
	Items  []string `arg:"" help:"Ids or receipt numbers."`
}

// Run voids items.
func (c *outboxVoid) Run(e *env) error {
	return c.with(e, func(o *opened) error {
		return o.decide(e, audit.KindVoided, c.Items, func(ids []string) error { return o.Void(e.ctx, ids, c.Reason) })
	})
}

// decide does what a person decided for items that need a person, and shows what became of them. One that needs none ends it
// before anything is done.
func (o *opened) decide(e *env, kind audit.Kind, refs []string, do func(ids []string) error) error {
	var ids []string
	var said []audit.Event
	for _, ref := range refs {
		x, err := o.find(ref)
		if err != nil {
			return err
		}
		if x.State != outbox.StateRejected && x.State != outbox.StateConflict {
			return failure{"needs-nobody", fmt.Sprintf("item %s is %s", ref, x.State), "only dead letters and conflicts wait for a person"}
		}
		ids = append(ids, x.Item.ID)
		one := audit.Event{Kind: kind, Subject: audit.OfItem(x.Item.ID), Detail: audit.Reject}
		if x.State == outbox.StateConflict {
			one.Detail = audit.Conflict
		}
		said = append(said, one)
	}
	if err := o.logged(e, said, func() error { return do(ids) }); err != nil {
		return err
	}
	for _, id := range ids {
		x, err := o.Get(id)
		if err == nil {
			err = e.row(x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type outboxVerify struct{ place }

// Run verifies.
func (c *outboxVerify) Run(e *env) error {
	return c.with(e, func(o *opened) error {
		if err := o.Verify(e.ctx); err != nil {
			return failure{"damaged", err.Error(), `what can be read goes on to central; "hallctl outbox list --state lost" shows what can not`}
		}
		n := o.Stats().LastSequence
		return e.say(map[string]any{"event": "verified", "items": n}, func(w io.Writer) { fmt.Fprintf(w, "%d items, all as they were accepted\n", n) })
	})
}

type outboxStats struct{ place }

// Run tells the numbers.
func (c *outboxStats) Run(e *env) error {
	return c.with(e, func(o *opened) error {
		s := o.Stats()
		out := struct {
			Source  string               `json:"source"`
			Last    uint64               `json:"last_sequence"`
			Waiting int                  `json:"waiting"`
			Bytes   int64                `json:"bytes"`
			Oldest  time.Time            `json:"oldest,omitzero"`
			States  map[outbox.State]int `json:"states"`
			Damage  []outbox.Damage      `json:"damage,omitempty"`
		}{o.id.Device.Source().String(), s.LastSequence, s.Waiting, s.Bytes, s.Oldest, s.ByState, o.Damage()}
		return e.say(out, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %d items, %d wait (%d bytes)\n", out.Source, out.Last, out.Waiting, out.Bytes)
			if !out.Oldest.IsZero() {
				fmt.Fprintf(w, "the oldest since %s\n", out.Oldest.Local().Format("2006-01-02 15:04:05"))
			}
			for state, n := range out.States {
				fmt.Fprintf(w, "  %-14s %d\n", state, n)
			}
		})
	})
}
