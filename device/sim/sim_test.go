package sim

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dial opens the near side of a simulator's terminal as another program would.
func dial(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func ask(t *testing.T, f *os.File, question []byte, n int) []byte {
	t.Helper()
	if err := f.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(question); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, n)
	if k, err := io.ReadFull(f, b); err != nil {
		t.Fatalf("% X: got % X: %v", question, b[:k], err)
	}
	return b
}

// The frames are those of the protocol documents.
func TestReaderSpeaksTheProtocol(t *testing.T) {
	r, err := NewReader(ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f := dial(t, r.Path())
	const (
		find, sel = "AA AA AA 96 69 00 03 20 01 22", "AA AA AA 96 69 00 03 20 02 21"
		none      = "AA AA AA 96 69 00 04 00 00 80 84"
	)
	exchange := func(question, want string) {
		t.Helper()
		w := unhex(t, want)
		if got := ask(t, f, unhex(t, question), len(w)); !bytes.Equal(got, w) {
			t.Errorf("%s: % X, want %s", question, got, want)
		}
	}
	exchange("AA AA AA 96 69 00 03 11 FF ED", "AA AA AA 96 69 00 04 00 00 90 94")
	exchange(find, none)
	exchange("AA AA AA 96 69 00 03 30 01 32", "AA AA AA 96 69 00 04 00 00 41 45")
	r.Lay(Cards()[0])
	exchange(find, "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")
	exchange(sel, "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
	answer := ask(t, f, unhex(t, "AA AA AA 96 69 00 03 30 01 32"), 1295)
	if !bytes.HasPrefix(answer, unhex(t, "AA AA AA 96 69 05 08 00 00 90 01 00 04 00")) || xor(answer[5:]) != 0 {
		t.Errorf("% X …", answer[:20])
	}
	if !bytes.Equal(answer[14:270], Cards()[0].Text()) {
		t.Error("another text than the card's")
	}
	exchange(find, none)
	exchange("AA AA AA 96 69 00 03 30 03 30", "AA AA AA 96 69 00 04 00 00 91 95")
	if r.Reads() != 1 {
		t.Errorf("%d reads", r.Reads())
	}
}

func TestLinkFollowsThePlug(t *testing.T) {
	link := filepath.Join(t.TempDir(), "dev", "reader")
	r, err := NewReader(ReaderConfig{Link: link})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Path() != link {
		t.Errorf("path %s", r.Path())
	}
	if err := r.Plug(); !errors.Is(err, errPlugged) {
		t.Errorf("plugged twice: %v", err)
	}
	r.Unplug()
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link is still there: %v", err)
	}
	if err := r.Plug(); err != nil {
		t.Fatal(err)
	}
	f := dial(t, link)
	ask(t, f, unhex(t, "AA AA AA 96 69 00 03 11 FF ED"), 11)
}

func TestReaderKeepsTheSpeedOfTheLine(t *testing.T) {
	r, err := NewReader(ReaderConfig{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f := dial(t, r.Path())
	start := time.Now()
	ask(t, f, unhex(t, "AA AA AA 96 69 00 03 12 FF EE"), 27)
	if took, least := time.Since(start), 37*10*time.Second/9600-2*catchUp; took < least {
		t.Errorf("37 bytes in %v; the line takes %v", took, least)
	}
}

func TestEveryCardFitsItsLayout(t *testing.T) {
	for _, c := range Cards() {
		if len(c.Text()) != 256 || len(c.photo()) != 1024 {
			t.Errorf("card with %d bytes of text", len(c.Text()))
		}
		if c.Kind == 0 && (len([]rune(c.Name)) > 15 || len([]rune(c.Address)) > 35 || len(c.Number) != 18) {
			t.Errorf("a field is too long for the card: %d, %d", len([]rune(c.Name)), len([]rune(c.Address)))
		}
	}
}

func TestPrinterAnswersStatus(t *testing.T) {
	p, err := NewPrinter(PrinterConfig{ProcessID: true})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f := dial(t, p.Path())
	for _, c := range []struct {
		levers   PrinterLevers
		question string
		want     string
	}{
		{PrinterLevers{}, "10 04 01", "12"}, {PrinterLevers{}, "10 04 04", "12"},
		{PrinterLevers{PaperLow: true}, "10 04 04", "1E"}, {PrinterLevers{PaperOut: true}, "10 04 04", "7E"},
		{PrinterLevers{PaperOut: true}, "10 04 01", "1A"}, {PrinterLevers{PaperOut: true}, "10 04 02", "32"},
		{PrinterLevers{CoverOpen: true}, "10 04 02", "16"}, {PrinterLevers{CutterJam: true}, "10 04 02", "52"},
		{PrinterLevers{CutterJam: true}, "10 04 03", "1A"}, {PrinterLevers{}, "1D 72 01", "00"},
		{PrinterLevers{}, "1D 28 48 06 00 30 30 41 42 43 44", "37 22 41 42 43 44 00"},
		{PrinterLevers{}, "1D 49 45", "5F 43 48 49 4E 41 20 47 42 31 38 30 33 30 00"},
		{PrinterLevers{FlowNoise: true}, "10 04 01", "13 12 11"},
	} {
		p.Levers(func(l *PrinterLevers) { *l = c.levers })
		w := unhex(t, c.want)
		if got := ask(t, f, unhex(t, c.question), len(w)); !bytes.Equal(got, w) {
			t.Errorf("%+v, %s: % X, want %s", c.levers, c.question, got, c.want)
		}
	}
}

func TestPrinterSendsStateByItself(t *testing.T) {
	p, err := NewPrinter(PrinterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f := dial(t, p.Path())
	if got := ask(t, f, []byte{0x1D, 0x61, 0xFF}, 4); !bytes.Equal(got, []byte{0x10, 0, 0, 0x0F}) {
		t.Errorf("at once: % X", got)
	}
	p.Levers(func(l *PrinterLevers) { l.PaperOut = true })
	if got := ask(t, f, nil, 4); !bytes.Equal(got, []byte{0x18, 0, 0x0F, 0x0F}) {
		t.Errorf("paper out: % X", got)
	}
}

// A real-time question inside the data of a command is obeyed, as real printers do.
func TestRealTimeTrap(t *testing.T) {
	p, err := NewPrinter(PrinterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f := dial(t, p.Path())
	if got := ask(t, f, unhex(t, "1D 76 30 00 01 00 08 00 00 10 04 01 00 00 00 00"), 1); got[0] != 0x12 {
		t.Errorf("% X", got)
	}
}

func interpret(t testing.TB, width int, wire []byte) (*machine, []Paper) {
	t.Helper()
	font, err := newGlyphs(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := newMachine(font, width)
	var papers []Paper
	m.done = func(b []byte, r *roll) {
		img, blank := r.cut()
		papers = append(papers, Paper{b, img, blank})
	}
	for _, c := range wire {
		m.feed(c)
	}
	return m, papers
}

func TestLinesOnPaper(t *testing.T) {
	for _, c := range []struct {
		name, wire string
		rows       int // dots of paper fed
		left       int // first black column of row 2 or below
		blank      bool
	}{
		{"one line", "A\n", 30, 1, false},
		{"centred", "\x1ba\x01A\n", 30, 187, false},
		{"right", "\x1ba\x02A\n", 30, 373, false},
		{"double height", "\x1d!\x01A\n", 48, 1, false},
		{"wraps", strings.Repeat("A", 33) + "\n", 60, 1, false},
		{"feeds", "\x1bd\x03", 90, 0, true},
		{"raster", "\x1dv0\x00\x01\x00\x02\x00\xff\xff", 2, 0, false},
		{"chinese", "\xb1\xb1\n", 30, 1, false},
		{"spacing", "\x1b3\x18A\n\x1b2A\n", 54, 1, false},
		{"init forgets the line", "A\x1b@\n", 30, 0, true},
	} {
		m, papers := interpret(t, 384, []byte(c.wire+"\x1dV\x00"))
		if len(papers) != 1 || papers[0].Blank != c.blank || len(m.roll.rows) != 0 {
			t.Errorf("%s: %d papers", c.name, len(papers))
			continue
		}
		img := papers[0].Image
		if got := img.Bounds().Dy() - 40; got != c.rows {
			t.Errorf("%s: %d rows, want %d", c.name, got, c.rows)
		}
		left := -1
		for x := 0; x < img.Bounds().Dx() && left < 0; x++ {
			for y := range img.Bounds().Dy() {
				if img.GrayAt(x, y).Y == 0 {
					left = x - 40
					break
				}
			}
		}
		if !c.blank && left != c.left {
			t.Errorf("%s: begins at %d, want %d", c.name, left, c.left)
		}
	}
}

func FuzzMachine(f *testing.F) {
	f.Add([]byte("\x1b@\x1c&\xb1\xb1A\n\x1d(k\x03\x001C\x06\x1d(k\x06\x001P0ABC\x1d(k\x03\x001Q0\x1dVB\x00"))
	f.Add([]byte("\x1dv0\x00\xff\xff\xff\xff\x10\x04\x01\x1d8L\xff\xff\xff\xff"))
	f.Add([]byte("\x1b*\x21\xff\xff\x1dk\x04abc\x00\x1dkI\x02{B\x1bD\x01\x00\x10\x14\x08"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _ := interpret(t, 384, b)
		if len(m.roll.rows) > maxRows || len(m.buf) > maxData+64 || m.skip < 0 {
			t.Fatalf("%d rows, %d bytes kept, %d to skip", len(m.roll.rows), len(m.buf), m.skip)
		}
		// After power-on it prints as ever.
		m.powerLoss()
		before := len(m.roll.rows)
		m.feed('A')
		m.feed('\n')
		if want := min(before+lineSpacing, maxRows); len(m.roll.rows) != want {
			t.Fatalf("%d rows after a line, want %d", len(m.roll.rows), want)
		}
	})
}
