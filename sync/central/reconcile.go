package central

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func (s *Server) reconcileOperation(api huma.API) {
	ask := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.ReconcileAsk](), true, "")
	huma.Register(api, huma.Operation{
		OperationID: "reconcile", Method: http.MethodPost, Path: wire.PathReconcile, Tags: []string{"sync"},
		Security: []map[string][]string{{"device": {}}}, BodyReadTimeout: -1, SkipValidateBody: true,
		Summary: "Which of the asking device's sequences this ledger lacks; asked when its epoch has changed",
		Errors:  []int{http.StatusBadRequest},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			wire.TypeJSON: {Schema: ask},
		}},
	}, s.reconcile)
}

type reconcileAnswer struct{ Body wire.ReconcileAnswer }

func (s *Server) reconcile(ctx context.Context, in *struct{ RawBody []byte }) (*reconcileAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	var ask wire.ReconcileAsk
	if err := json.Unmarshal(in.RawBody, &ask); err != nil {
		return nil, newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the question can not be read")
	}
	from, err := item.ParseSequence(ask.From)
	to, err2 := item.ParseSequence(ask.To)
	if err != nil || err2 != nil || from == 0 || from > to || to-from >= wire.MaxReconcile {
		return nil, newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the question names no range of at most 1000 sequences")
	}
	has, err := s.cfg.Store.Has(ctx, dev.Source().String(), from, to)
	if err != nil {
		return nil, s.failed("reconcile", err)
	}
	a := wire.ReconcileAnswer{Epoch: s.cfg.Store.Epoch(), From: ask.From, To: ask.To, Lacks: []wire.Span{}}
	next := from
	for _, have := range append(has, to+1) {
		if have > next {
			a.Lacks = append(a.Lacks, wire.Span{From: item.FormatSequence(next), To: item.FormatSequence(have - 1)})
		}
		next = have + 1
	}
	return &reconcileAnswer{a}, nil
}
