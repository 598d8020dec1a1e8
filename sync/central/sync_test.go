package central_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestSubmissionIsStoredOnceAndAcknowledged(t *testing.T) {
	eachSuite(t, testSubmissionIsStoredOnceAndAcknowledged)
}

func testSubmissionIsStoredOnceAndAcknowledged(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	ack := k.stored(it)
	if ack.Status != wire.Stored || ack.Tier != wire.TierCentral || ack.Position != 1 || ack.Epoch != h.store.Epoch() || ack.Key != k.dev.UpstreamKey {
		t.Errorf("ack %+v", ack)
	}
	h.clock.add(time.Hour)
	r := k.post(it)[0]
	if r.Status != wire.Duplicate || !k.sameAck(it, r.Ack, ack) {
		t.Errorf("again: %s %+v, want the same ack", r.Status, r.Ack)
	}
	var list central.CaseList
	h.staff("GET", "/api/v1/cases", nil, &list)
	if list.Count != 1 || len(list.Cases) != 1 || list.Cases[0].ReceiptNo != it.ReceiptNo || list.Cases[0].Stage != wire.StageDelivered ||
		list.Cases[0].Service.In("en") != "Residence permit renewal" || list.Cases[0].HallName != "河源市民服务中心" {
		t.Errorf("cases %+v", list)
	}
	hello, err := k.client.Hello(t.Context())
	if err != nil || hello.Through != item.FormatSequence(1) || hello.Epoch != h.store.Epoch() || hello.MaxBatchItems != wire.MaxBatchItems {
		t.Errorf("hello %+v, %v", hello, err)
	}
}

// I3: what was acknowledged is there after a restart, and its ack is the same.
func TestAcksSurviveRestart(t *testing.T) { eachSuite(t, testAcksSurviveRestart) }

func testAcksSurviveRestart(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, code := k.submit(submission)
	ack := k.stored(it)
	h.restart()
	k.connect()
	if r := k.post(it)[0]; r.Status != wire.Duplicate || !k.sameAck(it, r.Ack, ack) {
		t.Errorf("after restart: %s %+v", r.Status, r.Ack)
	}
	if a := h.get("/T/" + string(code)); a.status != 200 {
		t.Errorf("tracking page after restart: %d", a.status)
	}
}

func TestItemResults(t *testing.T) { eachSuite(t, testItemResults) }

func testItemResults(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k, other := h.enrol("107"), h.enrol("108")
	foreign, _ := other.submit(submission)
	good, _ := k.submit(submission)
	tampered := *good
	tampered.Data = bytes.Clone(good.Data)
	tampered.Data[5] ^= 1
	unopenable := *k
	_, strange, err := h.suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	unopenable.sealer.SealPublic = strange
	closed, _ := unopenable.submit(submission)
	unopenable.sealer.SealKey = "central-seal-of-tomorrow"
	otherKey, _ := unopenable.submit(submission)
	notJSON, _ := k.submit("gibberish")
	noService, _ := k.submit(`{"service":{}}`)
	stolenNumber := k.item(item.TypeSubmission, item.NewID(h.clock.now()), 1, submission, func(it *item.Item) {
		it.ReceiptNo, it.TrackHash = foreign.ReceiptNo, foreign.TrackHash
	})
	misread := k.item(item.TypeSubmission, item.NewID(h.clock.now()), 1, submission, func(it *item.Item) {
		good := k.number(k.seq)
		it.ReceiptNo, it.TrackHash = good[:17]+string('0'+(good[17]-'0'+1)%10)+good[18:], foreign.TrackHash
	})
	large := k.item(item.TypeHealth, "", 0, "", nil)
	large.Data = make([]byte, wire.MaxItemBytes+1)
	wordy := k.item(item.TypeHealth, "", 0, "", func(it *item.Item) { it.Catalogue = strings.Repeat("x", 2*wire.MaxItemBytes) })
	badPrint := k.item(item.TypePrint, good.CaseID, 2, `{"outcome":"maybe"}`, nil)
	tests := []struct {
		name    string
		item    *item.Item
		want    wire.Status
		problem string
	}{
		{"of another kiosk", foreign, wire.Rejected, central.ProblemItem},
		{"tampered", &tampered, wire.Rejected, central.ProblemItem},
		{"sealed to another key", closed, wire.Rejected, central.ProblemPayload},
		{"sealed to a key not here", otherKey, wire.Retry, central.ProblemSealKey},
		{"payload no JSON", notJSON, wire.Rejected, central.ProblemPayload},
		{"payload without a service", noService, wire.Rejected, central.ProblemPayload},
		{"receipt number of another kiosk", stolenNumber, wire.Rejected, central.ProblemItem},
		{"receipt number with wrong check digits", misread, wire.Rejected, central.ProblemItem},
		{"too large", large, wire.Rejected, central.ProblemItem},
		{"attributes too long", wordy, wire.Rejected, central.ProblemItem},
		{"print outcome unknown", badPrint, wire.Rejected, central.ProblemPayload},
		{"good among bad ones", good, wire.Stored, ""},
	}
	var batch []*item.Item
	for _, tt := range tests {
		batch = append(batch, tt.item)
	}
	results := k.post(batch...)
	for i, tt := range tests {
		r := results[i]
		if r.Status != tt.want || r.ID != tt.item.ID {
			t.Errorf("%s: %+v (%+v), want %s", tt.name, r, r.Problem, tt.want)
		}
		if tt.problem != "" && (r.Problem == nil || r.Problem.Type != tt.problem || r.Ack != nil) {
			t.Errorf("%s: problem %+v, ack %v", tt.name, r.Problem, r.Ack)
		}
	}
}

