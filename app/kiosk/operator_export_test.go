package kiosk_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onedoor/app/audit"
	"onedoor/app/backroom"
	"onedoor/app/kiosk"
	"onedoor/sync/item"
	"onedoor/sync/parcel"
)

// stick is a medium that was plugged in, in a tree like the system's.
func stick(t *testing.T) (backroom.Mounts, string) {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "mnt", "TEST STICK")
	for _, d := range []string{dir, filepath.Join(root, "proc", "self"), filepath.Join(root, "sys", "devices", "sdb", "sdb1"), filepath.Join(root, "sys", "class", "block")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mounts := "/dev/sda1 / ext4 rw,relatime 0 0\n/dev/sdb1 /mnt/TEST\\040STICK vfat rw,nosuid 0 0\ntmpfs /media/x tmpfs rw 0 0\n"
	if err := errors.Join(os.WriteFile(filepath.Join(root, "proc", "self", "mounts"), []byte(mounts), 0o644),
		os.WriteFile(filepath.Join(root, "sys", "devices", "sdb", "removable"), []byte("1\n"), 0o644),
		os.Symlink(filepath.Join(root, "sys", "devices", "sdb", "sdb1"), filepath.Join(root, "sys", "class", "block", "sdb1"))); err != nil {
		t.Fatal(err)
	}
	return backroom.Mounts{Root: root}, dir
}

