package dock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"time"
)

const (
	maxStreams   = 16                     // open event streams at a time
	maxBody      = 4 << 10                // bytes of a request
	watchEvery   = 150 * time.Millisecond // how often a stream looks for a change
	pingEvery    = 15 * time.Second       // how often a silent stream shows that it is alive
	writeLimit   = 10 * time.Second       // a page that does not take an event within this is dropped
	retryAfterMS = 1000                   // how soon a page comes back to a stream that ended
)

func (d *Dock) getState(w http.ResponseWriter, _ *http.Request) { answer(w, d.state()) }

// getEvents sends the state at once and again whenever it has changed. It compares instead of being told, so that whatever
// moves a device (this page, a scripted citizen, the kiosk) is seen.
func (d *Dock) getEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case d.streams <- struct{}{}:
		defer func() { <-d.streams }()
	default:
		refuse(w, http.StatusServiceUnavailable, "too many open pages")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	out := http.NewResponseController(w)
	send := func(format string, args ...any) error {
		if err := out.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return err
		}
		return out.Flush()
	}
	var last []byte
	silent := time.Duration(0)
	for {
		now, err := json.Marshal(d.state())
		if err != nil {
			d.cfg.Logger.Error("dock could not describe its state", "error", err)
			return
		}
		switch {
		case !bytes.Equal(now, last):
			last, silent = now, 0
			err = send("retry: %d\nevent: state\ndata: %s\n\n", retryAfterMS, now)
		case silent >= pingEvery:
			silent = 0
			err = send(": alive\n\n")
		}
		if err != nil {
			return // the page was closed
		}
		select {
		case <-watch.C:
			silent += watchEvery
		case <-r.Context().Done():
			return
		case <-d.closed:
			return
		}
	}
}

// getPaper serves /papers/{id}.png and /papers/{id}.bin.
func (d *Dock) getPaper(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	kind := path.Ext(file)
	id, err := strconv.Atoi(file[:len(file)-len(kind)])
	if err != nil || (kind != ".png" && kind != ".bin") {
		refuse(w, http.StatusNotFound, "no such paper")
		return
	}
	for _, p := range d.cfg.Paper.Papers() {
		switch {
		case p.ID != id:
			continue
		case kind == ".png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(p.PNG)
		default:
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="receipt-%d.bin"`, id))
			_, _ = w.Write(p.Bytes)
		}
		return
	}
	refuse(w, http.StatusNotFound, "no such paper")
}

func (d *Dock) postLay(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Card string `json:"card"`
	}
	if !read(w, r, &body) {
		return
	}
	if err := d.cfg.Tray.Lay(body.Card); errors.Is(err, ErrNoCard) {
		refuse(w, http.StatusNotFound, ErrNoCard.Error())
		return
	} else if err != nil {
		d.cfg.Logger.Warn("dock could not lay a card", "error", err)
		refuse(w, http.StatusConflict, "the card could not be laid on the reader")
		return
	}
	answer(w, d.state())
}

func (d *Dock) postLift(w http.ResponseWriter, r *http.Request) {
	if !read(w, r, &struct{}{}) {
		return
	}
	d.cfg.Tray.Lift()
	answer(w, d.state())
}

func (d *Dock) postLink(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Up *bool `json:"up"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.Up == nil {
		refuse(w, http.StatusBadRequest, `"up" is required`)
		return
	}
	d.cfg.Link.Set(*body.Up)
	answer(w, d.state())
}

// postPrinter moves the levers that are named and leaves the others.
func (d *Dock) postPrinter(w http.ResponseWriter, r *http.Request) {
	var body struct {
		PaperOut  *bool `json:"paper_out"`
		CoverOpen *bool `json:"cover_open"`
	}
	if !read(w, r, &body) {
		return
	}
	d.levers.Lock()
	levers := d.cfg.Paper.Levers()
	if body.PaperOut != nil {
		levers.PaperOut = *body.PaperOut
	}
	if body.CoverOpen != nil {
		levers.CoverOpen = *body.CoverOpen
	}
	d.cfg.Paper.SetLevers(levers)
	d.levers.Unlock()
	answer(w, d.state())
}

// read decodes the request's one JSON object into body. An empty request counts as an empty object.
func read(w http.ResponseWriter, r *http.Request, body any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(body)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "the request cannot be read")
		return false
	}
	return true
}

func answer(w http.ResponseWriter, s state) {
	w.Header().Set("Content-Type", "application/json")
	// An error here means that the page has gone.
	_ = json.NewEncoder(w).Encode(s)
}

// refuse answers with a problem in the form of RFC 9457.
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}
