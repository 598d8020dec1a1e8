package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// The line delivers each batch twice at the same time, and with it the one before, whose items were in another batch then; now
// and then both answers are lost. Central has each item once, and every answer says the same of it: N7, I2, I4.
func TestN7EveryBatchArrivesTwiceAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, l *ledger) {
		const cases = 60
		l.accept(cases)
		posts, lost := 0, 0
		var before *posted
		l.deliver = func(r *http.Request, body []byte) (*http.Response, error) {
			if r.URL.Path != wire.PathBatches {
				return l.arrive(r, body)
			}
			l.mu.Lock()
			posts++
			lose, which := posts == 2 || posts == 5, posts%2
			again := before
			before = &posted{request: r.Clone(context.Background()), body: body}
			l.mu.Unlock()
			var at sync.WaitGroup
			var answers [2]*http.Response
			var errs [3]error
			for i := range answers {
				at.Go(func() { answers[i], errs[i] = l.arrive(r, body) })
			}
			if again != nil {
				at.Go(func() { _, errs[2] = l.arrive(again.request, again.body) })
			}
			at.Wait()
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			if lose {
				l.mu.Lock()
				lost++
				l.mu.Unlock()
				return nil, io.ErrUnexpectedEOF
			}
			return answers[which], nil
		}
		l.drain()
		l.Stop()
		l.wantOnce(cases)
		if lost == 0 || len(l.posts()) < 3*(posts-1) {
			t.Errorf("%d batches of %d arrived, %d answers were lost", len(l.posts()), posts, lost)
		}
	})
}

// The second batch is held up on the way until the third has been answered, and copies of all arrive once more at the end, the
// last first: central has each item once, in the order of its case: N8, I2, I5.
func TestN8BatchesOvertakeEachOther(t *testing.T) {
	eachLedger(t, func(t *testing.T, l *ledger) {
		const cases = 100
		l.accept(cases)
		var once sync.Once
		answered := make(chan struct{})
		second := item.FormatSequence(2*firstBatch + 1) // every other item opens a case, and those go first
		l.deliver = func(r *http.Request, body []byte) (*http.Response, error) {
			if r.URL.Path != wire.PathBatches {
				return l.arrive(r, body)
			}
			first := firstOf(t, body)
			if first == second {
				select {
				case <-answered:
				case <-time.After(time.Minute):
					t.Error("nothing overtook the second batch")
				}
			}
			resp, err := l.arrive(r, body)
			if first > second {
				once.Do(func() { close(answered) })
			}
			return resp, err
		}
		l.drain()
		l.Stop()
		l.wantOnce(cases)
		log := l.posts()
		var order []string
		for _, p := range log {
			order = append(order, firstOf(t, p.body))
		}
		if at := slices.Index(order, second); at < 1 || slices.Max(order[:at]) < second {
			t.Errorf("nothing arrived before the batch of %s that was sent after it: %s", second, order)
		}
		for _, p := range slices.Backward(log) {
			if _, err := l.arrive(p.request, p.body); err != nil {
				t.Error(err)
			}
		}
		l.wantOnce(cases)
		for _, p := range l.posts()[len(log):] {
			for _, r := range p.answer.Results {
				if r.Status != wire.Duplicate {
					t.Errorf("a copy was answered with %s", r.Status)
				}
			}
		}
	})
}

// firstOf is the sequence of the first item of a batch as it travels.
func firstOf(t *testing.T, body []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return ""
	}
	var items []item.Item
	if err := json.NewDecoder(z).Decode(&items); err != nil || len(items) == 0 {
		t.Errorf("a batch of %d items, %v", len(items), err)
		return ""
	}
	return items[0].Sequence
}

// Whoever recorded a kiosk's requests sends them again on the next day from another address: each item is a duplicate with the
// same ack, and nothing has changed, neither the ledger nor a case nor what the kiosk is told: N9, I2.
func TestN9YesterdaysRequestsFromElsewhere(t *testing.T) {
	eachLedger(t, func(t *testing.T, l *ledger) {
		const cases = 15
		l.accept(cases)
		var mu sync.Mutex
		var recorded []posted // whatever was asked
		l.deliver = func(r *http.Request, body []byte) (*http.Response, error) {
			mu.Lock()
			recorded = append(recorded, posted{request: r.Clone(context.Background()), body: body})
			mu.Unlock()
			return l.arrive(r, body)
		}
		l.drain()
		l.Stop()
		l.wantOnce(cases)
		was := l.snapshot()
		yesterday := l.posts()
		l.mu.Lock()
		l.ahead = 24 * time.Hour
		l.mu.Unlock()
		for i, p := range recorded {
			p.request.Header.Set("X-Forwarded-For", "198.51.100.7")
			ctx, cancel := context.WithCancel(t.Context())
			if p.request.URL.Path == wire.PathFeed {
				cancel() // it would be held
			}
			resp, err := l.arriveFrom(ctx, fmt.Sprintf("203.0.113.9:%d", 1024+i), p.request, p.body)
			cancel()
			if err != nil || resp.StatusCode != http.StatusOK && p.request.URL.Path != wire.PathFeed {
				t.Fatalf("%s: %v, %v", p.request.URL.Path, resp, err)
			}
		}
		replayed := l.posts()[len(yesterday):]
		if len(replayed) != len(yesterday) {
			t.Fatalf("%d of %d batches were answered", len(replayed), len(yesterday))
		}
		for i, p := range replayed {
			for j, r := range p.answer.Results {
				first := yesterday[i].answer.Results[j].Ack
				if r.Status != wire.Duplicate || r.Ack == nil || r.Ack.Position != first.Position || r.Ack.At != first.At || r.Ack.Digest != first.Digest {
					t.Errorf("item %d of batch %d: %s, %+v; was %+v", j, i, r.Status, r.Ack, first)
				}
			}
		}
		if is := l.snapshot(); is != was {
			t.Errorf("central was\n%s\nand is\n%s", was, is)
		}
		l.wantOnce(cases)
	})
}

// snapshot is what central knows of the kiosk, and what it would tell it.
func (l *ledger) snapshot() string {
	l.t.Helper()
	ctx := l.t.Context()
	_, total, err := l.store.Cases(ctx, 0, 1)
	if err != nil {
		l.t.Fatal(err)
	}
	list, _, err := l.store.Cases(ctx, 0, total)
	if err != nil {
		l.t.Fatal(err)
	}
	kiosk := list[0].Kiosk
	changed, next, head, err := l.store.Feed(ctx, kiosk, 0, 1000)
	if err != nil {
		l.t.Fatal(err)
	}
	through, err := l.store.Through(ctx, l.dev.Source().String())
	if err != nil {
		l.t.Fatal(err)
	}
	s := fmt.Sprintf("through %d, feed %d of %d with %d, %d cases\n", through, next, head, len(changed), total)
	for _, c := range list {
		s += fmt.Sprintf("%+v\n", c)
	}
	return s
}
