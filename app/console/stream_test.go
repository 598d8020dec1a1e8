package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/app/console"
	"onedoor/app/hall"
)

// live is an open stream.
type live struct {
	*desk
	lines  chan string
	cancel context.CancelFunc
	status int
	id     string // of the last event
}

// live opens a stream, as one who has seen the event seen.
func (b *browser) live(seen string) *live {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/events", nil)
	if err != nil {
		b.Fatal(err)
	}
	if seen != "" {
		r.Header.Set("Last-Event-ID", seen)
	}
	client := *b.http
	client.Timeout = 0
	answer, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	l := &live{desk: b.desk, lines: make(chan string, 1024), cancel: cancel, status: answer.StatusCode}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(l.lines)
		defer answer.Body.Close()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			select {
			case l.lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	b.Cleanup(func() { cancel(); <-ended })
	return l
}

// until reads to a line that has part in it.
func (l *live) until(what, part string) {
	l.Helper()
	over := time.After(limit)
	for {
		select {
		case s, ok := <-l.lines:
			if !ok {
				l.Fatalf("the stream ended before %s", what)
			}
			if id, ok := strings.CutPrefix(s, "id: "); ok {
				l.id = id
			}
			if strings.Contains(s, part) {
				return
			}
		case <-over:
			l.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestLive: whatever changes is told within moments; a beat says meanwhile that the line is alive.
func TestLive(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	l := b.live("")
	l.until("the page", "现在没有人在用")
	d.machine.set(func(m *machine) {
		m.standing = hall.Standing{At: hall.Place{Kiosk: "107", Service: "old-age-allowance", Step: "fill"}, Visit: true, Since: time.Now()}
	})
	l.until("the visit", "高龄津贴申领")
	d.calls.Place(hall.Place{Kiosk: "107", Service: "old-age-allowance", Step: "fill"}, time.Now())
	l.until("the call", "有人求助")
	l.until("a beat", "event: beat")
}

// TestResume: who comes back after a cut line is told what has changed meanwhile, and nothing when nothing has.
func TestResume(t *testing.T) {
	d := open(t, nil)
	d.clock.stop() // the page tells how long ago things were
	b := d.browser()
	b.signIn("1003")
	l := b.live("")
	l.until("the id", "id: ")
	seen := l.id
	l.cancel()
	d.until("the cut", func() bool { return d.console.Readers() == 0 })
	again := b.live(seen)
	for s := range again.lines {
		if strings.HasPrefix(s, "event: board") {
			t.Error("what had been seen was sent once more")
		}
		if strings.HasPrefix(s, "event: beat") {
			break
		}
	}
	again.cancel()
	d.machine.set(func(m *machine) { m.day.Begun = 77 })
	third := b.live(seen)
	third.until("the news", "<dd>77</dd>")
}

// TestWhoIsSlowToLookShowsNothingOld: what was seen before is not shown after what was seen since, by whoever looked.
func TestWhoIsSlowToLookShowsNothingOld(t *testing.T) {
	var slow atomic.Bool // the next one who looks is
	looking, on := make(chan struct{}), make(chan struct{})
	d := open(t, func(c *console.Config) {
		standing := c.Standing
		c.Standing = func() hall.Standing {
			now := standing()
			if slow.CompareAndSwap(true, false) {
				close(looking)
				<-on
			}
			return now
		}
	})
	b := d.browser()
	b.signIn("1003")
	b.live("").until("the page", "现在没有人在用")
	slow.Store(true)
	ended := make(chan struct{})
	go func() { defer close(ended); d.console.Update() }()
	<-looking
	d.machine.set(func(m *machine) { m.standing.Visit = true })
	d.console.Update()
	close(on)
	<-ended
	if !d.console.Shown().Visit {
		t.Error("what was seen before the visit is shown after it")
	}
}

// TestStreamsAreBounded: the last reader too many is told to come later, and there is room again when one has gone. (I15)
func TestStreamsAreBounded(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	var open []*live
	for {
		l := b.live("")
		if l.status == http.StatusServiceUnavailable {
			break
		}
		l.until("the page", "event: board")
		if open = append(open, l); len(open) > 100 {
			t.Fatal("a hundred streams are open")
		}
	}
	if len(open) < 16 {
		t.Errorf("only %d may read", len(open))
	}
	open[0].cancel()
	d.until("room", func() bool { l := b.live(""); l.cancel(); return l.status == http.StatusOK })
}

// quiet is the answer to a reader, and takes all at once; resting gets a word when the page was sent and no limit is set any more.
type quiet struct {
	header  http.Header
	page    bool
	resting chan struct{}
}

func (q *quiet) Header() http.Header { return q.header }
func (q *quiet) WriteHeader(int)     {}
func (q *quiet) FlushError() error   { return nil }
func (q *quiet) Write(b []byte) (int, error) {
	q.page = q.page || strings.Contains(string(b), "event: board")
	return len(b), nil
}

func (q *quiet) SetWriteDeadline(at time.Time) error {
	if at.IsZero() && q.page {
		close(q.resting)
		q.page = false
	}
	return nil
}

// TestPatienceIsForAMessage: whoever has taken what he was sent is in no hurry, however long the next message is in coming.
func TestPatienceIsForAMessage(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "__Host-onedoor-staff", Value: b.cookie()})
	q, ended := &quiet{header: http.Header{}, resting: make(chan struct{})}, make(chan struct{})
	go func() {
		defer close(ended)
		d.console.Handler().ServeHTTP(q, r)
	}()
	select {
	case <-q.resting:
	case <-time.After(limit):
		t.Error("there is a limit while nothing is sent")
	}
	cancel()
	<-ended
}

// TestASlowReaderIsDropped, and delays nobody meanwhile. (I15, I16)
func TestASlowReaderIsDropped(t *testing.T) {
	d := open(t, nil)
	d.console.SetPatience(200 * time.Millisecond)
	b := d.browser()
	b.signIn("1003")
	slow := tcp(d)
	defer slow.Close()
	fmt.Fprintf(slow, "GET /events HTTP/1.1\r\nHost: x\r\nCookie: __Host-onedoor-staff=%s\r\n\r\n", b.cookie()) // and reads no more than that it is let in
	if status, err := bufio.NewReaderSize(slow, 16).Peek(len("HTTP/1.1 200")); err != nil || string(status) != "HTTP/1.1 200" {
		t.Fatalf("the slow reader gets %q, %v", status, err)
	}
	d.console.SetPatience(limit) // with everybody else, however slow the machine is
	l := b.live("")
	l.until("the page", "event: board")
	for n := 0; d.console.Readers() == 2; n++ {
		if n > 20_000 {
			t.Fatal("20,000 changes are sent to somebody who reads none")
		}
		call := d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
		l.until("the call", "有人求助")
		d.calls.Withdraw(call.ID, false, time.Now())
		l.until("its end", `data-waiting="0"`)
	}
}

// TestTheEndOfAStream: with the console all streams end, and nothing is left behind.
func TestTheEndOfAStream(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	var all []*live
	for range 5 {
		l := b.live("")
		l.until("the page", "event: board")
		all = append(all, l)
	}
	if !d.console.Attended() {
		t.Error("nobody seems to look")
	}
	d.stop()
	for _, l := range all {
		for range l.lines { // closed by the end
		}
	}
	if d.console.Attended() {
		t.Error("somebody still seems to look")
	}
	if _, err := d.console.Place(hall.Place{Kiosk: "107"}); err == nil {
		t.Error("a call is taken that nobody can see")
	}
}
