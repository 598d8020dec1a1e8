package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/dictionaries"
	"onedoor/cmd/edge/node"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// enrolled is a data directory as enrolment leaves it, and the key of the central that it seals to.
func enrolled(t *testing.T) (data string, sealPrivate []byte) {
	t.Helper()
	suite := item.Default()
	signPriv, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	sealPrivate, sealPublic, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	_, upstream, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	data = filepath.Join(t.TempDir(), "edge")
	err = config.SaveIdentity(data, config.Identity{SignPrivate: signPriv, Device: wire.Device{Hall: "44011", Kiosk: "107", Incarnation: "01",
		Number: 1, SignKey: "device-1", Suite: suite.Name(), SealKey: "seal-1", SealPublic: sealPublic, UpstreamKey: "up-1", UpstreamPub: upstream,
		TrackingKey: bytes.Repeat([]byte{7}, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	return data, sealPrivate
}

func openOutbox(t *testing.T, data string) *outbox.Outbox {
	t.Helper()
	id, err := config.LoadIdentity(data)
	if err != nil {
		t.Fatal(err)
	}
	o, err := node.OpenOutbox(data, id, time.Now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// hallsim runs the program's command line to its end.
func hallsim(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	code = run(ctx, args, &out, &out)
	return code, out.String()
}

// What a backlog holds is what a kiosk would have accepted: sealed to central, numbered, chained, and shaped like a case.
func TestBacklogFillsTheOutbox(t *testing.T) {
	data, sealPrivate := enrolled(t)
	if code, said := hallsim(t, "backlog", "--data", data, "--records", "40", "--bytes", "2048", "--writers", "8"); code != 0 ||
		!strings.Contains(said, "accepted 40 items") || !strings.Contains(said, "40 wait") {
		t.Fatalf("status %d: %s", code, said)
	}
	if code, said := hallsim(t, "backlog", "--data", data, "--records", "2", "--bytes", "0"); code != 0 || !strings.Contains(said, "42 wait") {
		t.Fatalf("status %d: %s", code, said)
	}
	o := openOutbox(t, data)
	defer o.Close()
	if err := o.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	list, err := o.List(0, 100, func(outbox.State) bool { return true })
	if err != nil || len(list) != 42 {
		t.Fatalf("%d items, %v", len(list), err)
	}
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	opener := item.Opener{Suite: item.Default(), SealPrivate: sealPrivate, Dictionaries: known}
	receipts := map[string]bool{}
	for i, e := range list {
		receipts[e.Item.ReceiptNo] = true
		payload, err := opener.Open(e.Item)
		if err != nil {
			t.Fatal(err)
		}
		if i < 40 && (len(payload) < 2000 || len(payload) > 2048) {
			t.Errorf("item %d has a payload of %d bytes", i+1, len(payload))
		}
		var c inventedCase
		if err := json.Unmarshal(payload, &c); err != nil {
			t.Fatal(err)
		}
		if e.Item.Subject != "service/"+c.Service.ID || e.Item.CaseID == "" || e.Item.TrackHash == "" {
			t.Errorf("item %d: %s of %q", i+1, c.Service.ID, e.Item.Subject)
		}
	}
	if len(receipts) != 42 {
		t.Errorf("%d receipt numbers for 42 cases", len(receipts))
	}
}

func TestBacklogNeedsAStoppedEnrolledNode(t *testing.T) {
	data, _ := enrolled(t)
	o := openOutbox(t, data)
	code, said := hallsim(t, "backlog", "--data", data, "--records", "1")
	if code != 1 || !strings.Contains(said, "in use") || !strings.Contains(said, "stop the program") {
		t.Errorf("while it is open: status %d: %s", code, said)
	}
	if n := o.Stats().LastSequence; n != 0 {
		t.Errorf("%d items came in", n)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if code, said := hallsim(t, "backlog", "--data", t.TempDir(), "--records", "1"); code != 1 || !strings.Contains(said, "not enrolled") {
		t.Errorf("without identity: status %d: %s", code, said)
	}
	for _, flags := range [][]string{{"--records", "0"}, {"--records", "1", "--bytes", "40000"}, {"--records", "1", "--writers", "0"}} {
		if code, said := hallsim(t, append([]string{"backlog", "--data", data}, flags...)...); code != 1 || !strings.Contains(said, "want at least one") {
			t.Errorf("%v: status %d: %s", flags, code, said)
		}
	}
}

// A seed invents the same cases again; each is one that the form takes, of somebody born in 1900 with a right check digit.
func TestInventedCases(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	born := regexp.MustCompile(`^\d{6}1900\d{7}[0-9X]$`)
	seen := map[string]bool{}
	for n := range uint64(200) {
		s := services.Services[n%uint64(len(services.Services))]
		one, err := inventCase(s, 5, n, 2048)
		if err != nil {
			t.Fatal(err)
		}
		again, err := inventCase(s, 5, n, 2048)
		if err != nil || !bytes.Equal(one, again) {
			t.Fatalf("case %d is another the second time, %v", n, err)
		}
		if other, err := inventCase(s, 6, n, 2048); err != nil || bytes.Equal(one, other) {
			t.Fatalf("case %d is the same with another seed, %v", n, err)
		}
		var c inventedCase
		if err := json.Unmarshal(one, &c); err != nil {
			t.Fatal(err)
		}
		if !born.MatchString(c.Applicant.Number) || c.Form["number"] != c.Applicant.Number {
			t.Errorf("case %d: number %s", n, c.Applicant.Number)
		}
		seen[c.Applicant.Number] = true
	}
	if len(seen) < 190 {
		t.Errorf("only %d people in 200 cases", len(seen))
	}
}
