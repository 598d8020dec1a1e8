package kiosk_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/sync/engine"
)

// memory is all that ever held what a visitor gave.
type memory struct {
	mu   sync.Mutex
	held map[*byte][]byte
}

func (m *memory) keep(all [][]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range all {
		m.held[&b[0]] = b
	}
}

// blank wants all of it overwritten.
func (m *memory) blank(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.held) == 0 {
		t.Error("nothing was held")
	}
	for _, b := range m.held {
		if !bytes.Equal(b, make([]byte, len(b))) {
			t.Errorf("still in memory: %q", b)
		}
	}
}

// watched is an equipped kiosk whose memory is kept as each view is made.
func watched(t *testing.T, box kiosk.Outbox) (*hall, *memory) {
	t.Helper()
	m := &memory{held: map[*byte][]byte{}}
	var of atomic.Pointer[kiosk.Kiosk]
	h := equipped(t, box, func(c *kiosk.Config) {
		show := c.Show
		c.Show = func(v kiosk.View) {
			if k := of.Load(); k != nil {
				m.keep(k.Held())
			}
			show(v)
		}
	})
	of.Store(h.kiosk)
	h.link.set(engine.Status{Link: engine.Online})
	return h, m
}

// canaries are what the visitors of these tests leave nowhere: the card's, the typed ones, the case's.
func canaries() []string {
	return []string{"CANARY", "canary", "王晓明", "wang", "0077123", "138001", "138 0013", "990101", "东华门", "张*三", "小三", "110101", "4401 1107", "44011107", "19991101", "1999年11", "2500.5"}
}

// leaves are what somebody typed, chose or drew before going, for each kind of field and pad.
func leaves() map[string]func(h *hall) {
	toName := func(h *hall) {
		h.begins("newborn-registration")
		h.picks("born=hospital", "parents=married")
		h.send(kiosk.Next{}, kiosk.Next{})
		h.writes("phone", "13800138000")
		h.send(kiosk.Next{})
	}
	return map[string]func(h *hall){
		"a search": func(h *hall) {
			screen[kiosk.Attract](h)
			h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Find})
			h.types("CANARY")
			h.send(kiosk.Done{}, kiosk.Focus{Field: "search"})
			h.types("wang")
			h.look()
		},
		"a citizen's number": func(h *hall) {
			h.reader.set(device.Status{State: device.StateDisconnected})
			screen[kiosk.Attract](h)
			h.ask()
			h.types("11010119000101001")
			h.look()
		},
		"a case's number": func(h *hall) {
			screen[kiosk.Attract](h)
			h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Follow})
			h.types("4401110701")
			h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Find}) // the number itself is no person's
			h.types("wang")
			h.look()
		},
		"a list of cases": func(h *hall) {
			h.fill()
			h.send(kiosk.Confirm{})
			h.wait("the receipt", printed)
			h.send(kiosk.Leave{})
			screen[kiosk.Goodbye](h)
			h.send(kiosk.Start{})
			screen[kiosk.Attract](h)
			h.lay(card())
			h.known()
			h.send(kiosk.Open{What: kiosk.Follow})
			if l := screen[kiosk.CaseList](h); len(l.Cases) != 1 {
				h.Errorf("the list is %+v", l)
			}
		},
		"letters": func(h *hall) {
			toName(h)
			h.types("wangxiaoming")
			h.send(kiosk.Done{})
			h.types("canary")
			h.look()
		},
		"words taken one by one": func(h *hall) {
			toName(h)
			h.types("wangxiaoming")
			for {
				k := now[kiosk.Form](h).Keypad
				i := slices.IndexFunc(k.Candidates, func(c kiosk.Candidate) bool { return len([]rune(c.Label)) == 1 })
				if i >= 0 {
					h.send(k.Candidates[i].Intent) // letters are left over
					break
				}
				if k.More.Intent == nil {
					h.Fatal("no word takes a part of the letters")
				}
				h.send(k.More.Intent)
			}
			h.look()
			h.types("wang")
			h.look()
		},
		"a drawing": func(h *hall) {
			toName(h)
			h.send(kiosk.KeyMode{To: kiosk.ModeInk}, scrawl(), scrawl())
			h.look()
		},
		"money and dates": func(h *hall) {
			h.begins("housing-fund-rent")
			h.picks("home=public", "marital=single")
			h.send(kiosk.Next{}, kiosk.Next{})
			h.writes("phone", "13800138000")
			h.send(kiosk.Next{})
			h.place("home_address", "CANARY")
			h.writes("rent", "2500.5")
			h.writes("since", "19991101")
			h.writes("contract", strings.Repeat("CANARY", 5))
			h.send(kiosk.Clear{})
			h.writes("contract", "CANARY")
		},
		"a member of the family": func(h *hall) {
			h.begins("household-move")
			h.picks("reason=house", "alone=together")
			h.send(kiosk.Next{}, kiosk.Next{})
			h.writes("phone", "13800138000")
			h.send(kiosk.Next{})
			h.place("target", "6 号")
			h.writes("deed", "0077123")
			h.send(kiosk.Next{}, kiosk.AddEntry{Field: "family"})
			h.member("0", "wangxiaoming")
			h.send(kiosk.Next{}, kiosk.AddEntry{Field: "family"})
			h.member("1", "wang")
			h.send(kiosk.Next{}, kiosk.DropEntry{Field: "family", N: 0}, kiosk.AddEntry{Field: "family"})
			h.types("canary")
			h.look()
		},
		"a review": func(h *hall) {
			h.fill()
		},
		"a signature": func(h *hall) {
			h.toSign()
			h.send(scrawl(), kiosk.Wipe{}, scrawl(), scrawl())
			h.look()
		},
		"an opinion": func(h *hall) {
			h.rated()
			h.send(kiosk.Rate{Level: 1}, kiosk.Reason{ID: "slow"})
			h.look()
		},
		"a signed receipt": func(h *hall) {
			h.toSign()
			h.send(scrawl(), kiosk.Confirm{})
			h.wait("the receipt", printed)
		},
	}
}

