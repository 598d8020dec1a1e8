package sim

import "time"

// PrinterLevers are the faults of a printer. The zero value is a printer that is well.
type PrinterLevers struct {
	LineFaults                  // of what it answers
	Late          time.Duration // answers come so much later
	NoiseBytes    int           // so many random bytes come before each answer
	DeafFor       int           // so many next real-time questions are not heard
	Off           bool          // without power: hears nothing, says nothing, keeps nothing
	PaperOut      bool
	PaperLow      bool
	CoverOpen     bool
	CutterJam     bool
	PaperJam      bool
	Overheated    bool
	Unrecoverable bool
	Latches       bool          // a cutter that jammed stays in error until it is told to go on (DLE ENQ)
	AllWell       bool          // says that all is well, whatever is not
	Mute          bool          // prints, but answers nothing
	MuteQueued    bool          // answers only the real-time questions
	Stalled       bool          // takes no bytes: flow control holds the line
	StallsAtFault bool          // takes no bytes while a fault stops it
	FlowNoise     bool          // puts XOFF and XON around its answers
	XonXoff       bool          // says XOFF when its buffer is nearly full, and XON when there is room again
	XoffStuck     bool          // says XOFF and never XON
	Buffer        int           // bytes of its buffer; 0 means 64 KiB. What comes when it is full is lost
	LineTime      time.Duration // time to print a line
	Forgets       bool          // a fault that stops it also empties its buffer
	PaperOutAt    int           // paper ends after so many more bytes; 0 means never
	CoverOpenAt   int           // the cover is opened after so many more bytes; 0 means never
	CutterJamAt   int           // the cutter jams after so many more bytes; 0 means never
	PaperJamAt    int           // the paper jams after so many more bytes; 0 means never
	OverheatAt    int           // the head is too hot after so many more bytes; 0 means never
	PowerLossAt   int           // power goes and comes back after so many more bytes; 0 means never
	UnplugAt      int           // the cable is pulled after so many more bytes; 0 means never
	Glitch        bool          // coming back to power puts a zero byte on the line
	NoCutter      bool          // has no cutter: a cut is an error of the cutter
	NoQR          bool          // does not know QR codes, and prints their command as text
	PoorFont      bool          // its font ends with GB 2312; other characters are empty frames
}

// Levers changes the faults, at once. A printer that was stopped goes on when its fault is gone.
func (p *Printer) Levers(change func(*PrinterLevers)) {
	p.moving.Lock()
	defer p.moving.Unlock()
	p.mu.Lock()
	wasOff, jammed, pace := p.levers.Off, p.levers.CutterJam, p.levers.LineTime
	change(&p.levers)
	l := &p.levers
	p.latched = l.Latches && (p.latched || l.CutterJam || jammed)
	switch {
	case l.Off && !wasOff:
		p.forget()
	case !l.Off && wasOff:
		p.boot()
	}
	if l.LineTime != pace {
		p.free = time.Time{} // the line that is being printed ends here; the next is as slow as the lever says now
	}
	p.machine.noQR, p.machine.poor = l.NoQR, l.PoorFont
	p.interpret()
	p.flow()
	p.sendState()
	taken := l.Taken
	p.mu.Unlock()
	p.hand()
	p.socket.hold(taken)
	p.news.tell()
}

// Pulled is how the levers stand. Those that count bytes or questions go down as they work.
func (p *Printer) Pulled() PrinterLevers {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.levers
}

// stopped says whether a fault keeps the printer from printing. mu is held.
func (p *Printer) stopped() bool {
	l := &p.levers
	return l.Off || l.PaperOut || l.CoverOpen || l.CutterJam || l.PaperJam || l.Overheated || l.Unrecoverable || p.latched
}

// jamCutter stops the printer for its cutter. mu is held.
func (p *Printer) jamCutter() {
	p.levers.CutterJam, p.latched = true, p.levers.Latches
	p.sendState()
}

// count lets the levers that wait for a byte work. mu is held.
func (p *Printer) count() (unplugged, lost bool) {
	l := &p.levers
	down := func(n *int) bool {
		if *n <= 0 {
			return false
		}
		*n--
		return *n == 0
	}
	fault := func(n *int, lever *bool) {
		if down(n) {
			*lever = true
			p.sendState()
		}
	}
	fault(&l.PaperOutAt, &l.PaperOut)
	fault(&l.CoverOpenAt, &l.CoverOpen)
	fault(&l.PaperJamAt, &l.PaperJam)
	fault(&l.OverheatAt, &l.Overheated)
	if down(&l.CutterJamAt) {
		p.jamCutter()
	}
	if lost = down(&l.PowerLossAt); lost {
		p.powerLoss()
	}
	return down(&l.UnplugAt), lost
}
