package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/backroom"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/parcel"
)

// stick is a kiosk with its exporter, and what central's keys are in.
type stick struct {
	backroom.Sealed
	suite item.Suite
	keys  central.Keys
	data  string // central's
	dir   string // of the stick
}

func newStick(t *testing.T, suite item.Suite, data string) *stick {
	t.Helper()
	s := &stick{suite: suite, data: data, dir: t.TempDir()}
	var err error
	if s.keys, err = central.OpenKeys(s.data, suite, true); err != nil {
		t.Fatal(err)
	}
	private, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	source := item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}
	box, err := outbox.Open(outbox.Config{
		Dir: filepath.Join(t.TempDir(), "outbox"), Source: source, Now: time.Now,
		Sealer:     item.Sealer{Suite: suite, SealKey: s.keys.SealID, SealPublic: s.keys.SealPublic, SignKey: "44011-107-01", SignPriv: private},
		CaseNumber: func(running uint32) (string, error) { return fmt.Sprintf("%020d", running), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	for range 3 {
		if _, err := box.Accept(t.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeHealth, Payload: []byte(`{"secret":"within"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Sealed = backroom.Sealed{SealedConfig: backroom.SealedConfig{
		Outbox: box, Suite: suite, Source: source, SignKey: "44011-107-01", SignPriv: private, SealKey: s.keys.SealID, SealPublic: s.keys.SealPublic, Now: time.Now,
		Logs: []backroom.LogSource{
			{Name: "audit.jsonl", Read: func() ([]byte, error) { return []byte("{\"n\":1}\n"), nil }},
			{Name: "kiosk.log", Read: func() ([]byte, error) { return bytes.Repeat([]byte("attract\n"), 50_000), nil }},
			{Name: "problems.json", Read: func() ([]byte, error) { return nil, nil }},
		},
	}}
	return s
}

// logs exports and gives the file.
func (s *stick) logs(t *testing.T) string {
	t.Helper()
	w, err := s.Logs(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(s.dir, w.File)
}

func (s *stick) open(t *testing.T, file, out string, more ...string) (string, error) {
	t.Helper()
	return call(t, append([]string{"export", "open", file, "-o", out, "--data", s.data}, more...)...)
}

// names lists a directory; nil for one that is not there.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// What a kiosk's own exporter wrote opens at central, whole, while central runs, and is never written over.
func TestOpenTheLogsOfAKiosk(t *testing.T) {
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			data := t.TempDir()
			start(t, data, "--suite", suite.Name())
			s := newStick(t, suite, data)
			file, out := s.logs(t), filepath.Join(t.TempDir(), "new", "dir")
			said, err := s.open(t, file, out)
			if err != nil || !strings.Contains(said, "urn:hall:44011:107:01") || !strings.Contains(said, "kiosk.log") {
				t.Fatalf("open: %s, %v", said, err)
			}
			for _, l := range s.SealedConfig.Logs {
				want, _ := l.Read()
				got, err := os.ReadFile(filepath.Join(out, l.Name))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: %d bytes of %d, %v", l.Name, len(got), len(want), err)
				}
				if info, err := os.Stat(filepath.Join(out, l.Name)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", l.Name, info, err)
				}
			}
			if err := os.Remove(filepath.Join(out, "audit.jsonl")); err != nil {
				t.Fatal(err)
			}
			if said, err := s.open(t, file, out); err == nil || !strings.Contains(err.Error(), "kiosk.log is in") || len(names(t, out)) != 2 {
				t.Errorf("opened over what is there: %s, %v, %v", said, err, names(t, out))
			}
			var got exported
			said, err = s.open(t, file, t.TempDir(), "--json")
			if err != nil || json.Unmarshal([]byte(said), &got) != nil || got.Kind != "logs" || len(got.Files) != 3 || got.Files[1].Bytes != 400_000 {
				t.Errorf("json: %s, %v", said, err)
			}
		})
	}
}

// A queue is checked, counted and left sealed.
func TestAQueueIsToldOfAndNotOpened(t *testing.T) {
	s := newStick(t, item.Default(), t.TempDir())
	w, err := s.Queue(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	file, out := filepath.Join(s.dir, w.File), t.TempDir()
	public, err := s.suite.SignPublic(s.SignPriv)
	if err != nil {
		t.Fatal(err)
	}
	said, err := s.open(t, file, out)
	if err != nil || !strings.Contains(said, string(item.TypeHealth)+"  3") || !strings.Contains(said, central.Thumbprint(public)) || strings.Contains(said, "within") {
		t.Errorf("queue: %s, %v", said, err)
	}
	if list := names(t, out); list != nil {
		t.Errorf("written: %v", list)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"cut": raw[:len(raw)-10], "altered": bytes.Replace(raw, []byte("44011:107"), []byte("44011:108"), 1), "head alone": raw[:30]} {
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := s.open(t, file, out); err == nil || !strings.Contains(err.Error(), "copy it once more") {
			t.Errorf("%s: %s, %v", name, said, err)
		}
	}
}

// A file that is not as a kiosk made it says so and writes nothing.
func TestDamagedAndForeignExportsAreRefused(t *testing.T) {
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			s, foreign := newStick(t, suite, t.TempDir()), newStick(t, suite, t.TempDir())
			raw, err := os.ReadFile(s.logs(t))
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := os.ReadFile(foreign.logs(t))
			if err != nil {
				t.Fatal(err)
			}
			body := bytes.IndexByte(raw, '\n') + 1
			flip := func(at int) []byte {
				b := bytes.Clone(raw)
				b[at] ^= 1
				return b
			}
			renamed := bytes.Replace(theirs, []byte(foreign.keys.SealID), []byte(s.keys.SealID), 1)
			for _, bad := range []struct {
				name, want string
				file       []byte
			}{
				{"empty", "no sealed export", nil},
				{"a picture", "no sealed export", []byte("\x89PNG\r\n\x1a\n")},
				{"its head without an end", "no sealed export", raw[:body-1]},
				{"its head alone", "copy it once more", raw[:body]},
				{"cut in the middle", "copy it once more", raw[:len(raw)/2]},
				{"cut by a byte", "copy it once more", raw[:len(raw)-1]},
				{"a byte more", "copy it once more", append(bytes.Clone(raw), 'x')},
				{"altered at the end", "copy it once more", flip(len(raw) - 1)},
				{"altered behind the head", "copy it once more", flip(body)},
				{"another kiosk's name", "copy it once more", bytes.Replace(raw, []byte("44011:107"), []byte("44011:108"), 1)},
				{"another central's", foreign.keys.SealID, theirs},
				{"another central's under our key's name", "copy it once more", renamed},
			} {
				file, out := filepath.Join(t.TempDir(), "f"), filepath.Join(t.TempDir(), "out")
				if err := os.WriteFile(file, bad.file, 0o600); err != nil {
					t.Fatal(err)
				}
				if said, err := s.open(t, file, out); err == nil || !strings.Contains(err.Error(), bad.want) || said != "" {
					t.Errorf("%s: %q, %v, want %q", bad.name, said, err, bad.want)
				}
				if list := names(t, out); list != nil {
					t.Errorf("%s: written %v", bad.name, list)
				}
			}
		})
	}
	s := newStick(t, item.Default(), t.TempDir())
	file := s.logs(t)
	if _, err := call(t, "export", "open", file, "-o", t.TempDir(), "--data", t.TempDir()); err == nil || !strings.Contains(err.Error(), central.KeysFile) {
		t.Errorf("without keys: %v", err)
	}
	if _, err := call(t, "export", "open", file, "--data", s.data); err == nil || !strings.Contains(err.Error(), "-o") {
		t.Errorf("without a directory: %v", err)
	}
}

// Anybody can seal an archive for central: what is in it reaches nothing outside of the directory that was named.
func TestAHostileArchiveWritesNothing(t *testing.T) {
	s := newStick(t, item.Default(), t.TempDir())
	file := func(name string) *tar.Header { return &tar.Header{Name: name, Mode: 0o777, Size: 1} }
	good := file("kiosk.log")
	for name, archive := range map[string][]byte{
		"parent":         packFiles(t, good, file("../evil")),
		"deep parent":    packFiles(t, good, file("a/../../evil")),
		"absolute":       packFiles(t, good, file("/tmp/evil")),
		"in a directory": packFiles(t, good, file("a/evil")),
		"backslashes":    packFiles(t, good, file(`..\evil`)),
		"hidden":         packFiles(t, good, file(".bashrc")),
		"dots":           packFiles(t, good, file("..")),
		"escapes":        packFiles(t, good, file("a\x1b[2J")),
		"link":           packFiles(t, good, &tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		"hard link":      packFiles(t, good, &tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "../evil"}),
		"directory":      packFiles(t, good, &tar.Header{Name: "d", Typeflag: tar.TypeDir}),
		"device":         packFiles(t, good, &tar.Header{Name: "d", Typeflag: tar.TypeChar}),
		"twice":          packFiles(t, good, good),
		"nothing":        packFiles(t),
		"no archive":     []byte("x"),
		"cut":            packFiles(t, good)[:20],
		"wrong checksum": func() []byte { b := packFiles(t, good); b[len(b)-5] ^= 1; return b }(),
	} {
		around := t.TempDir()
		out := filepath.Join(around, "out")
		if said, err := s.open(t, s.seal(t, archive, logsContent), out); err == nil || said != "" {
			t.Errorf("%s: opened, %q", name, said)
		}
		if list := append(names(t, around), names(t, out)...); list != nil {
			t.Errorf("%s: written %q", name, list)
		}
	}
	if _, err := s.open(t, s.seal(t, packFiles(t, good), "disk.img"), t.TempDir()); err == nil || !strings.Contains(err.Error(), "disk.img") {
		t.Errorf("other content: %v", err)
	}

	bomb := packFiles(t, good, &tar.Header{Name: "b.log", Mode: 0o600, Size: 1}, &tar.Header{Name: "c.log", Mode: 0o600, Size: 1})
	for _, most := range []int64{1, 1000, 4096} {
		out := filepath.Join(t.TempDir(), "out")
		if files, err := unpack(bomb, out, most); err == nil || !strings.Contains(err.Error(), "too large") || names(t, out) != nil {
			t.Errorf("more than %d bytes: %v, %v, %v", most, files, err, names(t, out))
		}
	}

	// A link that lies in the directory already leads nowhere, not even one that points at nothing.
	around := t.TempDir()
	out := filepath.Join(around, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../evil", filepath.Join(out, "kiosk.log")); err != nil {
		t.Fatal(err)
	}
	if said, err := s.open(t, s.seal(t, packFiles(t, file("a.log"), good), logsContent), out); err == nil || said != "" {
		t.Errorf("through a link: %q", said)
	}
	if a, b := names(t, around), names(t, out); len(a) != 1 || len(b) != 1 {
		t.Errorf("through a link: written %q, %q", a, b)
	}
}

// seal makes a file as anybody can who knows central's public key.
func (s *stick) seal(t *testing.T, archive []byte, content string) string {
	t.Helper()
	var out bytes.Buffer
	head := parcel.SealedHead{Content: content, Source: s.Source.String(), SealKey: s.keys.SealID, Made: time.Now()}
	if err := parcel.Seal(&out, s.suite, head, s.keys.SealPublic, archive); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "f.sealed")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func packFiles(t *testing.T, headers ...*tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, h := range headers {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
