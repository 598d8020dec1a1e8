package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"onedoor/sync/central/badgerstore"
)

// TestC1CentralRestoredFromABackup: what came in after the backup is sent again by the node that still has it, unasked, and
// what the backup knows is not.
func TestC1CentralRestoredFromABackup(t *testing.T) {
	h := newHall(t)
	h.enrol()
	deliver := func(items, want int) {
		t.Helper()
		if items > 0 {
			h.accept(items)
		}
		r := h.run("--data", h.data, "--upstream", h.url)
		r.until("all is delivered", func(s status) bool {
			_, total, err := h.store.Cases(t.Context(), 0, 1)
			return err == nil && s.Waiting == 0 && s.Link == "online" && total == want
		})
		if code, log := r.end(); code != 0 {
			t.Errorf("status %d: %s", code, log)
		}
	}
	deliver(150, 150)
	h.end()
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(h.home)); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"keys.json", "operator-token"} { // as a backup program would keep them
		if err := os.Chmod(filepath.Join(backup, secret), 0o600); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	h.begin()
	deliver(130, 280)
	h.end()
	if _, err := badgerstore.Restored(badgerstore.Config{Dir: backup, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	h.home = backup
	h.begin()
	if _, total, err := h.store.Cases(t.Context(), 0, 1); err != nil || total != 150 {
		t.Fatalf("the backup has %d cases, %v", total, err)
	}
	deliver(0, 280)
	deliver(5, 285)
}
