package node_test

import (
	"path/filepath"
	"slices"
	"testing"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
)

// TestTheLogTellsOfEnrolmentAndChanges: the first run says that the kiosk was enrolled, and one with another configuration says that.
// (I19)
func TestTheLogTellsOfEnrolmentAndChanges(t *testing.T) {
	w := build(t)
	run := func() {
		t.Helper()
		w.start()
		w.until("the attract screen", on[kiosk.Attract])
		w.stop()
	}
	run()
	w.file.Hall.HelpPhone = "020-12345"
	run()
	run()
	var got []string
	if err := audit.Read(filepath.Join(w.file.Data, "audit"), func(e audit.Entry) error {
		switch e.Event {
		case audit.KindEnrolled, audit.KindUpdated, audit.KindStarted:
			got = append(got, string(e.Event))
		case audit.KindCatalogue, audit.KindConfigured:
			got = append(got, string(e.Event)+string(e.Detail))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"enrolled", "started", "catalogue", "configured", "started", "catalogue", "configuredchanged", "started", "catalogue", "configured"}
	if !slices.Equal(got, want) {
		t.Errorf("the log tells %q, want %q", got, want)
	}
}
