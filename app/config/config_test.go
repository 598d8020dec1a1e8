package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onedoor/app/config"
	"onedoor/sync/wire"
)

const good = `version: 1
data: data
central: {url: "http://127.0.0.1:8480"}
reader: {port: /dev/ttyUSB0}
printer: {port: /dev/ttyUSB1, profile: generic-58}
`

func TestParseFillsDefaults(t *testing.T) {
	c, err := config.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if c.Reader.Baud != 115200 || c.Printer.Profile != "generic-58" || c.Screen.Diagonal != 21.5 {
		t.Errorf("defaults or values are wrong: %+v", c)
	}
}

func TestParseNamesEveryFault(t *testing.T) {
	_, err := config.Parse([]byte("version: 2\ncentral: {url: 'http://10.1.2.3'}\nreader: {port: /dev/a, baud: 14400}\nprinter: {port: /dev/a, profile: ''}\nscreen: {diagonal: 2}\n"))
	if !errors.Is(err, config.ErrConfig) {
		t.Fatalf("err = %v, want ErrConfig", err)
	}
	for _, field := range []string{"version:", "data:", "central.url:", "reader.baud:", "printer.port:", "printer.profile:", "screen.diagonal:"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in: %v", field, err)
		}
	}
}

func TestParseNamesFaultsOfTheLines(t *testing.T) {
	_, err := config.Parse([]byte(`version: 1
data: data
central: {url: "http://127.0.0.1:8480"}
reader: {port: /dev/a, ports: [/dev/b]}
printer: {ports: [/dev/c, ""], flow: hardware}
scanner: {port: /dev/c, baud: 14400, suffix: enter}
outbox: {days: -1}
`))
	if !errors.Is(err, config.ErrConfig) {
		t.Fatalf("err = %v, want ErrConfig", err)
	}
	for _, field := range []string{"reader.ports:", "printer.ports:", "printer.flow:", "scanner.port:", "scanner.baud:", "scanner.suffix:", "outbox.days:"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in: %v", field, err)
		}
	}
}

func TestParseTakesCandidates(t *testing.T) {
	c, err := config.Parse([]byte(`version: 1
data: data
central: {url: "http://127.0.0.1:8480"}
reader: {ports: [/dev/a, /dev/b]}
printer: {ports: [/dev/b, /dev/a], flow: rts-cts}
scanner: {port: /dev/c, suffix: crlf}
`))
	if err != nil || !slices.Equal(c.Reader.Lines(), []string{"/dev/a", "/dev/b"}) || c.Printer.Flow != "rts-cts" || c.Scanner.Baud != 9600 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestParseRefusesUnknownField(t *testing.T) {
	_, err := config.Parse([]byte(good + "colour: red\n"))
	if !errors.Is(err, config.ErrConfig) || !strings.Contains(err.Error(), "colour") {
		t.Errorf("err = %v, want one that names colour", err)
	}
}

func TestLoadResolvesDataBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "data"); c.Data != want {
		t.Errorf("data is %s, want %s", c.Data, want)
	}
	if _, err := config.Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestIdentityRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := config.LoadIdentity(dir); !errors.Is(err, config.ErrNotEnrolled) {
		t.Errorf("before enrolment: %v", err)
	}
	want := config.Identity{Device: wire.Device{Hall: "44011", Kiosk: "107", Incarnation: "01", SealPublic: []byte{1}}, SignPrivate: []byte{2}}
	if err := config.SaveIdentity(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := config.LoadIdentity(dir)
	if err != nil || got.Device.Source() != want.Device.Source() || string(got.SignPrivate) != "\x02" {
		t.Errorf("got %+v, %v", got, err)
	}
	info, err := os.Stat(filepath.Join(dir, "identity.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("identity has mode %v, %v; want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

// TestPendingKeySurvivesALostAnswer: a second try shows central the same key, and a finished enrolment leaves none behind.
func TestPendingKeySurvivesALostAnswer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	made := 0
	generate := func() ([]byte, []byte, error) {
		made++
		return []byte{byte(made)}, []byte{byte(made + 100)}, nil
	}
	first, err := config.PendingKey(dir, "one", generate)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := config.PendingKey(dir, "two", generate); err != nil || string(other.Private) == string(first.Private) {
		t.Errorf("another suite has key %v, %v", other, err)
	}
	again, err := config.PendingKey(dir, "one", generate)
	if err != nil || made != 2 || string(again.Private) != string(first.Private) {
		t.Errorf("second try has key %v after %d makings, %v; want %v", again, made, err, first)
	}
	if err := config.SaveIdentity(dir, config.Identity{SignPrivate: first.Private, Device: wire.Device{SealPublic: []byte{1}}}); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "enrolment*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzParse: no text makes the parser panic, and what it accepts passes its own checks.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("version: 1\nscreen: [1]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := config.Parse(data); err == nil && (c.Data == "" || c.Version != config.Version) {
			t.Errorf("accepted %+v", c)
		}
	})
}

// TestMetricsAreForThisMachineOnly: any address that others could reach is a fault of the file.
func TestMetricsAreForThisMachineOnly(t *testing.T) {
	for at, ok := range map[string]bool{"127.0.0.1:9468": true, "'[::1]:9468'": true, "localhost:9468": true, "''": true, "0.0.0.0:9468": false, "':9468'": false,
		"192.168.1.7:9468": false, "127.0.0.1": false, "kiosk.hall.example:9468": false} {
		c, err := config.Parse([]byte(good + "metrics: " + at + "\n"))
		if ok && c.Metrics != strings.Trim(at, "'") {
			t.Errorf("%s became %q", at, c.Metrics)
		}
		if ok != (err == nil) || err != nil && (!errors.Is(err, config.ErrConfig) || !strings.Contains(err.Error(), "metrics:")) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
