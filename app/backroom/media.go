package backroom

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Mounts finds sticks among what is mounted.
type Mounts struct{ Root string } // "/"; where proc and sys are looked for

// Sticks implements Media: what is removable or mounted where desktops mount such things. One that is mounted twice is one.
func (m Mounts) Sticks() ([]Stick, error) {
	table, err := os.ReadFile(filepath.Join(m.Root, "proc", "self", "mounts"))
	if err != nil {
		return nil, fmt.Errorf("find sticks: %w", err)
	}
	var all []Stick
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) < 4 || !strings.HasPrefix(f[0], "/dev/") || f[2] == "iso9660" {
			continue
		}
		dir, disk := unescape(f[1]), filepath.Base(f[0])
		if !m.removable(disk) && !strings.HasPrefix(dir, "/media/") && !strings.HasPrefix(dir, "/run/media/") ||
			slices.ContainsFunc(all, func(s Stick) bool { return s.Disk == disk }) {
			continue
		}
		s := Stick{Name: m.label(disk), Disk: disk, Dir: filepath.Join(m.Root, dir), ReadOnly: slices.Contains(strings.Split(f[3], ","), "ro")}
		if s.Name == "" {
			s.Name = filepath.Base(dir)
		}
		var fs unix.Statfs_t
		if err := unix.Statfs(s.Dir, &fs); err != nil {
			continue // it is being pulled out
		}
		s.Free = fs.Bavail * uint64(fs.Bsize)
		all = append(all, s)
	}
	return all, nil
}

// label is what the owner of a stick has called it; empty when nobody has.
func (m Mounts) label(disk string) string {
	dir := filepath.Join(m.Root, "dev", "disk", "by-label")
	links, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, l := range links {
		if to, err := os.Readlink(filepath.Join(dir, l.Name())); err == nil && filepath.Base(to) == disk {
			return labelEscape.ReplaceAllStringFunc(l.Name(), func(x string) string {
				b, err := strconv.ParseUint(x[2:], 16, 8)
				if err != nil {
					return x
				}
				return string([]byte{byte(b)})
			})
		}
	}
	return ""
}

// labelEscape is how udev writes what a file name can not have.
var labelEscape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// removable asks the kernel about a disk or the disk that a partition is on.
func (m Mounts) removable(dev string) bool {
	at := filepath.Join(m.Root, "sys", "class", "block", dev)
	if real, err := filepath.EvalSymlinks(at); err == nil {
		at = real
	}
	for _, file := range []string{filepath.Join(at, "removable"), filepath.Join(filepath.Dir(at), "removable")} {
		if is, err := os.ReadFile(file); err == nil {
			return strings.TrimSpace(string(is)) == "1"
		}
	}
	return false
}

// unescape undoes what the kernel does to blanks in the table of mounts.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
