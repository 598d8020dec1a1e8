package sim

import (
	"io"
	"time"
)

const (
	xon         = 0x11
	xoff        = 0x13
	bufferLimit = 64 << 10 // bytes kept while the printer can not print, unless a lever says otherwise; more are lost
	stopLeft    = 256      // bytes of room at which it says XOFF, of a buffer that is large enough
	goLeft      = 528      // bytes of room at which it says XON again
)

// room is how many more bytes the buffer takes. mu is held.
func (p *Printer) room() int {
	size := bufferLimit
	if p.levers.Buffer > 0 {
		size = p.levers.Buffer
	}
	return size - len(p.waiting)
}

// take receives bytes: real-time commands are obeyed as they come, wherever they stand. mu is held.
func (p *Printer) take(b []byte) (unplugged bool) {
	if p.levers.Off || time.Now().Before(p.booted) {
		return false
	}
	for _, c := range b {
		p.recent = append(p.recent, c)
		if n := len(p.recent); n > 3 {
			p.recent = p.recent[n-3:]
		}
		if p.room() > 0 {
			p.waiting = append(p.waiting, c)
		}
		if len(p.recent) == 3 && p.recent[0] == 0x10 {
			switch p.recent[1] {
			case 0x04:
				p.question(p.recent[2])
			case 0x05:
				p.recover(p.recent[2])
			}
		}
		unplugged, lost := p.count()
		if unplugged || lost {
			return unplugged // the rest of what has come is lost too
		}
		p.interpret()
		p.flow()
	}
	return false
}

// interpret works off what waits, unless a fault stops the printer or the paper is still moving. mu is held.
func (p *Printer) interpret() {
	for len(p.waiting) > 0 && !p.stopped() && !p.moves() {
		p.machine.feed(p.waiting[0])
		p.waiting = p.waiting[1:]
		rows := p.machine.roll.moved()
		if d := p.levers.LineTime; d > 0 && rows > 0 {
			if now := time.Now(); p.free.Before(now) {
				p.free = now
			}
			p.free = p.free.Add(time.Duration(rows) * d / lineSpacing)
		}
	}
	if p.stopped() && p.levers.Forgets {
		p.waiting = nil
		p.machine.tear()
	}
	if len(p.waiting) == 0 {
		p.waiting = nil
	} else if p.moves() {
		select {
		case p.work <- struct{}{}:
		default:
		}
	}
}

// moves says whether the paper is still moving for what was printed before. mu is held.
func (p *Printer) moves() bool { return time.Now().Before(p.free) }

// mechanism goes on with what waits whenever the paper has come to rest, until the printer is closed.
func (p *Printer) mechanism() {
	defer close(p.ended)
	for {
		select {
		case <-p.closed:
			return
		case <-p.work:
		}
		moving := p.news.wait(time.Now(), func() time.Duration {
			p.mu.Lock()
			defer p.mu.Unlock()
			return time.Until(p.free)
		}, p.closed)
		if !moving {
			return
		}
		p.mu.Lock()
		p.interpret()
		p.flow()
		p.mu.Unlock()
		p.hand()
	}
}

// flow says XOFF or XON when it is time to. mu is held.
func (p *Printer) flow() {
	l, room := &p.levers, p.room()
	size := room + len(p.waiting)
	hold := l.XoffStuck
	switch {
	case hold, !l.XonXoff:
	case p.held:
		hold = room < min(goLeft, size/2)
	default:
		hold = room <= min(stopLeft, size/4)
	}
	if hold == p.held || p.whisper == nil {
		return
	}
	p.held = hold
	c := byte(xon)
	if hold {
		c = xoff
	}
	// Only the last word counts.
	select {
	case <-p.whisper:
	default:
	}
	p.whisper <- c
}

// mind sends XOFF and XON, which may stand between the bytes of an answer, until the line has gone.
func mind(line io.Writer, words <-chan byte) {
	for c := range words {
		if _, err := line.Write([]byte{c}); err != nil {
			return
		}
	}
}
