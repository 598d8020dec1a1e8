package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"onedoor/app/config"
	"onedoor/cmd/edge/node"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
)

// TestAttachmentsTravelBesideTheirItems: what an accepted item names arrives whole and leaves this machine; what nobody
// accepted goes nowhere.
func TestAttachmentsTravelBesideTheirItems(t *testing.T) {
	h := newHall(t)
	h.enrol()
	id, err := config.LoadIdentity(h.data)
	if err != nil {
		t.Fatal(err)
	}
	files, err := node.OpenAttachments(h.data, id)
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.OpenOutbox(h.data, id, time.Now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	owner := item.NewID(time.Now())
	ref, err := files.Put(t.Context(), owner, item.NewID(time.Now()), "image/jpeg", bytes.NewReader(make([]byte, 300_000)))
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := files.Put(t.Context(), item.NewID(time.Now()), item.NewID(time.Now()), "image/jpeg", bytes.NewReader(make([]byte, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = out.Accept(t.Context(), outbox.Draft{ID: owner, Type: item.TypeSubmission, Subject: "service/residence-permit", CaseID: item.NewID(time.Now()),
		TrackHash: tracking.New(id.Device.Number, id.Device.TrackingKey).Hash(), Numbered: true, Catalogue: "214",
		Payload: []byte(`{"service":{"id":"residence-permit"},"attachments":[{"id":"` + ref.ID + `","size":` + strconv.FormatInt(ref.Size, 10) + `,"digest":"` + ref.Digest + `"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	r := h.run("--data", h.data, "--upstream", h.url)
	r.until("the file has gone", func(s status) bool {
		_, err := os.Stat(filepath.Join(h.data, "attachments", ref.ID+"."+ref.Digest+"."+owner+".sealed"))
		return s.Waiting == 0 && os.IsNotExist(err)
	})
	if code, log := r.end(); code != 0 {
		t.Errorf("status %d: %s", code, log)
	}
	there, err := filepath.Glob(filepath.Join(h.home, "uploads", "*", ref.ID+"*"))
	if err != nil || len(there) != 1 {
		t.Fatalf("central has %v, %v", there, err)
	}
	if info, err := os.Stat(there[0]); err != nil || info.Size() != ref.Size {
		t.Errorf("central's file: %+v, %v", info, err)
	}
	if left, err := files.List(); err != nil || len(left) != 1 || left[0].ID != orphan.ID {
		t.Errorf("left here: %+v, %v", left, err)
	}
}
