package kiosk_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image/png"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// toSign fills in a service that has to be signed, up to its pad.
func (h *hall) toSign() {
	h.Helper()
	h.begins("social-card-replacement")
	h.picks("reason=damaged")
	h.send(kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	h.picks("bank=icbc", "delivery=counter")
	h.send(kiosk.Next{})
	now[kiosk.Review](h)
	h.send(kiosk.Confirm{})
	if s := now[kiosk.Sign](h); s.Drawing != 0 || !s.Next.Off || s.Clear.Intent != (kiosk.Unable{}) {
		h.Fatalf("an empty pad has %+v", s)
	}
}

// signedPayload is what is sent, as far as a signature is concerned.
type signedPayload struct {
	Service struct {
		ID string `json:"id"`
	} `json:"service"`
	Form      json.RawMessage `json:"form"`
	Signature *struct {
		Form    string     `json:"form_sha256"`
		Strokes [][][3]int `json:"strokes"`
		Picture []byte     `json:"picture_png"`
		Pressed bool       `json:"pressed"`
	} `json:"signature"`
}

// TestWhoeverCanNotWriteConfirmsByAPress: by keys alone a form is handed in, and what is sent says that nothing was drawn. A
// stroke is a signature again.
func TestWhoeverCanNotWriteConfirmsByAPress(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := equipped(t, box, nil)
	h.toSign()
	h.send(kiosk.Unable{})
	if s := now[kiosk.Sign](h); s.Next.Off || s.Place != "已按键确认" || s.Clear.Intent != (kiosk.Wipe{}) {
		t.Errorf("after the press the pad has %+v", s)
	}
	h.send(kiosk.Wipe{})
	if s := now[kiosk.Sign](h); !s.Next.Off {
		t.Error("a press that was taken back still counts")
	}
	h.send(kiosk.Unable{}, scrawl(), kiosk.Wipe{}, kiosk.Confirm{})
	if s := now[kiosk.Sign](h); !s.Next.Off {
		t.Error("a press before a stroke that was erased still counts")
	}
	h.send(kiosk.Unable{}, kiosk.Confirm{})
	var got signedPayload
	if err := json.Unmarshal(<-box.seen, &got); err != nil {
		t.Fatal(err)
	}
	if g := got.Signature; g == nil || !g.Pressed || len(g.Strokes) > 0 || len(g.Picture) > 0 || len(g.Form) != 64 {
		t.Errorf("sent is %+v", g)
	}
}

// TestNothingIsHandedInUnsigned: neither an empty pad nor a touch of it is a signature, and a cleared one is none any more.
func TestNothingIsHandedInUnsigned(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := equipped(t, box, nil)
	h.toSign()
	if s := now[kiosk.Sign](h); !strings.Contains(s.Statement, "真实、完整") {
		t.Errorf("is signed under %q", s.Statement)
	}
	for what, strokes := range map[string][]kiosk.Intent{
		"nothing":             nil,
		"an empty stroke":     {kiosk.Write{}},
		"a touch":             {kiosk.Write{Stroke: kiosk.Stroke{{X: 500, Y: 100}}}},
		"many touches":        {kiosk.Write{Stroke: kiosk.Stroke{{X: 100, Y: 100}}}, kiosk.Write{Stroke: kiosk.Stroke{{X: 900, Y: 100}}}},
		"a slip":              {kiosk.Write{Stroke: kiosk.Stroke{{X: 500, Y: 100}, {X: 560, Y: 120}}}},
		"what was erased":     {scrawl(), kiosk.Wipe{}},
		"what missed the pad": {kiosk.Write{Stroke: kiosk.Stroke{{X: -900, Y: -50}, {X: -100, Y: -10}}}},
	} {
		h.send(kiosk.Wipe{})
		h.send(strokes...)
		h.send(kiosk.Confirm{})
		if s := now[kiosk.Sign](h); !s.Next.Off {
			t.Errorf("%s is taken for a signature", what)
		}
	}
	for range 100 {
		h.send(scrawl())
		h.look()
	}
	if s := now[kiosk.Sign](h); s.Drawing != 60 || s.Next.Off {
		t.Errorf("of 100 strokes %d are kept", s.Drawing)
	}
	h.send(kiosk.Wipe{}, kiosk.Write{Stroke: make(kiosk.Stroke, 5000)})
	if s := now[kiosk.Sign](h); s.Drawing != 0 {
		t.Error("a stroke without end is kept")
	}
	if len(box.seen) != 0 {
		t.Error("something was handed in")
	}
}

// TestI4TheSignatureIsBoundToItsForm: strokes, picture and the hash of exactly what is sent travel together.
func TestI4TheSignatureIsBoundToItsForm(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	version := ""
	h := equipped(t, box, func(c *kiosk.Config) { version = c.Catalogue.Version })
	h.toSign()
	first, second := kiosk.Stroke{{X: 100, Y: 60}, {X: 600, Y: 60, At: 200}}, kiosk.Stroke{{X: 350, Y: 20, At: 500}, {X: 350, Y: 300, At: 800}}
	h.send(kiosk.Write{Stroke: first}, kiosk.Write{Stroke: second})
	if s := now[kiosk.Sign](h); s.Drawing != 2 || s.Next.Off || s.Clear.Off {
		t.Fatalf("after two strokes the pad has %+v", s)
	}
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	raw := <-box.seen
	var sent signedPayload
	if err := json.Unmarshal(raw, &sent); err != nil || sent.Signature == nil {
		t.Fatalf("%v in %s", err, raw)
	}
	if want := [][][3]int{{{100, 60, 0}, {600, 60, 200}}, {{350, 20, 500}, {350, 300, 800}}}; !reflect.DeepEqual(sent.Signature.Strokes, want) {
		t.Errorf("strokes %v, want %v", sent.Signature.Strokes, want)
	}

	var form map[string]any
	d := json.NewDecoder(bytes.NewReader(sent.Form))
	d.UseNumber()
	if err := d.Decode(&form); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(form) // keys come sorted
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(sent.Service.ID + "\n" + version + "\n" + string(sorted) + "\n"))
	if want := hex.EncodeToString(sum[:]); sent.Signature.Form != want {
		t.Errorf("the hash is %s, of the form sent it is %s", sent.Signature.Form, want)
	}

	img, err := png.Decode(bytes.NewReader(sent.Signature.Picture))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 600 || b.Dy() != 200 {
		t.Errorf("the picture is %v", b)
	}
	for _, p := range []struct {
		x, y  int
		black bool
	}{{60, 36, true}, {200, 36, true}, {359, 36, true}, {210, 13, true}, {210, 179, true}, {0, 0, false}, {300, 100, false}, {599, 199, false}} {
		if r, g, b, _ := img.At(p.x, p.y).RGBA(); (r+g+b == 0) != p.black {
			t.Errorf("at %d,%d the picture is black: %v", p.x, p.y, !p.black)
		}
	}
}

