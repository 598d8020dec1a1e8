package backroom

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Mounts finds sticks among what is mounted.
type Mounts struct{ Root string } // "/"; where proc and sys are looked for

// Sticks implements Media: what can be written on, and is removable or mounted where desktops mount such things.
func (m Mounts) Sticks() ([]Stick, error) {
	table, err := os.ReadFile(filepath.Join(m.Root, "proc", "self", "mounts"))
	if err != nil {
		return nil, fmt.Errorf("find sticks: %w", err)
	}
	var all []Stick
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) < 4 || !strings.HasPrefix(f[0], "/dev/") || !slices.Contains(strings.Split(f[3], ","), "rw") {
			continue
		}
		dir := unescape(f[1])
		if m.removable(filepath.Base(f[0])) || strings.HasPrefix(dir, "/media/") || strings.HasPrefix(dir, "/run/media/") {
			all = append(all, Stick{Name: filepath.Base(dir), Dir: filepath.Join(m.Root, dir)})
		}
	}
	return all, nil
}

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
