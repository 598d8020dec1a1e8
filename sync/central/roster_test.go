package central_test

import (
	"encoding/json"
	"strings"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestRosterReachesTheKiosksOfItsHall(t *testing.T) { eachSuite(t, testRosterReachesTheKiosks) }

func testRosterReachesTheKiosks(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	if p, err := k.client.Feed(t.Context(), "", 0); err != nil || p.Staff != nil {
		t.Fatalf("before there is a roster: %+v, %v", p.Staff, err)
	}
	const path = "/api/v1/halls/44011/staff"
	member := map[string]string{"name": "王丽", "role": "attendant", "verifier": "$argon2id$v=19$m=64,t=1,p=1,keyid=x$s$h"}
	refused := map[string]int{
		"/Wang": 422, "/w": 422, "/110101190001010018": 422, "/this-id-is-too-long": 422,
	}
	for id, status := range refused {
		if a := h.staff("PUT", path+id, member, nil); a.status != status {
			t.Errorf("%s: %d", id, a.status)
		}
	}
	for what, in := range map[string]map[string]string{
		"no PIN": {"name": "王丽", "role": "attendant"}, "role": {"name": "王丽", "role": "king", "verifier": "$argon2id$x"},
		"plain PIN": {"name": "王丽", "role": "attendant", "verifier": "730594"}, "no name": {"name": " ", "role": "attendant", "verifier": "$argon2id$x"},
	} {
		if a := h.staff("PUT", path+"/wang-li", in, nil); a.status != 422 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	var list central.StaffList
	if a := h.staff("PUT", path+"/wang-li", member, &list); a.status != 200 || list.Version != 1 || strings.Contains(string(a.body), "argon2id") {
		t.Fatalf("add: %d %s", a.status, a.body)
	}
	page, err := k.client.Feed(t.Context(), "", 0)
	if err != nil || len(page.Events) != 1 || page.Events[0].Roster == nil || page.Staff == nil {
		t.Fatalf("feed: %+v, %v", page, err)
	}
	r := page.Events[0].Roster
	if err := r.Verify("44011", suite, k.dev.UpstreamPub); err != nil || r.Version != 1 || r.Members[0].Verifier != member["verifier"] {
		t.Errorf("roster: %+v, %v", r, err)
	}
	if err := page.Staff.Verify("44011", suite, k.dev.UpstreamPub); err != nil || page.Staff.Version != 1 {
		t.Errorf("mark: %+v, %v", page.Staff, err)
	}
	if a := h.staff("POST", path+"/wang-li/unlock", nil, &list); a.status != 200 || list.Version != 2 {
		t.Errorf("unlock: %d %s", a.status, a.body)
	}
	if a := h.staff("POST", path+"/nobody/revocation", nil, nil); a.status != 404 {
		t.Errorf("revoke nobody: %d", a.status)
	}
	if a := h.staff("POST", path+"/wang-li/revocation", nil, &list); a.status != 200 || !list.Members[0].Revoked {
		t.Errorf("revoke: %d %s", a.status, a.body)
	}
	if a := h.staff("PUT", path+"/wang-li", member, nil); a.status != 409 {
		t.Errorf("an id that was revoked, again: %d", a.status)
	}
	page, err = k.client.Feed(t.Context(), page.Cursor, 0)
	if err != nil || len(page.Events) != 1 || page.Events[0].Roster == nil {
		t.Fatalf("feed after it: %+v, %v", page, err)
	}
	if m := page.Events[0].Roster.Members[0]; !m.Revoked || m.Verifier != "" || m.Unlocks != 2 { // its PIN was set once, and it was unlocked once
		t.Errorf("revoked: %+v", m)
	}
	h.restart()
	if a := h.staff("GET", path, nil, &list); a.status != 200 || list.Version != 3 {
		t.Errorf("after a restart: %d %s", a.status, a.body)
	}
}

func TestARewrittenAuditLogIsAnAlarm(t *testing.T) { eachSuite(t, testRewrittenAuditLog) }

func testRewrittenAuditLog(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	says := func(count uint64, line string) *item.Item {
		t.Helper()
		c := wire.Checkpoint{Source: k.dev.Source().String(), Count: count, Head: item.Digest(item.Sum(suite.Name(), []byte(line))).String(), At: item.FormatTime(h.clock.now()), Key: k.dev.SignKey}
		if err := c.Sign(suite, k.priv); err != nil {
			t.Fatal(err)
		}
		return k.item(item.TypeAudit, "", 0, string(must(json.Marshal(c))), nil)
	}
	const alarm = "audit log of a kiosk was rewritten"
	k.stored(says(256, "a"))
	k.stored(says(512, "b"))
	if strings.Contains(h.log.String(), alarm) {
		t.Fatal("alarm for a log that only grew")
	}
	k.stored(says(512, "c"))
	if strings.Count(h.log.String(), alarm) != 1 {
		t.Error("no alarm for another entry at the same place")
	}
	k.stored(says(300, "d"))
	if strings.Count(h.log.String(), alarm) != 2 {
		t.Error("no alarm for a log that has become shorter")
	}
	held, err := k.client.Checkpoints(t.Context())
	if err != nil || len(held) != 4 || held[0].Count != 256 {
		t.Errorf("what the device is told: %+v, %v", held, err)
	}
	var list central.CheckpointList
	h.staff("GET", "/api/v1/audit?source="+k.dev.Source().String(), nil, &list)
	wrong := 0
	for _, c := range list.Checkpoints {
		if c.Contradicts != "" {
			wrong++
		}
	}
	if len(list.Checkpoints) != 4 || wrong < 2 {
		t.Errorf("shown: %+v", list)
	}
	foreign := k.item(item.TypeAudit, "", 0, `{"source":"urn:hall:44011:108:01","count":5,"head":"x"}`, nil)
	if r := k.post(foreign)[0]; r.Status != wire.Rejected {
		t.Errorf("about another machine's log: %+v", r)
	}
}
