package central_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestStaffAPINeedsTheToken(t *testing.T) { eachSuite(t, testStaffAPINeedsTheToken) }

func testStaffAPINeedsTheToken(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	for _, token := range []string{"", "Bearer ", "Bearer wrong", h.keys.OperatorToken} {
		a := h.do("GET", "/api/v1/cases", http.Header{"Authorization": {token}}, nil)
		if a.status != 401 || a.header.Get("Content-Type") != wire.TypeProblem {
			t.Errorf("token %q: %d", token, a.status)
		}
	}
}

func TestCaseMovesOnAndNeverBack(t *testing.T) { eachSuite(t, testCaseMovesOnAndNeverBack) }

func testCaseMovesOnAndNeverBack(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	k.stored(it)
	steps := []struct {
		to       wire.Stage
		official string
		status   int
		version  uint64
	}{
		{wire.StageDone, "", 409, 1},
		{wire.StageDelivered, "", 422, 1},
		{wire.StageReturned, "", 200, 2},
		{wire.StageDone, "", 409, 2},
		{wire.StageAccepted, "A-1", 200, 3},
		{wire.StageAccepted, "", 200, 3}, // a repetition
		{wire.StageAccepted, "A-2", 409, 3},
		{wire.StageDone, "", 200, 4},
		{wire.StageReturned, "", 409, 4},
		{wire.StageAccepted, "", 409, 4},
	}
	for i, s := range steps {
		if a := h.stage(it.ReceiptNo, s.to, s.official); a.status != s.status {
			t.Errorf("step %d to %s: %d %s", i, s.to, a.status, a.body)
		}
		var v central.CaseView
		h.staff("GET", "/api/v1/cases/"+it.ReceiptNo, nil, &v)
		if v.Version != s.version {
			t.Errorf("step %d: version %d, want %d", i, v.Version, s.version)
		}
	}
	if a := h.stage("44011107019999990000", wire.StageAccepted, ""); a.status != 404 {
		t.Errorf("unknown case: %d", a.status)
	}
}

func TestOpenAPI(t *testing.T) { eachSuite(t, testOpenAPI) }

func testOpenAPI(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	a := h.get("/openapi.json")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(a.body, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("document: %v, version %q", err, doc.OpenAPI)
	}
	for path, method := range map[string]string{
		wire.PathHello: "get", wire.PathBatches: "post", wire.PathFeed: "get", wire.PathEnrolments: "post", wire.PathHealthz: "get",
		wire.PathReconcile: "post",
		"/api/v1/cases":    "get", "/api/v1/cases/{receiptno}/stage": "post", "/api/v1/enrolment-codes": "post",
	} {
		if doc.Paths[path][method] == nil {
			t.Errorf("%s %s is not described", method, path)
		}
	}
	if strings.Contains(string(a.body), `"additionalProperties":false`) {
		t.Error("the description forbids what a newer version may say")
	}
	body := map[string]string{"hall": "44011", "hall_name": "大厅", "kiosk": "107", "tomorrow": "x"}
	if a := h.staff("POST", "/api/v1/enrolment-codes", body, nil); a.status != 201 {
		t.Errorf("request of a newer client: %d %s", a.status, a.body)
	}
	if a := h.get(wire.PathHealthz); a.status != 200 || a.header.Get(wire.HeaderVersion) != wire.Version {
		t.Errorf("healthz: %d", a.status)
	}
}
