package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// ReaderConfig says how to set a card reader up.
type ReaderConfig struct {
	// Link is a path for a symbolic link to the pseudo terminal, the same at each plugging; empty means none.
	Link string
	// Line is used instead of a pseudo terminal when not nil.
	Line io.ReadWriteCloser
	// Baud is the speed of the line; 0 means 115200.
	Baud int
}

// Reader is a simulated card reader.
type Reader struct {
	socket socket
	baud   int
	news   news

	moving sync.Mutex // held while levers are moved; taken before mu
	mu     sync.Mutex
	levers ReaderLevers
	card   *CardData
	state  cardState
	power  time.Time // came at
	deaf   time.Time // hears nothing before, unless the lever is put back meanwhile
	reads  int       // whole answers to reads
	asked  int       // requests heard
	last   []byte    // last answer, for Stale
}

type cardState uint8

const (
	laid cardState = iota
	found
	selected
	wasRead
)

// NewReader plugs a card reader in.
func NewReader(c ReaderConfig) (*Reader, error) {
	if c.Baud == 0 {
		c.Baud = 115200
	}
	if c.Baud < 0 {
		return nil, fmt.Errorf("simulated card reader: speed %d", c.Baud)
	}
	r := &Reader{socket: socket{link: c.Link, fixed: c.Line}, baud: c.Baud}
	if err := r.Plug(); err != nil {
		return nil, err
	}
	return r, nil
}

// Path is where to open the reader: the link if there is one.
func (r *Reader) Path() string { return r.socket.where() }

// Plug puts the cable back in. The path changes unless a link was asked for.
func (r *Reader) Plug() error { return r.socket.plug(r.serve) }

// PlugAs puts the cable in where the reader gets another name: link leads to it, and the usual name stays away until it is
// pulled and plugged in as ever.
func (r *Reader) PlugAs(link string) error { return r.socket.plugAs(link, r.serve) }

// Plugged says whether the cable is in. It may also have been pulled by a lever.
func (r *Reader) Plugged() bool { return r.socket.plugged() }

// Unplug pulls the cable.
func (r *Reader) Unplug() { r.socket.pull() }

// Close unplugs and stops the reader.
func (r *Reader) Close() error {
	r.socket.pull()
	return nil
}

// Lay puts a card on the reader, in place of any other.
func (r *Reader) Lay(c CardData) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card, r.state = &c, laid
}

// Lift takes the card away.
func (r *Reader) Lift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card = nil
}

// Laid says whether a card lies on the reader.
func (r *Reader) Laid() bool {
	_, ok := r.Card()
	return ok
}

// Card is the card on the reader, if there is one. A lever may have taken it away or put another in its place.
func (r *Reader) Card() (CardData, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.card == nil {
		return CardData{}, false
	}
	return *r.card, true
}

// Reads is how many cards were handed out whole.
func (r *Reader) Reads() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reads
}

// Asked is how many requests were answered.
func (r *Reader) Asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// powerOn begins anew: without power the module forgets.
func (r *Reader) powerOn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.power = laid, time.Now()
	r.deaf = r.power.Add(r.levers.Boot)
}

// hears says whether the reader listens.
func (r *Reader) hears() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	return !r.levers.Silent && (!now.Before(r.deaf) || now.Sub(r.power) >= r.levers.Boot)
}

// serve hears requests until the line is pulled.
func (r *Reader) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	r.powerOn()
	w := &wire{line: line, baud: r.baud, faults: func() LineFaults { return r.Pulled().LineFaults }, news: &r.news, stop: stop}
	var heard []byte
	buf := make([]byte, 256)
	for {
		b, ok := w.read(buf)
		switch {
		case !ok:
			return
		case !r.hears():
			heard = nil
			continue
		case r.Pulled().Echo:
			if _, err := line.Write(b); err != nil {
				return
			}
			continue
		}
		heard = append(heard, b...)
		for {
			request, rest, ok := cut(heard)
			heard = rest
			if !ok {
				break
			}
			if !r.reply(w, request) {
				return
			}
		}
	}
}

// reply answers one request, at the speed of the line. It returns false when the line has gone.
func (r *Reader) reply(w *wire, request []byte) bool {
	reading := len(request) >= 2 && request[0] == 0x30 && request[1] == 0x01
	if !r.news.wait(time.Now(), func() time.Duration {
		l := r.Pulled()
		if reading {
			return l.Lag + l.Think
		}
		return l.Lag
	}, w.stop) {
		return false
	}
	answer, card, whole := r.compose(request, reading)
	return r.deliver(w, answer, card, whole)
}

// compose makes what goes out for a request, with the faults. whole is true when a card's content is in it.
func (r *Reader) compose(request []byte, reading bool) (wire []byte, card *CardData, whole bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	answer := r.answer(request)
	r.asked++
	l := r.levers
	if l.BadChecksum > 0 {
		r.levers.BadChecksum--
		answer[len(answer)-1] ^= 0xFF
	}
	whole = reading && answer[9] == 0x90
	if l.Lies {
		binary.BigEndian.PutUint16(answer[5:], l.Length)
	}
	if whole && l.FlipAt > 0 && l.FlipAt < len(answer) {
		answer[l.FlipAt] ^= 0x55
	}
	wire = noise(l.Noise)
	if l.Stale {
		wire = append(wire, r.last...)
	}
	r.last = bytes.Clone(answer)
	if l.Swap != nil && r.state == found+cardState(l.SwapAfter) {
		r.card, r.state, r.levers.Swap = l.Swap, laid, nil
	}
	wire = append(wire, answer...)
	if l.Glued {
		wire = append(wire, answer...)
	}
	wire = append(wire, noise(l.NoiseAfter)...)
	return wire, r.card, whole
}

// noise is so many random bytes.
func noise(n int) []byte {
	var b []byte
	for range n {
		b = append(b, byte(rand.IntN(256)))
	}
	return b
}

// deliver sends an answer, unless something happens to a card's content on the way. It returns false when the line has gone.
func (r *Reader) deliver(w *wire, b []byte, card *CardData, whole bool) bool {
	all := len(b)
	b = b[:r.Pulled().cut(all)]
	for sent := 0; sent < len(b); {
		l := r.Pulled()
		n := l.piece(len(b) - sent)
		if whole {
			for _, at := range []int{l.PullAt, l.UnplugAt, l.RestartAt} {
				if at > sent {
					n = min(n, at-sent)
				}
			}
		}
		if !w.put(b[sent : sent+n]) {
			return false
		}
		if sent += n; !whole {
			continue
		}
		switch {
		case sent == l.UnplugAt:
			// The plug waits for this goroutine, so it is pulled from another.
			go r.socket.drop(w.line)
			<-w.stop
			return false
		case sent == l.PullAt:
			r.Lift()
			return true
		case sent == l.RestartAt:
			return r.restart(w)
		case sent < len(b) && !r.still(card):
			return true // lifted by hand in the middle
		}
	}
	if whole && len(b) == all {
		r.mu.Lock()
		r.reads++
		r.mu.Unlock()
	}
	return true
}

// restart is what a reader's own program does after it has crashed.
func (r *Reader) restart(w *wire) bool {
	r.mu.Lock()
	r.levers.RestartAt, r.levers.Baud = 0, 0
	r.mu.Unlock()
	r.powerOn()
	return w.put(bytes.Clone(banner))
}

// still says whether the card of an answer lies there yet.
func (r *Reader) still(c *CardData) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.card == c
}
