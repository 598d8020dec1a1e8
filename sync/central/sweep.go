package central

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Sweep removes what is too old of the uploads: unfinished files, and finished ones that no item has ever named. A kiosk
// with items that can not be read here yet keeps its finished ones, since those may name them. It goes on past a folder
// that fails and joins the errors; it ends early with ctx. It runs by itself every UploadLimits.Every until Stop, and may
// be called at any time.
func (s *Server) Sweep(ctx context.Context) error {
	if s.uploads == nil {
		return nil
	}
	folders, err := s.uploads.folders()
	if err != nil {
		return fmt.Errorf("sweep uploads: %w", err)
	}
	unread := sync.OnceValues(func() (map[Kiosk]bool, error) { return s.unread(ctx) }) // seldom needed, and long
	var failed []error
	parts, unnamed := 0, 0
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, fmt.Errorf("sweep uploads: %w", err))...)
		}
		p, n, err := s.uploads.sweep(ctx, folder, unread)
		parts, unnamed = parts+p, unnamed+n
		if err != nil {
			failed = append(failed, fmt.Errorf("sweep uploads of %s: %w", folder, err))
		}
	}
	if parts+unnamed > 0 {
		s.cfg.Logger.Info("uploads swept", "unfinished", parts, "unnamed", unnamed)
	}
	return errors.Join(failed...)
}

// unread gives the kiosks with held items whose payloads are not understood here.
func (s *Server) unread(ctx context.Context) (map[Kiosk]bool, error) {
	out := map[Kiosk]bool{}
	for after := uint64(0); ; {
		rows, err := s.cfg.Store.Unknown(ctx, after, reconsiderPage)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			after = rows[i].Position
			kiosk, _ := kioskOfFolder(folder(rows[i].Entry.Item.Source))
			out[kiosk] = true
		}
		if len(rows) < reconsiderPage {
			return out, nil
		}
	}
}

// folders lists those of devices.
func (u *uploads) folders() ([]string, error) {
	entries, err := os.ReadDir(u.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if _, ok := kioskOfFolder(e.Name()); ok && e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// sweep removes what is too old in one folder.
func (u *uploads) sweep(ctx context.Context, folder string, unread func() (map[Kiosk]bool, error)) (parts, unnamed int, err error) {
	l := u.lock(folder)
	l.Lock()
	defer l.Unlock()
	dir := filepath.Join(u.dir, folder)
	files, err := list(dir)
	if err != nil {
		return 0, 0, err
	}
	now := u.now()
	var old, oldLoose []filed
	for _, f := range files {
		if f.state == fileKept {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, f.name))
		if err != nil {
			return 0, 0, err
		}
		switch age := now.Sub(info.ModTime()); {
		case f.state == filePart && age > u.limits.Unfinished:
			old = append(old, f)
		case f.state == fileLoose && age > u.limits.Unnamed:
			oldLoose = append(oldLoose, f)
		}
	}
	parts = len(old)
	rest, err := u.keep(ctx, dir, oldLoose)
	if err != nil {
		return 0, 0, err
	}
	if len(rest) > 0 {
		kiosks, err := unread()
		if err != nil {
			return 0, 0, err
		}
		if kiosk, _ := kioskOfFolder(folder); !kiosks[kiosk] {
			old, unnamed = append(old, rest...), len(rest)
		}
	}
	for i, f := range old {
		if err := os.Remove(filepath.Join(dir, f.name)); err != nil {
			return min(i, parts), max(0, i-parts), err
		}
	}
	return parts, unnamed, nil
}

// clean removes what a former process left and nobody goes on with: parts whose name says no length, or that are longer
// than it. All others are taken up where they are.
func (u *uploads) clean() error {
	folders, err := u.folders()
	if err != nil {
		return err
	}
	for _, folder := range folders {
		dir := filepath.Join(u.dir, folder)
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), partSuffix) || e.IsDir() {
				continue
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			if f, ok := parseFile(e.Name()); ok && info.Size() <= f.length {
				continue
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
