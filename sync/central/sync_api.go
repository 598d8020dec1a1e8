package central

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func (s *Server) syncOperations(api huma.API) {
	device := []map[string][]string{{"device": {}}}
	huma.Register(api, huma.Operation{
		OperationID: "healthz", Method: http.MethodGet, Path: wire.PathHealthz, Summary: "Is central there", Tags: []string{"sync"},
	}, func(context.Context, *struct{}) (*healthAnswer, error) {
		out := &healthAnswer{}
		out.Body.Status = "ok"
		return out, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "hello", Method: http.MethodGet, Path: wire.PathHello, Security: device, Tags: []string{"sync"},
		Summary: "Limits, time, epoch, and how far the asking device's items have arrived",
	}, s.hello)
	batch := huma.SchemaFromType(api.OpenAPI().Components.Schemas, reflect.TypeFor[[]item.Item]())
	huma.Register(api, huma.Operation{
		OperationID: "send-batch", Method: http.MethodPost, Path: wire.PathBatches, Security: device, Tags: []string{"sync"},
		Summary:          "Hand over items; every one gets its own result, in the order of the request",
		MaxBodyBytes:     wire.MaxBatchBytes,
		BodyReadTimeout:  -1, // the body is in memory already
		SkipValidateBody: true,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			wire.TypeBatch: {Schema: batch},
		}},
	}, s.sendBatch)
	huma.Register(api, huma.Operation{
		OperationID: "read-feed", Method: http.MethodGet, Path: wire.PathFeed, Security: device, Tags: []string{"sync"},
		Summary: "Changes of the device's cases since cursor; waits for one up to wait seconds",
		Errors:  []int{http.StatusConflict},
	}, s.readFeed)
	s.reconcileOperation(api)
	s.casesOperation(api)
	s.checkpointsOperation(api)
	enrolment := huma.SchemaFromType(api.OpenAPI().Components.Schemas, reflect.TypeFor[wire.Enrolment]())
	huma.Register(api, huma.Operation{
		OperationID: "enrol", Method: http.MethodPost, Path: wire.PathEnrolments, Tags: []string{"sync"},
		Summary: "Make a device known with a one-time code", BodyReadTimeout: -1,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests},
		// Read by hand: a newer device may say more, and huma's refusals repeat what was sent.
		SkipValidateBody: true,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			wire.TypeJSON: {Schema: enrolment},
		}},
	}, s.enrol)
}

// allowMore lets whoever reads the description, and huma's own check of the staff API's bodies, skip members that a newer
// version may send.
func allowMore(api huma.API) {
	for _, schema := range api.OpenAPI().Components.Schemas.Map() {
		if schema.AdditionalProperties == false {
			schema.AdditionalProperties = true
		}
	}
}

type healthAnswer struct {
	Body struct {
		Status string `json:"status" doc:"ok"`
	}
}

type helloAnswer struct{ Body wire.Hello }

func (s *Server) hello(ctx context.Context, _ *struct{}) (*helloAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	through, err := s.cfg.Store.Through(ctx, dev.Source().String())
	if err != nil {
		return nil, s.failed("hello", err)
	}
	superseded, err := s.superseded(ctx, dev)
	if err != nil {
		return nil, s.failed("hello", err)
	}
	return &helloAnswer{wire.Hello{
		Superseded: superseded,
		Tier:       wire.TierCentral, Epoch: s.cfg.Store.Epoch(), ServerTime: item.FormatTime(s.cfg.Now()),
		MaxBatchItems: wire.MaxBatchItems, MaxBatchBytes: wire.MaxBatchBytes, MaxItemBytes: wire.MaxItemBytes,
		Through: item.FormatSequence(through),
	}}, nil
}

