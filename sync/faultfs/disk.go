package faultfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const sector = 512

// object is a file, whatever it is called.
type object struct {
	durable []byte       // content as of its last sync
	dirty   map[int]bool // sectors written since
	sized   bool         // its size has changed since
	path    string       // in the folder, while it has a name
}

// change is a change of names.
type change struct {
	from, to string  // from is empty for a new name, to for one that goes
	object   *object // nil for a folder
}

// disk knows what a power cut may leave.
type disk struct {
	root string // the folder that everything is passed through to

	mu        sync.Mutex
	files     map[string]*object // by path below root
	changes   []change
	committed int // changes that are durable
}

func newDisk(root string) *disk { return &disk{root: root, files: map[string]*object{}} }

func (d *disk) made(path string, folder bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var o *object
	if !folder {
		o = &object{dirty: map[int]bool{}, path: path}
		d.files[path] = o
	}
	d.changes = append(d.changes, change{to: path, object: o})
}

func (d *disk) removed(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.files[path]; o != nil {
		o.path = ""
		delete(d.files, path)
	}
	d.changes = append(d.changes, change{from: path})
}

func (d *disk) renamed(from, to string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.files[to]; o != nil {
		o.path = ""
	}
	o := d.files[from]
	delete(d.files, from)
	if o != nil {
		o.path, d.files[to] = to, o
	} else { // a folder: everything in it goes along
		for path, inside := range d.files {
			if rest, ok := strings.CutPrefix(path, from+"/"); ok {
				delete(d.files, path)
				inside.path = filepath.Join(to, rest)
				d.files[inside.path] = inside
			}
		}
	}
	d.changes = append(d.changes, change{from: from, to: to, object: o})
}

func (d *disk) wrote(path string, at int64, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.files[path]; o != nil && n > 0 {
		for s := int(at / sector); s <= int((at+int64(n)-1)/sector); s++ {
			o.dirty[s] = true
		}
		o.sized = true
	}
}

func (d *disk) sized(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.files[path]; o != nil {
		o.sized = true
	}
}

// synced makes a file's content durable, and with it all names. An empty path is a folder's sync.
func (d *disk) synced(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.committed = len(d.changes)
	o := d.files[path]
	if o == nil || len(o.dirty) == 0 && !o.sized {
		return nil
	}
	live, err := os.ReadFile(filepath.Join(d.root, path))
	if err != nil {
		return err
	}
	o.durable, o.sized = live, false
	clear(o.dirty)
	return nil
}

// cut writes into the folder to what a power cut now would leave.
func (d *disk) cut(to string, r *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	names, folders := map[string]*object{}, map[string]bool{}
	last := d.committed + r.IntN(len(d.changes)-d.committed+1)
	for _, c := range d.changes[:last] {
		switch {
		case c.object == nil && c.from == "":
			folders[c.to] = true
		case c.to == "":
			delete(names, c.from)
			delete(folders, c.from)
		case c.object != nil:
			delete(names, c.from)
			names[c.to] = c.object
		default:
			moveFolder(names, folders, c.from, c.to)
		}
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	all := make([]string, 0, len(folders))
	for f := range folders {
		all = append(all, f)
	}
	slices.Sort(all)
	for _, f := range all {
		if err := os.MkdirAll(filepath.Join(to, f), 0o700); err != nil {
			return err
		}
	}
	for path, o := range names {
		content, err := d.left(o, r)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, path), content, 0o600); err != nil {
			return fmt.Errorf("cut: %w", err)
		}
	}
	return nil
}

func moveFolder(names map[string]*object, folders map[string]bool, from, to string) {
	for f := range folders {
		if rest, ok := strings.CutPrefix(f+"/", from+"/"); ok {
			delete(folders, f)
			folders[filepath.Join(to, rest)] = true
		}
	}
	for n, o := range names {
		if rest, ok := strings.CutPrefix(n, from+"/"); ok {
			delete(names, n)
			names[filepath.Join(to, rest)] = o
		}
	}
}

// left is a file's content after the cut.
func (d *disk) left(o *object, r *rand.Rand) ([]byte, error) {
	var live []byte
	if o.path != "" {
		var err error
		if live, err = os.ReadFile(filepath.Join(d.root, o.path)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	size := len(o.durable)
	if o.sized && r.IntN(2) == 0 {
		size = len(live)
	}
	content := make([]byte, size)
	copy(content, o.durable)
	for s := range o.dirty {
		at := s * sector
		if at < size && at < len(live) && r.IntN(2) == 0 {
			copy(content[at:min(size, at+sector)], live[at:min(len(live), at+sector)])
		}
	}
	return content, nil
}
