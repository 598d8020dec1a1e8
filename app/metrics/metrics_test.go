package metrics_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/health"
	"onedoor/app/metrics"
	"onedoor/app/visit"
	"onedoor/device/printer"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// scraped is what Prometheus reads.
func scraped(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	at, stop, err := m.Serve(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(fmt.Sprintf("http://%s/metrics", at))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", r.StatusCode, err)
	}
	return string(b)
}

// TestWhatIsCounted: a day's work, and how things stand, as Prometheus reads it.
func TestWhatIsCounted(t *testing.T) {
	board := health.NewBoard(health.BoardConfig{})
	board.Observe(noon, []health.Observation{{Code: "PRINTER-PAPER-OUT", Since: noon.Add(-time.Minute)}, {Code: health.OutboxRejected}})
	m, err := metrics.New(metrics.Config{
		Problems: board.Problems, Now: func() time.Time { return noon }, Version: "2026.12.1",
		Outbox: func() outbox.Stats {
			return outbox.Stats{Waiting: 3, Oldest: noon.Add(-time.Hour), Bytes: 4096, LastSequence: 17, ByState: map[outbox.State]int{outbox.StateAccepted: 3, outbox.StateRejected: 1}}
		},
		Link: func() engine.Status {
			return engine.Status{Link: engine.Online, LastContact: noon.Add(-5 * time.Second)}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		m.Began()
	}
	m.Ended(visit.Receipt, true)
	m.Ended(visit.Fill, false)
	m.Ended(visit.Fill, false)
	m.CardRead(true)
	m.CardRead(false)
	m.Printed(printer.Printed)
	m.Accepted(true, 30*time.Millisecond)
	got := scraped(t, m)
	for _, line := range []string{
		"onedoor_visits_total 3", "onedoor_visits_finished_total 1", `onedoor_visits_left_total{step="fill"} 2`, `onedoor_visits_left_total{step="review"} 0`,
		`onedoor_card_reads_total{result="ok"} 1`, `onedoor_card_reads_total{result="failed"} 1`, `onedoor_prints_total{outcome="printed"} 1`,
		`onedoor_prints_total{outcome="not_printed"} 0`, `onedoor_accept_seconds_bucket{result="ok",le="0.025"} 0`, `onedoor_accept_seconds_bucket{result="ok",le="0.05"} 1`,
		`onedoor_problem{code="PRINTER-PAPER-OUT",severity="blocks"} 1`, `onedoor_problem_since_seconds{code="PRINTER-PAPER-OUT"} 60`,
		`onedoor_problem{code="READER-UNPLUGGED",severity="blocks"} 0`, "onedoor_severity 3", "onedoor_outbox_waiting_items 3", "onedoor_outbox_oldest_seconds 3600",
		"onedoor_outbox_waiting_bytes 4096", "onedoor_outbox_sequence 17", `onedoor_outbox_items{state="rejected"} 1`, `onedoor_link{state="online"} 1`,
		`onedoor_link{state="offline"} 0`, "onedoor_link_contact_seconds 5", `onedoor_catalogue{version="2026.12.1"} 1`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("%s is not among\n%s", line, got)
			break
		}
	}
	for _, of := range []string{"process_resident_memory_bytes", "go_goroutines"} {
		if !strings.Contains(got, "\n"+of+" ") {
			t.Errorf("%s is missing", of)
		}
	}
	for _, k := range health.Kinds() {
		if !strings.Contains(got, fmt.Sprintf("onedoor_problem{code=%q,", k.Code)) {
			t.Errorf("there is no series of %s", k.Code)
		}
	}
}

// TestOnlyThisMachineIsAnswered: an address that others could reach is refused, and two kiosks can count in one process.
func TestOnlyThisMachineIsAnswered(t *testing.T) {
	if _, err := metrics.New(metrics.Config{}); err == nil {
		t.Error("it counts nothing, and is there")
	}
	cfg := metrics.Config{Problems: func() health.Problems { return nil }, Outbox: func() outbox.Stats { return outbox.Stats{} },
		Link: func() engine.Status { return engine.Status{} }, Now: time.Now}
	m, err := metrics.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		if _, _, err := m.Serve(t.Context(), at); !errors.Is(err, metrics.ErrNotLoopback) {
			t.Errorf("%s: %v", at, err)
		}
	}
	if _, err := metrics.New(cfg); err != nil {
		t.Errorf("a second one: %v", err)
	}
	if got := scraped(t, m); strings.Contains(got, "contact_seconds ") || !strings.Contains(got, `onedoor_link{state="unknown"} 1`) {
		t.Errorf("before the first answer it says\n%s", got)
	}
}
