package sim

import (
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// PrinterConfig says how to set a printer up.
type PrinterConfig struct {
	// Link is a path for a symbolic link to the pseudo terminal, the same at each plugging; empty means none.
	Link string
	// Line is used instead of a pseudo terminal when not nil.
	Line io.ReadWriteCloser
	// Baud is the speed of the line; 0 means 115200.
	Baud int
	// Dots is the width of the head: 384 for 58 mm paper, 576 for 80 mm; 0 means 576.
	Dots int
	// Font and Bold are outline fonts (OTF) for the built-in characters. Without Font, characters are empty frames.
	Font, Bold []byte
	// ProcessID makes it a model that answers GS ( H.
	ProcessID bool
	// OnPaper is called with every paper that is cut off, in order; it must return soon and not call the printer. May be nil.
	OnPaper func(Paper)
}

// PrinterLevers are the faults of a printer. The zero value is a printer that is well.
type PrinterLevers struct {
	LineFaults                  // of what it answers
	Late          time.Duration // answers come so much later
	NoiseBytes    int           // so many random bytes come before each answer
	DeafFor       int           // so many next real-time questions are not heard
	PaperOut      bool
	PaperLow      bool
	CoverOpen     bool
	CutterJam     bool
	Overheated    bool
	Unrecoverable bool
	Mute          bool // prints, but answers nothing
	MuteQueued    bool // answers only the real-time questions
	Stalled       bool // takes no bytes: flow control holds the line
	FlowNoise     bool // puts XOFF and XON around its answers
	PaperOutAt    int  // paper ends after so many more bytes; 0 means never
	CoverOpenAt   int  // the cover is opened after so many more bytes; 0 means never
	CutterJamAt   int  // the cutter jams after so many more bytes; 0 means never
	PowerLossAt   int  // power goes and comes back after so many more bytes; 0 means never
	Glitch        bool // coming back to power puts a zero byte on the line
	UnplugAt      int  // the cable is pulled after so many more bytes; 0 means never
}

// sending is an answer and when it goes out.
type sending struct {
	due    time.Time
	bytes  []byte
	faults LineFaults
}

const (
	underWay    = 256 // answers not yet sent; more are lost
	keptPapers  = 20
	bootTime    = 500 * time.Millisecond
	bufferLimit = 64 << 10 // bytes kept while the printer can not print; more are lost
)

// Printer is a simulated receipt printer.
type Printer struct {
	socket  socket
	baud    int
	onPaper func(Paper)

	mu      sync.Mutex
	out     chan sending // answers under way; nil when unplugged
	levers  PrinterLevers
	machine *machine
	waiting []byte // received, not yet interpreted
	recent  []byte // last bytes received, where real-time commands are looked for
	counted int    // bytes received since the levers were changed last
	asb     byte
	booted  time.Time // hears nothing before
	papers  []Paper
	fresh   []Paper // not yet handed to OnPaper
	handing sync.Mutex
	stirred chan struct{} // one token: the levers have changed
}

// NewPrinter plugs a printer in.
func NewPrinter(c PrinterConfig) (*Printer, error) {
	if c.Baud == 0 {
		c.Baud = 115200
	}
	if c.Dots == 0 {
		c.Dots = 576
	}
	if c.Baud < 0 || c.Dots < 64 || c.Dots > 2000 {
		return nil, fmt.Errorf("simulated printer: speed %d, %d dots", c.Baud, c.Dots)
	}
	font, err := newGlyphs(c.Font, c.Bold)
	if err != nil {
		return nil, err
	}
	p := &Printer{
		socket: socket{link: c.Link, fixed: c.Line}, baud: c.Baud, onPaper: c.OnPaper,
		machine: newMachine(font, c.Dots), stirred: make(chan struct{}, 1),
	}
	p.machine.pid = c.ProcessID
	p.machine.say = func(b []byte) {
		if !p.levers.MuteQueued {
			p.answer(b)
		}
	}
	p.machine.sensor = func() byte { return bit(p.levers.PaperLow, 0x03) }
	p.machine.asb = func(n byte) {
		p.asb = n
		p.sendState()
	}
	p.machine.done = func(b []byte, r *roll) {
		img, blank := r.cut()
		paper := Paper{Bytes: b, Image: img, Blank: blank}
		p.fresh = append(p.fresh, paper)
		if p.papers = append(p.papers, paper); len(p.papers) > keptPapers {
			p.papers = slices.Clone(p.papers[1:])
		}
	}
	if err := p.Plug(); err != nil {
		return nil, err
	}
	return p, nil
}

// Path is where to open the printer: the link if there is one.
func (p *Printer) Path() string { return p.socket.where() }

// Plug puts the cable back in. The path changes unless a link was asked for.
func (p *Printer) Plug() error { return p.socket.plug(p.serve) }

// Unplug pulls the data cable; power stays.
func (p *Printer) Unplug() { p.socket.pull() }

// Close unplugs and stops the printer.
func (p *Printer) Close() error {
	p.socket.pull()
	return nil
}

// Papers are the last papers that were cut off, oldest first.
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.papers)
}

