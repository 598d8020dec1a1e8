package outbox

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const smaps = `00400000-00f3c000 r-xp 00000000 fe:00 19 /usr/bin/edge
Rss:                8000 kB
c000000000-c001000000 rw-p 00000000 00:00 0
Rss:               12000 kB
7f0000000000-7f0000200000 r--s 00000000 fe:00 21                 /var/lib/one door/outbox/queue/000078.sst
Size:               2048 kB
Rss:                1944 kB
7f0000200000-7f0000400000 r--s 00000000 fe:00 22                 /var/lib/one door/outbox/queue/000079.sst
Rss:                   0 kB
7f0000400000-7f0001400000 rw-s 00000000 fe:00 23                 /var/lib/one door/outbox/queue/00001.mem
Rss:                9000 kB
7f0001400000-7f0001600000 r--s 00000000 fe:00 24                 /var/lib/another/queue/000078.sst
Rss:                1944 kB
`

func TestOnlyTheQueuesTablesAreCounted(t *testing.T) {
	found, resident, err := tables(strings.NewReader(smaps), "/var/lib/one door/outbox/queue")
	if err != nil {
		t.Fatal(err)
	}
	want := []region{{0x7f0000000000, 0x7f0000200000, 1944 << 10}, {0x7f0000200000, 0x7f0000400000, 0}}
	if !slices.Equal(found, want) || resident != 1944<<10 {
		t.Errorf("found %+v with %d bytes, want %+v", found, resident, want)
	}
}

func TestTablesThatWereReadAreLeftToTheKernel(t *testing.T) {
	dir, err := realPath(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	if fs.Type == unix.TMPFS_MAGIC {
		t.Skip("files of a tmpfs stay in memory")
	}
	content := randomBytes(8 << 20)
	mapped := mapTable(t, filepath.Join(dir, "000001.sst"), content)
	same := func() bool { return bytes.Equal(mapped, content) } // and every page is read
	if !same() {
		t.Fatal("the mapped file is another")
	}
	if before, err := leave(dir, 64<<20); err != nil || before < 8<<20 {
		t.Fatalf("%d bytes resident, error %v", before, err)
	}
	if before, err := leave(dir, 64<<20); err != nil || before < 8<<20 {
		t.Errorf("what is below the limit was taken: %d bytes are left, error %v", before, err)
	}
	if _, err := leave(dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	if after, err := leave(dir, 64<<20); err != nil || after > 1<<20 {
		t.Errorf("%d bytes are still resident, error %v", after, err)
	}
	if !same() {
		t.Error("what is read again is another")
	}
}

// mapTable writes a file to the medium and maps it as Badger does its tables.
func mapTable(t *testing.T, path string, content []byte) []byte {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	mapped, err := unix.Mmap(int(f.Fd()), 0, len(content), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(mapped); err != nil {
			t.Error(err)
		}
	})
	return mapped
}
