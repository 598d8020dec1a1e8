package trace

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"onedoor/device/port"
)

// Blanker takes what is personal out of an exchange.
type Blanker interface {
	// Blank overwrites it in place: lengths stay. sent is one writing to the device, received all that came from it until the
	// next; either may be empty, and both may break off anywhere. It is called with the exchanges of one device in order.
	Blank(sent, received []byte)
}

// DefaultLimit is how large a file may become: some days of an idle card reader.
const DefaultLimit = 64 << 20

// ErrFull says that a recording has ended because its file had reached the limit.
var ErrFull = errors.New("trace: the file has reached its limit")

// Config is what a Recorder needs.
type Config struct {
	// Out takes the file's lines, each in one Write. Required.
	Out io.Writer
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Limit is the largest size of the file in bytes; 0 means DefaultLimit.
	Limit int64
}

// Source is a device whose line is recorded.
type Source struct {
	// Device says what it is, such as card-reader, for who reads the trace.
	Device string
	// Port and Baud are how the line is opened.
	Port string
	Baud int
	// Blank takes what is personal out. Required.
	Blank Blanker
	// Open opens the line. Required.
	Open func(context.Context) (port.Port, error)
}

// Recorder writes one file. Its lines may be used at the same time.
type Recorder struct {
	cfg   Config
	start time.Time

	mu    sync.Mutex
	lines int
	size  int64
	err   error // why the recording has ended; nil while it goes on
}

// New begins the file.
func New(c Config) (*Recorder, error) {
	if c.Out == nil {
		return nil, errors.New("trace: Out is required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Limit <= 0 {
		c.Limit = DefaultLimit
	}
	r := &Recorder{cfg: c, start: c.Now()}
	r.put(head{Trace: version, Began: r.start})
	if r.err != nil {
		return nil, r.err
	}
	return r, nil
}

// Opener is the source's Open, recorded.
func (r *Recorder) Opener(s Source) func(context.Context) (port.Port, error) {
	return func(ctx context.Context) (port.Port, error) {
		if s.Blank == nil || s.Open == nil {
			return nil, errors.New("trace: Blank and Open of a source are required")
		}
		p, err := s.Open(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines++
		e := entry{Micros: r.now(), Line: r.lines, What: opened, Port: s.Port, Device: s.Device, Baud: s.Baud}
		if err != nil {
			e.What, e.Problem = refused, string(port.ProblemOf(err))
			r.put(e)
			return nil, err
		}
		r.put(e)
		return &line{Port: p, recorder: r, number: r.lines, blank: s.Blank}, nil
	}
}

// Close says why the recording broke off, or nil when all is in the file. The lines are to be closed before.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// now is microseconds since the beginning.
func (r *Recorder) now() int64 { return r.cfg.Now().Sub(r.start).Microseconds() }

// put writes one line of the file, unless the recording has ended; mu is held.
func (r *Recorder) put(v any) {
	if r.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		r.err = fmt.Errorf("write trace: %w", err)
		return
	}
	if r.size+int64(len(b))+1 > r.cfg.Limit {
		r.err = ErrFull
		if b, err = json.Marshal(entry{Micros: r.now(), What: full}); err != nil {
			return
		}
	}
	n, err := r.cfg.Out.Write(append(b, '\n'))
	r.size += int64(n)
	if err != nil {
		r.err = fmt.Errorf("write trace: %w", err)
	}
}

// bytes writes a piece that was blanked; mu is held.
func (r *Recorder) bytes(line int, at int64, w what, b []byte) {
	r.put(entry{Micros: at, Line: line, What: w, Hex: hex.EncodeToString(b)})
}
