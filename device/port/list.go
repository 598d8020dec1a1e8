package port

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Line is a serial line of this machine.
type Line struct {
	// Path is the most lasting name it has: by identity, else by socket, else Node. Put this into a configuration.
	Path string
	// Node is the device file itself, such as /dev/ttyUSB0. The number changes on replugging.
	Node string
	// ByID is the name by maker, model and serial number; empty when there is none.
	ByID string
	// ByPath is the name by the socket it is plugged into; empty when there is none.
	ByPath string
}

// List finds the serial lines of this machine, sorted by Path.
func List() ([]Line, error) { return ListIn("/dev", "/sys") }

// ListIn is List over other roots for device files and for sysfs.
func ListIn(dev, sys string) ([]Line, error) {
	byID, err := links(filepath.Join(dev, "serial", "by-id"))
	if err != nil {
		return nil, err
	}
	byPath, err := links(filepath.Join(dev, "serial", "by-path"))
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, pattern := range []string{"ttyUSB*", "ttyACM*", "ttyS*", "ttyAMA*"} {
		nodes, err := filepath.Glob(filepath.Join(dev, pattern))
		if err != nil {
			return nil, fmt.Errorf("list serial lines: %w", err)
		}
		for _, node := range nodes {
			if fitted(sys, filepath.Base(node)) {
				lines = append(lines, Line{Node: node, ByID: byID[filepath.Base(node)], ByPath: byPath[filepath.Base(node)]})
			}
		}
	}
	name(lines)
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	return lines, nil
}

// name picks the lasting names. Adapters without a serial number share one name by identity, and only one of them has the
// link at a time: where a line that hangs on a socket has none, names by identity can not be relied on.
func name(lines []Line) {
	clash := slices.ContainsFunc(lines, func(l Line) bool { return l.ByPath != "" && l.ByID == "" })
	for i, l := range lines {
		switch {
		case l.ByID != "" && (!clash || l.ByPath == ""):
			lines[i].Path = l.ByID
		case l.ByPath != "":
			lines[i].Path = l.ByPath
		default:
			lines[i].Path = l.Node
		}
	}
}

// links maps device names to the first link of a folder that points at them. No folder means no links.
func links(folder string) (map[string]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list serial lines: %w", err)
	}
	out := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		target, err := os.Readlink(path)
		if err != nil {
			continue // gone meanwhile, or no link
		}
		if node := filepath.Base(target); out[node] == "" {
			out[node] = path
		}
	}
	return out, nil
}

// fitted says whether there is hardware behind a device file. Linux makes files for motherboard ports that do not exist;
// sysfs gives those the type 0.
func fitted(sys, node string) bool {
	kind, err := os.ReadFile(filepath.Join(sys, "class", "tty", node, "type"))
	return err != nil || strings.TrimSpace(string(kind)) != "0"
}
