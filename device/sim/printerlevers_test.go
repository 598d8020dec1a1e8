package sim

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"
)

func hexed(s string) string { return hex.EncodeToString([]byte(s)) }

func newPrinter(t *testing.T) *Printer {
	t.Helper()
	p, err := NewPrinter(PrinterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// tell sends what has no answer, and waits until it was taken: a real-time question behind it is answered.
func tell(t *testing.T, f *os.File, s string) {
	t.Helper()
	ask(t, f, []byte(s+"\x10\x04\x01"), 1)
}

const cutOff = "\x1dV\x00"

// The fault comes with the byte that the lever names, not before; the lever counts down to it.
func TestAFaultAtAByte(t *testing.T) {
	const at = 10
	for name, c := range map[string]struct {
		pull     func(*PrinterLevers)
		question string
		want     byte
	}{
		"paper out":   {func(l *PrinterLevers) { l.PaperOutAt = at }, "\x10\x04\x02", 0x32},
		"cover open":  {func(l *PrinterLevers) { l.CoverOpenAt = at }, "\x10\x04\x02", 0x16},
		"cutter jam":  {func(l *PrinterLevers) { l.CutterJamAt = at }, "\x10\x04\x03", 0x1A},
		"paper jam":   {func(l *PrinterLevers) { l.PaperJamAt = at }, "\x10\x04\x03", 0x16},
		"head is hot": {func(l *PrinterLevers) { l.OverheatAt = at }, "\x10\x04\x03", 0x52},
	} {
		p := newPrinter(t)
		f := dial(t, p.Path())
		p.Levers(c.pull)
		if got := ask(t, f, []byte("AAAAAA"+c.question), 1); got[0] != 0x12 {
			t.Errorf("%s: % X before the byte", name, got)
		}
		if got := ask(t, f, []byte("\n"+c.question), 1); got[0] != c.want {
			t.Errorf("%s: % X at the byte, want %02X", name, got, c.want)
		}
		if l := p.Pulled(); l == (PrinterLevers{}) || l.PaperOutAt+l.CoverOpenAt+l.CutterJamAt+l.PaperJamAt+l.OverheatAt != 0 {
			t.Errorf("%s: the levers are %+v", name, l)
		}
		// What waits is printed when the fault is gone.
		tell(t, f, "B\n"+cutOff)
		if papers := p.Papers(); len(papers) != 0 {
			t.Errorf("%s: a paper in spite of it", name)
		}
		p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{} })
		if papers := p.Papers(); len(papers) != 1 || string(papers[0].Bytes) != "AAAAAA\nB\n"+cutOff {
			t.Errorf("%s: %d papers after it", name, len(papers))
		}
	}
}

// What comes while the buffer is full is lost; real-time questions are answered all the same.
func TestAFullBufferLosesBytes(t *testing.T) {
	p := newPrinter(t)
	f := dial(t, p.Path())
	p.Levers(func(l *PrinterLevers) { l.PaperOut, l.Buffer = true, 100 })
	tell(t, f, strings.Repeat("A", 80))
	tell(t, f, strings.Repeat("B", 80))
	p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{} })
	tell(t, f, "\n"+cutOff)
	papers := p.Papers()
	if len(papers) != 1 {
		t.Fatalf("%d papers", len(papers))
	}
	if as, bs := bytes.Count(papers[0].Bytes, []byte("A")), bytes.Count(papers[0].Bytes, []byte("B")); as != 80 || bs == 0 || as+bs > 100 {
		t.Errorf("%d and %d bytes of a buffer of 100", as, bs)
	}
}

// It says stop while there is still room, and go on when there is again.
func TestXonXoff(t *testing.T) {
	p := newPrinter(t)
	f := dial(t, p.Path())
	const size = 1000
	p.Levers(func(l *PrinterLevers) { l.XonXoff, l.Buffer, l.LineTime = true, size, time.Hour })
	sent := 0
	if err := f.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	word := make(chan byte, 1)
	go func() {
		defer close(word)
		b := make([]byte, 1)
		if n, err := f.Read(b); err == nil && n == 1 {
			word <- b[0]
		}
	}()
	var said byte
	for waiting := true; waiting && sent < 2*size; {
		select {
		case said = <-word:
			waiting = false
		default:
			n, err := f.Write([]byte("AAAAAAAAAAAAAAA\n"))
			if err != nil {
				t.Fatal(err)
			}
			sent += n
			taken(t, p, sent)
		}
	}
	if said == 0 { // all was written before the word came through
		said = <-word
	}
	if said != xoff || sent < size-stopLeft || sent > 2*size {
		t.Fatalf("said %X after %d bytes of %d", said, sent, size)
	}
	p.Levers(func(l *PrinterLevers) { l.LineTime = 0 })
	if got := hear(t, f, 1); got[0] != xon {
		t.Errorf("said % X when it had printed", got)
	}
	p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{XoffStuck: true} })
	if got := hear(t, f, 1); got[0] != xoff {
		t.Errorf("said % X", got)
	}
	tell(t, f, "\n"+cutOff)
	if papers := p.Papers(); len(papers) != 1 || bytes.Count(papers[0].Bytes, []byte("A"))+bytes.Count(papers[0].Bytes, []byte("\n")) != sent+1 {
		t.Errorf("%d papers; something was lost in a buffer that never was full", len(papers))
	}
}

