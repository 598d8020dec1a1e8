package kiosk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// centre is central as far as a visit knows one: it keeps the questions and answers as it is told, when it is told.
type centre struct {
	mu     sync.Mutex
	asked  []string
	lent   [][]byte // the memory that the questions came in
	answer wire.Cases
	err    error
	hold   bool          // answers only when the question is given up
	held   chan struct{} // such a question has come
	given  chan error    // why such a question ended
}

func newCentre() *centre {
	return &centre{held: make(chan struct{}, 16), given: make(chan error, 16), answer: wire.Cases{At: item.FormatTime(time.Now()), Complete: true}}
}

func (c *centre) CasesOf(ctx context.Context, number []byte) (wire.Cases, error) {
	c.mu.Lock()
	c.asked, c.lent = append(c.asked, string(number)), append(c.lent, number)
	answer, err, hold := c.answer, c.err, c.hold
	c.mu.Unlock()
	if hold {
		c.held <- struct{}{}
		<-ctx.Done()
		c.given <- ctx.Err()
		return wire.Cases{}, ctx.Err()
	}
	return answer, err
}

func (c *centre) set(change func(*centre)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

func (c *centre) questions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// line is a case of a service, filed so many hours ago.
func line(number, service string, stage wire.Stage, hours int) wire.CaseLine {
	filed := time.Now().Add(-time.Duration(hours) * time.Hour)
	return wire.CaseLine{ReceiptNo: number, Service: service, Stage: stage, FiledAt: item.FormatTime(filed), ChangedAt: item.FormatTime(filed.Add(time.Minute)),
		Title: map[string]string{"zh-Hans": "别处的事"}, Next: map[string]string{"zh-Hans": "三日内答复"}}
}

// asking is a kiosk with a centre behind it, the link up, and nobody before it.
func asking(t *testing.T, box kiosk.Outbox) (*hall, *centre) {
	t.Helper()
	c := newCentre()
	h := open(t, box, func(cfg *kiosk.Config) { cfg.Cases = c })
	h.link.set(engine.Status{Link: engine.Online})
	screen[kiosk.Attract](h)
	return h, c
}

// follows goes to the progress of cases.
func (h *hall) follows() {
	h.Helper()
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Follow})
	now[kiosk.Track](h)
}

// list waits for a list that central has answered, or has not.
func (h *hall) list(what string, cond func(kiosk.CaseList) bool) kiosk.CaseList {
	h.Helper()
	return h.wait(what, func(v kiosk.View) bool { l, ok := v.Screen.(kiosk.CaseList); return ok && cond(l) }).Screen.(kiosk.CaseList)
}

func settled(l kiosk.CaseList) bool { return !strings.Contains(l.Note.Text, "正在问中心") }

