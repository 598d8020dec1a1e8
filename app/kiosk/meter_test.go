package kiosk_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/visit"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
)

// meter writes down what is counted.
type meter struct {
	mu  sync.Mutex
	all []string
}

func (m *meter) note(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, fmt.Sprintf(format, args...))
}

func (m *meter) Began()                              { m.note("began") }
func (m *meter) Ended(at visit.State, finished bool) { m.note("ended %s %v", at, finished) }
func (m *meter) CardRead(ok bool)                    { m.note("card %v", ok) }
func (m *meter) Printed(o printer.Outcome)           { m.note("paper %s", o) }
func (m *meter) Accepted(ok bool, took time.Duration) {
	m.note("accepted %v", ok && took >= 0)
}

func (m *meter) counted() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// TestWhatIsCounted: a visit that is finished, one that is given up at the menu, and a card that can not be read; and nothing of
// whose they are.
func TestWhatIsCounted(t *testing.T) {
	box, _ := newOutbox(t)
	var m meter
	h := open(t, box, func(c *kiosk.Config) { c.Meter = &m })
	h.fill()
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.reader.events <- cardreader.Removed{}
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.reader.events <- cardreader.Found{}
	h.reader.events <- cardreader.Failed{}
	h.settle()
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Home{})
	h.settle()
	h.send(kiosk.Abandon{})
	screen[kiosk.Goodbye](h)
	want := []string{"began", "card true", "accepted true", "paper printed", "ended receipt true", "began", "card false", "ended menu false"}
	if got := m.counted(); !slices.Equal(got, want) {
		t.Errorf("counted %q, want %q", got, want)
	}
	if all := strings.Join(m.counted(), " "); strings.Contains(all, "张") || strings.Contains(all, "1101") {
		t.Errorf("counted a person: %s", all)
	}
}