func TestConflictIsNeverOverwritten(t *testing.T) { eachSuite(t, testConflictIsNeverOverwritten) }

func testConflictIsNeverOverwritten(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	first, _ := k.submit(submission)
	k.stored(first)
	k.seq-- // a cloned disk
	second, _ := k.submit(submission)
	if r := k.post(second)[0]; r.Status != wire.Conflict || r.Ack != nil {
		t.Errorf("result %+v", r)
	}
	if r := k.post(first)[0]; r.Status != wire.Duplicate {
		t.Errorf("the first: %+v", r)
	}
	kept, err := h.store.Conflicts(t.Context(), 10)
	if err != nil || len(kept) != 1 || kept[0].Digest() != second.Digest() {
		t.Errorf("kept aside: %d, %v", len(kept), err)
	}
}

func TestPrintOutcomeIsHeldUntilItsCaseComes(t *testing.T) {
	eachSuite(t, testPrintOutcomeIsHeldUntilItsCaseComes)
}

func testPrintOutcomeIsHeldUntilItsCaseComes(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	sub, _ := k.submit(submission)
	printed := k.item(item.TypePrint, sub.CaseID, 2, `{"outcome":"printed","cause":"","copy":0}`, nil)
	unknown := k.item("cn.onedoor.tomorrow.v1", "", 0, "?", nil)
	r := k.post(printed, unknown)
	for i := range r {
		if r[i].Status != wire.Held || r[i].Ack == nil || r[i].Problem == nil {
			t.Errorf("result %d: %+v", i, r[i])
		}
	}
	k.stored(sub)
	var v central.CaseView
	h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo, nil, &v)
	if v.Items != 2 || len(v.Prints) != 1 || v.Prints[0].Outcome != "printed" {
		t.Errorf("case %+v", v)
	}
}

// A kiosk that was told "held" is told in its feed when the item has taken effect: by the ack that a repetition gets.
func TestHeldIsAcknowledgedInTheFeed(t *testing.T) { eachSuite(t, testHeldIsAcknowledgedInTheFeed) }

func testHeldIsAcknowledgedInTheFeed(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	sub, _ := k.submit(submission)
	printed := k.item(item.TypePrint, sub.CaseID, 2, `{"outcome":"printed","cause":"","copy":0}`, nil)
	held := k.post(printed)[0]
	if held.Status != wire.Held || held.Ack == nil || held.Ack.Status != wire.Held || held.Ack.Verify(printed, h.suite, k.dev.UpstreamPub) != nil {
		t.Fatalf("result %+v", held)
	}
	k.stored(sub)
	page, err := k.client.Feed(t.Context(), "", 0)
	if err != nil || len(page.Events) != 2 {
		t.Fatalf("feed %+v, %v", page, err)
	}
	var ack *wire.Ack
	for _, e := range page.Events {
		if e.Ack != nil {
			ack = e.Ack
		}
	}
	if ack == nil || ack.Status != wire.Stored || ack.Position != held.Ack.Position || ack.At != held.Ack.At {
		t.Fatalf("ack %+v, held as %+v", ack, held.Ack)
	}
	if err := ack.Verify(printed, h.suite, k.dev.UpstreamPub); err != nil {
		t.Error(err)
	}
	if r := k.post(printed)[0]; r.Status != wire.Duplicate || !k.sameAck(printed, r.Ack, ack) {
		t.Errorf("the repetition: %+v", r)
	}
}

