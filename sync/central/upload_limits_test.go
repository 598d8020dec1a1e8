package central_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// room is what a device is told about another upload of n bytes.
func (k *kiosk) room(n int64) (int, string) {
	k.h.t.Helper()
	status, _, p := k.upload("POST", wire.Upload{ID: item.NewID(k.h.clock.now()), Digest: strings.Repeat("0", 64), Length: n}, -1, nil, nil)
	return status, p.Type
}

func TestUploadQuota(t *testing.T) {
	h := setup(t, item.Default())
	h.limits = central.UploadLimits{Count: 3, Bytes: 10_000}
	h.takeUploads(nil)
	k, other := h.enrol("107"), h.enrol("108")
	expect := func(what string, status int, problem string, n int64) {
		t.Helper()
		if got, p := k.room(n); got != status || p != problem {
			t.Errorf("%s: %d %s, want %d %s", what, got, p, status, problem)
		}
	}
	ref, file := k.sealed("image/jpeg", randomBytes(5000)) // some 5400 bytes
	k.bring(uploadOf(ref), file, len(file))
	expect("more than all bytes", 507, wire.ProblemQuota, 10_001)
	expect("more than is left", 507, wire.ProblemQuota, 5000)
	expect("what fits", 201, "", 3000)
	expect("announced counts, though nothing came", 507, wire.ProblemQuota, 3000)
	if status, _, p := k.upload("POST", uploadOf(ref), -1, nil, nil); status != 201 {
		t.Errorf("what is here already: %d %+v", status, p)
	}
	// The real client gives up on it with the upstream's word, and keeps the file.
	store, waiting := k.attachment(filepath.Join(t.TempDir(), "attachments"), randomBytes(4000))
	client := k.through(strings.TrimPrefix(h.http.URL, "http://"))
	defer client.Close()
	var refused *wire.ProblemError
	if sent, err := k.sender(store, client).Send(t.Context()); sent != 0 || !errors.As(err, &refused) || refused.Problem.Type != wire.ProblemQuota {
		t.Errorf("sent %d, %v", sent, err)
	}
	if left, err := store.List(); err != nil || len(left) != 1 {
		t.Errorf("kept %v, %v", left, err)
	}
	// What an item names is no burden any more; then there is room.
	it, _ := k.submit(naming(ref, waiting))
	k.stored(it)
	if sent, err := k.sender(store, client).Send(t.Context()); sent != 1 || err != nil {
		t.Errorf("sent %d, %v", sent, err)
	}
	if at := h.attachments(it.ReceiptNo); at[ref.ID].State != central.AttachmentHere || at[waiting.ID].State != central.AttachmentHere {
		t.Errorf("attachments: %+v", at)
	}
	expect("a second one", 201, "", 1)
	expect("a third one", 201, "", 1)
	expect("one too many", 507, wire.ProblemQuota, 1)
	if status, p := other.room(9000); status != 201 {
		t.Errorf("another device: %d %s", status, p)
	}
}

