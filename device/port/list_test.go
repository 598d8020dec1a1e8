package port

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// tree makes device files and links below a folder.
func tree(t *testing.T, nodes []string, byID, byPath map[string]string) (dev, sys string) {
	t.Helper()
	root := t.TempDir()
	dev, sys = filepath.Join(root, "dev"), filepath.Join(root, "sys")
	for folder, names := range map[string]map[string]string{"by-id": byID, "by-path": byPath} {
		if err := os.MkdirAll(filepath.Join(dev, "serial", folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for link, node := range names {
			if err := os.Symlink("../../"+node, filepath.Join(dev, "serial", folder, link)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range nodes {
		if err := os.WriteFile(filepath.Join(dev, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dev, sys
}

func paths(t *testing.T, dev, sys string) []string {
	t.Helper()
	lines, err := ListIn(dev, sys)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range lines {
		rel, err := filepath.Rel(dev, l.Path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rel+" "+filepath.Base(l.Node))
	}
	return out
}

func TestListNamesLinesByWhatLasts(t *testing.T) {
	dev, sys := tree(t, []string{"ttyUSB0", "ttyACM3", "ttyS0", "ttyS1", "tty1", "null"},
		map[string]string{"usb-Maker_Reader_A1-if00-port0": "ttyUSB0", "usb-Maker_Scanner_9-if00": "ttyACM3"},
		map[string]string{"pci-0-usb-0:1:1.0-port0": "ttyUSB0", "pci-0-usb-0:2:1.0": "ttyACM3"})
	kind := filepath.Join(sys, "class", "tty", "ttyS1", "type")
	if err := os.MkdirAll(filepath.Dir(kind), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kind, []byte("0\n"), 0o600); err != nil { // no hardware
		t.Fatal(err)
	}
	want := []string{"serial/by-id/usb-Maker_Reader_A1-if00-port0 ttyUSB0", "serial/by-id/usb-Maker_Scanner_9-if00 ttyACM3", "ttyS0 ttyS0"}
	if got := paths(t, dev, sys); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Two adapters without a serial number have one link between them.
func TestListGoesBySocketWhereIdentitiesClash(t *testing.T) {
	dev, sys := tree(t, []string{"ttyUSB0", "ttyUSB1"}, map[string]string{"usb-1a86_USB_Serial-if00-port0": "ttyUSB1"},
		map[string]string{"pci-usb-1": "ttyUSB0", "pci-usb-2": "ttyUSB1"})
	want := []string{"serial/by-path/pci-usb-1 ttyUSB0", "serial/by-path/pci-usb-2 ttyUSB1"}
	if got := paths(t, dev, sys); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestListOfAMachineWithoutLines(t *testing.T) {
	if got, err := ListIn(filepath.Join(t.TempDir(), "none"), t.TempDir()); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := List(); err != nil {
		t.Error(err)
	}
}

// The device greets with its name; only a line that says the right one is kept.
func TestFinderTakesTheLineWhereTheDeviceAnswers(t *testing.T) {
	wrong, right, other := newTerminal(t), newTerminal(t), newTerminal(t)
	for x, greeting := range map[*terminal]string{wrong: "printer", right: "reader!", other: "reader!"} {
		go func() {
			buf := make([]byte, 16)
			for {
				if _, err := x.master.Read(buf); err != nil {
					return
				}
				if _, err := x.master.Write([]byte(greeting)); err != nil {
					return
				}
			}
		}()
	}
	errWrong := errors.New("another device")
	candidates := []Config{{Path: filepath.Join(t.TempDir(), "none")}, {Path: wrong.path}, {Path: right.path}, {Path: other.path}}
	f := &Finder{
		Candidates: func() ([]Config, error) { return candidates, nil },
		Probe: func(ctx context.Context, p Port) error {
			if _, err := p.Write(ctx, []byte("?")); err != nil {
				return err
			}
			buf := make([]byte, 7)
			for n := 0; n < len(buf); {
				k, err := p.Read(ctx, buf[n:])
				if err != nil {
					return err
				}
				n += k
			}
			if string(buf) != "reader!" {
				return errWrong
			}
			return nil
		},
		ProbeLimit: 5 * time.Second,
	}
	opened := func() *Serial {
		t.Helper()
		p, err := f.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return p.(*Serial)
	}
	p := opened()
	if p.Path() != right.path {
		t.Errorf("opened %s, want %s", p.Path(), right.path)
	}
	// While that one is held, the device is looked for elsewhere, and remembered there.
	q := opened()
	if q.Path() != other.path {
		t.Errorf("opened %s, want %s", q.Path(), other.path)
	}
	for _, open := range []*Serial{p, q} {
		if err := open.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if p = opened(); p.Path() != other.path {
		t.Errorf("opened %s, want the last, %s", p.Path(), other.path)
	}
	candidates = candidates[:2]
	if _, err := f.Open(context.Background()); !errors.Is(err, errWrong) {
		t.Errorf("only another device: %v", err)
	}
	candidates = []Config{candidates[0], {Path: other.path}}
	if _, err := f.Open(context.Background()); !errors.Is(err, ErrInUse) {
		t.Errorf("held by another: %v", err)
	}
	candidates = candidates[:1]
	if _, err := f.Open(context.Background()); !errors.Is(err, ErrNotFound) {
		t.Errorf("none there: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := new(Finder).Open(context.Background()); err == nil {
		t.Error("an incomplete finder opened something")
	}
}
