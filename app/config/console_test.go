package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/app/config"
	"onedoor/app/text"
)

func TestConsoleFaults(t *testing.T) {
	for more, want := range map[string]string{
		"console: {listen: \"8443\"}\n":                     "console.listen",
		"console: {listen: \":0\"}\n":                       "console.listen",
		"console: {listen: \":99999\"}\n":                   "console.listen",
		"console: {listen: \"hall.example:8443\"}\n":        "console.listen",
		"console: {listen: \":8443\", cert: a.pem}\n":       "console:",
		"console: {listen: \":8443\", key: a.pem}\n":        "console:",
		"console: {cert: a.pem, key: b.pem}\n":              "console.cert",
		"console: {listen: \":8443\", colour: red}\n":       "colour",
		"hall: {counter: {en: counter 3}}\n":                "hall.counter",
		"hall: {counter: {zh-Hans: 三号窗口, fr: guichet 3}}\n": "hall.counter",
	} {
		if _, err := config.Parse([]byte(good + more)); !errors.Is(err, config.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s%v, want one that names %s", more, err, want)
		}
	}
}

func TestConsole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	more := "console: {listen: \"[::]:8443\", cert: tls/a.pem, key: /etc/b.pem}\nhall: {counter: {zh-Hans: 三号窗口, en: counter 3}}\n"
	if err := os.WriteFile(file, []byte(good+more), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := (config.Console{Listen: "[::]:8443", Cert: filepath.Join(dir, "tls", "a.pem"), Key: "/etc/b.pem"}); c.Console != want {
		t.Errorf("console is %+v, want %+v", c.Console, want)
	}
	if got := c.Hall.Counter.In(text.Traditional); got != "三号窗口" {
		t.Errorf("the counter in another language is %q", got)
	}
	if c, err := config.Parse([]byte(good)); err != nil || c.Console != (config.Console{}) {
		t.Errorf("without a console: %+v, %v", c.Console, err)
	}
}