// An item that a former version held, because it did not know the type, takes effect at the start of this one, or when
// the kiosk sends it again.
func TestUpgradeTakesUpHeldItems(t *testing.T) { eachSuite(t, testUpgradeTakesUpHeldItems) }

func testUpgradeTakesUpHeldItems(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	sub, _ := k.submit(submission)
	k.stored(sub)
	printed := k.item(item.TypePrint, sub.CaseID, 2, `{"outcome":"printed","cause":"","copy":0}`, nil)
	nonsense := k.item(item.TypePrint, sub.CaseID, 3, `{"outcome":"maybe"}`, nil)
	again := k.item(item.TypePrint, sub.CaseID, 4, `{"outcome":"unknown","cause":"","copy":1}`, nil)
	strange := k.item("cn.onedoor.tomorrow.v1", "", 0, "?", nil)
	var former []central.Entry // as a version without receipts would have taken them
	for _, it := range []*item.Item{printed, nonsense, again, strange} {
		former = append(former, central.Entry{Item: *it, Digest: it.Digest(), Device: k.dev.Number, Effect: central.EffectUnknown})
	}
	if _, err := h.store.Ingest(t.Context(), h.clock.now(), former); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Reconsider(t.Context()); err != nil {
		t.Fatal(err)
	}
	var v central.CaseView
	h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo, nil, &v)
	if v.Items != 4 || len(v.Prints) != 2 || v.Prints[0].Outcome != "printed" || v.Prints[1].Outcome != "unknown" {
		t.Errorf("case %+v", v)
	}
	if !strings.Contains(h.log.String(), "held item has no effect") {
		t.Error("what is not valid now made no noise")
	}
	page, err := k.client.Feed(t.Context(), "", 0)
	acks := map[string]bool{}
	for _, e := range page.Events {
		if e.Ack != nil {
			acks[e.Ack.ID] = true
		}
	}
	if err != nil || len(acks) != 3 || acks[strange.ID] {
		t.Errorf("acks %v, %v", acks, err)
	}
	if r := k.post(strange)[0]; r.Status != wire.Held {
		t.Errorf("a type of tomorrow: %+v", r)
	}
	// Sent again before the start-up got to it.
	more := k.item(item.TypePrint, sub.CaseID, 5, `{"outcome":"printed","cause":"","copy":2}`, nil)
	if _, err := h.store.Ingest(t.Context(), h.clock.now(), []central.Entry{{Item: *more, Digest: more.Digest(), Device: k.dev.Number, Effect: central.EffectUnknown}}); err != nil {
		t.Fatal(err)
	}
	if r := k.post(more)[0]; r.Status != wire.Duplicate {
		t.Errorf("sent again: %+v", r)
	}
	h.staff("GET", "/api/v1/cases/"+sub.ReceiptNo, nil, &v)
	if v.Items != 5 || len(v.Prints) != 3 {
		t.Errorf("case %+v", v)
	}
}

func TestKioskCanNotTouchAnothersCase(t *testing.T) { eachSuite(t, testKioskCanNotTouchAnothersCase) }

func testKioskCanNotTouchAnothersCase(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	a, b := h.enrol("107"), h.enrol("108")
	mine, _ := a.submit(submission)
	burnt := b.item(item.TypeHealth, "", 0, "{}", func(it *item.Item) { it.ID = mine.ID })
	b.stored(burnt)
	a.stored(mine)
	foreign := b.item(item.TypeSubmission, mine.CaseID, 1, submission, func(it *item.Item) {
		it.ReceiptNo, it.TrackHash = b.number(b.seq), mine.TrackHash
	})
	if r := b.post(foreign)[0]; r.Status != wire.Conflict || r.Ack != nil {
		t.Errorf("another kiosk's case: %+v", r)
	}
	if a := h.stage(mine.ReceiptNo, wire.StageAccepted, ""); a.status != 200 {
		t.Errorf("accept: %d %s", a.status, a.body)
	}
	if got := h.staff("GET", "/api/v1/cases/"+mine.ReceiptNo+"/payload", nil, nil); got.status != 200 {
		t.Errorf("payload: %d %s", got.status, got.body)
	}
}

func TestDoubleReceiptNumberRaisesAnAlarm(t *testing.T) {
	eachSuite(t, testDoubleReceiptNumberRaisesAnAlarm)
}

