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

// A kiosk has one visitor at a time. Whoever took a kiosk's key and tries numbers out is stopped by these.
const (
	asksMinute = 10
	asksDay    = 500
)

func (s *Server) casesOperation(api huma.API) {
	ask := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.CasesAsk](), true, "")
	huma.Register(api, huma.Operation{
		OperationID: "cases-of-card", Method: http.MethodPost, Path: wire.PathCases, Tags: []string{"sync"},
		Security: []map[string][]string{{"device": {}}}, BodyReadTimeout: -1, SkipValidateBody: true,
		Summary: "The cases of the person whose card the asking kiosk has read; question and answer are sealed",
		Errors:  []int{http.StatusBadRequest, http.StatusForbidden, http.StatusTooManyRequests},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			wire.TypeJSON: {Schema: ask},
		}},
	}, s.casesOfCard)
}

type casesAnswer struct{ Body wire.CasesAnswer }

func (s *Server) casesOfCard(ctx context.Context, in *struct{ RawBody []byte }) (*casesAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	fenced, err := s.superseded(ctx, dev)
	if err != nil {
		return nil, s.failed("cases of a card", err)
	}
	if fenced {
		return nil, newProblem(http.StatusForbidden, wire.ProblemFenced, "the kiosk was enrolled again since; this incarnation is told nothing of cases")
	}
	if !s.mayAsk(dev) {
		return nil, newProblem(http.StatusTooManyRequests, "", "the device has asked for too many people's cases; try again later")
	}
	unreadable := newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the question can not be read")
	var ask wire.CasesAsk
	if err := json.Unmarshal(in.RawBody, &ask); err != nil || ask.SealKey != s.cfg.Keys.SealID {
		return nil, unreadable
	}
	source := dev.Source().String()
	number, key, err := ask.Open(s.cfg.Suite, s.cfg.Keys.SealPrivate, source)
	if err != nil {
		return nil, unreadable
	}
	holder := s.holder(number)
	clear(number)
	if holder == "" {
		return nil, unreadable
	}
	cases, err := s.casesOf(ctx, holder)
	if err != nil {
		return nil, s.failed("cases of a card", err)
	}
	sealed, err := cases.Seal(s.cfg.Suite, key, source)
	if err != nil {
		return nil, unreadable // the key in the question is none
	}
	return &casesAnswer{wire.CasesAnswer{Epoch: s.cfg.Store.Epoch(), Sealed: sealed}}, nil
}

// mayAsk counts a question. It never says whose cases were asked for.
func (s *Server) mayAsk(dev Device) bool {
	source := dev.Source().String()
	minute, first := s.askedMinute.wrong(source)
	day, firstDay := s.askedDay.wrong(source)
	if first || firstDay {
		s.cfg.Logger.Warn("many questions for people's cases from one device", "source", source)
	}
	return minute && day
}

// casesOf lists what a kiosk may show of a holder's cases. One that is held, because what opens it is not understood or
// not here yet, is no case yet: only the kiosk that took it in knows of it.
func (s *Server) casesOf(ctx context.Context, holder Holder) (wire.Cases, error) {
	list, err := s.cfg.Store.CasesOf(ctx, holder, wire.MaxCases+1)
	if err != nil {
		return wire.Cases{}, err
	}
	left, err := s.cfg.Store.Unindexed(ctx, 1)
	if err != nil {
		return wire.Cases{}, err
	}
	out := wire.Cases{At: item.FormatTime(s.cfg.Now()), Complete: len(left) == 0 && len(list) <= wire.MaxCases, Cases: []wire.CaseLine{}}
	for i := range list[:min(len(list), wire.MaxCases)] {
		c := &list[i]
		filed := c.Facts.Filed.At
		if filed.IsZero() { // of a case from before that was kept
			filed = c.Reached(wire.StageDelivered)
		}
		line := wire.CaseLine{ReceiptNo: c.ReceiptNo, Service: c.Facts.ServiceID, FiledAt: item.FormatTime(filed),
			Stage: c.Stage, ChangedAt: item.FormatTime(c.Changed()), Title: c.Facts.Title}
		if c.Stage == wire.StageDelivered {
			line.Next = c.Facts.Next
		}
		out.Cases = append(out.Cases, line)
	}
	return out, nil
}