// Hanging is the paper that is not cut yet.
func (p *Printer) Hanging() *image.Gray {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.machine.roll.picture()
}

// Levers changes the faults. Counters begin anew. A printer that was stopped goes on when its fault is gone.
func (p *Printer) Levers(change func(*PrinterLevers)) {
	p.mu.Lock()
	change(&p.levers)
	p.counted = 0
	p.interpret()
	if p.asb != 0 {
		p.sendState()
	}
	p.mu.Unlock()
	p.hand()
	select {
	case p.stirred <- struct{}{}:
	default:
	}
}

// PowerLoss takes the power away for a moment: all that was not on paper is lost.
func (p *Printer) PowerLoss() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.powerLoss()
}

func (p *Printer) powerLoss() {
	p.waiting, p.recent, p.asb = nil, nil, 0
	p.booted = time.Now().Add(bootTime)
	if p.levers.Glitch {
		p.answer([]byte{0})
	}
	p.machine.powerLoss()
}

// serve takes bytes at the speed of the line until it is pulled.
func (p *Printer) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	out, spoken := make(chan sending, underWay), make(chan struct{})
	go func() {
		defer close(spoken)
		speak(line, out, p.baud, stop)
	}()
	p.mu.Lock()
	p.out = out
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.out = nil
		p.mu.Unlock()
		close(out)
		<-spoken
	}()
	in := pace{baud: p.baud}
	buf := make([]byte, 32)
	for {
		p.mu.Lock()
		stalled := p.levers.Stalled
		p.mu.Unlock()
		if stalled {
			select {
			case <-stop:
				return
			case <-p.stirred:
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		n, err := line.Read(buf)
		if err != nil {
			return
		}
		if !in.spend(n, stop) {
			return
		}
		p.mu.Lock()
		unplugged := p.take(buf[:n])
		p.mu.Unlock()
		p.hand()
		if unplugged {
			// The plug waits for this goroutine, so it is pulled from another.
			go p.Unplug()
			<-stop
			return
		}
	}
}

// hand gives finished papers to OnPaper, in order and outside the lock.
func (p *Printer) hand() {
	p.handing.Lock()
	defer p.handing.Unlock()
	p.mu.Lock()
	fresh := p.fresh
	p.fresh = nil
	p.mu.Unlock()
	if p.onPaper != nil {
		for _, paper := range fresh {
			p.onPaper(paper)
		}
	}
}

// take receives bytes: real-time commands are obeyed as they come, wherever they stand. mu is held.
func (p *Printer) take(b []byte) (unplugged bool) {
	if time.Now().Before(p.booted) {
		return false
	}
	for _, c := range b {
		p.recent = append(p.recent, c)
		if n := len(p.recent); n > 3 {
			p.recent = p.recent[n-3:]
		}
		if len(p.waiting) < bufferLimit {
			p.waiting = append(p.waiting, c)
		}
		if len(p.recent) == 3 && p.recent[0] == 0x10 && p.recent[1] == 0x04 {
			p.realTime(p.recent[2])
		}
		p.counted++
		l := &p.levers
		switch {
		case l.PaperOutAt > 0 && p.counted >= l.PaperOutAt:
			l.PaperOutAt, l.PaperOut = 0, true
			if p.asb != 0 {
				p.sendState()
			}
		case l.CoverOpenAt > 0 && p.counted >= l.CoverOpenAt:
			l.CoverOpenAt, l.CoverOpen = 0, true
			p.sendState()
		case l.CutterJamAt > 0 && p.counted >= l.CutterJamAt:
			l.CutterJamAt, l.CutterJam = 0, true
			p.sendState()
		case l.PowerLossAt > 0 && p.counted >= l.PowerLossAt:
			l.PowerLossAt = 0
			p.powerLoss()
			return false // the rest of what has come is lost too
		case l.UnplugAt > 0 && p.counted >= l.UnplugAt:
			l.UnplugAt = 0
			return true
		}
		p.interpret()
	}
	return false
}

// interpret works off what waits, unless a fault stops the printer. mu is held.
func (p *Printer) interpret() {
	for len(p.waiting) > 0 && !p.stopped() {
		p.machine.feed(p.waiting[0])
		p.waiting = p.waiting[1:]
	}
	if len(p.waiting) == 0 {
		p.waiting = nil
	}
}

func (p *Printer) stopped() bool {
	l := p.levers
	return l.PaperOut || l.CoverOpen || l.CutterJam || l.Overheated || l.Unrecoverable
}

// bit returns b when on.
func bit(on bool, b byte) byte {
	if on {
		return b
	}
	return 0
}

// realTime answers DLE EOT n. mu is held.
func (p *Printer) realTime(n byte) {
	if p.levers.DeafFor > 0 {
		p.levers.DeafFor--
		return
	}
	l := p.levers
	b := byte(0x12)
	switch n {
	case 1:
		b |= bit(p.stopped(), 0x08)
	case 2:
		b |= bit(l.CoverOpen, 0x04) | bit(l.PaperOut, 0x20) | bit(l.CutterJam || l.Overheated || l.Unrecoverable, 0x40)
	case 3:
		b |= bit(l.CutterJam, 0x08) | bit(l.Unrecoverable, 0x20) | bit(l.Overheated, 0x40)
	case 4:
		b |= bit(l.PaperLow || l.PaperOut, 0x0C) | bit(l.PaperOut, 0x60)
	default:
		return
	}
	p.answer([]byte{b})
}

// sendState is automatic status back. mu is held.
func (p *Printer) sendState() {
	if p.asb == 0 {
		return
	}
	l := p.levers
	p.answer([]byte{
		0x10 | bit(p.stopped(), 0x08) | bit(l.CoverOpen, 0x20),
		bit(l.CutterJam, 0x08) | bit(l.Unrecoverable, 0x20) | bit(l.Overheated, 0x40),
		bit(l.PaperLow || l.PaperOut, 0x03) | bit(l.PaperOut, 0x0C),
		0x0F,
	})
}

// answer sends bytes back. A line that has gone takes none, which is what a printer would notice too. mu is held.
func (p *Printer) answer(b []byte) {
	l := p.levers
	if p.out == nil || l.Mute {
		return
	}
	var wire []byte
	for range l.NoiseBytes {
		wire = append(wire, byte(rand.IntN(256)))
	}
	if l.FlowNoise {
		wire = append(wire, 0x13)
		for _, c := range b {
			wire = append(wire, c, 0x11)
		}
	} else {
		wire = append(wire, b...)
	}
	select {
	case p.out <- sending{time.Now().Add(l.Late), wire, l.LineFaults}:
	default:
	}
}

// speak sends answers, each when it is due, until out is closed or the line has gone.
func speak(line io.Writer, out <-chan sending, baud int, stop <-chan struct{}) {
	speed := pace{baud: baud}
	for s := range out {
		if !wait(time.Until(s.due), stop) || !s.faults.send(line, s.bytes, &speed, stop) {
			return
		}
	}
}
