package central_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/sync/attach"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// naming is the submission with attachments.
func naming(refs ...attach.Ref) string {
	return strings.TrimSuffix(submission, "}") + `,"attachments":` + string(must(json.Marshal(refs))) + "}"
}

// sealed makes an attachment and its sealed file without sending it.
func (k *kiosk) sealed(kind string, content []byte) (attach.Ref, []byte) {
	k.h.t.Helper()
	dir := k.h.t.TempDir()
	store, err := attach.OpenStore(attach.Config{Dir: dir, Suite: k.h.suite, SealKey: k.dev.SealKey, SealPublic: k.dev.SealPublic})
	if err != nil {
		k.h.t.Fatal(err)
	}
	ref, err := store.Put(k.h.t.Context(), item.NewID(k.h.clock.now()), item.NewID(k.h.clock.now()), kind, bytes.NewReader(content))
	if err != nil {
		k.h.t.Fatal(err)
	}
	file := must(os.ReadFile(filepath.Join(dir, ref.ID+"."+ref.Digest+"."+ref.Owner+".sealed")))
	ref.Owner = "" // which does not travel
	return ref, file
}

func uploadOf(ref attach.Ref) wire.Upload {
	return wire.Upload{ID: ref.ID, Digest: ref.Digest, Length: ref.Size}
}

// bring uploads the first n bytes of a file.
func (k *kiosk) bring(f wire.Upload, file []byte, n int) {
	k.h.t.Helper()
	if status, _, p := k.upload("POST", f, -1, nil, nil); status != 201 {
		k.h.t.Fatalf("announced: %d %+v", status, p)
	}
	for at := 0; at < n; {
		part := file[at:min(n, at+wire.MaxUploadPart)]
		if status, _, p := k.upload("PATCH", f, int64(at), part, nil); status != 200 {
			k.h.t.Fatalf("part at %d: %d %+v", at, status, p)
		}
		at += len(part)
	}
}

func (h *hall) attachments(receiptNo string) map[string]central.AttachmentView {
	h.t.Helper()
	var c central.CaseView
	if a := h.staff("GET", "/api/v1/cases/"+receiptNo, nil, &c); a.status != 200 {
		h.t.Fatalf("case: %d %s", a.status, a.body)
	}
	out := map[string]central.AttachmentView{}
	for _, at := range c.Attachments {
		out[at.ID] = at
	}
	return out
}

// onDisk finds the files of uploads.
func (h *hall) onDisk() (names []string) {
	h.t.Helper()
	err := filepath.WalkDir(filepath.Join(h.dir, "uploads"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.t.Fatal(err)
	}
	return names
}

func TestStaffOpenAttachments(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		h.takeUploads(nil)
		k, other := h.enrol("107"), h.enrol("108")
		content := append([]byte(canary), randomBytes(1<<20)...)
		ref, file := k.sealed("image/jpeg", content)
		empty, emptyFile := k.sealed("text/html; charset=utf-8", nil)
		odd, oddFile := k.sealed("a/b\r\nSet-Cookie: x", []byte("odd"))
		it, _ := k.submit(naming(ref, empty, odd))
		k.stored(it)
		k.bring(uploadOf(ref), file, len(file))
		k.bring(uploadOf(empty), emptyFile, len(emptyFile))
		k.bring(uploadOf(odd), oddFile, len(oddFile))
		path := "/api/v1/cases/" + it.ReceiptNo + "/attachments/"
		for _, tt := range []struct {
			ref        attach.Ref
			content    []byte
			kind, name string
		}{
			{ref, content, "image/jpeg", ref.ID + ".jpg"},
			{empty, nil, "text/html; charset=utf-8", empty.ID},
			{odd, []byte("odd"), "application/octet-stream", odd.ID},
		} {
			a := h.staff("GET", path+tt.ref.ID, nil, nil)
			if a.status != 200 || !bytes.Equal(a.body, tt.content) {
				t.Fatalf("%s: %d, %d bytes", tt.kind, a.status, len(a.body))
			}
			for name, want := range map[string]string{
				"Content-Type": tt.kind, "Content-Disposition": "attachment; filename=" + tt.name, "X-Content-Type-Options": "nosniff",
				"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox", "Set-Cookie": "",
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", tt.kind, name, got, want)
				}
			}
		}
		if a := h.get(path + ref.ID); a.status != 401 || bytes.Contains(a.body, content[:20]) {
			t.Errorf("without a token: %d", a.status)
		}
		// A case shows what it names itself, of its own kiosk.
		bare, _ := k.submit(submission)
		k.stored(bare)
		if a := h.staff("GET", "/api/v1/cases/"+bare.ReceiptNo+"/attachments/"+ref.ID, nil, nil); a.status != 404 {
			t.Errorf("of a case that does not name it: %d", a.status)
		}
		theft, _ := other.submit(naming(ref))
		other.stored(theft)
		if a := h.staff("GET", "/api/v1/cases/"+theft.ReceiptNo+"/attachments/"+ref.ID, nil, nil); a.status != 404 || problemOf(a) != central.ProblemComing {
			t.Errorf("another kiosk's file: %d %s", a.status, a.body)
		}
		if a := h.staff("GET", "/api/v1/cases/99999999999999999999/attachments/"+ref.ID, nil, nil); a.status != 404 {
			t.Errorf("of no case: %d", a.status)
		}
		if a := h.staff("GET", path+"..%2F..%2Fkeys.json", nil, nil); a.status != 404 && a.status != 422 {
			t.Errorf("another path: %d", a.status)
		}
		h.lacksOnDisk(content[:len(canary)])
		h.lacksOnDisk(content[len(canary) : len(canary)+32])
	})
}