// superseded says whether a device's kiosk was enrolled again since: incarnations count from 01.
func (s *Server) superseded(ctx context.Context, dev Device) (bool, error) {
	n, err := strconv.Atoi(dev.Incarnation)
	if err != nil {
		return false, fmt.Errorf("incarnation %q: %w", dev.Incarnation, err)
	}
	next := dev.Source()
	next.Incarnation = fmt.Sprintf("%02d", n+1)
	if _, err = s.cfg.Store.Device(ctx, next.String()); errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

type feedInput struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"from the page before; none for a snapshot"`
	Wait   int    `query:"wait" minimum:"0" maximum:"3600" doc:"seconds to wait for a change; at most 25 count"`
}

type feedAnswer struct{ Body wire.FeedPage }

// feedLimit is the number of events of one page.
const feedLimit = 200

func (s *Server) readFeed(ctx context.Context, in *feedInput) (*feedAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	epoch := s.cfg.Store.Epoch()
	after, ok := parseCursor(in.Cursor, epoch)
	if !ok {
		return nil, newProblem(http.StatusConflict, wire.ProblemCursor, "the cursor is of another ledger; start without one")
	}
	wait := min(time.Duration(in.Wait)*time.Second, wire.MaxWait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		woken := s.cfg.Store.Changed(dev.Kiosk) // before the reads, so that no change falls between
		if err := s.stillTaken(ctx, dev); err != nil {
			return nil, s.failed("read feed", err)
		}
		mark, err := s.rosterMark(ctx, dev.Kiosk.Hall) // before the page: then the page has all that the mark speaks of
		if err != nil {
			return nil, s.failed("read feed", err)
		}
		changed, next, head, err := s.cfg.Store.Feed(ctx, dev.Kiosk, after, feedLimit)
		if err != nil {
			return nil, s.failed("read feed", err)
		}
		if after > head {
			return nil, newProblem(http.StatusConflict, wire.ProblemCursor, "the cursor is beyond this ledger; start without one")
		}
		page := wire.FeedPage{Epoch: epoch, Cursor: formatCursor(epoch, next), UpToDate: len(changed) < feedLimit, Events: []wire.FeedEvent{}, Staff: mark}
		for _, one := range changed {
			event, err := s.event(one)
			if err != nil {
				return nil, s.failed("read feed", err)
			}
			page.Events = append(page.Events, event)
		}
		if len(page.Events) > 0 || wait <= 0 {
			return &feedAnswer{page}, nil
		}
		select {
		case <-woken:
		case <-timer.C:
			return &feedAnswer{page}, nil
		case <-s.stopping:
			return &feedAnswer{page}, nil
		case <-ctx.Done():
			return nil, s.failed("read feed", ctx.Err())
		}
	}
}

// event tells a kiosk of a case or of its hall's staff as they are now, or acknowledges an item that it knew as held.
func (s *Server) event(e FeedEntry) (wire.FeedEvent, error) {
	if e.Roster != nil {
		roster, err := s.signedRoster(e.Roster)
		return wire.FeedEvent{Roster: roster}, err
	}
	if e.Row == nil {
		return wire.FeedEvent{Status: statusOf(e.Case)}, nil
	}
	ack, err := s.ack(&e.Row.Entry, Outcome{Status: wire.Stored, Position: e.Row.Position, At: e.Row.At})
	return wire.FeedEvent{Ack: ack}, err
}

func statusOf(c *Case) *wire.CaseStatus {
	return &wire.CaseStatus{
		CaseID: c.ID, ReceiptNo: c.ReceiptNo, Version: c.Version, Stage: c.Stage, OfficialNo: c.OfficialNo, At: item.FormatTime(c.Changed()),
	}
}

// formatCursor names the ledger too, so that a cursor never outlives it.
func formatCursor(epoch string, pos uint64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d", epoch, pos))
}

func parseCursor(cursor, epoch string) (after uint64, ok bool) {
	if cursor == "" {
		return 0, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	of, pos, found := strings.Cut(string(raw), " ")
	after, err = strconv.ParseUint(pos, 10, 64)
	return after, found && err == nil && of == epoch
}
