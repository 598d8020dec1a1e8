package central

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// readCheckpoint reads the payload of an audit item. It speaks of the log of the item's own source; the signature of the item,
// by the same device, covers it.
func readCheckpoint(payload []byte, it *item.Item) (*wire.Checkpoint, error) {
	var c wire.Checkpoint
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, errors.New("the payload is not a checkpoint")
	}
	if _, err := item.ParseDigest(c.Head); err != nil || c.Count == 0 || c.Count > math.MaxInt64 || c.Source != it.Source || len(c.Sig) > 200 {
		return nil, errors.New("the checkpoint says nothing about this machine's log")
	}
	return &c, nil
}

// watchAudit holds a checkpoint against those that came before and after it. A log that says otherwise than it did was
// rewritten; somebody must look at that kiosk.
func (s *Server) watchAudit(ctx context.Context, e *Entry) {
	rows, err := s.cfg.Store.Checkpoints(ctx, e.Item.Source, e.Checkpoint.Count, wire.MaxCheckpoints)
	if err != nil {
		s.cfg.Logger.Error("checkpoints of an audit log can not be compared", "source", e.Item.Source, "error", err)
		return
	}
	seq, err := item.ParseSequence(e.Item.Sequence)
	if err != nil {
		return // Validate has refused it
	}
	if why := contradicts(CheckpointRow{*e.Checkpoint, seq}, rows); why != "" {
		s.cfg.Logger.Error("audit log of a kiosk was rewritten", "source", e.Item.Source, "entries", e.Checkpoint.Count, "sequence", e.Item.Sequence, "why", why)
	}
}

// contradicts says in what way a checkpoint does not go with others of its log; "" when it does.
func contradicts(c CheckpointRow, others []CheckpointRow) string {
	for _, o := range others {
		switch {
		case o.Checkpoint.Count == c.Checkpoint.Count && o.Checkpoint.Head != c.Checkpoint.Head:
			return "it had another entry at the same place"
		case o.Checkpoint.Count > c.Checkpoint.Count && o.Sequence < c.Sequence:
			return "it had more entries before"
		}
	}
	return ""
}

func (s *Server) checkpointsOperation(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "read-checkpoints", Method: http.MethodGet, Path: wire.PathCheckpoints, Tags: []string{"sync"},
		Security: []map[string][]string{{"device": {}}},
		Summary:  "What central holds of the asking device's audit log",
	}, s.checkpoints)
}

type checkpointsInput struct {
	From uint64 `query:"from" doc:"checkpoints of so many entries or more"`
}

type checkpointsAnswer struct{ Body wire.CheckpointsAnswer }

func (s *Server) checkpoints(ctx context.Context, in *checkpointsInput) (*checkpointsAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.cfg.Store.Checkpoints(ctx, dev.Source().String(), in.From, wire.MaxCheckpoints)
	if err != nil {
		return nil, s.failed("read checkpoints", err)
	}
	a := wire.CheckpointsAnswer{Epoch: s.cfg.Store.Epoch(), Checkpoints: []wire.Checkpoint{}, More: len(rows) == wire.MaxCheckpoints}
	for _, r := range rows {
		a.Checkpoints = append(a.Checkpoints, r.Checkpoint)
	}
	return &checkpointsAnswer{a}, nil
}

// CheckpointView is a checkpoint as the staff API shows it.
type CheckpointView struct {
	CheckpointRow
	Contradicts string `json:"contradicts,omitempty" doc:"in what way it does not go with the others: the log was rewritten"`
}

type auditInput struct {
	Source string `query:"source" required:"true" maxLength:"60" doc:"urn:hall:HALL:KIOSK:INCARNATION"`
	From   uint64 `query:"from" doc:"checkpoints of so many entries or more"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"500"`
}

// CheckpointList answers GET /api/v1/audit.
type CheckpointList struct {
	Checkpoints []CheckpointView `json:"checkpoints"`
}

type auditAnswer struct{ Body CheckpointList }

func (s *Server) getAudit(ctx context.Context, in *auditInput) (*auditAnswer, error) {
	rows, err := s.cfg.Store.Checkpoints(ctx, in.Source, in.From, in.Limit)
	if err != nil {
		return nil, s.failed("read checkpoints", err)
	}
	out := &auditAnswer{CheckpointList{Checkpoints: []CheckpointView{}}}
	for _, r := range rows {
		out.Body.Checkpoints = append(out.Body.Checkpoints, CheckpointView{r, contradicts(r, rows)})
	}
	return out, nil
}
