package wire

import (
	"errors"
	"slices"
	"testing"

	"onedoor/sync/item"
)

// TestRunsMustAnswerTheQuestion: what an upstream lacks makes items travel again, so an answer that fits nothing counts as
// none.
func TestRunsMustAnswerTheQuestion(t *testing.T) {
	ask := ReconcileAsk{item.FormatSequence(10), item.FormatSequence(20)}
	span := func(from, to uint64) Span { return Span{item.FormatSequence(from), item.FormatSequence(to)} }
	good := ReconcileAnswer{From: ask.From, To: ask.To, Lacks: []Span{span(10, 12), span(14, 14), span(20, 20)}}
	runs, err := good.runs(ask)
	if err != nil || !slices.Equal(runs, []Run{{10, 12}, {14, 14}, {20, 20}}) {
		t.Errorf("%v, %v", runs, err)
	}
	for name, lacks := range map[string][]Span{
		"before the question": {span(9, 12)}, "beyond it": {span(19, 21)}, "backwards": {span(12, 11)}, "out of order": {span(14, 14), span(10, 12)},
		"touching": {span(10, 12), span(13, 14)}, "no number": {{"ten", "12"}},
	} {
		a := good
		a.Lacks = lacks
		if runs, err := a.runs(ask); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: %v, %v", name, runs, err)
		}
	}
	other := good
	other.To = item.FormatSequence(21)
	if _, err := other.runs(ask); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("of another question: %v", err)
	}
}
