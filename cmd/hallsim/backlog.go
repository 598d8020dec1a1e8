package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/cmd/edge/node"
	"onedoor/sync/attach"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
)

type backlogCommand struct {
	Data    string `required:"" type:"existingdir" help:"Data directory of a kiosk or edge that is enrolled and stopped."`
	Records int    `required:"" help:"How many submissions to accept."`
	Bytes   int    `default:"2048" help:"Size of each one's payload, about. One is never smaller than its form."`
	Seed    uint64 `default:"1" help:"The same seed invents the same applicants and answers; ids and numbers are new each time."`
	Files   int    `default:"0" help:"How many attachments each submission names."`
	Size    int    `default:"300000" help:"Size of an attachment, bytes; 20 MiB at most."`
	Writers int    `default:"64" help:"How many accept at a time, as many kiosks would."`
}

const mostPayload = 32 << 10 // sealed and in JSON it has to stay below what one item may weigh

// Run accepts invented submissions until all are durable, and says how fast that was. When it is told to stop, what was
// accepted until then stays.
func (c *backlogCommand) Run(e *env) (err error) {
	if c.Records < 1 || c.Writers < 1 || c.Bytes < 0 || c.Bytes > mostPayload {
		return fmt.Errorf("backlog: want at least one record and one writer, and 0 to %d bytes", mostPayload)
	}
	id, err := config.LoadIdentity(c.Data)
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	texts, err := text.Load(assets.Text())
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	out, err := node.OpenOutbox(c.Data, id, time.Now, nil, e.logger)
	if errors.Is(err, outbox.ErrInUse) {
		return fmt.Errorf("backlog: %w: stop the program that has %s first; nothing was changed", outbox.ErrInUse, c.Data)
	}
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	files, err := node.OpenAttachments(c.Data, id)
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	b := backlog{backlogCommand: c, out: out, id: id, services: services, files: files}
	before, begin := out.Stats(), time.Now()
	err = b.fill(e.ctx)
	took, after := time.Since(begin), out.Stats()
	n := after.LastSequence - before.LastSequence
	fmt.Fprintf(e.stdout, "accepted %d items in %.2f s: %.0f items/s\n", n, took.Seconds(), float64(n)/took.Seconds())
	if n > 0 {
		fmt.Fprintf(e.stdout, "%d bytes of payload each, %d as it travels; %d wait\n", b.payloads.Load()/int64(n),
			(after.Bytes-before.Bytes)/int64(n), after.Waiting)
	}
	return err
}

// backlog is one filling.
type backlog struct {
	*backlogCommand
	out      *outbox.Outbox
	id       config.Identity
	services *catalog.Catalogue
	files    *attach.Store
	payloads atomic.Int64 // bytes
}

// fill accepts with many writers. The first failure ends all of them.
func (b *backlog) fill(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var writers sync.WaitGroup
	for range b.Writers {
		writers.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1)
				if n > int64(b.Records) {
					return
				}
				if err := b.accept(ctx, uint64(n)); err != nil {
					cancel(err)
				}
			}
		})
	}
	writers.Wait()
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	return nil
}

// accept takes in the n-th submission, as a kiosk does.
func (b *backlog) accept(ctx context.Context, n uint64) error {
	service := b.services.Services[n%uint64(len(b.services.Services))]
	now := time.Now()
	owner := item.NewID(now)
	refs, err := b.attach(ctx, owner, n)
	if err != nil {
		return err
	}
	payload, err := inventCase(service, b.Seed, n, b.Bytes, refs...)
	if err != nil {
		return err
	}
	b.payloads.Add(int64(len(payload)))
	_, err = b.out.Accept(ctx, outbox.Draft{
		ID: owner, Type: item.TypeSubmission, Subject: "service/" + service.ID, CaseID: item.NewID(now),
		Catalogue: b.services.Version, TrackHash: tracking.New(b.id.Device.Number, b.id.Device.TrackingKey).Hash(), Numbered: true, Payload: payload,
	})
	clear(payload)
	return err
}

// attach makes the files that a submission names: noise, which compresses as little as a photo.
func (b *backlog) attach(ctx context.Context, owner string, n uint64) ([]attach.Ref, error) {
	var refs []attach.Ref
	for i := range b.Files {
		noise := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(i), byte(b.Seed)})
		ref, err := b.files.Put(ctx, owner, item.NewID(time.Now()), "image/jpeg", io.LimitReader(noise, int64(b.Size)))
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}
