package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/parcel"
	"onedoor/sync/wire"
)

type outboxExport struct {
	place
	File string `required:"" help:"The file to write; it is not overwritten."`
	All  bool   `help:"Also what central has already."`
}

// Run writes the parcel.
func (c *outboxExport) Run(e *env) error {
	return c.with(e, func(o *opened) (err error) {
		f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return failure{"file", err.Error(), "name a file that is not there yet"}
		}
		defer func() {
			if err = errors.Join(err, f.Close()); err != nil {
				_ = os.Remove(c.File) // half a parcel is none
			}
		}()
		n, said := 0, []audit.Event{{Kind: audit.KindExported, Detail: audit.Queue}}
		err = o.logged(e, said, func() error {
			if n, err = o.export(f, c.All); err != nil {
				return err
			}
			if err := f.Sync(); err != nil {
				return fmt.Errorf("write parcel: %w", err)
			}
			said[0].Count = uint64(n)
			return nil
		})
		if err != nil {
			return err
		}
		return e.say(map[string]any{"event": "exported", "items": n, "file": c.File}, func(w io.Writer) { fmt.Fprintf(w, "%d items in %s\n", n, c.File) })
	})
}

func (o *opened) export(to io.Writer, all bool) (int, error) {
	public, err := o.suite.SignPublic(o.id.SignPrivate)
	if err != nil {
		return 0, err
	}
	buffered := bufio.NewWriter(to)
	w, err := parcel.NewWriter(buffered, o.suite, parcel.Head{Source: o.id.Device.Source().String(), SignKey: o.id.Device.SignKey, Public: public, Made: time.Now().UTC()}, o.id.SignPrivate)
	if err != nil {
		return 0, err
	}
	keep := func(s outbox.State) bool { return all || s != outbox.StateStoredCentral && s != outbox.StateVoid }
	n, after := 0, uint64(0)
	for {
		list, err := o.List(after, 500, keep)
		if err != nil {
			return n, err
		}
		for _, x := range list {
			after = x.Sequence
			if x.State == outbox.StateLost || x.State == outbox.StatePurged {
				continue // there is nothing left to carry
			}
			if err := w.Add(x.Item); err != nil {
				return n, err
			}
			n++
		}
		if len(list) == 0 {
			return n, errors.Join(w.Close(), buffered.Flush())
		}
	}
}

type outboxImport struct {
	place
	URL  string `name:"url" required:"" help:"Central, as in the kiosk's configuration."`
	File string `required:"" type:"existingfile" help:"The file from hallctl outbox export."`
}

// Run hands a parcel to central in the name of this machine. Nothing is written here: central's answer is the result, and the
// same file may be handed in as often as one likes.
func (c *outboxImport) Run(e *env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return failure{"file", err.Error(), ""}
	}
	defer f.Close()
	suites := map[string]item.Suite{}
	for _, s := range item.Suites() {
		suites[s.Name()] = s
	}
	head, items, err := parcel.Read(f, suites)
	if err != nil {
		return failure{"parcel", err.Error(), "copy it once more from the stick, or export it again"}
	}
	return c.with(e, func(o *opened) error {
		client, err := wire.NewClient(wire.ClientConfig{
			BaseURL: c.URL, Suite: o.suite, Source: o.id.Device.Source(), SignKey: o.id.Device.SignKey, SignPriv: o.id.SignPrivate,
			UpstreamKey: o.id.Device.UpstreamKey, UpstreamPub: o.id.Device.UpstreamPub, Now: time.Now, Logger: e.logger,
		})
		if err != nil {
			return err
		}
		defer client.Close()
		counts := map[wire.Status]int{}
		for len(items) > 0 {
			n := min(len(items), 64)
			if err := handIn(e.ctx, client, items[:n], counts); err != nil {
				return failure{"upstream", err.Error(), "check the link and the address; handing the file in again does no harm"}
			}
			items = items[n:]
		}
		out := struct {
			Event  string              `json:"event"`
			Source string              `json:"source"`
			Counts map[wire.Status]int `json:"counts"`
		}{"imported", head.Source, counts}
		err = e.say(out, func(w io.Writer) {
			for status, n := range counts {
				fmt.Fprintf(w, "%-10s %d\n", status, n)
			}
		})
		if counts[wire.Rejected]+counts[wire.Conflict]+counts[wire.Retry] > 0 {
			return errors.Join(err, failure{"not-all", "central did not take all of it", "rejected items and conflicts need a person at central's desk; the rest may be handed in again"})
		}
		return err
	})
}

func handIn(ctx context.Context, client *wire.Client, items []*item.Item, counts map[wire.Status]int) error {
	answer, err := client.PostBatch(ctx, items)
	if err != nil {
		return err
	}
	for _, r := range answer.Results {
		counts[r.Status]++
	}
	return nil
}
