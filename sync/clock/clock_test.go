package clock

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/sync/item"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// machine is a machine whose clock can be stepped.
type machine struct {
	t    *testing.T
	file string
	wall time.Time
	up   Uptime
}

func newMachine(t *testing.T, wall time.Time) *machine {
	return &machine{t: t, file: filepath.Join(t.TempDir(), "clock.json"), wall: wall, up: Uptime{Boot: "first", Up: time.Minute}}
}

func (m *machine) open() *Clock {
	m.t.Helper()
	c, err := Open(Config{File: m.file, Now: func() time.Time { return m.wall }, Uptime: func() (Uptime, error) { return m.up, nil }})
	if err != nil {
		m.t.Fatal(err)
	}
	return c
}

// live lets time pass.
func (m *machine) live(d time.Duration) {
	m.wall = m.wall.Add(d)
	m.up.Up += d
}

// restart takes that long, and the machine's clock counts so much of it.
func (m *machine) restart(boot string, counted time.Duration) {
	m.wall = m.wall.Add(counted)
	m.up = Uptime{Boot: boot, Up: 20 * time.Second}
}

func (m *machine) want(c *Clock, want item.Clock) {
	m.t.Helper()
	if have := c.Estimate(m.wall); have != want {
		m.t.Errorf("estimate %+v, want %+v", have, want)
	}
}

func TestOffsetIsHalfWayThere(t *testing.T) {
	m := newMachine(t, noon)
	c := m.open()
	m.want(c, item.Clock{})
	sent := m.wall
	m.live(400 * time.Millisecond)
	c.Heard(sent, m.wall, noon.Add(90*time.Second+200*time.Millisecond))
	m.want(c, item.Clock{Known: true, Offset: 90 * time.Second})
	m.live(time.Hour)
	m.want(c, item.Clock{Known: true, Offset: 90 * time.Second, Age: time.Hour})
	c.Heard(m.wall, m.wall.Add(-time.Second), noon) // the clock was stepped in between: nothing is learnt
	m.want(c, item.Clock{Known: true, Offset: 90 * time.Second, Age: time.Hour})
}

// TestAStepUnderTheFirstQuestion: something is known all the same, in either direction.
func TestAStepUnderTheFirstQuestion(t *testing.T) {
	for _, step := range []time.Duration{-time.Hour, time.Hour} {
		m := newMachine(t, noon)
		c := m.open()
		c.Heard(m.wall.Add(-step), m.wall, m.wall.Add(-step))
		m.want(c, item.Clock{Known: true, Offset: -step})
	}
}

// TestK1AStepIsTakenOut: ten years forward and twenty back while the program runs, and over a restart of it.
func TestK1AStepIsTakenOut(t *testing.T) {
	m := newMachine(t, noon)
	c := m.open()
	c.Heard(m.wall, m.wall, m.wall)
	year := 365 * 24 * time.Hour
	m.wall = m.wall.Add(10 * year)
	m.want(c, item.Clock{Known: true, Offset: -10 * year})
	m.live(time.Minute)
	m.wall = m.wall.Add(-20 * year)
	m.want(c, item.Clock{Known: true, Offset: 10 * year, Age: time.Minute})
	m.want(m.open(), item.Clock{Known: true, Offset: 10 * year, Age: time.Minute})
}

// TestK2NothingIsKnownAfterADeadBattery: a machine that starts in 1970 does not correct by what it knew.
func TestK2NothingIsKnownAfterADeadBattery(t *testing.T) {
	m := newMachine(t, noon)
	m.open().Heard(m.wall, m.wall, m.wall.Add(time.Second))
	m.restart("second", time.Hour)
	m.want(m.open(), item.Clock{Known: true, Offset: time.Second, Age: time.Hour})
	m.restart("third", noon.AddDate(-56, 0, 0).Sub(noon))
	c := m.open()
	m.want(c, item.Clock{})
	c.Heard(m.wall, m.wall, noon.Add(2*time.Hour))
	if e := c.Estimate(m.wall); !e.Known || !m.wall.Add(e.Offset).Equal(noon.Add(2*time.Hour)) {
		t.Errorf("after contact the estimate is %+v", e)
	}
}

// TestK4DriftIsFollowed: five minutes a day for thirty days, heard four times a day.
func TestK4DriftIsFollowed(t *testing.T) {
	m := newMachine(t, noon)
	c := m.open()
	truth := m.wall
	for range 30 * 4 {
		m.live(6 * time.Hour)
		truth = truth.Add(6 * time.Hour)
		m.wall = m.wall.Add(75 * time.Second)
		if off := m.wall.Add(c.Estimate(m.wall).Offset).Sub(truth); c.known && off.Abs() > 76*time.Second {
			t.Fatalf("%v off before contact", off)
		}
		c.Heard(m.wall, m.wall, truth)
		if off := m.wall.Add(c.Estimate(m.wall).Offset).Sub(truth); off != 0 {
			t.Fatalf("%v off after contact", off)
		}
	}
}

// TestK5SuspendIsNoStep: the uptime goes on while the machine sleeps.
func TestK5SuspendIsNoStep(t *testing.T) {
	m := newMachine(t, noon)
	c := m.open()
	c.Heard(m.wall, m.wall, m.wall.Add(time.Second))
	m.live(8 * time.Hour)
	m.want(c, item.Clock{Known: true, Offset: time.Second, Age: 8 * time.Hour})
}

func TestASpoiltFileIsAsGoodAsNone(t *testing.T) {
	m := newMachine(t, noon)
	if err := os.WriteFile(m.file, []byte(`{"offset":17,`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := m.open()
	m.want(c, item.Clock{})
	c.Heard(m.wall, m.wall, m.wall)
	m.want(m.open(), item.Clock{Known: true})
}

func TestTheSystemTellsItsUptime(t *testing.T) {
	first, err := System()
	if err != nil {
		t.Fatal(err)
	}
	second, err := System()
	if err != nil || first.Boot == "" || second.Boot != first.Boot || second.Up < first.Up || first.Up <= 0 {
		t.Errorf("%+v, then %+v, %v", first, second, err)
	}
}