// TestACardListsItsHoldersCases: the list says what each case is, its number, since when, how far, what to do next and as of
// when; each opens its progress, from where one comes back without asking again.
func TestACardListsItsHoldersCases(t *testing.T) {
	box, _ := newOutbox(t)
	h, c := asking(t, box)
	c.set(func(c *centre) {
		c.answer.Cases = []wire.CaseLine{
			line("44011107010000010012", "residence-permit", wire.StageReturned, 1), line("44011107010000010013", "nowhere-else", wire.StageDelivered, 2),
			line("44011107010000010014", "residence-permit", wire.StageAccepted, 3), line("44011107010000010015", "residence-permit", wire.StageDone, 4),
		}
	})
	h.follows()
	if tr := now[kiosk.Track](h); !strings.Contains(tr.Card, "身份证") || len(c.questions()) != 0 {
		t.Errorf("before the card it shows %+v and has asked %v", tr, c.questions())
	}
	h.lay(card())
	l := h.list("the list", func(l kiosk.CaseList) bool { return len(l.Cases) > 0 })
	if asked := c.questions(); !slices.Equal(asked, []string{"110101190001010014"}) {
		t.Fatalf("asked %v", asked)
	}
	if l.Heading != "张*三的办件" || !strings.Contains(l.Note.Text, time.Now().Format("2006-01-02")) || l.Again.Intent != nil || l.Next.Intent == nil {
		t.Errorf("the list is %+v", l)
	}
	for i, want := range [][3]string{{"居住证签注", "需要您补充材料", "请到人工窗口"}, {"别处的事", "送到了中心", "三日内答复"}, {"居住证签注", "部门已受理", "请等结果"}, {"居住证签注", "已经办好", "想问结果"}} {
		got := l.Cases[i]
		if got.Title != want[0] || !strings.Contains(got.Badge, want[1]) || !strings.Contains(got.Text, want[2]) || !strings.Contains(got.Text, fmt.Sprintf("4401 1107 0100 0001 001%d", 2+i)) {
			t.Errorf("case %d is %+v", i+1, got)
		}
	}
	if l.Cases[0].Tone != kiosk.Caution || l.Cases[1].Tone == kiosk.Caution {
		t.Errorf("what needs the citizen does not stand out: %+v", l.Cases)
	}
	h.send(l.Cases[1].Intent)
	p := now[kiosk.Progress](h)
	if p.Number != "4401 1107 0100 0001 0013" || p.Service != "别处的事" || !strings.Contains(p.Help, "三日内答复") || !strings.Contains(p.AsOf, "这是中心在") ||
		p.Rate.Intent != nil || p.Track[1].State != kiosk.Reached || p.Track[2].State != kiosk.Ahead {
		t.Errorf("its progress is %+v", p)
	}
	h.send(kiosk.Open{What: kiosk.Rating})
	now[kiosk.Progress](h) // it was not accepted here
	h.send(kiosk.Back{})
	now[kiosk.CaseList](h)
	h.send(kiosk.OpenCase{Number: "44011107010000019999"})
	now[kiosk.CaseList](h)
	h.send(kiosk.Next{})
	if tr := now[kiosk.Track](h); tr.Card != "" || tr.Number.Value != "" {
		t.Errorf("to type a number it shows %+v", tr)
	}
	h.send(kiosk.Back{})
	now[kiosk.CaseList](h)
	h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Follow}) // she is known already
	now[kiosk.CaseList](h)
	if asked := c.questions(); len(asked) != 1 {
		t.Errorf("asked %d times", len(asked))
	}
}

// TestWhatCentralDoesNotHaveYetIsListed: a case that is on its way stands beside what central told, once, and what this
// machine heard later than central's answer counts.
func TestWhatCentralDoesNotHaveYetIsListed(t *testing.T) {
	box, _ := newOutbox(t)
	c := newCentre()
	h := open(t, box, func(cfg *kiosk.Config) { cfg.Cases = c })
	h.fill()
	h.send(kiosk.Confirm{})
	done := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.link.set(engine.Status{Link: engine.Online})
	c.set(func(c *centre) {
		c.answer.Cases = []wire.CaseLine{line("44011107010000010014", "residence-permit", wire.StageAccepted, 3)}
		c.answer.Complete = false
	})
	h.reader.events <- cardreader.Removed{}
	h.follows()
	h.lay(card())
	l := h.list("both", func(l kiosk.CaseList) bool { return len(l.Cases) == 2 && settled(l) })
	if !strings.Contains(l.Cases[0].Text, done.Number) || !strings.Contains(l.Cases[0].Badge, "保存在本机") || !strings.Contains(l.Cases[0].Text, "正在送往中心") {
		t.Errorf("what is on its way is %+v", l.Cases[0])
	}
	if !strings.Contains(l.Note.Text, "可能还有更早的办件") || !strings.Contains(l.Note.Text, "输入收件编号") {
		t.Errorf("of what is not listed it says %q", l.Note.Text)
	}
	h.send(l.Cases[0].Intent)
	if p := now[kiosk.Progress](h); p.Number != done.Number || p.Rate.Intent == nil {
		t.Errorf("its progress is %+v", p)
	}

	// To evaluate, those of this machine are offered, whoever knows of them.
	number := strings.ReplaceAll(done.Number, " ", "")
	c.set(func(c *centre) {
		c.answer.Cases = append(c.answer.Cases, line(number, "residence-permit", wire.StageDone, 0))
	})
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.reader.events <- cardreader.Removed{}
	h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Rating})
	now[kiosk.Track](h)
	h.lay(card())
	l = h.list("the case to evaluate", func(l kiosk.CaseList) bool {
		return len(l.Cases) == 1 && strings.Contains(l.Cases[0].Badge, "已经办好")
	})
	h.send(l.Cases[0].Intent, kiosk.Open{What: kiosk.Rating})
	now[kiosk.Evaluate](h)
}

