package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"onedoor/device/trace"
)

// ReplayConfig says what to play and how.
type ReplayConfig struct {
	// Link is a path for a symbolic link to the pseudo terminal, the same at each plugging; empty means none.
	Link string
	// Line is used instead of a pseudo terminal when not nil. A device that was pulled can not come back on it.
	Line io.ReadWriteCloser
	// Exchanges is what was recorded of one device.
	Exchanges []trace.Exchange
	// Blank does to what is heard what was done to it when it was recorded, so that the two can be told to be the same; nil
	// means nothing.
	Blank func(heard []byte)
	// Strict wants the questions in exactly the recorded order, each once. Anything else pulls the plug.
	Strict bool
}

// Replay is a device that says what a trace has it say: when a recorded question comes, the recorded answer goes out, in its
// pieces and at its times. It looks on from the question before for the next that is the same; one that was asked only
// earlier is answered as it was then, and behind the last it begins anew. What came unasked goes out in its place.
type Replay struct {
	socket socket
	cfg    ReplayConfig

	closed chan struct{} // closed by Close
	failed chan struct{} // closed when a strict replay has failed
	away   sync.WaitGroup

	mu     sync.Mutex
	next   int // index of the exchange that is expected
	played int
	err    error
}

// ErrOrder is what a strict replay ends with that was asked for anything but the next exchange.
var ErrOrder = errors.New("sim: not the recorded question")

const (
	settle  = 100 * time.Millisecond // in which the rest of a longer question comes
	patient = 2 * time.Second        // the same in a strict replay, before the question counts as broken off
	halved  = 16                     // bytes at the end of what has come that may be half of a command, and so not be blanked yet
	again   = 3 * time.Second        // pause before what came unasked is played anew
	kept    = 1 << 20                // bytes heard that belong to no question
	longest = 10 * time.Second       // that a device stays away, or stays before it goes, when it was longer
)

// NewReplay plugs the device in.
func NewReplay(c ReplayConfig) (*Replay, error) {
	if len(c.Exchanges) == 0 {
		return nil, errors.New("replay: nothing was recorded")
	}
	if c.Blank == nil {
		c.Blank = func([]byte) {}
	}
	r := &Replay{socket: socket{link: c.Link, fixed: c.Line}, cfg: c, closed: make(chan struct{}), failed: make(chan struct{})}
	if err := r.socket.plug(r.serve); err != nil {
		return nil, err
	}
	return r, nil
}

// Path is where to open the device: the link if there is one.
func (r *Replay) Path() string { return r.socket.where() }

// Played is how many exchanges were played, and Left how many there are still until the end of the trace.
func (r *Replay) Played() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.played
}

// Left is the rest of the trace.
func (r *Replay) Left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.cfg.Exchanges) - r.next
}

// Failed is closed when a strict replay was asked for something else.
func (r *Replay) Failed() <-chan struct{} { return r.failed }

// Close pulls the plug and ends the replay. For a strict one it returns ErrOrder, with the place, when it has failed or was
// not played to its end.
func (r *Replay) Close() error {
	close(r.closed)
	r.socket.pull()
	r.away.Wait()
	r.socket.pull() // it may have come back meanwhile
	r.mu.Lock()
	defer r.mu.Unlock()
	if left := len(r.cfg.Exchanges) - r.next; r.cfg.Strict && r.err == nil && left > 0 {
		return fmt.Errorf("%w: %d of %d exchanges were not asked for", ErrOrder, left, len(r.cfg.Exchanges))
	}
	return r.err
}

// ears hands on what is heard until the line has gone.
func ears(line io.Reader, stop <-chan struct{}) <-chan []byte {
	heard := make(chan []byte)
	go func() {
		defer close(heard)
		buf := make([]byte, 4096)
		for {
			n, err := line.Read(buf)
			if err != nil {
				return
			}
			select {
			case heard <- bytes.Clone(buf[:n]):
			case <-stop:
				return
			}
		}
	}()
	return heard
}

// serve plays until the line is pulled.
func (r *Replay) serve(line io.ReadWriteCloser, stop <-chan struct{}) {
	heard := ears(line, stop)
	defer func() {
		for range heard { // until it has ended
		}
	}()
	select {
	case <-r.closed:
		return
	default:
	}
	var b []byte    // heard, and not answered yet
	lastly := false // the rest of it has not come in time
	begun := time.Now()
	for {
		if x, ok := r.unasked(); ok {
			if !r.play(line, x, begun, heard, &b, stop) {
				return
			}
			begun = time.Now()
			continue
		}
		at, used, more := r.match(b, lastly)
		var over <-chan time.Time // when no more is waited for
		switch {
		case at >= 0:
			b, lastly = b[used:], false
			if !r.play(line, r.turn(at), time.Now(), heard, &b, stop) {
				return
			}
			continue
		case more && lastly, !more && len(b) > 0 && r.cfg.Strict:
			r.fail(line, b, stop)
			return
		case more:
			over = time.After(r.patience())
		}
		select {
		case <-stop:
			return
		case <-over:
			lastly = true
		case p, ok := <-heard:
			if !ok {
				return
			}
			lastly = false
			if b = append(b, p...); len(b) > kept {
				b = bytes.Clone(b[len(b)-kept/2:])
			}
		}
	}
}