// TestASignatureComesUnderNoOtherForm: whoever goes back from it signs again, and a service without one gets none.
func TestASignatureComesUnderNoOtherForm(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := equipped(t, box, nil)
	h.toSign()
	h.send(scrawl(), kiosk.Back{})
	now[kiosk.Review](h)
	h.send(kiosk.Confirm{})
	if s := now[kiosk.Sign](h); s.Drawing != 0 || !s.Next.Off {
		t.Errorf("the pad still has %d strokes", s.Drawing)
	}
	h.send(scrawl(), kiosk.Back{}, kiosk.Back{}, kiosk.Back{}, kiosk.Back{}, kiosk.Home{})
	now[kiosk.Menu](h)
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "owned"})
	h.writes("room", "502")
	h.writes("since", "19991101")
	h.send(kiosk.Next{}, kiosk.Confirm{})
	h.wait("the receipt", printed)
	var sent signedPayload
	if err := json.Unmarshal(<-box.seen, &sent); err != nil || sent.Service.ID != "residence-permit" || sent.Signature != nil {
		t.Errorf("%v: %s is sent with %+v", err, sent.Service.ID, sent.Signature)
	}
}

// refusing refuses the first submission and lets everything else through.
type refusing struct {
	payloads
	refused atomic.Bool
}

func (r *refusing) Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error) {
	if d.Type == item.TypeSubmission && r.refused.CompareAndSwap(false, true) {
		r.seen <- bytes.Clone(d.Payload)
		return outbox.Accepted{}, errors.New("no space")
	}
	return r.payloads.Accept(ctx, d)
}

// TestI14ARefusedSignatureIsSentAgain: a second try hands in the same form with the same signature; nobody signs twice.
func TestI14ARefusedSignatureIsSentAgain(t *testing.T) {
	real, _ := newOutbox(t)
	box := &refusing{payloads: payloads{real, make(chan []byte, 4)}}
	h := equipped(t, box, nil)
	h.toSign()
	h.send(scrawl(), kiosk.Confirm{})
	screen[kiosk.Refused](h)
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	first, second := <-box.seen, <-box.seen
	if !bytes.Equal(first, second) || !bytes.Contains(first, []byte("picture_png")) {
		t.Errorf("handed in first: %s\nand then: %s", first, second)
	}
}