func testDoubleReceiptNumberRaisesAnAlarm(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	first, _ := k.submit(submission)
	second := k.item(item.TypeSubmission, item.NewID(h.clock.now()), 1, submission, func(it *item.Item) {
		it.ReceiptNo, it.TrackHash = first.ReceiptNo, strings.Repeat("0", 64)
	})
	k.stored(first)
	if log := h.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("alarm without a cause:\n%s", log)
	}
	k.stored(second)
	if log := h.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, second.ID) {
		t.Errorf("no alarm:\n%s", log)
	}
}

// An item with attributes of a newer version must not become a dead letter.
func TestNewerAttributesAreRetriedNotRejected(t *testing.T) {
	eachSuite(t, testNewerAttributesAreRetriedNotRejected)
}

func testNewerAttributesAreRetriedNotRejected(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	it.Signature[0] ^= 1 // as if it covered the attribute
	raw := must(json.Marshal([]*item.Item{it}))
	raw = bytes.Replace(raw, []byte(`"specversion"`), []byte(`"tomorrow":"x","specversion"`), 1)
	header, _ := k.sign("POST", wire.PathBatches, raw)
	a := h.do("POST", wire.PathBatches, header, raw)
	var out wire.BatchAnswer
	if err := json.Unmarshal(a.body, &out); err != nil || len(out.Results) != 1 || out.Results[0].Status != wire.Retry {
		t.Errorf("answer %d %s", a.status, a.body)
	}
}

func TestFormerIncarnationDrains(t *testing.T) { eachSuite(t, testFormerIncarnationDrains) }

func testFormerIncarnationDrains(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	old := h.enrol("107")
	left, _ := old.submit(submission)
	now := h.enrol("107")
	if now.dev.Incarnation != "02" || old.dev.Incarnation != "01" || now.dev.Number == old.dev.Number {
		t.Fatalf("incarnations %s, %s", old.dev.Incarnation, now.dev.Incarnation)
	}
	if r := now.post(left)[0]; r.Status != wire.Stored {
		t.Errorf("left over: %+v %+v", r, r.Problem)
	}
	forged := *left
	forged.ID = item.NewID(h.clock.now())
	if err := (item.Sealer{Suite: h.suite, SealKey: now.dev.SealKey, SealPublic: now.dev.SealPublic, SignKey: old.dev.SignKey, SignPriv: now.priv}).Finish(&forged, []byte(submission)); err != nil {
		t.Fatal(err)
	}
	if r := now.post(&forged)[0]; r.Status != wire.Rejected {
		t.Errorf("signed by the new key in the old name: %+v", r)
	}
}

// Central signs for devices it knows, and for nobody else: whoever could make it sign a nonce of his choice could feed a
// kiosk answers.
func TestAnswersAreSignedForKnownDevicesOnly(t *testing.T) {
	eachSuite(t, testAnswersAreSignedForKnownDevicesOnly)
}

