package sim

import "time"

// sending is an answer and when it was given.
type sending struct {
	made  time.Time
	bytes []byte
}

// bit returns b when on.
func bit(on bool, b byte) byte {
	if on {
		return b
	}
	return 0
}

// shown is what the printer's status tells of its faults; stopped is the bit for offline. mu is held.
func (p *Printer) shown() (l PrinterLevers, stopped bool) {
	if p.levers.AllWell {
		return PrinterLevers{}, false
	}
	l = p.levers
	l.CutterJam = l.CutterJam || p.latched
	return l, p.stopped()
}

// question answers DLE EOT n. mu is held.
func (p *Printer) question(n byte) {
	if p.levers.DeafFor > 0 {
		p.levers.DeafFor--
		return
	}
	l, stopped := p.shown()
	b := byte(0x12)
	switch n {
	case 1:
		b |= bit(stopped, 0x08)
	case 2:
		b |= bit(l.CoverOpen, 0x04) | bit(l.PaperOut, 0x20) | bit(l.CutterJam || l.PaperJam || l.Overheated || l.Unrecoverable, 0x40)
	case 3:
		b |= bit(l.PaperJam, 0x04) | bit(l.CutterJam, 0x08) | bit(l.Unrecoverable, 0x20) | bit(l.Overheated, 0x40)
	case 4:
		b |= bit(l.PaperLow || l.PaperOut, 0x0C) | bit(l.PaperOut, 0x60)
	default:
		return
	}
	p.answer([]byte{b})
}

// recover obeys DLE ENQ n: 1 goes on, 2 throws away what waits. Only a cutter whose cause is gone can be helped. mu is held.
func (p *Printer) recover(n byte) {
	if n != 1 && n != 2 || !p.latched || p.levers.CutterJam {
		return
	}
	p.latched = false
	if n == 2 {
		p.waiting = nil
		p.machine.tear()
	}
	p.sendState()
}

// sendState is automatic status back. mu is held.
func (p *Printer) sendState() {
	if p.asb == 0 {
		return
	}
	l, stopped := p.shown()
	p.answer([]byte{
		0x10 | bit(stopped, 0x08) | bit(l.CoverOpen, 0x20),
		bit(l.PaperJam, 0x04) | bit(l.CutterJam, 0x08) | bit(l.Unrecoverable, 0x20) | bit(l.Overheated, 0x40),
		bit(l.PaperLow || l.PaperOut, 0x03) | bit(l.PaperOut, 0x0C),
		0x0F,
	})
}

// answer sends bytes back. A line that has gone takes none, which is what a printer would notice too. mu is held.
func (p *Printer) answer(b []byte) {
	l := &p.levers
	if p.out == nil || l.Mute || l.Off {
		return
	}
	wire := noise(l.NoiseBytes)
	if l.FlowNoise {
		wire = append(wire, xoff)
		for _, c := range b {
			wire = append(wire, c, xon)
		}
	} else {
		wire = append(wire, b...)
	}
	select {
	case p.out <- sending{time.Now(), wire}:
	default:
	}
}

// speak sends answers, each when it is due, until out is closed or the line has gone.
func (p *Printer) speak(w *wire, out <-chan sending) {
	for s := range out {
		if !w.news.wait(s.made, func() time.Duration { return p.Pulled().Late }, w.stop) || !w.send(s.bytes) {
			return
		}
	}
}
