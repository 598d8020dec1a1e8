package central_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
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
	h := setup(t)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	ack := k.stored(it)
	if ack.Tier != wire.TierCentral || ack.Position != 1 || ack.Epoch != h.store.Epoch() || ack.Key != k.dev.UpstreamKey {
		t.Errorf("ack %+v", ack)
	}
	h.clock.add(time.Hour)
	r := k.post(it)[0]
	if r.Status != wire.Duplicate || fmt.Sprint(*r.Ack) != fmt.Sprint(*ack) {
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
func TestAcksSurviveRestart(t *testing.T) {
	h := setup(t)
	k := h.enrol("107")
	it, code := k.submit(submission)
	ack := k.stored(it)
	h.restart()
	k.connect()
	if r := k.post(it)[0]; r.Status != wire.Duplicate || fmt.Sprint(*r.Ack) != fmt.Sprint(*ack) {
		t.Errorf("after restart: %s %+v", r.Status, r.Ack)
	}
	if a := h.get("/T/" + string(code)); a.status != 200 {
		t.Errorf("tracking page after restart: %d", a.status)
	}
}

func TestItemResults(t *testing.T) {
	h := setup(t)
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

func TestConflictIsNeverOverwritten(t *testing.T) {
	h := setup(t)
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
	h := setup(t)
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

// An item with attributes of a newer version must not become a dead letter.
func TestNewerAttributesAreRetriedNotRejected(t *testing.T) {
	h := setup(t)
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

func TestFormerIncarnationDrains(t *testing.T) {
	h := setup(t)
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

func TestEveryAnswerIsSigned(t *testing.T) {
	h := setup(t)
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
			if header.Get(wire.HeaderRequest) == "" {
				nonce = ""
			}
			a := h.do(method, tt.path, header, tt.body)
			if a.status != tt.status {
				t.Errorf("status %d, want %d: %s", a.status, tt.status, a.body)
			}
			if a.header.Get(wire.HeaderVersion) != wire.Version {
				t.Error("no protocol header")
			}
			if err := wire.VerifyAnswer(h.suite, k.dev.UpstreamPub, a.header.Get(wire.HeaderSignature), a.status, a.header.Get(wire.HeaderEpoch), nonce, a.body); err != nil {
				t.Error(err)
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

func TestAlteredRequestIsRefused(t *testing.T) {
	h := setup(t)
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

func TestEnrolment(t *testing.T) {
	h := setup(t)
	_, pub, err := h.suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	enrol := func(code string) error {
		_, err := wire.Enrol(t.Context(), h.http.URL, wire.HTTPOptions{}, h.suite, wire.Enrolment{Code: code, Suite: h.suite.Name(), SignPublic: pub})
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
func TestNoPersonalDataOnDiskOrInLogs(t *testing.T) {
	h := setup(t)
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

func TestKeysAreSecretAndNeverReplaced(t *testing.T) {
	h := setup(t)
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
