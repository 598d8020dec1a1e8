package faultfs_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"onedoor/sync/faultfs"
)

// mount is a file system at a folder; the test is skipped where none can be mounted.
func mount(t *testing.T) (fs *faultfs.FS, base, at string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("there is no /dev/fuse")
	}
	base = t.TempDir()
	below, at := filepath.Join(base, "below"), filepath.Join(base, "at")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Mkdir(at, 0o700)); err != nil {
		t.Fatal(err)
	}
	fs, err := faultfs.Mount(below, at)
	if err != nil {
		t.Skipf("can not mount: %v", err)
	}
	t.Cleanup(func() {
		if err := fs.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return fs, base, at
}

// TestAFailingDisk: what was written stays, nothing can be added while it fails, and everything afterwards.
func TestAFailingDisk(t *testing.T) {
	fs, _, at := mount(t)
	f, err := os.Create(filepath.Join(at, "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(s string) error { _, err := f.WriteAt([]byte(s), 0); return errors.Join(err, f.Sync()) }
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	fs.Fail(true)
	_, made := os.Create(filepath.Join(at, "other"))
	for what, err := range map[string]error{"write": write("during"), "make": made, "rename": os.Rename(filepath.Join(at, "file"), filepath.Join(at, "new"))} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(at, "file")); err != nil || string(b) != "before" {
		t.Errorf("it holds %q, %v", b, err)
	}
	fs.Fail(false)
	if err := write("after!"); err != nil {
		t.Errorf("when it is well again: %v", err)
	}
}

// TestACutKeepsWhatWasSynced: synced data and names are there after every cut, what was not synced is there or not, and never
// anything else.
func TestACutKeepsWhatWasSynced(t *testing.T) {
	fs, base, at := mount(t)
	old, fresh := bytes.Repeat([]byte{1}, 4096), bytes.Repeat([]byte{2}, 4096)
	f, err := os.Create(filepath.Join(at, "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(b []byte, sync bool) {
		t.Helper()
		_, err := f.WriteAt(b, 0)
		if sync {
			err = errors.Join(err, f.Sync())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(old, true)
	write(fresh, false)
	if err := os.Rename(filepath.Join(at, "file"), filepath.Join(at, "renamed")); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for seed := range uint64(64) {
		left := filepath.Join(base, "left")
		if err := fs.Cut(left, seed); err != nil {
			t.Fatal(err)
		}
		name := "file"
		b, err := os.ReadFile(filepath.Join(left, name))
		if errors.Is(err, os.ErrNotExist) {
			name = "renamed"
			b, err = os.ReadFile(filepath.Join(left, name))
		}
		if err != nil || len(b) != len(old) {
			t.Fatalf("seed %d: %d bytes, %v", seed, len(b), err)
		}
		seen[name]++
		for s := 0; s < len(b); s += 512 {
			switch sector := b[s : s+512]; {
			case bytes.Equal(sector, old[:512]):
				seen["old sector"]++
			case bytes.Equal(sector, fresh[:512]):
				seen["new sector"]++
			default:
				t.Fatalf("seed %d: sector %d is neither old nor new", seed, s/512)
			}
		}
		if err := os.RemoveAll(left); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range []string{"file", "renamed", "old sector", "new sector"} {
		if seen[what] == 0 {
			t.Errorf("%s never came about: %v", what, seen)
		}
	}
	if _, err := f.WriteAt(old, 0); err == nil {
		t.Error("after the cut writes still reach the disk")
	}
}
