package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"onedoor/sync/item"
)

// PathReconcile is where a node asks what a ledger of another epoch lacks of its items.
const PathReconcile = "/sync/v1/reconcile"

// MaxReconcile is the most sequences that one question covers.
const MaxReconcile = 1000

// ReconcileAsk asks which of the asking source's sequences are missing, both ends included; at most MaxReconcile of them.
type ReconcileAsk struct {
	From string `json:"from"` // 20 digits
	To   string `json:"to"`
}

// ReconcileAnswer is what a ledger lacks between From and To, in its order. It says nothing of what it has beyond their
// sequence: whatever is sent again is compared as always.
type ReconcileAnswer struct {
	Epoch string `json:"epoch"`
	From  string `json:"from"`
	To    string `json:"to"`
	Lacks []Span `json:"lacks"`
}

// Span is a run of sequences, both ends included.
type Span struct {
	From string `json:"from"` // 20 digits
	To   string `json:"to"`
}

// Run is a Span in numbers.
type Run struct{ From, To uint64 }

// Reconcile asks what the upstream lacks between two sequences. The answer is of the epoch that it names; runs lie between
// the two, in order and apart.
func (c *Client) Reconcile(ctx context.Context, from, to uint64) (epoch string, lacks []Run, err error) {
	ask := ReconcileAsk{From: item.FormatSequence(from), To: item.FormatSequence(to)}
	body, err := json.Marshal(ask)
	if err != nil {
		return "", nil, fmt.Errorf("reconcile: %w", err)
	}
	var a ReconcileAnswer
	epoch, err = c.do(ctx, c.quick, call{method: http.MethodPost, path: PathReconcile, body: body, contentType: TypeJSON, limit: maxAnswer, into: &a})
	if err == nil {
		err = sameEpoch(a.Epoch, epoch)
	}
	if err == nil {
		lacks, err = a.runs(ask)
	}
	if err != nil {
		return "", nil, fmt.Errorf("reconcile: %w", err)
	}
	return epoch, lacks, nil
}

// runs reads an answer to that question.
func (a ReconcileAnswer) runs(ask ReconcileAsk) ([]Run, error) {
	bad := &NoAnswerError{Reason: "not an answer to what was asked", Status: http.StatusOK}
	if a.From != ask.From || a.To != ask.To {
		return nil, bad
	}
	last, err := item.ParseSequence(a.From)
	end, err2 := item.ParseSequence(a.To)
	if errors.Join(err, err2) != nil {
		return nil, bad
	}
	runs := make([]Run, 0, len(a.Lacks))
	for i, s := range a.Lacks {
		from, err := item.ParseSequence(s.From)
		to, err2 := item.ParseSequence(s.To)
		if errors.Join(err, err2) != nil || from > to || to > end || from < last || i > 0 && from <= last+1 {
			return nil, bad
		}
		runs, last = append(runs, Run{from, to}), to
	}
	return runs, nil
}
