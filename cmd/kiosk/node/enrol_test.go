package node

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/config"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Central chooses the suite, and the kiosk takes any that it has; a lost answer is asked for with the same key again.
func TestEnrolTakesCentralsSuite(t *testing.T) {
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			dir, quiet := t.TempDir(), slog.New(slog.DiscardHandler)
			store, err := badgerstore.Open(badgerstore.Config{Dir: filepath.Join(dir, "central"), Logger: quiet})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			keys, err := central.OpenKeys(filepath.Join(dir, "central"), suite, true)
			if err != nil {
				t.Fatal(err)
			}
			server, err := central.New(central.Config{Store: store, Suite: suite, Keys: keys, Now: time.Now, Logger: quiet, TrackingURL: "HTTPS://SX.EXAMPLE"})
			if err != nil {
				t.Fatal(err)
			}
			web := httptest.NewServer(server.Handler())
			defer web.Close()
			defer server.Stop()
			code, _, err := server.NewEnrolCode(t.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "大厅")
			if err != nil {
				t.Fatal(err)
			}
			// Two machines, as it were: the second has the first one's pending key, and lost its answer.
			pending, err := config.PendingKey(filepath.Join(dir, "kiosk"), suite.Name(), suite.GenerateSignKey)
			if err != nil {
				t.Fatal(err)
			}
			file := config.Config{Data: filepath.Join(dir, "kiosk"), Central: config.Central{URL: web.URL}}
			dev, err := config.Enrol(t.Context(), file.Data, file.Central.URL, wire.HTTPOptions{}, code)
			if err != nil || dev.Suite != suite.Name() {
				t.Fatalf("enrolled %+v, %v", dev, err)
			}
			id, err := config.LoadIdentity(file.Data)
			if err != nil || string(id.SignPrivate) != string(pending.Private) {
				t.Errorf("the key is another than central was asked with: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(file.Data, "enrolment*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			var n Node
			defer func() {
				if err := n.close(); err != nil {
					t.Error(err)
				}
			}()
			if err := n.openSync(Config{File: file, Now: time.Now, Logger: quiet}, id); err != nil {
				t.Errorf("start with this suite: %v", err)
			}
			id.Device.Suite = "rot13"
			if err := new(Node).openSync(Config{File: file, Now: time.Now, Logger: quiet}, id); !errors.Is(err, item.ErrSuite) || !strings.Contains(err.Error(), "rot13") {
				t.Errorf("start with a suite that there is not: %v", err)
			}
		})
	}
}