// TestWithTheLinkDownOnlyThisMachineIsListed: that it is down and since when, what the list holds and what else helps is
// said; nobody is asked until the link is back, and then by itself.
func TestWithTheLinkDownOnlyThisMachineIsListed(t *testing.T) {
	box, _ := newOutbox(t)
	c := newCentre()
	h := open(t, box, func(cfg *kiosk.Config) { cfg.Cases = c })
	down := time.Date(2026, 11, 25, 13, 58, 0, 0, time.Local)
	h.link.set(engine.Status{Link: engine.Offline, Since: down})
	h.fill()
	h.send(kiosk.Confirm{})
	done := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	next := func() {
		h.send(kiosk.Leave{}, kiosk.Abandon{})
		screen[kiosk.Goodbye](h)
		h.send(kiosk.Start{})
		screen[kiosk.Attract](h)
		h.reader.events <- cardreader.Removed{}
		h.follows()
	}
	next()
	h.lay(card())
	l := screen[kiosk.CaseList](h)
	if len(l.Cases) != 1 || !strings.Contains(l.Cases[0].Text, done.Number) || l.Note.Tone != kiosk.Caution || l.Again.Intent == nil {
		t.Errorf("offline it lists %+v", l)
	}
	for _, words := range []string{"从 2026-11-25 13:58 起断开", "只有这台机器 24 小时内", "扫回执上的码", "输入收件编号"} {
		if !strings.Contains(l.Note.Text, words) {
			t.Errorf("%q does not say %q", l.Note.Text, words)
		}
	}
	next()
	h.lay(neighbour())
	l = screen[kiosk.CaseList](h)
	if len(l.Cases) != 0 || !strings.Contains(l.Note.Text, "没有您的件的记录，不等于没有办过") || !strings.Contains(l.Note.Text, "输入收件编号") || l.Next.Intent == nil {
		t.Errorf("to somebody else it shows %+v", l)
	}
	if asked := c.questions(); len(asked) != 0 {
		t.Errorf("asked %v with the link down", asked)
	}
	h.link.set(engine.Status{Link: engine.Online})
	h.list("central's word", func(l kiosk.CaseList) bool {
		return strings.Contains(l.Note.Text, "的记录里没有您的办件") && l.Again.Intent == nil
	})
	if asked := c.questions(); !slices.Equal(asked, []string{string(neighbour().Number)}) {
		t.Errorf("asked %v when it was back", asked)
	}
}

// neighbour is the card of somebody else, invented, of 1900.
func neighbour() *cardreader.Card {
	c := card()
	c.Name, c.Number = []byte("李小四"), []byte("11010119000101003X")
	return c
}

// TestCentralDoesNotAnswer: a refusal, a lie or silence is told as no answer, what is known here stays, and asking again
// may help. Silence ends by itself.
func TestCentralDoesNotAnswer(t *testing.T) {
	for name, err := range map[string]error{
		"a portal":   &wire.NoAnswerError{Reason: "signature", Status: 200},
		"fenced":     &wire.ProblemError{Status: 403, Problem: wire.Problem{Type: wire.ProblemFenced}},
		"too often":  &wire.ProblemError{Status: 429},
		"a nonsense": nil,
	} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h, c := asking(t, box)
			c.set(func(c *centre) {
				if c.err = err; err == nil {
					c.answer.At = "yesterday"
				}
			})
			h.follows()
			h.lay(card())
			l := h.list("the end of asking", func(l kiosk.CaseList) bool { return settled(l) && l.Again.Intent != nil })
			if l.Note.Tone != kiosk.Caution || !strings.Contains(l.Note.Text, "中心没有回答") || !strings.Contains(l.Note.Text, "不等于没有办过") || len(l.Cases) != 0 {
				t.Errorf("shows %+v", l)
			}
			c.set(func(c *centre) {
				c.err, c.answer.At = nil, item.FormatTime(time.Now())
				c.answer.Cases = []wire.CaseLine{line("44011107010000010014", "residence-permit", wire.StageAccepted, 3)}
			})
			h.send(l.Again.Intent)
			h.list("the answer", func(l kiosk.CaseList) bool { return len(l.Cases) == 1 && l.Again.Intent == nil && settled(l) })
		})
	}
}

