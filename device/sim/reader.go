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

var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// ReaderConfig says how to set a card reader up.
type ReaderConfig struct {
	// Link is a path for a symbolic link to the pseudo terminal, the same at each plugging; empty means none.
	Link string
	// Line is used instead of a pseudo terminal when not nil.
	Line io.ReadWriteCloser
	// Baud is the speed of the line; 0 means 115200.
	Baud int
}

// ReaderLevers are the faults of a card reader. The zero value is a reader that is well.
type ReaderLevers struct {
	LineFaults
	Silent          bool          // hears nothing, says nothing
	SelfTest        bool          // the security module is broken: 60
	NoKeys          bool          // the security module has no keys: 66
	OtherCard       bool          // what lies there is no identity card: 40
	TwoCards        bool          // two cards disturb each other: found, but not to be selected
	Swap            *CardData     // is laid in place of the card at the moment SwapAfter names, once
	SwapAfter       Step          //
	ReadFails       int           // so many next reads fail: 41
	PullAt          int           // the card is pulled after so many bytes of a read's answer; 0 means never
	UnplugAt        int           // the cable is pulled after so many bytes of a read's answer; 0 means never
	FlipAt          int           // the byte at this place of each read's answer is damaged; 0 means none
	Noise           int           // so many random bytes come before each answer
	Stale           bool          // the former answer is sent again before each answer
	Glued           bool          // each answer is sent twice without a pause
	Lies            bool          // the length field of each answer says Length
	Length          uint16        //
	Echo            bool          // sends back what it hears: not a card reader at all
	KeepsFound      bool          // goes on finding a card that was read
	MissesAfterRead int           // so many finds after a read say "no card" though it lies there
	NoAddress       bool          // does not know the question for the newest address: 21
	Think           time.Duration // time between question and answer of a read
	BadChecksum     int           // so many next answers have a wrong check byte
}

// Step is a step of reading a card.
type Step uint8

// The steps.
const (
	AfterFind Step = iota
	AfterSelect
	AfterRead
)

// Reader is a simulated card reader.
type Reader struct {
	socket socket
	baud   int

	mu     sync.Mutex
	levers ReaderLevers
	card   *CardData
	state  cardState
	reads  int    // whole answers to reads
	asked  int    // requests heard
	last   []byte // last answer, for Stale
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
func (r *Reader) Plug() error {
	r.mu.Lock()
	if r.state > laid {
		r.state = laid // without power the module forgets
	}
	r.mu.Unlock()
	return r.socket.plug(r.serve)
}

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
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.card != nil
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

// Levers changes the faults.
func (r *Reader) Levers(change func(*ReaderLevers)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.levers)
}

// serve hears requests until the line is pulled.
func (r *Reader) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	in, out := pace{baud: r.baud}, pace{baud: r.baud}
	var heard []byte
	buf := make([]byte, 256)
	for {
		n, err := line.Read(buf)
		if err != nil {
			return
		}
		if !in.spend(n, stop) {
			return
		}
		r.mu.Lock()
		l := r.levers
		r.mu.Unlock()
		switch {
		case l.Silent:
			heard = nil
			continue
		case l.Echo:
			if _, err := line.Write(buf[:n]); err != nil {
				return
			}
			continue
		}
		heard = append(heard, buf[:n]...)
		for {
			request, rest, ok := cut(heard)
			heard = rest
			if !ok {
				break
			}
			if !r.reply(line, request, &out, stop) {
				return
			}
		}
	}
}

// cut takes the first whole request off the bytes heard.
func cut(b []byte) (request, rest []byte, ok bool) {
	for {
		at := bytes.Index(b, preamble)
		if at < 0 {
			return nil, b[max(0, len(b)-4):], false
		}
		b = b[at:]
		if len(b) < 7 {
			return nil, b, false
		}
		n := int(binary.BigEndian.Uint16(b[5:]))
		if n < 3 || n > 64 {
			b = b[1:]
			continue
		}
		if len(b) < 7+n {
			return nil, b, false
		}
		if xor(b[5:7+n]) == 0 {
			return b[7 : 6+n], b[7+n:], true
		}
		b = b[1:]
	}
}

