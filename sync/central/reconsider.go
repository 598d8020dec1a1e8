package central

import (
	"context"
	"fmt"

	"onedoor/sync/wire"
)

const reconsiderPage = 50

// Reconsider lets the items take effect that a former version had to hold because it did not know their type or lacked
// their dictionary, and that this one knows. Their senders hear it in the feed. Call it before serving; it may be called at any time.
func (s *Server) Reconsider(ctx context.Context) error {
	for after := uint64(0); ; {
		rows, err := s.cfg.Store.Unknown(ctx, after, reconsiderPage)
		if err != nil {
			return fmt.Errorf("reconsider held items: %w", err)
		}
		var known []Entry
		for i := range rows {
			after = rows[i].Position
			e := s.reconsider(rows[i].Entry)
			if e.Effect != EffectUnknown {
				known = append(known, e)
			}
		}
		if len(known) > 0 {
			outcomes, err := s.cfg.Store.Ingest(ctx, s.cfg.Now(), known)
			if err != nil {
				return fmt.Errorf("reconsider held items: %w", err)
			}
			for i, o := range outcomes {
				it := &known[i].Item
				s.cfg.Logger.Info("held item is understood now", "source", it.Source, "sequence", it.Sequence, "type", it.Type, "status", o.Status)
				if o.Alarm != "" {
					s.cfg.Logger.Error("item needs a person's eye", "source", it.Source, "sequence", it.Sequence, "id", it.ID, "why", o.Alarm)
				}
			}
		}
		if len(rows) < reconsiderPage {
			return nil
		}
	}
}

// reconsider reads a held item as if it came now. What would be refused now was acknowledged long ago: it keeps its place
// without an effect, so that its case can go on.
func (s *Server) reconsider(e Entry) Entry {
	held := e
	e, refused := s.understand(e)
	switch {
	case refused == nil:
		return e
	case refused.status != wire.Rejected:
		return held
	}
	s.cfg.Logger.Error("held item has no effect", "source", e.Item.Source, "sequence", e.Item.Sequence, "id", e.Item.ID, "why", refused.problem.Detail)
	held.Effect = EffectNone
	return held
}