// taken waits until the printer has had so many bytes, printed or waiting.
func taken(t *testing.T, p *Printer, n int) {
	t.Helper()
	until(t, "the bytes are taken", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.machine.took)+len(p.waiting) >= n
	})
}

// Without power nothing is heard or answered, and what waited is gone when it comes back; what is on paper stays.
func TestPowerLossLosesTheBuffer(t *testing.T) {
	for name, lose := range map[string]func(*testing.T, *Printer, *os.File){
		"for a moment": func(_ *testing.T, p *Printer, _ *os.File) { p.PowerLoss() },
		"switched off and on": func(t *testing.T, p *Printer, f *os.File) {
			p.Levers(func(l *PrinterLevers) { l.Off = true })
			if _, err := f.Write([]byte("unheard")); err != nil {
				t.Fatal(err)
			}
			p.Levers(func(l *PrinterLevers) { l.Off = false })
		},
		"at a byte": func(t *testing.T, p *Printer, f *os.File) {
			p.Levers(func(l *PrinterLevers) { l.PowerLossAt, l.Glitch = 3, true })
			if got := ask(t, f, []byte("abcdef"), 1); got[0] != 0 {
				t.Errorf("% X when power comes", got)
			}
		},
	} {
		p := newPrinter(t)
		f := dial(t, p.Path())
		tell(t, f, "on paper\n")
		p.Levers(func(l *PrinterLevers) { l.PaperOut = true })
		tell(t, f, "waits\n")
		lose(t, p, f)
		p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{} })
		booting(t, p, f)
		tell(t, f, "new\n"+cutOff)
		papers := p.Papers()
		if len(papers) != 1 || string(papers[0].Bytes) != "on paper\nnew\n"+cutOff {
			t.Errorf("%s: %d papers", name, len(papers))
		}
	}
}

// booting asks until the printer answers again, and takes all answers: one that came late would pass for that to a later question.
func booting(t *testing.T, p *Printer, f *os.File) {
	t.Helper()
	limit := time.Now().Add(30 * time.Second)
	b := make([]byte, 1)
	for time.Now().Before(limit) {
		if err := f.SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("\x10\x04\x01")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Read(b); err != nil {
			continue
		}
		p.Levers(func(l *PrinterLevers) { l.PaperLow = true })
		for last := ask(t, f, []byte("\x10\x04\x04"), 1); last[0] != 0x1E; {
			last = hear(t, f, 1)
		}
		p.Levers(func(l *PrinterLevers) { l.PaperLow = false })
		return
	}
	t.Fatal("does not answer again")
}

// A printer may keep silent about what it is asked in the queue, about some questions, or about all; paper comes all the same.
func TestMutePrinters(t *testing.T) {
	p := newPrinter(t)
	f := dial(t, p.Path())
	p.Levers(func(l *PrinterLevers) { l.MuteQueued = true })
	tell(t, f, "\x1dI\x01") // the queued answer does not come before that to the real-time question
	p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{DeafFor: 2} })
	if got := ask(t, f, []byte("\x10\x04\x01\x10\x04\x01\x10\x04\x04"), 1); got[0] != 0x12 || p.Pulled().DeafFor != 0 {
		t.Errorf("% X", got)
	}
	p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{Mute: true} })
	if _, err := f.Write([]byte("A\n\x10\x04\x01" + cutOff)); err != nil {
		t.Fatal(err)
	}
	until(t, "a paper comes", func() bool { return len(p.Papers()) == 1 })
	p.Levers(func(l *PrinterLevers) { *l = PrinterLevers{AllWell: true, PaperOut: true} })
	for _, question := range []string{"10 04 01", "10 04 02", "10 04 03", "10 04 04"} {
		expect(t, f, question, "12")
	}
}

// A cutter that jammed keeps its error until it is told to go on, and only when the cause is gone.
func TestALatchedCutter(t *testing.T) {
	for command, papers := range map[string]int{"\x10\x05\x01": 1, "\x10\x05\x02": 0} {
		p := newPrinter(t)
		f := dial(t, p.Path())
		p.Levers(func(l *PrinterLevers) { l.CutterJam, l.Latches = true, true })
		tell(t, f, "A\n"+cutOff)
		tell(t, f, command)
		if p.Levers(func(l *PrinterLevers) { l.CutterJam = false }); len(p.Papers()) != 0 {
			t.Error("goes on without being told")
		}
		expect(t, f, "10 04 03", "1A")
		tell(t, f, command)
		expect(t, f, "10 04 03", "12")
		if got := len(p.Papers()); got != papers {
			t.Errorf("% X: %d papers, want %d", command, got, papers)
		}
	}
}