// TestASlowCentralHoldsNobodyUp: while it is asked the screen says so, and the visitor can go on; the question is given up
// then, and at the latest after some seconds.
func TestASlowCentralHoldsNobodyUp(t *testing.T) {
	box, _ := newOutbox(t)
	h, c := asking(t, box)
	c.set(func(c *centre) { c.hold = true })
	h.follows()
	h.lay(card())
	l := screen[kiosk.CaseList](h)
	if !strings.Contains(l.Note.Text, "正在问中心") || l.Again.Intent != nil {
		t.Errorf("while it asks it shows %+v", l)
	}
	<-c.held // it is asked beside the visit
	h.send(kiosk.Again{}, kiosk.Again{})
	now[kiosk.CaseList](h)
	if asked := c.questions(); len(asked) != 1 {
		t.Errorf("%d questions at once", len(asked))
	}
	h.send(kiosk.Next{})
	now[kiosk.Track](h)
	if err := <-c.given; !errors.Is(err, context.Canceled) {
		t.Errorf("the question ended by %v", err)
	}
	h.send(kiosk.Back{}) // to the list, which asks anew
	screen[kiosk.CaseList](h)
	h.list("the end of the wait", func(l kiosk.CaseList) bool { return strings.Contains(l.Note.Text, "中心没有回答") })
	if err := <-c.given; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second question ended by %v", err)
	}
}

// TestOnlyAReadCardLists: a number typed in place of a card asks nobody, and neither does a card laid on top of another
// visitor's; one that can not be read says so where it was laid.
func TestOnlyAReadCardLists(t *testing.T) {
	box, _ := newOutbox(t)
	h, c := asking(t, box)
	h.reader.set(device.Status{State: device.StateDisconnected})
	h.ask()
	h.types("110101190001010014")
	h.send(kiosk.Next{})
	h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Follow})
	if tr := now[kiosk.Track](h); tr.Card != "" || len(c.questions()) != 0 {
		t.Errorf("with a typed number it shows %+v and asked %v", tr, c.questions())
	}
	h.reader.set(device.Status{State: device.StateReady})
	h.reader.events <- cardreader.Found{}
	h.reader.events <- cardreader.Failed{Reason: cardreader.Unsupported}
	h.settle()
	if tr := now[kiosk.Track](h); tr.Trouble.Text == "" || tr.Trouble.Tone != kiosk.Caution {
		t.Errorf("of a card that can not be read it says %+v", tr.Trouble)
	}
	h.lay(card())
	screen[kiosk.CaseList](h)
	h.list("the answer", settled)
	other := neighbour()
	h.lay(other)
	h.settle()
	if l := now[kiosk.CaseList](h); l.Heading != "张*三的办件" {
		t.Errorf("after somebody else's card it shows %+v", l)
	}
	h.send(kiosk.Next{})
	h.lay(neighbour())
	h.settle()
	if tr := now[kiosk.Track](h); tr.Card != "" {
		t.Errorf("it offers the list of a second card: %+v", tr)
	}
	if asked := c.questions(); !slices.Equal(asked, []string{"110101190001010014"}) {
		t.Errorf("asked %v", asked)
	}
	if !bytes.Equal(other.Number, make([]byte, len(other.Number))) {
		t.Error("the second card's number is not wiped")
	}
}

// TestTheListGoesWithTheVisit: what was asked and answered is nowhere when the visit has ended, also when it ends while
// central is asked, and an answer that comes then is nobody's.
func TestTheListGoesWithTheVisit(t *testing.T) {
	box, _ := newOutbox(t)
	h, c := asking(t, box)
	c.set(func(c *centre) {
		c.answer.Cases = []wire.CaseLine{line("44011107010000010014", "residence-permit", wire.StageAccepted, 3)}
	})
	h.follows()
	h.lay(card())
	h.list("the list", func(l kiosk.CaseList) bool { return len(l.Cases) == 1 })
	h.send(kiosk.Abandon{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	from := len(h.seen)
	h.reader.events <- cardreader.Removed{}
	c.set(func(c *centre) { c.hold = true })
	h.follows()
	h.lay(neighbour())
	screen[kiosk.CaseList](h)
	h.send(kiosk.Abandon{})
	screen[kiosk.Goodbye](h)
	<-c.given
	h.send(kiosk.Start{}, kiosk.Start{})
	screen[kiosk.Menu](h)
	h.send(kiosk.Open{What: kiosk.Follow})
	now[kiosk.Track](h)
	for _, v := range h.seen[from:] {
		if shown := fmt.Sprintf("%+v", v); strings.Contains(shown, "张*") || strings.Contains(shown, "0100 0001 0014") {
			t.Errorf("the next visitor sees %s", shown)
		}
	}
	h.cancel()
	<-h.ended // and with it who asked: the question is wiped beside the visit
	c.set(func(c *centre) {
		for _, b := range c.lent {
			if !bytes.Equal(b, make([]byte, len(b))) {
				t.Errorf("a question still holds %q", b)
			}
		}
	})
}
