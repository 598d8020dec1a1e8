// Package cmd_test holds the rules of who may import whom. The linter has the same rules; this test needs no linter.
package cmd_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Doc,Imports,GoFiles", "onedoor/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, "onedoor/")
		all = append(all, p)
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

func under(path string, trees ...string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") })
}

// owners are the packages that alone may import a library.
var owners = map[string][]string{
	"fyne.io/fyne/v2":                       {"app/ui", "cmd/kiosk"},
	"github.com/tarm/serial":                {"device/port"},
	"github.com/dgraph-io/badger/v4":        {"sync/outbox", "sync/central/badgerstore"},
	"github.com/hashicorp/go-retryablehttp": {"sync/wire"},
	"github.com/skip2/go-qrcode":            {"device/qr"},
	"github.com/santhosh-tekuri/jsonschema": {"app/catalog"},
	"github.com/danielgtaylor/huma":         {"sync/central"},
	"github.com/creack/pty":                 {"device/sim"},
	"github.com/jezek/xgb":                  {"app/doctor", "cmd/hallsim/citizen"},
	"github.com/hanwen/go-fuse":             {"sync/faultfs"},
	"github.com/jackc/pgx/v5":               {"sync/central/pgstore"},
	"github.com/prometheus/client_golang":   {"app/metrics"},
	"github.com/coreos/go-systemd":          {"cmd/kiosk/service"},
}

// pure packages do nothing but compute.
var pure = []string{"app/catalog", "app/divisions", "app/visit", "app/receipt", "app/ime/pinyin", "app/ime/strokes", "app/health", "app/text"}

// impure is what a pure package may not touch.
var impure = []string{"os", "os/exec", "net", "net/http", "syscall", "golang.org/x/sys/unix", "database/sql"}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			if local, ok := strings.CutPrefix(imp, "onedoor/"); ok {
				checkLocal(t, p.ImportPath, local)
			}
			for lib, allowed := range owners {
				if under(imp, lib) && !under(p.ImportPath, allowed...) {
					t.Errorf("%s imports %s; only %v may", p.ImportPath, imp, allowed)
				}
			}
			if slices.Contains(pure, p.ImportPath) && slices.Contains(impure, imp) {
				t.Errorf("%s is pure and imports %s", p.ImportPath, imp)
			}
		}
	}
}

func checkLocal(t *testing.T, from, to string) {
	t.Helper()
	switch {
	case under(from, "device") && under(to, "sync", "app", "cmd"),
		under(from, "sync") && under(to, "device", "app", "cmd"),
		under(from, "app") && under(to, "cmd"),
		under(from, "assets") && under(to, "app", "device", "sync", "cmd"):
		t.Errorf("%s may not import %s", from, to)
	case under(to, "app/ui") && !under(from, "app/ui", "cmd/kiosk"):
		t.Errorf("%s may not import %s: screens are wired by cmd/kiosk", from, to)
	case slices.Contains(pure, from) && !slices.Contains(pure, to) && to != "device" && !under(to, "sync/tracking", "device/printer/document", "assets"):
		t.Errorf("%s is pure and imports %s", from, to)
	}
}

func TestLayout(t *testing.T) {
	for _, p := range packages(t) {
		top, _, _ := strings.Cut(p.ImportPath, "/")
		if !slices.Contains([]string{"app", "assets", "cmd", "device", "sync"}, top) {
			t.Errorf("%s is outside the layout", p.ImportPath)
		}
		if (p.ImportPath == "app" || p.ImportPath == "sync") && len(p.GoFiles) > 0 {
			t.Errorf("%s has Go files: its name would shadow another package", p.ImportPath)
		}
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}