func (r *Replay) patience() time.Duration {
	if r.cfg.Strict {
		return patient
	}
	return settle
}

// unasked takes the next exchange when it is one without a question, and begins anew behind the last.
func (r *Replay) unasked() (trace.Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == len(r.cfg.Exchanges) && !r.cfg.Strict && len(r.cfg.Exchanges[0].Sent) == 0 {
		x := r.cfg.Exchanges[0]
		x.Received = append([]trace.Piece{{After: again}}, late(x.Received)...)
		r.next = 1
		r.played++
		return x, true
	}
	if r.next < len(r.cfg.Exchanges) && len(r.cfg.Exchanges[r.next].Sent) == 0 {
		r.next++
		r.played++
		return r.cfg.Exchanges[r.next-1], true
	}
	return trace.Exchange{}, false
}

// late is pieces that come after the pause.
func late(pieces []trace.Piece) []trace.Piece {
	var out []trace.Piece
	for _, p := range pieces {
		out = append(out, trace.Piece{After: p.After + again, Bytes: p.Bytes})
	}
	return out
}

// turn goes on to an exchange.
func (r *Replay) turn(at int) trace.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.played++
	if at >= r.next {
		r.next = at + 1
	}
	return r.cfg.Exchanges[at]
}

// match looks for the exchange whose question has come, and how many bytes it took with all before it; -1 when there is
// none. more says that the next bytes may change that; lastly, that they have not come in time.
func (r *Replay) match(b []byte, lastly bool) (at, used int, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(b) == 0 {
		return -1, 0, false
	}
	b = bytes.Clone(b)
	r.cfg.Blank(b)
	if r.cfg.Strict {
		return r.matchNext(b)
	}
	if r.next == len(r.cfg.Exchanges) {
		r.next = 0
	}
	at, place := -1, len(b)
	for _, i := range r.order() {
		sent := r.cfg.Exchanges[i].Sent
		if len(sent) == 0 {
			continue
		}
		if p := bytes.Index(b, sent); p >= 0 && (p < place || p == place && len(sent) > len(r.cfg.Exchanges[at].Sent)) {
			at, place = i, p
		}
	}
	if at < 0 {
		return -1, 0, false
	}
	used = place + len(r.cfg.Exchanges[at].Sent)
	for _, x := range r.cfg.Exchanges {
		if !lastly && len(x.Sent) > len(b)-place && bytes.HasPrefix(x.Sent, b[place:]) {
			return -1, 0, true // a longer question may be on its way
		}
	}
	return at, used, false
}

// matchNext is match for the next exchange alone; mu is held.
func (r *Replay) matchNext(b []byte) (at, used int, more bool) {
	if r.next == len(r.cfg.Exchanges) {
		return -1, 0, false
	}
	sent := r.cfg.Exchanges[r.next].Sent
	if bytes.HasPrefix(b, sent) {
		return r.next, len(sent), false
	}
	return -1, 0, len(b) < len(sent) && bytes.HasPrefix(sent, b[:max(0, len(b)-halved)])
}

// order is in which order the exchanges are looked through: on from the present one, and then back; mu is held.
func (r *Replay) order() []int {
	var order []int
	for i := r.next; i < len(r.cfg.Exchanges); i++ {
		order = append(order, i)
	}
	for i := r.next - 1; i >= 0; i-- {
		order = append(order, i)
	}
	return order
}

// play sends the pieces of an exchange, each at its time; when the next question comes meanwhile, at once. It returns false
// when the line has gone.
func (r *Replay) play(line io.ReadWriteCloser, x trace.Exchange, begun time.Time, heard <-chan []byte, b *[]byte, stop <-chan struct{}) bool {
	hurry := len(*b) > 0
	for _, p := range x.Received {
		due := time.After(time.Until(begun.Add(p.After)))
		for waiting := !hurry; waiting; {
			select {
			case <-stop:
				return false
			case <-due:
				waiting = false
			case next, ok := <-heard:
				if !ok {
					return false
				}
				*b = append(*b, next...)
				waiting, hurry = false, true
			}
		}
		if _, err := line.Write(p.Bytes); err != nil {
			return false
		}
	}
	if x.Gone {
		if !wait(min(time.Until(begun.Add(x.Stayed)), longest), stop) {
			return false
		}
		r.leave(line, x.Away)
		<-stop
		return false
	}
	return true
}

// leave pulls the plug and puts it back in after a time, both from another goroutine: the plug waits for the one that serves.
func (r *Replay) leave(line io.ReadWriteCloser, d time.Duration) {
	if d <= 0 || d > longest {
		d = longest
	}
	r.away.Go(func() {
		r.socket.drop(line)
		if wait(d, r.closed) && r.cfg.Line == nil {
			_ = r.socket.plug(r.serve) // without a terminal it stays away
		}
	})
}

// fail ends a strict replay.
func (r *Replay) fail(line io.ReadWriteCloser, b []byte, stop <-chan struct{}) {
	r.mu.Lock()
	r.err = fmt.Errorf("%w: %d bytes behind exchange %d of %d", ErrOrder, len(b), r.next, len(r.cfg.Exchanges))
	r.mu.Unlock()
	close(r.failed)
	r.away.Go(func() { r.socket.drop(line) })
	<-stop
}
