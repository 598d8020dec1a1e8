package staff

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/item"
)

// On a full disk those who come to make room can still sign in, and are logged; and the program comes up. (D6)
func TestSignInOnAFullDisk(t *testing.T) {
	at := t.TempDir()
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("mounting needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	b := setup(t)
	private, _, err := item.Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	cfg := audit.Config{Dir: filepath.Join(at, "audit"), Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}, Suite: item.Default(), SignKey: "k",
		SignPrivate: private, Now: b.cfg.Now}
	log, err := audit.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.cfg.Audit, b.cfg.File = log, filepath.Join(at, "tries.json")
	b.start()
	b.mustIn(Kiosk, "li-wei")
	fill := func() {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(at, "rubbish"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, size := range []int64{1 << 16, 512} {
			for err == nil {
				_, err = io.Copy(f, bytes.NewReader(make([]byte, size)))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			err = nil
		}
	}
	fill()
	for range 5 {
		b.advance(time.Minute)
		b.mustIn(Kiosk, "li-wei")
	}
	if _, err := b.in(Kiosk, "wang-li", "112358"); !errors.Is(err, ErrWrong) {
		t.Errorf("wrong PIN: %v", err)
	}
	fill() // the spare room is gone, too
	if err := log.Close(); err != nil && !errors.Is(err, audit.ErrStopped) {
		t.Fatal(err)
	}
	if log, err = audit.Open(cfg); err != nil {
		t.Fatalf("open the log on a full disk: %v", err)
	}
	b.cfg.Audit = log
	b.start()
	if err := os.Remove(filepath.Join(at, "rubbish")); err != nil {
		t.Fatal(err)
	}
	b.advance(time.Minute)
	b.mustIn(Kiosk, "li-wei")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}