func xor(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

func frame(code byte, data ...[]byte) []byte {
	content := append([]byte{0, 0, code}, bytes.Join(data, nil)...)
	f := append([]byte(nil), preamble...)
	f = binary.BigEndian.AppendUint16(f, uint16(len(content)+1))
	f = append(f, content...)
	return append(f, xor(f[5:]))
}

// reply answers one request, at the speed of the line. It returns false when the line has gone.
func (r *Reader) reply(line io.Writer, request []byte, out *pace, stop <-chan struct{}) bool {
	reading := len(request) >= 2 && request[0] == 0x30 && request[1] == 0x01
	r.mu.Lock()
	think := r.levers.Think
	r.mu.Unlock()
	if reading && think > 0 {
		timer := time.NewTimer(think)
		defer timer.Stop()
		select {
		case <-stop:
			return false
		case <-timer.C:
		}
	}
	r.mu.Lock()
	answer := r.answer(request)
	r.asked++
	l := r.levers
	if l.BadChecksum > 0 {
		r.levers.BadChecksum--
		answer[len(answer)-1] ^= 0xFF
	}
	whole := len(answer) > 1000
	if l.Lies {
		binary.BigEndian.PutUint16(answer[5:], l.Length)
	}
	if whole && l.FlipAt > 0 && l.FlipAt < len(answer) {
		answer[l.FlipAt] ^= 0x55
	}
	var wire []byte
	for range l.Noise {
		wire = append(wire, byte(rand.IntN(256)))
	}
	if l.Stale {
		wire = append(wire, r.last...)
	}
	r.last = bytes.Clone(answer)
	if l.Swap != nil && r.state == found+cardState(l.SwapAfter) {
		r.card, r.state, r.levers.Swap = l.Swap, laid, nil
	}
	card := r.card
	r.mu.Unlock()
	wire = append(wire, answer...)
	if l.Glued {
		wire = append(wire, answer...)
	}
	wire = wire[:l.cut(len(wire))]
	l.spoil(wire)

	for sent := 0; sent < len(wire); {
		n := l.piece(min(16, len(wire)-sent))
		if whole && l.PullAt > 0 {
			n = min(n, l.PullAt-sent)
		}
		if whole && l.UnplugAt > 0 {
			n = min(n, l.UnplugAt-sent)
		}
		if n > 0 {
			if !out.spend(n, stop) {
				return false
			}
			if _, err := line.Write(wire[sent : sent+n]); err != nil {
				return false
			}
			sent += n
			if !l.pause(stop) {
				return false
			}
		}
		switch {
		case whole && sent == l.UnplugAt && l.UnplugAt > 0:
			// The plug waits for this goroutine, so it is pulled from another.
			go r.Unplug()
			<-stop
			return false
		case whole && sent == l.PullAt && l.PullAt > 0:
			r.mu.Lock()
			r.card = nil
			r.mu.Unlock()
			return true
		case whole && !r.still(card):
			return true // lifted by hand in the middle
		}
	}
	if whole {
		r.mu.Lock()
		r.reads++
		r.mu.Unlock()
	}
	return true
}

// still says whether the card of an answer lies there yet.
func (r *Reader) still(c *CardData) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.card == c
}

// answer decides what to say; mu is held.
func (r *Reader) answer(request []byte) []byte {
	l := &r.levers
	command := uint16(request[0])<<8 | uint16(request[1])
	switch {
	case l.SelfTest:
		return frame(0x60)
	case command == 0x10FF, command == 0x61FF:
		return frame(0x90)
	case l.NoKeys:
		return frame(0x66)
	case command == 0x11FF:
		return frame(0x90)
	case command == 0x12FF:
		return frame(0x90, []byte{5, 0, 3, 0, 0xA2, 0xEC, 0x33, 1, 0x87, 0xD6, 0x12, 0, 0xB1, 0x68, 0xDE, 0x3A})
	case command == 0x2001:
		if r.card == nil || r.state == wasRead && !l.KeepsFound {
			return frame(0x80)
		}
		if r.state == wasRead && l.MissesAfterRead > 0 {
			l.MissesAfterRead--
			return frame(0x80)
		}
		if l.OtherCard {
			return frame(0x40)
		}
		if r.state = found; l.TwoCards {
			r.state = laid
		}
		return frame(0x9F, make([]byte, 4))
	case command == 0x2002:
		if r.card == nil || r.state != found {
			return frame(0x81)
		}
		r.state = selected
		return frame(0x90, make([]byte, 8))
	case command == 0x3001:
		if r.card == nil || r.state != selected {
			return frame(0x41)
		}
		if l.ReadFails > 0 {
			l.ReadFails--
			r.state = laid
			return frame(0x41)
		}
		r.state = wasRead
		photo := r.card.photo()
		lengths := binary.BigEndian.AppendUint16([]byte{1, 0}, uint16(len(photo)))
		return frame(0x90, lengths, r.card.Text(), photo)
	case command == 0x3003:
		if l.NoAddress {
			return frame(0x21)
		}
		if r.card == nil || r.state < selected {
			return frame(0x41)
		}
		if r.card.NewAddress == "" {
			return frame(0x91)
		}
		b := make([]byte, 70)
		put(b, 0, 70, r.card.NewAddress)
		return frame(0x90, b)
	default:
		return frame(0x21)
	}
}
