package outbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Badger maps its tables, and a merge or a look at everything that waits leaves all of them resident: up to the whole
// queue, some hundred megabytes with 100,000 items. The kernel would take those pages back when it is short of memory,
// after it has thrown out what the screen needs. What is read again comes from the medium again.
const (
	// residentEvery is how often it is looked at, in ticks of keepEvery.
	residentEvery = 3
	// residentLimit is what of the tables may stay, bytes.
	residentLimit = 16 << 20
)

// region is a mapped file's place in memory, from its first address to behind its last.
type region struct {
	from, to uint64
	resident int64 // bytes
}

// tables finds the regions of dir's tables in what /proc/self/smaps says, and how much of them is resident.
func tables(smaps io.Reader, dir string) (found []region, resident int64, err error) {
	lines := bufio.NewScanner(smaps)
	lines.Buffer(nil, 64<<10)
	mine := false
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch from, to, dashed := strings.Cut(word, "-"); {
		case word == "Rss:" && mine:
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return nil, 0, fmt.Errorf("resident size: %w", err)
			}
			found[len(found)-1].resident = kb << 10
			resident += kb << 10
		case dashed && !strings.HasSuffix(word, ":"):
			_, path, _ := strings.Cut(rest, "/")
			if mine = filepath.Ext(path) == ".sst" && filepath.Dir("/"+path) == dir; !mine {
				continue
			}
			f, errFrom := strconv.ParseUint(from, 16, 64)
			t, errTo := strconv.ParseUint(to, 16, 64)
			if err := errors.Join(errFrom, errTo); err != nil {
				return nil, 0, fmt.Errorf("mapped region: %w", err)
			}
			found = append(found, region{from: f, to: t})
		}
	}
	return found, resident, lines.Err()
}

// realPath is how the kernel calls a directory.
func realPath(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("look at mapped tables: %w", err)
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("look at mapped tables: %w", err)
	}
	return real, nil
}

// leave gives pages of the tables back to the kernel when more than limit bytes of them are resident, and says how many
// bytes were. A table that is unmapped meanwhile does no harm, whatever comes to lie in its place: the advice changes no
// content.
func leave(dir string, limit int64) (resident int64, err error) {
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return 0, fmt.Errorf("look at mapped tables: %w", err)
	}
	defer smaps.Close()
	found, resident, err := tables(smaps, dir)
	if err != nil || resident <= limit {
		return resident, err
	}
	for _, r := range found {
		if r.resident == 0 {
			continue
		}
		if _, _, no := unix.Syscall(unix.SYS_MADVISE, uintptr(r.from), uintptr(r.to-r.from), unix.MADV_PAGEOUT); no != 0 && no != unix.ENOMEM {
			return resident, fmt.Errorf("page out a table: %w", no)
		}
	}
	return resident, nil
}
