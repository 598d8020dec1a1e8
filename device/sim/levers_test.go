package sim

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const (
	reset  = "AA AA AA 96 69 00 03 10 FF EC"
	status = "AA AA AA 96 69 00 03 11 FF ED"
	find   = "AA AA AA 96 69 00 03 20 01 22"
	choose = "AA AA AA 96 69 00 03 20 02 21"
	read   = "AA AA AA 96 69 00 03 30 01 32"
	well   = "AA AA AA 96 69 00 04 00 00 90 94" // what a good reader says to reset and status
	none   = "AA AA AA 96 69 00 04 00 00 80 84"

	wholeRead = 1295 // bytes of a read's answer
)

func newReader(t *testing.T) *Reader {
	t.Helper()
	r, err := NewReader(ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func newScanner(t *testing.T) *Scanner {
	t.Helper()
	s, err := NewScanner(ScannerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// hear reads n bytes.
func hear(t *testing.T, f *os.File, n int) []byte {
	t.Helper()
	return ask(t, f, nil, n)
}

// until waits for what has no event of its own.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("not within 5 s: %s", what)
		}
	}
}

// expect asks and compares the answer.
func expect(t *testing.T, f *os.File, question, want string) {
	t.Helper()
	w := unhex(t, want)
	if got := ask(t, f, unhex(t, question), len(w)); !bytes.Equal(got, w) {
		t.Errorf("%s: % X, want %s", question, got, want)
	}
}

// choosing lays a card and goes as far as its selection.
func choosing(t *testing.T, r *Reader, f *os.File) {
	t.Helper()
	r.Lay(Cards()[0])
	ask(t, f, unhex(t, find), 15)
	ask(t, f, unhex(t, choose), 19)
}

// pluggable is a simulator and how to tell that it is there.
type pluggable struct {
	name string
	sim  interface {
		Plug() error
		PlugAs(string) error
		Unplug()
		Plugged() bool
		Path() string
	}
	there func(*os.File)
}

func TestAnotherNameAtTheNextPlug(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	r, err := NewReader(ReaderConfig{Link: at("reader")})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := NewPrinter(PrinterConfig{Link: at("printer")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := NewScanner(ScannerConfig{Link: at("scanner")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, d := range []pluggable{
		{"reader", r, func(f *os.File) { expect(t, f, status, well) }},
		{"printer", p, func(f *os.File) { expect(t, f, "10 04 01", "12") }},
		{"scanner", s, func(f *os.File) {
			if err := s.Show([]byte("A1")); err != nil {
				t.Error(err)
			}
			if got := hear(t, f, 4); string(got) != "A1\r\n" {
				t.Errorf("scanned %q", got)
			}
		}},
	} {
		if err := d.sim.PlugAs(at("other")); !errors.Is(err, errPlugged) {
			t.Errorf("%s: plugged in twice: %v", d.name, err)
		}
		for _, plug := range []struct {
			name string
			in   func() error
		}{
			{"other", func() error { return d.sim.PlugAs(at("other")) }}, {d.name, d.sim.Plug},
		} {
			d.sim.Unplug()
			if left, err := os.ReadDir(dir); err != nil || d.sim.Plugged() || len(left) != 2 {
				t.Errorf("%s: pulled out, and the names are %v: %v", d.name, left, err)
			}
			if err := plug.in(); err != nil {
				t.Fatal(err)
			}
			if left, err := os.ReadDir(dir); err != nil || d.sim.Path() != at(plug.name) || len(left) != 3 {
				t.Errorf("%s as %s: the names are %v: %v", d.name, plug.name, left, err)
			}
			d.there(dial(t, at(plug.name)))
		}
	}
}

// What was slowed down by an hour comes as soon as the lever is put back.
func TestLeversWorkAtOnce(t *testing.T) {
	t.Run("dribble", func(t *testing.T) {
		r := newReader(t)
		f := dial(t, r.Path())
		r.Levers(func(l *ReaderLevers) { l.Dribble = time.Hour })
		got := ask(t, f, unhex(t, status), 1)
		r.Levers(func(l *ReaderLevers) { l.Dribble = 0 })
		if got = append(got, hear(t, f, 10)...); !bytes.Equal(got, unhex(t, well)) {
			t.Errorf("% X", got)
		}
	})
	t.Run("damage", func(t *testing.T) {
		r := newReader(t)
		f := dial(t, r.Path())
		r.Levers(func(l *ReaderLevers) { l.Dribble = time.Hour })
		first := ask(t, f, unhex(t, status), 1)
		r.Levers(func(l *ReaderLevers) { l.Dribble, l.Damage = 0, 1 })
		got, good := slices.Concat(first, hear(t, f, 10)), unhex(t, well)
		for i := range good {
			if wrong := got[i] != good[i]; wrong != (i > 0) {
				t.Errorf("byte %d of % X: damaged is %v", i, got, wrong)
			}
		}
	})
	t.Run("slow module", func(t *testing.T) {
		r := newReader(t)
		f := dial(t, r.Path())
		r.Levers(func(l *ReaderLevers) { l.Lag = time.Hour })
		if _, err := f.Write(unhex(t, status)); err != nil {
			t.Fatal(err)
		}
		r.Levers(func(l *ReaderLevers) { l.Lag = 0 })
		hear(t, f, 11)
	})
	t.Run("slow start", func(t *testing.T) {
		r := newReader(t)
		r.Levers(func(l *ReaderLevers) { l.Boot = time.Hour })
		r.Unplug()
		if err := r.Plug(); err != nil {
			t.Fatal(err)
		}
		until(t, "it is deaf while it starts", func() bool { return !r.hears() })
		r.Levers(func(l *ReaderLevers) { l.Boot = 0 })
		expect(t, dial(t, r.Path()), status, well)
	})
	t.Run("late answers", func(t *testing.T) {
		p := newPrinter(t)
		f := dial(t, p.Path())
		p.Levers(func(l *PrinterLevers) { l.Late = time.Hour })
		if _, err := f.Write(unhex(t, "10 04 01")); err != nil {
			t.Fatal(err)
		}
		p.Levers(func(l *PrinterLevers) { l.Late = 0 })
		hear(t, f, 1)
	})
	t.Run("stalled", func(t *testing.T) {
		p := newPrinter(t)
		f := dial(t, p.Path())
		p.Levers(func(l *PrinterLevers) { l.Stalled = true })
		if _, err := f.Write(unhex(t, "10 04 01")); err != nil {
			t.Fatal(err)
		}
		p.Levers(func(l *PrinterLevers) { l.Stalled = false })
		hear(t, f, 1)
	})
	t.Run("slow paper", func(t *testing.T) {
		p := newPrinter(t)
		f := dial(t, p.Path())
		p.Levers(func(l *PrinterLevers) { l.LineTime = time.Hour })
		expect(t, f, hexed("A\nB\n\x1dI\x01\x10\x04\x01"), "12") // the real-time question alone
		p.Levers(func(l *PrinterLevers) { l.LineTime = time.Millisecond })
		hear(t, f, 1)
	})
	t.Run("repeats", func(t *testing.T) {
		s := newScanner(t)
		f := dial(t, s.Path())
		s.Levers(func(l *ScannerLevers) { l.Repeats, l.Every = 2, time.Hour })
		if err := s.Show([]byte("A1")); err != nil {
			t.Fatal(err)
		}
		hear(t, f, 4)
		s.Levers(func(l *ScannerLevers) { l.Glued, l.NoRead = true, true })
		if got := hear(t, f, 20); string(got) != "%%NoRead\r\n%%NoRead\r\n" {
			t.Errorf("%q", got)
		}
	})
}

// The answer to a read breaks off at the byte that the lever names.
func TestAReadBreaksOff(t *testing.T) {
	const at = 700
	for name, c := range map[string]struct {
		pull func(*ReaderLevers)
		then func(r *Reader, f *os.File)
	}{
		"the card is pulled": {func(l *ReaderLevers) { l.PullAt = at }, func(r *Reader, f *os.File) {
			expect(t, f, find, none)
			if _, there := r.Card(); there {
				t.Error("the card is there")
			}
		}},
		"the reader restarts": {func(l *ReaderLevers) { l.RestartAt, l.Baud = at, 230400 }, func(r *Reader, f *os.File) {
			if got := hear(t, f, len(banner)); !bytes.Equal(got, banner) {
				t.Errorf("%q", got)
			}
			expect(t, f, choose, "AA AA AA 96 69 00 04 00 00 81 85") // it has forgotten the card
			if l := r.Pulled(); l.RestartAt != 0 || l.Baud != 0 {
				t.Errorf("%+v", l)
			}
		}},
		"half of it is sent": {func(l *ReaderLevers) { l.HalfAt = at }, func(r *Reader, f *os.File) {
			r.Levers(func(l *ReaderLevers) { l.HalfAt = 0 })
			expect(t, f, status, well)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t)
			f := dial(t, r.Path())
			choosing(t, r, f)
			r.Levers(c.pull)
			ask(t, f, unhex(t, read), at)
			c.then(r, f)
			if reads := r.Reads(); reads != 0 {
				t.Errorf("%d whole reads", reads)
			}
		})
	}
}

func TestAnswersThatAreNotAsTheyShouldBe(t *testing.T) {
	good, unlike := unhex(t, well), func(b []byte, at int, c byte) []byte {
		b = bytes.Clone(b)
		b[at] = c
		return b
	}
	for name, c := range map[string]struct {
		pull func(*ReaderLevers)
		want []byte
	}{
		"glued":         {func(l *ReaderLevers) { l.Glued = true }, append(bytes.Clone(good), good...)},
		"stale":         {func(l *ReaderLevers) { l.Stale = true }, append(unhex(t, none), good...)},
		"long":          {func(l *ReaderLevers) { l.Lies, l.Length = true, 0x0104 }, unlike(good, 5, 1)},
		"empty":         {func(l *ReaderLevers) { l.Lies = true }, unlike(good, 6, 0)},
		"check":         {func(l *ReaderLevers) { l.BadChecksum = 1 }, unlike(good, 10, 0x94^0xFF)},
		"half":          {func(l *ReaderLevers) { l.HalfAt = 4 }, good[:4]},
		"self test":     {func(l *ReaderLevers) { l.SelfTest = true }, unhex(t, "AA AA AA 96 69 00 04 00 00 60 64")},
		"no keys":       {func(l *ReaderLevers) { l.NoKeys = true }, unhex(t, "AA AA AA 96 69 00 04 00 00 66 62")},
		"not a reader":  {func(l *ReaderLevers) { l.Echo = true }, unhex(t, status)},
		"nothing wrong": {func(*ReaderLevers) {}, good},
	} {
		r := newReader(t)
		f := dial(t, r.Path())
		expect(t, f, find, none)
		r.Levers(c.pull)
		if got := ask(t, f, unhex(t, status), len(c.want)); !bytes.Equal(got, c.want) {
			t.Errorf("%s: % X, want % X", name, got, c.want)
		}
		r.Levers(func(l *ReaderLevers) { *l = ReaderLevers{} })
		expect(t, f, reset, well)
	}
}

// All bytes that a damaged line brings are there, and about as many are wrong as the lever says.
func TestDamage(t *testing.T) {
	r := newReader(t)
	f := dial(t, r.Path())
	for _, share := range []float64{0, 0.1, 1} {
		choosing(t, r, f)
		r.Levers(func(l *ReaderLevers) { l.Damage = share })
		got := ask(t, f, unhex(t, read), wholeRead)
		r.Levers(func(l *ReaderLevers) { l.Damage = 0 })
		choosing(t, r, f)
		good, wrong := ask(t, f, unhex(t, read), wholeRead), 0
		for i := range good {
			if good[i] != got[i] {
				wrong++
			}
		}
		// Of 1295 bytes 10 %, within ten standard deviations.
		if least, most := map[float64]int{0: 0, 0.1: 20, 1: wholeRead}[share], map[float64]int{0: 0, 0.1: 240, 1: wholeRead}[share]; wrong < least || wrong > most {
			t.Errorf("share %v: %d of %d bytes are damaged", share, wrong, wholeRead)
		}
	}
}

// A cable that is pulled in the midst of an answer takes along what was not read yet, never brings more than the lever says,
// and can be put back at once.
func TestTheCableIsPulledInTheMidst(t *testing.T) {
	r := newReader(t)
	f := dial(t, r.Path())
	choosing(t, r, f)
	good := ask(t, f, unhex(t, read), wholeRead)
	choosing(t, r, f)
	r.Levers(func(l *ReaderLevers) { l.UnplugAt = 700 })
	if _, err := f.Write(unhex(t, read)); err != nil {
		t.Fatal(err)
	}
	if got := rest(t, f); len(got) > 700 || !bytes.HasPrefix(good, got) {
		t.Errorf("%d bytes", len(got))
	}
	r.Unplug() // the lever may still be at work; this waits for it
	if err := r.Plug(); err != nil || r.Reads() != 1 {
		t.Errorf("%d whole reads: %v", r.Reads(), err)
	}
	expect(t, dial(t, r.Path()), status, well)

	s := newScanner(t)
	f = dial(t, s.Path())
	s.Levers(func(l *ScannerLevers) { l.UnplugAt = 3 })
	const code = "A1234567X"
	if err := s.Show([]byte(code)); err != nil {
		t.Fatal(err)
	}
	if got := rest(t, f); len(got) > 3 || string(got) != code[:len(got)] {
		t.Errorf("%q", got)
	}
	s.Unplug()
	s.Levers(func(l *ScannerLevers) { *l = ScannerLevers{NoSuffix: true} })
	if err := s.Plug(); err != nil {
		t.Fatal(err)
	}
	f = dial(t, s.Path())
	if err := s.Show([]byte("B7654321Y")); err != nil {
		t.Fatal(err)
	}
	if got := hear(t, f, 9); string(got) != "B7654321Y" || s.Sending() > 9 {
		t.Errorf("%q", got)
	}

	p := newPrinter(t)
	f = dial(t, p.Path())
	p.Levers(func(l *PrinterLevers) { l.UnplugAt = 7 })
	if _, err := f.Write([]byte("on it\nlost\n")); err != nil {
		t.Fatal(err)
	}
	rest(t, f)
	p.Unplug()
	if err := p.Plug(); err != nil {
		t.Fatal(err)
	}
	tell(t, dial(t, p.Path()), "ate\n"+cutOff)
	if papers := p.Papers(); len(papers) != 1 || string(papers[0].Bytes) != "on it\nlate\n"+cutOff {
		t.Errorf("%d papers", len(papers))
	}
}

// rest is what comes until the line has gone.
func rest(t *testing.T, f *os.File) []byte {
	t.Helper()
	if err := f.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the line is still there after %d bytes", len(b))
	}
	return b
}
