package console

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits of the streams.
const (
	maxStreams = 48
	beat       = 5 * time.Second  // shows the reader that the line is alive, and finds out whether it still may read
	writeLimit = 10 * time.Second // for a reader to take what it is sent
)

// stream is one reader's open page.
type stream struct {
	wake chan struct{} // holds a word while there is something new
	over chan struct{} // closed when the reader has to go
	once sync.Once
}

func (s *stream) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it has not shown the last news yet, and will show both
	}
}

func (s *stream) end() { s.once.Do(func() { close(s.over) }) }

// open takes in a reader; nil when there are too many.
func (c *Console) open() *stream {
	s := &stream{wake: make(chan struct{}, 1), over: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.serving || len(c.streams) >= maxStreams {
		return nil
	}
	c.streams[s] = true
	return s
}

func (c *Console) drop(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.streams, s)
}

// events is the live page: the whole of it whenever something changes. Nothing can be missed, so that a reader who comes back
// after a cut line only tells what it has seen last.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	a, ok := c.access(r, false)
	if !ok {
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	s := c.open()
	if s == nil {
		w.Header().Set("Retry-After", strconv.Itoa(refresh))
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	defer c.drop(s)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	line := &line{w: w, to: http.NewResponseController(w), patience: c.patience}
	defer line.end()
	if line.send("retry: 3000\n\n") != nil {
		return
	}
	c.update() // nobody may have looked for long
	seen := r.Header.Get("Last-Event-ID")
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		if a, ok, _ = c.admit(a.token, false); !ok {
			_ = line.send("event: bye\ndata: signed out\n\n")
			return
		}
		id, err := c.tell(line, r, a, seen)
		if err != nil {
			return // gone, or too slow
		}
		seen = id
		select {
		case <-s.wake:
		case <-tick.C:
			if line.send("event: beat\ndata: .\n\n") != nil {
				return
			}
		case <-s.over:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// tell sends the page as it is now, unless the reader has it.
func (c *Console) tell(l *line, r *http.Request, a access, seen string) (id string, err error) {
	c.mu.Lock()
	now, version := c.state, c.version
	c.mu.Unlock()
	id = fmt.Sprintf("%s-%d-%t", c.boot, version, a.locked)
	if id == seen {
		return id, nil
	}
	p := c.page(r)
	p.fill(c, a, now)
	b, err := c.pages.render("live", p)
	if err != nil {
		c.cfg.Logger.Error("show console", "error", err)
		return "", err
	}
	var m bytes.Buffer
	fmt.Fprintf(&m, "event: board\nid: %s\n", id)
	for part := range bytes.Lines(b) {
		m.WriteString("data: ")
		m.Write(bytes.TrimRight(part, "\r\n"))
		m.WriteByte('\n')
	}
	m.WriteByte('\n')
	return id, l.send(m.String())
}

// line writes to one reader, who has a limited time for each message.
type line struct {
	w        http.ResponseWriter
	to       *http.ResponseController
	patience time.Duration
}

func (l *line) send(message string) error {
	if err := l.to.SetWriteDeadline(time.Now().Add(l.patience)); err != nil {
		return err
	}
	if _, err := l.w.Write([]byte(message)); err != nil {
		return err
	}
	if err := l.to.Flush(); err != nil {
		return err
	}
	return l.to.SetWriteDeadline(time.Time{}) // over HTTP/2 one that passes between two messages ends the stream as well
}

// end limits what the server itself sends when the stream is over.
func (l *line) end() { _ = l.to.SetWriteDeadline(time.Now().Add(l.patience)) }
