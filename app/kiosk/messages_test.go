package kiosk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/icons"
)

// literals gives all strings in the Go files of dirs, and those among them that are looked up as messages.
func literals(t *testing.T, dirs ...string) (all, looked []string) {
	t.Helper()
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
						all = append(all, s)
					}
				case *ast.CallExpr:
					sel, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || sel.Sel.Name != "T" || len(n.Args) == 0 {
						return true
					}
					if lit, ok := n.Args[0].(*ast.BasicLit); ok {
						if s, err := strconv.Unquote(lit.Value); err == nil {
							looked = append(looked, s)
						}
					}
				}
				return true
			})
		}
	}
	return all, looked
}

// TestEveryMessageExistsAndIsUsed: no screen and no receipt shows a bare key, and the catalogue holds no dead sentence.
func TestEveryMessageExistsAndIsUsed(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	all, looked := literals(t, ".", "../receipt", "../backroom", "../hall")
	if len(looked) < 40 {
		t.Fatalf("only %d lookups found", len(looked))
	}
	for _, key := range looked {
		if !slices.Contains(texts.Keys(), key) {
			t.Errorf("the message %q is looked up and does not exist", key)
		}
	}
	for _, key := range texts.Keys() {
		stem, ok := strings.CutSuffix(key, ".heading")
		if !ok {
			stem = strings.TrimSuffix(key, ".help")
		}
		if strings.HasPrefix(key, "health.") {
			continue // package health counts those
		}
		if !slices.Contains(all, key) && !slices.Contains(all, stem) {
			t.Errorf("the message %q is used nowhere", key)
		}
	}
}

// TestEveryIconExists: whatever a screen or a service names is drawn.
func TestEveryIconExists(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"home", "language", "text-size", "help", "attract-card", "attract-screen", "attract-paper"}
	for _, s := range services.Services {
		names = append(names, s.Icon)
	}
	for _, n := range names {
		if !slices.Contains(icons.Names(), n) {
			t.Errorf("there is no icon %q", n)
		}
	}
}

// TestNoWordsInTheCode: what people read comes from the catalogue, not from the code.
func TestNoWordsInTheCode(t *testing.T) {
	all, _ := literals(t, ".", "../receipt", "../visit", "../backroom")
	for _, s := range all {
		if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) && len([]rune(s)) > 2 {
			t.Errorf("the code holds the words %q", s)
		}
	}
}
