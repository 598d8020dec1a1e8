package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Client is the upstream, as wire.Client is.
type Client interface {
	Upload(ctx context.Context, u wire.Upload, from io.ReaderAt) (*wire.UploadReceipt, error)
}

var _ Client = (*wire.Client)(nil)

// Sender brings attachments to central. Every field is required.
type Sender struct {
	Store    *Store
	Client   Client
	Accepted func(owner string) bool // whether the item that names it was accepted
	Source   item.Source
	Suite    item.Suite
	Public   []byte // central's signing key
}

// Send uploads what accepted items refer to, one after the other, and removes what central has a receipt for. It goes on
// past a damaged or a refused file and joins their errors (ErrSealed, *wire.ProblemError); it returns at once when there
// is no answer or ctx ends, and may be called again at any time.
func (s *Sender) Send(ctx context.Context) (sent int, err error) {
	refs, err := s.Store.List()
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, ref := range refs {
		if !s.Accepted(ref.Owner) {
			continue
		}
		err := s.one(ctx, ref)
		var refused *wire.ProblemError
		switch {
		case err == nil:
			sent++
		case errors.Is(err, ErrSealed), errors.As(err, &refused):
			failed = append(failed, err)
		default:
			return sent, errors.Join(append(failed, err)...)
		}
	}
	return sent, errors.Join(failed...)
}

func (s *Sender) one(ctx context.Context, ref Ref) (err error) {
	file, err := s.Store.Check(ctx, ref)
	if err != nil {
		return err
	}
	u := wire.Upload{ID: ref.ID, Digest: ref.Digest, Length: ref.Size}
	receipt, err := s.Client.Upload(ctx, u, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("send attachment %s: %w", ref.ID, err)
	}
	if err := receipt.Verify(s.Source.String(), u, s.Suite, s.Public); err != nil {
		return fmt.Errorf("send attachment %s: %w", ref.ID, err)
	}
	if receipt.Tier != wire.TierCentral {
		return nil // an edge's word lets nobody forget
	}
	return s.Store.Remove(ref.ID)
}

// sendEvery is how often a node looks for attachments to send; a failure waits ten times as long.
const sendEvery = 10 * time.Second

// Run sends while the upstream is there, until ctx ends. It logs when a failure begins.
func (s *Sender) Run(ctx context.Context, online func() bool, logger *slog.Logger) {
	wait, failing := sendEvery, false
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if wait = sendEvery; !online() {
			continue
		}
		sent, err := s.Send(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait = 10 * sendEvery
			if !failing {
				logger.Warn("send attachments", "error", err)
			}
		case sent > 0:
			logger.Info("attachments sent", "count", sent)
		}
		failing = err != nil
	}
}
