package nodetest

import (
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"onedoor/sync/outbox"
)

// small moves the kiosk's data to a medium of their own, which fill can fill. Where none can be made the kiosk is told of one.
func (w *World) small() {
	w.Helper()
	at := filepath.Join(w.Dir, "medium")
	w.Restart(func() {
		if err := os.Mkdir(at, 0o700); err != nil {
			w.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=512m,mode=700"); err != nil {
			w.Logf("a medium takes root: %v", err)
			return
		}
		w.Cleanup(func() {
			w.Stop() // whatever the test came to
			if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
				w.Error(err)
			}
		})
		data := filepath.Join(at, "kiosk")
		w.copy(data, w.File.Data)
		w.File.Data = data
	})
}

// fill leaves so many bytes free.
func (w *World) fill(leave int64) {
	w.Helper()
	have, err := outbox.Free(w.File.Data)
	if err != nil {
		w.Fatal(err)
	}
	if w.ballast() == "" {
		w.Room(leave)
		return
	}
	f, err := os.OpenFile(w.ballast(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		w.Fatal(err)
	}
	if err := unix.Fallocate(int(f.Fd()), 0, 0, have-leave); err != nil {
		w.Fatal(err)
	}
	if err := f.Close(); err != nil {
		w.Fatal(err)
	}
}

// clear takes away what filled the medium.
func (w *World) clear() {
	w.Helper()
	w.Room(0)
	if name := w.ballast(); name != "" {
		if err := os.Remove(name); err != nil {
			w.Fatal(err)
		}
	}
}

// ballast is the file that fills the kiosk's own medium; empty where it has none.
func (w *World) ballast() string {
	if at := filepath.Join(w.Dir, "medium"); filepath.Dir(w.File.Data) == at {
		return filepath.Join(at, "other")
	}
	return ""
}

// copy makes to what from is.
func (w *World) copy(to, from string) {
	w.Helper()
	if err := os.RemoveAll(to); err != nil {
		w.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		w.Fatal(err)
	}
}
