package link

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Fault is what happens to one HTTP exchange.
type Fault int

// The faults. Of an exchange that ends without a word the client can not tell which it was.
const (
	NoFault     Fault = iota
	DropRequest       // the request is lost, with the connection: the far end never saw it
	DropReply         // the far end has answered, and the connection ends before a byte of it arrives
	CutBody           // the answer ends in the middle of its body; one without a body is a DropReply
	Portal            // a login page with status 200 in place of the answer; the far end never saw the request
	Redirect          // a 302 to that page; neither
	Status            // a gateway's error page; neither
)

// String names the fault as its flag does.
func (f Fault) String() string {
	return [...]string{"none", "drop-request", "drop-reply", "cut-body", "portal", "redirect", "status"}[f]
}

// Faults are the shares of exchanges that go wrong, each from 0 to 1 and together at most 1.
type Faults struct {
	DropRequest, DropReply, CutBody, Portal, Redirect float64

	Status []StatusFault
}

// StatusFault is the share of exchanges that a gateway answers with an error.
type StatusFault struct {
	Share float64
	Code  int // 400 to 599
}

// ParseStatus reads SHARE=CODE, for instance 0.05=503.
func ParseStatus(s string) (StatusFault, error) {
	share, code, _ := strings.Cut(s, "=")
	p, errShare := strconv.ParseFloat(share, 64)
	n, errCode := strconv.Atoi(code)
	if errShare != nil || errCode != nil {
		return StatusFault{}, fmt.Errorf("status %q: want SHARE=CODE, for instance 0.05=503", s)
	}
	f := StatusFault{p, n}
	return f, Faults{Status: []StatusFault{f}}.Validate()
}

// Validate says what is wrong with the shares.
func (f Faults) Validate() error {
	sum := 0.0
	for _, share := range f.shares() {
		if !(share.Share >= 0 && share.Share <= 1) { // nor is NaN
			return fmt.Errorf("share %v of %s is not between 0 and 1", share.Share, share.fault)
		}
		if share.fault == Status && (share.Code < 400 || share.Code > 599) {
			return fmt.Errorf("status %d is no error", share.Code)
		}
		sum += share.Share
	}
	if sum > 1 {
		return errors.New("the shares of all faults are more than 1 together")
	}
	return nil
}

type share struct {
	StatusFault
	fault Fault
}

func (f Faults) shares() []share {
	all := []share{
		{StatusFault{Share: f.DropRequest}, DropRequest}, {StatusFault{Share: f.DropReply}, DropReply}, {StatusFault{Share: f.CutBody}, CutBody},
		{StatusFault{Share: f.Portal}, Portal}, {StatusFault{Share: f.Redirect}, Redirect},
	}
	for _, s := range f.Status {
		all = append(all, share{s, Status})
	}
	return all
}

// Pick gives the fault that a throw from 0 up to 1 falls on, and the code with Status.
func (f Faults) Pick(throw float64) (Fault, int) {
	edge := 0.0
	for _, s := range f.shares() {
		if edge += s.Share; throw < edge {
			return s.fault, s.Code
		}
	}
	return NoFault, 0
}

// dice throws once for each exchange: the n-th exchange of a seed always meets the same fault.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newDice(seed uint64) *dice { return &dice{r: rand.New(rand.NewPCG(seed, 0))} }

func (d *dice) throw() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Float64()
}

// page is what stands between here and there says in place of the far end.
func page(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	// Whoever has gone does not read it.
	_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title><p>%s\n", text, text)
}
