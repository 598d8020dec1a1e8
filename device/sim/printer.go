package sim

import (
	"fmt"
	"image"
	"io"
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

const (
	underWay   = 256 // answers not yet sent; more are lost
	keptPapers = 20
	bootTime   = 500 * time.Millisecond
)

// Printer is a simulated receipt printer.
type Printer struct {
	socket  socket
	baud    int
	onPaper func(Paper)
	news    news

	moving  sync.Mutex // held while levers are moved; taken before mu
	mu      sync.Mutex
	out     chan sending // answers under way; nil when unplugged
	whisper chan byte    // XOFF or XON under way; nil when unplugged
	levers  PrinterLevers
	machine *machine
	waiting []byte    // received, not yet interpreted
	recent  []byte    // last bytes received, where real-time commands are looked for
	held    bool      // the host was told to stop
	latched bool      // the cutter's error outlives its cause
	free    time.Time // the paper moves until then
	asb     byte
	booted  time.Time // hears nothing before
	papers  []Paper
	fresh   []Paper // not yet handed to OnPaper

	handing sync.Mutex
	work    chan struct{} // one token: something waits for the paper to come to rest
	closing sync.Once
	closed  chan struct{}
	ended   chan struct{} // closed when the mechanism's goroutine has ended
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
		machine: newMachine(font, c.Dots), work: make(chan struct{}, 1), closed: make(chan struct{}), ended: make(chan struct{}),
	}
	p.machine.pid = c.ProcessID
	p.machine.say = func(b []byte) {
		if !p.levers.MuteQueued {
			p.answer(b)
		}
	}
	p.machine.sensor = func() byte {
		l, _ := p.shown()
		return bit(l.PaperLow, 0x03)
	}
	p.machine.asb = func(n byte) {
		p.asb = n
		p.sendState()
	}
	p.machine.knife = func() bool {
		if p.levers.NoCutter {
			p.jamCutter()
		}
		return !p.levers.NoCutter
	}
	p.machine.done = p.finish
	if err := p.Plug(); err != nil {
		return nil, err
	}
	go p.mechanism()
	return p, nil
}

// finish keeps a paper that was cut off. mu is held.
func (p *Printer) finish(b []byte, r *roll) {
	img, blank := r.cut()
	paper := Paper{Bytes: b, Image: img, Blank: blank}
	p.fresh = append(p.fresh, paper)
	if p.papers = append(p.papers, paper); len(p.papers) > keptPapers {
		p.papers = slices.Clone(p.papers[1:])
	}
}

// Path is where to open the printer: the link if there is one.
func (p *Printer) Path() string { return p.socket.where() }

// Plug puts the cable back in. The path changes unless a link was asked for.
func (p *Printer) Plug() error { return p.socket.plug(p.serve) }

// PlugAs puts the cable in where the printer gets another name: link leads to it, and the usual name stays away until it is
// pulled and plugged in as ever.
func (p *Printer) PlugAs(link string) error { return p.socket.plugAs(link, p.serve) }

// Plugged says whether the cable is in. It may also have been pulled by a lever.
func (p *Printer) Plugged() bool { return p.socket.plugged() }

// Unplug pulls the data cable; power stays.
func (p *Printer) Unplug() { p.socket.pull() }

// Close unplugs and stops the printer.
func (p *Printer) Close() error {
	p.socket.pull()
	p.closing.Do(func() { close(p.closed) })
	<-p.ended
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

// PowerLoss takes the power away for a moment: all that was not on paper is lost.
func (p *Printer) PowerLoss() {
	p.mu.Lock()
	p.powerLoss()
	p.mu.Unlock()
	p.news.tell()
}

// powerLoss is PowerLoss; mu is held.
func (p *Printer) powerLoss() {
	p.forget()
	p.boot()
}

// forget is what a printer does without power. mu is held.
func (p *Printer) forget() {
	p.waiting, p.recent, p.asb, p.latched, p.free = nil, nil, 0, false, time.Time{}
	p.machine.powerLoss()
}

// boot is what a printer does when power comes. mu is held.
func (p *Printer) boot() {
	p.booted = time.Now().Add(bootTime)
	if p.levers.Glitch {
		p.answer([]byte{0})
	}
	p.flow() // who was told to stop may go on
}

// serve takes bytes at the speed of the line until it is pulled.
func (p *Printer) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	w := &wire{line: line, baud: p.baud, faults: func() LineFaults { return p.Pulled().LineFaults }, news: &p.news, stop: stop}
	defer p.talk(w)()
	buf := make([]byte, 32)
	for {
		b, ok := w.read(buf)
		if !ok || !p.ready(stop) {
			return
		}
		p.mu.Lock()
		unplugged := p.take(b)
		p.mu.Unlock()
		p.hand()
		if unplugged {
			// The plug waits for this goroutine, so it is pulled from another.
			go p.socket.drop(line)
			<-stop
			return
		}
	}
}

// talk lets answers and flow control out over the line until the end that it returns.
func (p *Printer) talk(w *wire) (end func()) {
	out, words := make(chan sending, underWay), make(chan byte, 1)
	var speaking sync.WaitGroup
	speaking.Go(func() { p.speak(w, out) })
	speaking.Go(func() { mind(w.line, words) })
	p.mu.Lock()
	p.out, p.whisper, p.held = out, words, false
	p.flow()
	p.mu.Unlock()
	return func() {
		p.mu.Lock()
		p.out, p.whisper = nil, nil
		p.mu.Unlock()
		close(out)
		close(words)
		speaking.Wait()
	}
}

// ready waits while the printer takes no bytes. It returns false when stop was closed first.
func (p *Printer) ready(stop <-chan struct{}) bool {
	for {
		moved := p.news.coming()
		p.mu.Lock()
		stalled := p.levers.Stalled || p.levers.StallsAtFault && p.stopped()
		p.mu.Unlock()
		if !stalled {
			return true
		}
		select {
		case <-stop:
			return false
		case <-moved:
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