// gone waits for the end of a visit and looks at everything that the next visitor can see.
func (h *hall) gone(m *memory) {
	h.Helper()
	screen[kiosk.Goodbye](h)
	from := len(h.seen) - 1
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	m.blank(h.T)
	h.reader.set(device.Status{State: device.StateReady})
	h.reader.events <- cardreader.Removed{}
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Follow})
	now[kiosk.Track](h)
	h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Find})
	now[kiosk.Choose](h)
	h.send(kiosk.Home{})
	now[kiosk.Menu](h)
	next := &cardreader.Card{Kind: cardreader.Citizen, Name: []byte("李四"), Number: []byte("310101190503070034"), Birth: []byte("19050307"),
		Address: []byte("上海市黄浦区人民大道1号"), ValidFrom: []byte("20200101"), ValidTo: []byte("长期")}
	h.lay(next)
	h.known()
	h.send(kiosk.Choice{Service: "household-move"}, kiosk.Next{}, kiosk.Pick{Field: "reason", Value: "house"}, kiosk.Pick{Field: "alone", Value: "together"}, kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13912345678")
	h.send(kiosk.Next{}, kiosk.Focus{Field: "deed"})
	now[kiosk.Form](h)
	for _, v := range h.seen[from:] {
		shown, err := json.Marshal(v) // follows pointers, and shows no addresses
		if err != nil {
			h.Fatal(err)
		}
		for _, c := range canaries() {
			if strings.Contains(string(shown), c) {
				h.Errorf("%T still shows %q", v.Screen, c)
			}
		}
	}
}

// TestI10NothingIsLeftOfWhatWasTyped: whatever was typed, chosen or drawn, and however the visit ends, its memory is overwritten
// and no later view holds a trace.
func TestI10NothingIsLeftOfWhatWasTyped(t *testing.T) {
	for what, leave := range leaves() {
		for how, exit := range map[string]func(h *hall){
			"given up":      func(h *hall) { h.send(kiosk.Home{}, kiosk.Abandon{}) },
			"from the menu": func(h *hall) { h.send(kiosk.Home{}, kiosk.Back{}, kiosk.Abandon{}) },
			"leaving":       func(h *hall) { h.send(kiosk.Leave{}, kiosk.Abandon{}) },
		} {
			if how == "leaving" && what != "an opinion" && what != "a signed receipt" {
				continue // there is nothing to leave by
			}
			t.Run(what+", "+how, func(t *testing.T) {
				t.Parallel()
				box, _ := newOutbox(t)
				h, m := watched(t, box)
				leave(h)
				exit(h)
				h.gone(m)
			})
		}
		t.Run(what+", nobody there", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, m := watched(t, &slowBox{brokenBox: &brokenBox{}})
				h.patience = 10 * time.Minute
				leave(h)
				h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
				h.gone(m)
			})
		})
		t.Run(what+", stopped", func(t *testing.T) {
			t.Parallel()
			box, _ := newOutbox(t)
			h, m := watched(t, box)
			leave(h)
			h.cancel()
			<-h.ended
			m.blank(t)
		})
	}
}
