package health_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"onedoor/app/health"
	"onedoor/app/text"
)

var update = flag.Bool("update", false, "write PROBLEMS.md anew")

// TestProblemTable: PROBLEMS.md is what operators read; it is made from the list: go test ./app/health -run ProblemTable -update.
func TestProblemTable(t *testing.T) {
	const name = "../../PROBLEMS.md"
	say := texts(t).In(text.Chinese)
	en := texts(t).In(text.English)
	var b bytes.Buffer
	fmt.Fprint(&b, "# Problems\n\nMade by `go test ./app/health -run ProblemTable -update`; do not edit.\n\n"+
		"Everything that a kiosk can say is wrong with it, as its screens, console, metrics (`onedoor_problem{code=…}`) and log name it. "+
		"A problem is shown when it has stood for *shown*, and goes when it has been away for *gone*.\n\n"+
		"| code | severity | takes away | shown / gone | cause and remedy | citizens are told |\n|---|---|---|---|---|---|\n")
	for _, k := range health.Kinds() {
		var takes []string
		for _, c := range k.Takes {
			takes = append(takes, string(c))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s / %s | %s. *%s.*<br>%s。*%s。* | %s |\n", k.Code, k.Severity, strings.Join(takes, ", "), k.Raise, k.Clear,
			en.T(k.Cause()), en.T(k.Remedy()), say.T(k.Cause()), say.T(k.Remedy()), say.T(k.Citizen))
	}
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("PROBLEMS.md is not what the list says (%v); run: go test ./app/health -run ProblemTable -update", err)
	}
}