// lacksOnDisk insists that no file of central's holds text.
func (h *hall) lacksOnDisk(text []byte) {
	h.t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && bytes.Contains(raw, text) {
			h.t.Errorf("%s holds plaintext", path)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if strings.Contains(h.log.String(), string(text)) {
		h.t.Error("the log holds plaintext")
	}
}

func problemOf(a answer) string {
	var p wire.Problem
	_ = json.Unmarshal(a.body, &p)
	return p.Type
}

// A file that went bad at central, wherever in it, is told of and not shown by half.
func TestDamagedAttachmentsAreNotShown(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		h.takeUploads(nil)
		k := h.enrol("107")
		ref, file := k.sealed("application/pdf", randomBytes(300<<10))
		it, _ := k.submit(naming(ref))
		k.stored(it)
		k.bring(uploadOf(ref), file, len(file))
		place := filepath.Join(h.dir, "uploads", k.dev.Hall+"-"+k.dev.Kiosk+"-"+k.dev.Incarnation, ref.ID+"."+ref.Digest)
		path := "/api/v1/cases/" + it.ReceiptNo + "/attachments/" + ref.ID
		for _, at := range []int{0, 30, 200, 4 << 10, 200 << 10, len(file) - 1} {
			bad := bytes.Clone(file)
			bad[at] ^= 1
			if err := os.WriteFile(place, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			a := h.staff("GET", path, nil, nil)
			if a.status != 500 || problemOf(a) != central.ProblemDamaged || a.header.Get("Content-Type") != wire.TypeProblem || a.header.Get("Content-Disposition") != "" {
				t.Errorf("damaged at %d: %d %v, %d bytes", at, a.status, a.header, len(a.body))
			}
		}
		if err := os.WriteFile(place, file[:len(file)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		if a := h.staff("GET", path, nil, nil); a.status != 409 || problemOf(a) != central.ProblemDiffers {
			t.Errorf("cut: %d %s", a.status, a.body)
		}
		if err := os.WriteFile(place, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if a := h.staff("GET", path, nil, nil); a.status != 200 || len(a.body) != 300<<10 {
			t.Errorf("mended: %d, %d bytes", a.status, len(a.body))
		}
	})
}

// Should a file go bad while it is on its way, the answer is cut: whoever reads it sees that it has no end.
func TestAttachmentThatGoesBadIsCut(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	h.http.Close()
	h.http = httptest.NewServer(h.server.Handler()) // without what holds answers back
	k := h.enrol("107")
	ref, file := k.sealed("application/pdf", randomBytes(attach.MaxSize)) // more than all buffers in between hold
	it, _ := k.submit(naming(ref))
	k.stored(it)
	k.bring(uploadOf(ref), file, len(file))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.http.URL+"/api/v1/cases/"+it.ReceiptNo+"/attachments/"+ref.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.keys.OperatorToken)
	res, err := h.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.ContentLength != attach.MaxSize {
		t.Fatalf("%d, %d bytes", res.StatusCode, res.ContentLength)
	}
	place := filepath.Join(h.dir, "uploads", k.dev.Hall+"-"+k.dev.Kiosk+"-"+k.dev.Incarnation, ref.ID+"."+ref.Digest)
	disk, err := os.OpenFile(place, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	if _, err := disk.WriteAt([]byte{file[len(file)-1] ^ 1}, int64(len(file)-1)); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) || n >= attach.MaxSize {
		t.Errorf("read %d bytes, %v; want an early end", n, err)
	}
}

func TestCaseTellsHowFarItsAttachmentsAre(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	k := h.enrol("107")
	here, hereFile := k.sealed("image/jpeg", randomBytes(5000))
	coming, comingFile := k.sealed("image/png", randomBytes(5000))
	missing, _ := k.sealed("", []byte("x"))
	named, _ := k.sealed("image/png", []byte("as named"))
	came, cameFile := k.sealed("image/png", []byte("as it came"))
	it, _ := k.submit(naming(here, coming, missing, named))
	k.bring(uploadOf(here), hereFile, len(hereFile)) // before its item
	k.stored(it)
	k.bring(uploadOf(coming), comingFile, 1234)
	wrong := uploadOf(came)
	wrong.ID = named.ID
	k.bring(wrong, cameFile, len(cameFile))
	want := map[string]central.AttachmentView{
		here.ID:    {ID: here.ID, Type: "image/jpeg", State: central.AttachmentHere, Size: here.Size, Received: here.Size},
		coming.ID:  {ID: coming.ID, Type: "image/png", State: central.AttachmentComing, Size: coming.Size, Received: 1234},
		missing.ID: {ID: missing.ID, State: central.AttachmentComing, Size: missing.Size},
		named.ID:   {ID: named.ID, Type: "image/png", State: central.AttachmentDiffers, Size: named.Size},
	}
	check := func(when string) {
		t.Helper()
		got := h.attachments(it.ReceiptNo)
		for id, w := range want {
			if got[id] != w {
				t.Errorf("%s: %+v, want %+v", when, got[id], w)
			}
		}
		for id, status := range map[string]int{here.ID: 200, coming.ID: 404, missing.ID: 404, named.ID: 409} {
			if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo+"/attachments/"+id, nil, nil); a.status != status {
				t.Errorf("%s: opened with %d %s, want %d", when, a.status, a.body, status)
			}
		}
	}
	check("at first")
	h.restart()
	h.takeUploads(nil)
	check("after a restart")
	// The machine's next incarnation goes on with what the former one had.
	next := h.enrol("107")
	next.bring(uploadOf(missing), []byte("12345"), 5)
	want[missing.ID] = central.AttachmentView{ID: missing.ID, State: central.AttachmentComing, Size: missing.Size, Received: 5}
	check("from another incarnation")
	var list central.CaseList
	if a := h.staff("GET", "/api/v1/cases", nil, &list); a.status != 200 || len(list.Cases) != 1 || list.Cases[0].Attachments != nil {
		t.Errorf("list: %d %s", a.status, a.body)
	}
	var sub central.Submission
	if a := h.staff("GET", "/api/v1/cases/"+it.ReceiptNo+"/payload", nil, &sub); a.status != 200 || len(sub.Attachments) != 4 || sub.Attachments[0] != here {
		t.Errorf("payload: %d %+v", a.status, sub.Attachments)
	}
}

func TestAttachmentsThatCanNotBe(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	good := attach.Ref{ID: item.NewID(h.clock.now()), Size: 100, Digest: strings.Repeat("0a", 32)}
	for what, edit := range map[string]func(*attach.Ref){
		"identity": func(r *attach.Ref) { r.ID = "../../keys.json" },
		"digest":   func(r *attach.Ref) { r.Digest = "0a" },
		"size":     func(r *attach.Ref) { r.Size = wire.MaxUpload + 1 },
		"type":     func(r *attach.Ref) { r.Type = strings.Repeat("x", 101) },
		"twice":    func(*attach.Ref) {},
	} {
		bad := good
		edit(&bad)
		it, _ := k.submit(naming(good, bad))
		if r := k.post(it)[0]; r.Status != wire.Rejected || r.Problem.Type != central.ProblemPayload {
			t.Errorf("%s: %+v %+v", what, r, r.Problem)
		}
	}
	it, _ := k.submit(naming(good)) // a central that takes no uploads shows it as coming
	k.stored(it)
	if got := h.attachments(it.ReceiptNo)[good.ID]; got.State != central.AttachmentComing || got.Received != 0 {
		t.Errorf("without uploads: %+v", got)
	}
}
