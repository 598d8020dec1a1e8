package cmd_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write FAULTS.md anew")

// TestFaultTable: FAULTS.md names, for each invariant and each kind of fault, the tests that bear its number. It is made from
// them: go test ./cmd -run FaultTable -update.
func TestFaultTable(t *testing.T) {
	found := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return err
		}
		if strings.HasSuffix(path, "_test.go") {
			return faultsOf(path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := table(found)
	if *update {
		if err := os.WriteFile("../FAULTS.md", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("../FAULTS.md")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("FAULTS.md is not what the tests say (%v); run: go test ./cmd -run FaultTable -update", err)
	}
	for _, family := range []string{"I", "D", "N", "C", "R", "T", "U"} {
		if !slices.ContainsFunc(keys(found), func(id string) bool { return strings.HasPrefix(id, family) }) {
			t.Errorf("no test bears a number of family %s", family)
		}
	}
}

// faultsOf collects the numbers in the names and comments of a file's tests, and in the names of their rows.
func faultsOf(path string, found map[string][]string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	number := regexp.MustCompile(`\b([IDNCKRTU])(\d{1,2})\b`)
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil {
			continue
		}
		test := strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")
		text := f.Doc.Text()
		if !test && !strings.Contains(strings.ToLower(f.Name.Name), "trouble") {
			continue
		}
		if m := regexp.MustCompile(`^(?:Test|Fuzz)([IDNCKRTU]\d{1,2})`).FindStringSubmatch(f.Name.Name); m != nil {
			text += " " + m[1]
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && len(lit.Value) < 30 {
				if s, err := strconv.Unquote(lit.Value); err == nil && number.MatchString(s) && number.ReplaceAllString(s, "") == strings.Repeat(" ", strings.Count(s, " ")) {
					text += " " + s
				}
			}
			return true
		})
		where := strings.TrimPrefix(filepath.Dir(path), "../") + "." + f.Name.Name
		for _, m := range number.FindAllString(text, -1) {
			if m[0] == 'C' && strings.Contains(path, "sync/item") {
				continue // parts of an SM2 ciphertext
			}
			if !slices.Contains(found[m], where) {
				found[m] = append(found[m], where)
			}
		}
	}
	return nil
}

func keys(m map[string][]string) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b string) int {
		if a[0] != b[0] {
			return strings.Index("IDKNCRTU", a[:1]) - strings.Index("IDKNCRTU", b[:1])
		}
		x, _ := strconv.Atoi(a[1:])
		y, _ := strconv.Atoi(b[1:])
		return x - y
	})
	return all
}

func table(found map[string][]string) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Invariants and faults, and the tests that bear their numbers\n\nMade by `go test ./cmd -run FaultTable -update`; do not edit.\n\n"+
		"I: invariants. D: disk and process. K: clock. N: network. C: central, clones, keys, versions. R: card reader. T: printer. U: screen.\n\n| | tests |\n|---|---|\n")
	for _, id := range keys(found) {
		slices.Sort(found[id])
		fmt.Fprintf(&b, "| %s | %s |\n", id, strings.Join(found[id], ", "))
	}
	return b.Bytes()
}