func testAnswersAreSignedForKnownDevicesOnly(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	stranger := *k
	stranger.dev.Kiosk = "999"
	wrongKey := *k
	var err error
	if wrongKey.priv, _, err = h.suite.GenerateSignKey(); err != nil {
		t.Fatal(err)
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range wire.MaxBatchBytes>>20 + 1 {
		if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	many := []byte("[" + strings.Repeat("{},", wire.MaxBatchItems) + "{}]")
	tests := []struct {
		name   string
		who    *kiosk
		path   string
		body   []byte
		edit   func(http.Header)
		status int
		kind   string
	}{
		{"hello", k, wire.PathHello, nil, nil, 200, ""},
		{"unknown device", &stranger, wire.PathHello, nil, nil, 401, wire.ProblemUnknown},
		{"wrong key", &wrongKey, wire.PathHello, nil, nil, 401, ""},
		{"no signature", k, wire.PathHello, nil, func(h http.Header) { h.Del(wire.HeaderRequest) }, 401, ""},
		{"other version", k, wire.PathHello, nil, func(h http.Header) { h.Set(wire.HeaderVersion, "2") }, 426, ""},
		{"no such path", k, "/sync/v1/nothing", nil, nil, 404, ""},
		{"not JSON", k, wire.PathBatches, []byte("[{"), nil, 400, wire.ProblemUnreadable},
		{"empty batch", k, wire.PathBatches, []byte("[]"), nil, 400, wire.ProblemUnreadable},
		{"no items", k, wire.PathBatches, []byte("[1]"), nil, 400, wire.ProblemUnreadable},
		{"too many items", k, wire.PathBatches, many, nil, 413, ""},
		{"not gzip", k, wire.PathBatches, []byte("[]"), func(h http.Header) { h.Set("Content-Encoding", "gzip") }, 400, wire.ProblemUnreadable},
		{"bomb", k, wire.PathBatches, bomb.Bytes(), func(h http.Header) { h.Set("Content-Encoding", "gzip") }, 413, ""},
		{"unknown encoding", k, wire.PathBatches, []byte("[]"), func(h http.Header) { h.Set("Content-Encoding", "br") }, 415, ""},
		{"bad cursor", k, wire.PathFeed + "?cursor=x", nil, nil, 409, wire.ProblemCursor},
		{"bad wait", k, wire.PathFeed + "?wait=never", nil, nil, 422, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method := "GET"
			if tt.body != nil {
				method = "POST"
			}
			header, nonce := tt.who.sign(method, tt.path, tt.body)
			if tt.edit != nil {
				tt.edit(header)
			}
			a := h.do(method, tt.path, header, tt.body)
			if a.status != tt.status {
				t.Errorf("status %d, want %d: %s", a.status, tt.status, a.body)
			}
			if a.header.Get(wire.HeaderVersion) != wire.Version {
				t.Error("no protocol header")
			}
			token := a.header.Get(wire.HeaderSignature)
			if a.status == 401 {
				if token != "" {
					t.Error("signed for a stranger")
				}
			} else {
				to := wire.Request{Method: method, Path: tt.path, Body: tt.body, Nonce: nonce}
				if err := wire.VerifyAnswer(h.suite, k.dev.UpstreamPub, token, to, a.status, a.header.Get(wire.HeaderEpoch), a.body); err != nil {
					t.Error(err)
				}
			}
			if a.status == 200 || a.status == 404 {
				return
			}
			var p wire.Problem
			if err := json.Unmarshal(a.body, &p); err != nil || p.Type != tt.kind || p.Status != a.status || a.header.Get("Content-Type") != wire.TypeProblem {
				t.Errorf("problem %+v (%s), %v, want type %q", p, a.header.Get("Content-Type"), err, tt.kind)
			}
		})
	}
}

// Nobody can have a nonce signed that he does not hold the key for: not where no signature is asked for, and not with a
// request that failed.
func TestNoOracleForStrangers(t *testing.T) { eachSuite(t, testNoOracleForStrangers) }

func testNoOracleForStrangers(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	header, _ := k.sign("GET", wire.PathHello, nil)
	priv, pub, err := h.suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	code := must(json.Marshal(must(wire.NewEnrolment(h.suite, "AAAA-BBBB-CCCC", priv, pub))))
	for name, a := range map[string]answer{
		"healthz":          h.do("GET", wire.PathHealthz, header.Clone(), nil),
		"another path":     h.do("GET", wire.PathFeed, header.Clone(), nil),
		"refused code":     h.do("POST", wire.PathEnrolments, http.Header{wire.HeaderVersion: {wire.Version}, "Content-Type": {wire.TypeJSON}}, code),
		"no such method":   h.do("GET", wire.PathEnrolments, http.Header{wire.HeaderVersion: {wire.Version}}, nil),
		"over-large":       h.do("POST", wire.PathBatches, header.Clone(), make([]byte, wire.MaxBatchBytes+1)),
		"nothing at all":   h.do("GET", wire.PathHello, nil, nil),
		"another's answer": h.do("POST", wire.PathHello, header.Clone(), nil),
	} {
		if token := a.header.Get(wire.HeaderSignature); token != "" {
			t.Errorf("%s: status %d is signed", name, a.status)
		}
	}
}

func TestAlteredRequestIsRefused(t *testing.T) { eachSuite(t, testAlteredRequestIsRefused) }

func testAlteredRequestIsRefused(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	raw := must(json.Marshal([]*item.Item{it}))
	header, _ := k.sign("POST", wire.PathBatches, raw)
	altered := append(bytes.Clone(raw), ' ')
	if a := h.do("POST", wire.PathBatches, header.Clone(), altered); a.status != 401 {
		t.Errorf("altered body: %d", a.status)
	}
	if a := h.do("POST", wire.PathBatches+"?x=1", header.Clone(), raw); a.status != 401 {
		t.Errorf("altered path: %d", a.status)
	}
	// I2: a replay of the whole request changes nothing.
	for i, want := range []wire.Status{wire.Stored, wire.Duplicate, wire.Duplicate} {
		a := h.do("POST", wire.PathBatches, header.Clone(), raw)
		var out wire.BatchAnswer
		if err := json.Unmarshal(a.body, &out); err != nil || len(out.Results) != 1 || out.Results[0].Status != want {
			t.Errorf("replay %d: %d %s", i, a.status, a.body)
		}
	}
}

func TestEnrolment(t *testing.T) { eachSuite(t, testEnrolment) }

func testEnrolment(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	key := newKey(t, h.suite)
	enrol := func(code string) error {
		_, err := h.redeem(code, key)
		return err
	}
	refused := func(err error, kind string) bool {
		var p *wire.ProblemError
		return errors.As(err, &p) && p.Problem.Type == kind
	}
	var code central.EnrolCodeView
	if a := h.staff("POST", "/api/v1/enrolment-codes", map[string]string{"hall": "44011", "hall_name": "大厅", "kiosk": "107"}, &code); a.status != 201 {
		t.Fatalf("new code: %d %s", a.status, a.body)
	}
	if err := enrol("AAAA-BBBB-CCCC"); !refused(err, wire.ProblemCode) {
		t.Errorf("unknown code: %v", err)
	}
	h.clock.add(15 * time.Minute)
	if err := enrol(code.Code); !refused(err, wire.ProblemCode) {
		t.Errorf("expired code: %v", err)
	}
	h.staff("POST", "/api/v1/enrolment-codes", map[string]string{"hall": "44011", "hall_name": "大厅", "kiosk": "107"}, &code)
	if err := enrol(strings.ToLower(strings.ReplaceAll(code.Code, "-", " "))); err != nil {
		t.Errorf("typed in small letters: %v", err)
	}
	if a := h.staff("POST", "/api/v1/enrolment-codes", map[string]string{"hall": "4401", "hall_name": "大厅", "kiosk": "107"}, nil); a.status != 422 {
		t.Errorf("hall of four digits: %d", a.status)
	}
	for range 10 {
		if err := enrol("AAAA-BBBB-CCCC"); err == nil {
			t.Fatal("unknown code enrolled")
		}
	}
	var p *wire.ProblemError
	if err := enrol("AAAA-BBBB-CCCC"); !errors.As(err, &p) || p.Status != 429 {
		t.Errorf("many wrong codes: %v, want 429", err)
	}
}

// I11: no plaintext of a person in any file of central.
func TestNoPersonalDataOnDiskOrInLogs(t *testing.T) { eachSuite(t, testNoPersonalDataOnDiskOrInLogs) }

func testNoPersonalDataOnDiskOrInLogs(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, code := k.submit(submission)
	k.stored(it)
	h.get("/T/" + string(code))
	h.get("/T/" + string(code) + "X")
	if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo+"/payload", nil, nil); a.status != 200 || !strings.Contains(string(a.body), canary) {
		t.Errorf("payload on demand: %d %s", a.status, a.body)
	}
	if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo, nil, nil); strings.Contains(string(a.body), canary) {
		t.Error("the case shows the person")
	}
	log := h.log.String()
	if strings.Contains(log, canary) || strings.Contains(strings.ToUpper(log), string(code)) {
		t.Errorf("log tells too much:\n%s", log)
	}
	h.restart() // everything to disk
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(raw, []byte(canary)) || bytes.Contains(raw, []byte("13800000000")) || bytes.Contains(raw, []byte(code)) {
			t.Errorf("%s holds what it must not", d.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeysAreSecretAndNeverReplaced(t *testing.T) { eachSuite(t, testKeysAreSecretAndNeverReplaced) }

func testKeysAreSecretAndNeverReplaced(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	for _, name := range []string{central.KeysFile, central.TokenFile} {
		info, err := os.Stat(filepath.Join(h.dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	again, err := central.OpenKeys(h.dir, h.suite, true)
	if err != nil || again.SealID != h.keys.SealID || again.OperatorToken != h.keys.OperatorToken {
		t.Errorf("opened again: %v", err)
	}
	if err := os.Chmod(filepath.Join(h.dir, central.KeysFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := central.OpenKeys(h.dir, h.suite, true); err == nil {
		t.Error("a key file that others can read was taken")
	}
	if err := os.Remove(filepath.Join(h.dir, central.KeysFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := central.OpenKeys(h.dir, h.suite, false); !errors.Is(err, central.ErrKeysMissing) {
		t.Errorf("lost keys: %v, want ErrKeysMissing", err)
	}
}
