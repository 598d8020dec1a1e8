//go:build unix

package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrInUse is returned by Open when another process, or another Outbox of this one, has the directory.
var ErrInUse = errors.New("outbox directory is in use by another process")

const lockName = "lock"

// lockDir takes the directory for this process; closing the file gives it back, and so does the end of the process.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make lock file: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("lock directory: %w", err)
	}
	return f, nil
}

// Holder gives the process that has the outbox in a directory open, 0 when none has. It changes nothing.
func Holder(dir string) (pid int, err error) { return holder(filepath.Join(dir, lockName)) }

// holder gives the process that has locked a file, 0 when none has. The kernel's list of locks is asked: trying the lock
// would take it, if only for a moment, from whoever is about to start.
func holder(path string) (pid int, err error) {
	var file unix.Stat_t
	if err := unix.Stat(path, &file); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	} else if err != nil {
		return 0, fmt.Errorf("look at lock file: %w", err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, fmt.Errorf("look at locks: %w", err)
	}
	place := fmt.Sprintf("%02x:%02x:%d", unix.Major(file.Dev), unix.Minor(file.Dev), file.Ino)
	for line := range strings.Lines(string(locks)) {
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" {
			continue // "->" in its place is one that waits
		}
		pid, err := strconv.Atoi(f[4])
		if err != nil {
			continue
		}
		// Some file systems, such as btrfs, tell the list another device number than the one they tell who asks.
		inode := f[5][strings.LastIndexByte(f[5], ':')+1:]
		if f[5] == place || inode == strconv.FormatUint(file.Ino, 10) && hasOpen(pid, path) {
			return pid, nil
		}
	}
	return 0, nil
}

// hasOpen says whether a process is seen to have a file open; another user's are not.
func hasOpen(pid int, path string) bool {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	open, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		return false
	}
	for _, fd := range open {
		if target, err := os.Readlink(fd); err == nil && target == path {
			return true
		}
	}
	return false
}