func (h *hall) sweep() {
	h.t.Helper()
	if err := h.server.Sweep(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func TestSweepRemovesWhatIsTooOld(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	k := h.enrol("107")
	const day = 24 * time.Hour
	unfinished, unfinishedFile := k.sealed("image/jpeg", randomBytes(3000))
	unnamed, unnamedFile := k.sealed("image/jpeg", randomBytes(3000))
	named, namedFile := k.sealed("image/jpeg", randomBytes(3000))
	k.bring(uploadOf(unfinished), unfinishedFile, 1000)
	k.bring(uploadOf(unnamed), unnamedFile, len(unnamedFile))
	k.bring(uploadOf(named), namedFile, len(namedFile))
	it, _ := k.submit(naming(named))
	k.stored(it)
	expect := func(when string, part, whole bool) {
		t.Helper()
		all := strings.Join(h.onDisk(), " ")
		if strings.Contains(all, unfinished.ID) != part || strings.Contains(all, unnamed.ID) != whole || !strings.Contains(all, named.ID) {
			t.Errorf("%s: %s", when, all)
		}
	}
	h.clock.add(6 * day)
	if status, _, p := k.upload("PATCH", uploadOf(unfinished), 1000, unfinishedFile[1000:2000], nil); status != 200 {
		t.Fatal(status, p)
	}
	h.clock.add(7 * day)
	h.sweep()
	expect("seven days after its last byte", true, true)
	h.clock.add(time.Second)
	h.sweep()
	expect("a second later", false, true)
	if status, _, _ := k.upload("HEAD", uploadOf(unfinished), -1, nil, nil); status != 404 {
		t.Errorf("what was removed: %d", status)
	}
	h.restart()
	h.takeUploads(nil)
	k.connect()
	h.clock.add(17*day - time.Second)
	h.sweep()
	expect("thirty days after it came", false, true)
	h.clock.add(time.Second)
	// A held item that can not be read here may name it.
	lost := k.item(item.Type("cn.onedoor.tomorrow.v1"), "", 0, "?", nil)
	if r := k.post(lost)[0]; r.Status != wire.Held {
		t.Fatalf("%+v", r)
	}
	h.sweep()
	expect("while an item is not understood", false, true)
	other := h.enrol("108")
	stray, strayFile := other.sealed("image/jpeg", []byte("of another kiosk"))
	other.bring(uploadOf(stray), strayFile, len(strayFile))
	h.clock.add(31 * day)
	h.sweep()
	expect("another kiosk's is not kept by it", false, true)
	if strings.Contains(strings.Join(h.onDisk(), " "), stray.ID) {
		t.Error("another kiosk's is there still")
	}
	h.clock.add(365 * day)
	h.sweep()
	if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo+"/attachments/"+named.ID, nil, nil); a.status != 200 || len(a.body) != 3000 {
		t.Errorf("named, after years: %d %s", a.status, a.body[:min(len(a.body), 200)])
	}
	if status, state, _ := k.upload("POST", uploadOf(named), -1, nil, nil); status != 201 || state.Receipt == nil {
		t.Errorf("announced again: %d %+v", status, state)
	}
}

func TestSweepForgetsWhatNobodyNames(t *testing.T) {
	h := setup(t, item.Default())
	h.limits = central.UploadLimits{Unnamed: time.Hour}
	h.takeUploads(nil)
	k := h.enrol("107")
	ref, file := k.sealed("image/jpeg", randomBytes(3000))
	k.bring(uploadOf(ref), file, len(file))
	h.clock.add(time.Hour + 1)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.server.Sweep(ended); !errors.Is(err, context.Canceled) || len(h.onDisk()) != 1 {
		t.Errorf("given up: %v, %v", err, h.onDisk())
	}
	h.sweep()
	if left := h.onDisk(); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// told passes log messages on to a test that waits for one.
type told struct {
	slog.Handler
	messages chan string
}

func (l *told) Handle(ctx context.Context, r slog.Record) error {
	select {
	case l.messages <- r.Message:
	default:
	}
	return l.Handler.Handle(ctx, r)
}

// A server sweeps by itself, cleans at its start what a crash left, and stops for good.
func TestServerSweepsByItself(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	k := h.enrol("107")
	ref, file := k.sealed("image/jpeg", randomBytes(3000))
	k.bring(uploadOf(ref), file, 1000)
	good, goodFile := k.sealed("image/jpeg", randomBytes(3000))
	k.bring(uploadOf(good), goodFile, 1000)
	dir := filepath.Join(h.dir, "uploads", k.dev.Hall+"-"+k.dev.Kiosk+"-"+k.dev.Incarnation)
	id := item.NewID(h.clock.now())
	for name, size := range map[string]int{
		id + "." + strings.Repeat("0", 64) + ".part":   10, // no length
		id + "." + strings.Repeat("1", 64) + ".9.part": 10, // longer than announced
		"tmp.part": 0,
		"README":   3,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.server.Stop()
	h.clock.add(8 * 24 * time.Hour)
	if status, _, p := k.upload("PATCH", uploadOf(good), 1000, goodFile[1000:1500], nil); status != 200 {
		t.Fatal(status, p)
	}
	log := &told{slog.NewTextHandler(h.log, nil), make(chan string, 100)}
	server, err := central.New(central.Config{
		Store: h.store, Suite: h.suite, Keys: h.keys, Dictionaries: h.known, Now: h.clock.now, Logger: slog.New(log),
		TrackingURL: "HTTPS://SX.EXAMPLE", Uploads: filepath.Join(h.dir, "uploads"), Limits: central.UploadLimits{Every: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	late := time.After(10 * time.Second)
	for swept := false; !swept; {
		select {
		case m := <-log.messages:
			swept = m == "uploads swept"
		case <-late:
			t.Fatal("nothing was swept")
		}
	}
	left := strings.Join(h.onDisk(), " ")
	if strings.Contains(left, id) || strings.Contains(left, "tmp.part") || strings.Contains(left, ref.ID) || !strings.Contains(left, good.ID) || !strings.Contains(left, "README") {
		t.Errorf("left %s", left)
	}
	server.Stop()
	server.Stop()
}