// TestExportToAStick: what is written is read back whole, opens with central's key alone, and nothing of a citizen is in it. A
// maintainer takes the logs and not the queue.
func TestExportToAStick(t *testing.T) {
	box, keys := newOutbox(t)
	suite := item.Default()
	private, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	mounts, dir := stick(t)
	home := t.TempDir()
	log := []byte("{\"msg\":\"visit\",\"from\":\"attract\"}\n")
	r := openRoomIn(t, box, keys, home, func(c *backroom.Config) {
		c.Media = mounts
		c.Export = backroom.Sealed{SealedConfig: backroom.SealedConfig{Outbox: box, Suite: suite, Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"},
			SignKey: "k1", SignPriv: private, SealKey: "c1", SealPublic: keys.public, Now: time.Now,
			Logs: []backroom.LogSource{{Name: "kiosk.log", Read: func() ([]byte, error) { return log, nil }}}}}
	})
	r.submits()
	r.signIn("m1")
	r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "export"})
	p := r.page("the choice", func(p kiosk.Staff) bool { return p.Heading == r.said("backroom.export") })
	if len(p.Cards) != 1 {
		t.Errorf("a maintainer is offered %+v", p.Cards)
	}
	r.send(kiosk.Act{ID: "choose", Subject: "backroom.export.logs"})
	r.again("m1")
	done, _, _ := strings.Cut(r.said("backroom.export.done"), "{")
	s := r.page("what was written", func(p kiosk.Staff) bool { return strings.HasPrefix(p.Summary.Text, done) })
	if !strings.Contains(s.Summary.Text, "TEST STICK") {
		t.Errorf("it says %q", s.Summary.Text)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("on the stick are %v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("attract")) {
		t.Error("the logs are not sealed")
	}
	suites := map[string]item.Suite{suite.Name(): suite}
	head, content, err := parcel.OpenSealed(bytes.NewReader(raw), suites, func(string) []byte { return keys.private })
	if err != nil || head.SealKey != "c1" || head.Content != "logs.tar.gz" {
		t.Fatalf("opened %+v, %v", head, err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(zip)
	if h, err := archive.Next(); err != nil || h.Name != "kiosk.log" {
		t.Fatalf("the archive holds %+v, %v", h, err)
	}
	if got, err := io.ReadAll(archive); err != nil || !bytes.Equal(got, log) {
		t.Errorf("the log is %q, %v", got, err)
	}
	for _, at := range []int{5, len(raw) / 2, len(raw) - 1} {
		altered := bytes.Clone(raw)
		altered[at] ^= 1
		if _, _, err := parcel.OpenSealed(bytes.NewReader(altered), suites, func(string) []byte { return keys.private }); !errors.Is(err, parcel.ErrParcel) {
			t.Errorf("altered at %d it opens: %v", at, err)
		}
	}
	if n := r.logged(audit.KindExported, func(e audit.Entry) bool { return e.Detail == audit.Logs && e.Disposition == audit.Done }); n != 1 {
		t.Errorf("%d exports are logged", n)
	}
}

// TestExportTheQueue: a supervisor takes along what central does not have. A stick that was pulled out meanwhile is said, and
// leaves nothing behind.
func TestExportTheQueue(t *testing.T) {
	suite := item.Default()
	sign, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	box, keys := newOutboxSigned(t, sign)
	mounts, dir := stick(t)
	r := openRoomIn(t, box, keys, t.TempDir(), func(c *backroom.Config) {
		c.Media = mounts
		c.Export = backroom.Sealed{SealedConfig: backroom.SealedConfig{Outbox: box, Suite: suite, Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"},
			SignKey: "k1", SignPriv: sign, SealKey: "c1", SealPublic: keys.public, Now: time.Now}}
	})
	number := r.submits()
	r.eventually("the print's outcome, which is kept beside the visit", func() bool { return box.Stats().LastSequence == 2 })
	r.signIn("s1")
	r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "export"})
	r.page("the choice", func(p kiosk.Staff) bool { return len(p.Cards) == 2 && p.Heading == r.said("backroom.export") })
	r.send(kiosk.Act{ID: "choose", Subject: "backroom.export.queue"})
	r.again("s1")
	done, _, _ := strings.Cut(r.said("backroom.export.done"), "{")
	r.page("what was written", func(p kiosk.Staff) bool { return strings.HasPrefix(p.Summary.Text, done) })
	files, err := filepath.Glob(filepath.Join(dir, "*.parcel"))
	if err != nil || len(files) != 1 {
		t.Fatalf("on the stick are %v, %v", files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, items, err := parcel.Read(f, map[string]item.Suite{suite.Name(): suite})
	if err != nil || len(items) != 2 || items[0].ReceiptNo != number {
		t.Errorf("the parcel holds %d items, %v", len(items), err)
	}
	r.send(kiosk.Act{ID: "export"})
	r.page("the choice", func(p kiosk.Staff) bool { return len(p.Cards) == 2 && p.Heading == r.said("backroom.export") })
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	r.send(kiosk.Act{ID: "choose", Subject: "backroom.export.queue"})
	r.again("s1")
	r.summary("backroom.export.pulled", "stick", "TEST STICK")
	if n := r.logged(audit.KindExported, func(e audit.Entry) bool { return e.Disposition == audit.Failed }); n != 1 {
		t.Errorf("%d failed exports are logged", n)
	}
}

// plugged writes the table of mounts.
func plugged(t *testing.T, m backroom.Mounts, lines ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.Root, "proc", "self", "mounts"), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSticksAreChosenAmong: one of two is chosen by its label, what is read-only can not be, and what is pulled out while it is
// written on leaves nothing that counts.
func TestSticksAreChosenAmong(t *testing.T) {
	mounts, first := stick(t)
	second := filepath.Join(mounts.Root, "media", "x")
	labels := filepath.Join(mounts.Root, "dev", "disk", "by-label")
	if err := errors.Join(os.MkdirAll(second, 0o755), os.MkdirAll(labels, 0o755), os.Symlink("../../sdc1", filepath.Join(labels, `HALL\x20KEY`))); err != nil {
		t.Fatal(err)
	}
	const one, other = `/dev/sdb1 /mnt/TEST\040STICK vfat rw,nosuid 0 0`, `/dev/sdc1 /media/x vfat rw 0 0`
	plugged(t, mounts, one, other, `/dev/sdc1 /media/twice vfat rw 0 0`)
	writes := func(string) {}
	r := openRoom(t, func(c *backroom.Config) {
		c.Media = mounts
		c.Export = export(func(dir string) (backroom.Written, error) {
			name := filepath.Join(dir, "onedoor-logs")
			err := os.WriteFile(name, []byte("sealed"), 0o600)
			writes(dir)
			return backroom.Written{File: filepath.Base(name), Items: 1, Bytes: 6}, err
		})
	})
	screen[kiosk.Attract](r.hall)
	r.signIn("m1")
	r.send(kiosk.Section{ID: "settings"})
	begin := func() kiosk.Staff {
		r.send(kiosk.Act{ID: "export"})
		help := r.said("backroom.export.which")
		p := r.page("the sticks", func(p kiosk.Staff) bool { return p.Summary.Text == help })
		if len(p.Cards) != 2 || p.Cards[0].Title != "TEST STICK" || p.Cards[1].Title != "HALL KEY" || !strings.Contains(p.Cards[1].Lines[0], "sdc1") {
			t.Fatalf("the choice is %+v", p.Cards)
		}
		return p
	}
	begin()
	r.send(kiosk.Act{ID: "choose", Subject: second})
	r.page("the choice", func(p kiosk.Staff) bool { return strings.Contains(p.Summary.Text, "HALL KEY") })
	r.send(kiosk.Act{ID: "choose", Subject: "backroom.export.logs"})
	r.again("m1")
	r.page("what was written", func(p kiosk.Staff) bool {
		return strings.Contains(p.Summary.Text, "onedoor-logs") && p.Summary.Tone == kiosk.Good
	})
	if _, err := os.Stat(filepath.Join(second, "onedoor-logs")); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(first); err != nil || len(left) > 0 {
		t.Errorf("on the other are %v, %v", left, err)
	}

	plugged(t, mounts, strings.Replace(one, "rw", "ro", 1), other)
	if p := begin(); len(p.Cards[0].Buttons) != 0 || p.Cards[0].Lines[0] != r.said("backroom.export.readonly", "stick", "TEST STICK") {
		t.Errorf("a stick that is read-only is offered: %+v", p.Cards[0])
	}
	r.send(kiosk.Act{ID: "choose", Subject: first}) // means nothing
	r.send(kiosk.Back{})
	plugged(t, mounts, strings.Replace(one, "rw", "ro", 1))
	r.send(kiosk.Act{ID: "export"})
	r.summary("backroom.export.readonly", "stick", "TEST STICK")

	plugged(t, mounts, one, other)
	begin()
	writes = func(string) { plugged(t, mounts, other) }
	r.send(kiosk.Act{ID: "choose", Subject: first}, kiosk.Act{ID: "choose", Subject: "backroom.export.logs"})
	r.again("m1")
	r.summary("backroom.export.pulled", "stick", "TEST STICK")
	if left, err := os.ReadDir(first); err != nil || len(left) > 0 {
		t.Errorf("where the stick was are %v, %v", left, err)
	}

	plugged(t, mounts)
	r.send(kiosk.Act{ID: "export"})
	r.summary("backroom.export.nostick")
}

// export writes both things in one way.
type export func(dir string) (backroom.Written, error)

func (e export) Queue(_ context.Context, dir string) (backroom.Written, error) { return e(dir) }
func (e export) Logs(_ context.Context, dir string) (backroom.Written, error)  { return e(dir) }

// TestAFullStick: a real medium that has too little room, before and while it is written on.
func TestAFullStick(t *testing.T) {
	mounts, dir := stick(t)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1400k"); err != nil {
		t.Skipf("only who may mount can make a small medium: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	box, keys := newOutbox(t)
	suite := item.Default()
	noise := make([]byte, 4<<20)
	rand.Read(noise)
	r := openRoomIn(t, box, keys, t.TempDir(), func(c *backroom.Config) {
		c.Media = mounts
		c.Export = backroom.Sealed{SealedConfig: backroom.SealedConfig{Outbox: box, Suite: suite, SealKey: "c1", SealPublic: keys.public, Now: time.Now,
			Logs: []backroom.LogSource{{Name: "kiosk.log", Read: func() ([]byte, error) { return noise, nil }}}}}
	})
	screen[kiosk.Attract](r.hall)
	r.signIn("m1")
	r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "export"})
	r.page("the choice", func(p kiosk.Staff) bool { return p.Heading == r.said("backroom.export") })
	r.send(kiosk.Act{ID: "choose", Subject: "backroom.export.logs"})
	r.again("m1")
	full, _, _ := strings.Cut(r.said("backroom.export.full", "stick", "TEST STICK"), "{")
	r.page("that it is full", func(p kiosk.Staff) bool { return strings.HasPrefix(p.Summary.Text, full) })
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("half of it is left: %v, %v", left, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "films"), noise[:1<<20], 0o600); err != nil {
		t.Fatal(err)
	}
	r.send(kiosk.Section{ID: "settings"}, kiosk.Act{ID: "export"})
	p := r.page("that it is full before", func(p kiosk.Staff) bool { return strings.HasPrefix(p.Summary.Text, full) })
	if p.Summary.Tone != kiosk.Caution {
		t.Errorf("it was tried: %+v", p.Summary)
	}
}
