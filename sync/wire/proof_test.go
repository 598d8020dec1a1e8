package wire

import (
	"errors"
	"strings"
	"testing"

	"onedoor/sync/item"
)

func TestAckIsSpoiltByAnyChange(t *testing.T) { eachSuite(t, testAckIsSpoiltByAnyChange) }

func testAckIsSpoiltByAnyChange(t *testing.T, suite item.Suite) {
	k := newKeys(t, suite)
	it := k.item(t, 1)
	good := k.ack(t, it)
	if err := good.Verify(it, suite, k.upPub); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Ack){
		"source": func(a *Ack) { a.Source += "0" }, "sequence": func(a *Ack) { a.Sequence = item.FormatSequence(2) },
		"id": func(a *Ack) { a.ID = item.NewID(start) }, "digest": func(a *Ack) { a.Digest = item.Digest{}.String() },
		"status": func(a *Ack) { a.Status = Held }, "no status": func(a *Ack) { a.Status = "" }, "tier": func(a *Ack) { a.Tier = TierEdge }, "epoch": func(a *Ack) { a.Epoch = "e2" }, "position": func(a *Ack) { a.Position++ },
		"at": func(a *Ack) { a.At = "2026-11-22T09:00:01Z" }, "key": func(a *Ack) { a.Key = "up-2" }, "no signature": func(a *Ack) { a.Sig = nil },
		"moved": func(a *Ack) { a.Epoch, a.At = a.Epoch+a.At[:1], a.At[1:] }, // same letters, other fields
	} {
		a := *good
		change(&a)
		if err := a.Verify(it, suite, k.upPub); !errors.Is(err, ErrAck) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	for i := range good.Sig {
		a := *good
		a.Sig = append([]byte(nil), good.Sig...)
		a.Sig[i] ^= 1
		if err := a.Verify(it, suite, k.upPub); !errors.Is(err, ErrAck) {
			t.Errorf("signature byte %d changed: %v", i, err)
		}
	}
	if err := good.Verify(it, suite, k.signPub); !errors.Is(err, ErrAck) {
		t.Errorf("another's key: %v", err)
	}
	other := k.item(t, 1)
	if err := good.Verify(other, suite, k.upPub); !errors.Is(err, ErrAck) {
		t.Errorf("another item: %v", err)
	}
}

func TestRequestIsSpoiltByAnyChange(t *testing.T) { eachSuite(t, testRequestIsSpoiltByAnyChange) }

func testRequestIsSpoiltByAnyChange(t *testing.T, suite item.Suite) {
	k := newKeys(t, suite)
	body := []byte("body")
	header, nonce, err := SignRequest(suite, k.signPriv, "kiosk-1", kiosk.String(), "POST", "/sync/v1/batches?x=1", body, start)
	if err != nil {
		t.Fatal(err)
	}
	key, peeked, err := PeekRequest(header)
	if err != nil || key != "kiosk-1" || peeked.Nonce != nonce || peeked.Source != kiosk.String() {
		t.Errorf("peek %s %+v, %v", key, peeked, err)
	}
	verify := func(public []byte, header, method, path string, body []byte) error {
		_, err := VerifyRequest(suite, public, header, method, path, body)
		return err
	}
	if err := verify(k.signPub, header, "POST", "/sync/v1/batches?x=1", body); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"key":    verify(k.upPub, header, "POST", "/sync/v1/batches?x=1", body),
		"method": verify(k.signPub, header, "PUT", "/sync/v1/batches?x=1", body),
		"path":   verify(k.signPub, header, "POST", "/sync/v1/batches?x=2", body),
		"body":   verify(k.signPub, header, "POST", "/sync/v1/batches?x=1", []byte("bodY")),
		"empty":  verify(k.signPub, "", "POST", "/sync/v1/batches?x=1", body),
		"long":   verify(k.signPub, header+strings.Repeat("A", maxToken), "POST", "/sync/v1/batches?x=1", body),
	} {
		if !errors.Is(err, ErrAuth) {
			t.Errorf("other %s: %v", name, err)
		}
	}
	for i := range header { // every character, with the next of its alphabet
		c := byte('A')
		if header[i] == 'A' {
			c = 'B'
		}
		altered := header[:i] + string(c) + header[i+1:]
		if err := verify(k.signPub, altered, "POST", "/sync/v1/batches?x=1", body); !errors.Is(err, ErrAuth) {
			t.Errorf("character %d altered: %v", i, err)
		}
	}
	// An answer's signature is no request's, nor the other way about.
	asked := Request{Method: "POST", Path: "/sync/v1/batches?x=1", Body: []byte("asked"), Nonce: nonce}
	answer, err := SignAnswer(suite, k.signPriv, "kiosk-1", asked, 200, "e1", body)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(k.signPub, answer, "POST", "/sync/v1/batches?x=1", body); !errors.Is(err, ErrAuth) {
		t.Errorf("answer as request: %v", err)
	}
	if err := VerifyAnswer(suite, k.signPub, header, asked, 200, "e1", body); !errors.Is(err, ErrAuth) {
		t.Errorf("request as answer: %v", err)
	}
	for name, err := range map[string]error{
		"status":       VerifyAnswer(suite, k.signPub, answer, asked, 201, "e1", body),
		"epoch":        VerifyAnswer(suite, k.signPub, answer, asked, 200, "e2", body),
		"body":         VerifyAnswer(suite, k.signPub, answer, asked, 200, "e1", []byte("bodY")),
		"nonce":        VerifyAnswer(suite, k.signPub, answer, Request{asked.Method, asked.Path, asked.Body, "other"}, 200, "e1", body),
		"method":       VerifyAnswer(suite, k.signPub, answer, Request{"PUT", asked.Path, asked.Body, nonce}, 200, "e1", body),
		"path":         VerifyAnswer(suite, k.signPub, answer, Request{asked.Method, "/sync/v1/batches", asked.Body, nonce}, 200, "e1", body),
		"request body": VerifyAnswer(suite, k.signPub, answer, Request{asked.Method, asked.Path, []byte("askeD"), nonce}, 200, "e1", body),
	} {
		if !errors.Is(err, ErrAuth) {
			t.Errorf("answer with other %s: %v", name, err)
		}
	}
	if err := VerifyAnswer(suite, k.signPub, answer, asked, 200, "e1", body); err != nil {
		t.Error(err)
	}
}

func FuzzRequestHeader(f *testing.F) {
	k := newKeys(f, item.Default())
	header, _, err := SignRequest(item.Default(), k.signPriv, "kiosk-1", kiosk.String(), "GET", PathHello, nil, start)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(header)
	f.Add("e30.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, s string) {
		_, _, peekErr := PeekRequest(s)
		_, err := VerifyRequest(item.Default(), k.signPub, s, "GET", PathHello, nil)
		if s == header && err != nil {
			t.Errorf("sound header refused: %v", err)
		}
		if s != header && err == nil {
			t.Errorf("accepted %q", s)
		}
		if peekErr != nil && err == nil {
			t.Errorf("verified what cannot be peeked")
		}
	})
}
