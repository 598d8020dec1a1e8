package nodetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"onedoor/sync/faultfs"
)

// mediumEnv names the folder below a medium and where it is mounted, to the process that serves it.
const mediumEnv = "ONEDOOR_TEST_MEDIUM"

// What a medium is told, and what it says when that is so.
const (
	mediumFails = "fails"
	mediumWell  = "well"
	mediumGone  = "gone"
)

// Medium serves a medium in a process that was started for that, until its standard input ends; in any other it returns false at
// once. A kiosk and what its files are on can not be one process: it would wait for itself. TestMain calls it first.
func Medium() bool {
	places, asked := os.LookupEnv(mediumEnv)
	if !asked {
		return false
	}
	below, at, _ := strings.Cut(places, "\n")
	fs, err := faultfs.Mount(below, at)
	if err != nil {
		fmt.Fprintln(os.Stdout, err)
		return true
	}
	fmt.Fprintln(os.Stdout, mediumWell)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fs.Fail(lines.Text() == mediumFails)
		fmt.Fprintln(os.Stdout, lines.Text())
	}
	if err := fs.Unmount(); err != nil {
		fmt.Fprintln(os.Stdout, err)
		return true
	}
	fmt.Fprintln(os.Stdout, mediumGone)
	return true
}

// medium is one that is served.
type medium struct {
	told io.Writer
	says *bufio.Scanner
}

// be makes the medium fail, or well.
func (m *medium) be(how string) error {
	if _, err := fmt.Fprintln(m.told, how); err != nil {
		return err
	}
	return m.hears(how)
}

func (m *medium) hears(want string) error {
	if m.says.Scan(); m.says.Text() != want {
		return errors.Join(fmt.Errorf("medium says %q, want %q", m.says.Text(), want), m.says.Err())
	}
	return nil
}

// brittle moves the kiosk's data to a medium that can be made to fail. Where none can be made the test is skipped.
func (w *World) brittle() {
	w.Helper()
	below, at := filepath.Join(w.Dir, "below"), filepath.Join(w.Dir, "brittle")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Mkdir(at, 0o700)); err != nil {
		w.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(w.Context()), self) // it outlives the test until the kiosk has stopped
	cmd.Env = append(os.Environ(), mediumEnv+"="+below+"\n"+at)
	in, err := cmd.StdinPipe()
	if err != nil {
		w.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.Fatal(err)
	}
	w.medium = &medium{in, bufio.NewScanner(out)}
	mounted := w.medium.hears(mediumWell)
	w.Cleanup(func() {
		if mounted == nil {
			if err := w.medium.be(mediumWell); err != nil {
				w.Error(err)
			}
			w.Stop()
			if err := errors.Join(in.Close(), w.medium.hears(mediumGone)); err != nil {
				w.Error(errors.Join(err, syscall.Unmount(at, syscall.MNT_DETACH)))
			}
		}
		if err := cmd.Wait(); err != nil {
			w.Error(err)
		}
	})
	if mounted != nil {
		w.Skipf("no medium can be mounted: %v", mounted)
	}
	w.Restart(func() {
		data := filepath.Join(at, "kiosk")
		w.copy(data, w.File.Data)
		w.File.Data = data
	})
}

// tell makes the brittle medium fail, or well.
func (w *World) tell(how string) {
	w.Helper()
	if err := w.medium.be(how); err != nil {
		w.Fatal(err)
	}
}
