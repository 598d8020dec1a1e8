package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"onedoor/sync/item"
)

const cardNumber = "110101190001010014" // invented, of 1900

func sampleCases(n int) Cases {
	c := Cases{At: item.FormatTime(start), Complete: true, Cases: []CaseLine{}}
	for i := range n {
		c.Cases = append(c.Cases, CaseLine{ReceiptNo: fmt.Sprintf("%020d", i), Service: "jzz", FiledAt: item.FormatTime(start), Stage: StageAccepted,
			ChangedAt: item.FormatTime(start), Title: map[string]string{"zh-Hans": "居住证签注"}})
	}
	return c
}

// reply is the answer of an upstream that opens the question and seals what edit makes of cases.
func (u *upstream) reply(cases Cases, edit func(*CasesAnswer)) func(*http.Request, []byte) (int, any) {
	return func(_ *http.Request, body []byte) (int, any) {
		var ask CasesAsk
		if err := json.Unmarshal(body, &ask); err != nil {
			u.t.Error(err)
		}
		number, key, err := ask.Open(u.keys.suite, u.keys.sealPriv, kiosk.String())
		if err != nil || string(number) != cardNumber {
			u.t.Errorf("asked for %q, %v", number, err)
			return http.StatusBadRequest, Problem{}
		}
		sealed, err := cases.Seal(u.keys.suite, key, kiosk.String())
		if err != nil {
			u.t.Error(err)
		}
		a := CasesAnswer{Epoch: "e1", Sealed: sealed}
		if edit != nil {
			edit(&a)
		}
		return http.StatusOK, a
	}
}

func (u *upstream) casesClient() *Client {
	u.t.Helper()
	cfg := u.config()
	cfg.SealKey, cfg.SealPublic = "seal-1", u.keys.sealPub
	c, err := NewClient(cfg)
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(c.Close)
	return c
}

// Question and answer are sealed; neither tells on the way whose cases they are, which, or how many.
func TestCasesAreSealedBothWays(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		u := newUpstream(t, suite)
		c := u.casesClient()
		lengths := map[string]bool{}
		for _, n := range []int{0, 1, 5} {
			want := sampleCases(n)
			var wire []byte
			u.set(nil, func(r *http.Request, body []byte) (int, any) {
				status, a := u.reply(want, nil)(r, body)
				raw, err := json.Marshal(a)
				if err != nil {
					t.Error(err)
				}
				var ask CasesAsk
				if err := json.Unmarshal(body, &ask); err != nil {
					t.Error(err)
				}
				told, _ := a.(CasesAnswer)
				if len(ask.Sealed) == 0 || len(told.Sealed) == 0 {
					t.Errorf("asked %s, told %s", body, raw)
				}
				wire = bytes.Join([][]byte{wire, []byte(r.URL.String()), body, raw, ask.Sealed, told.Sealed}, []byte("\n"))
				lengths[fmt.Sprint(len(body), len(raw))] = true
				return status, a
			})
			got, err := c.CasesOf(t.Context(), []byte(cardNumber))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("cases %+v, %v; want %+v", got, err, want)
			}
			for _, secret := range []string{cardNumber, "居住证签注", "0000000", "accepted"} { // long ones: short ones turn up in what is sealed now and then
				if bytes.Contains(wire, []byte(secret)) {
					t.Errorf("%q can be read on the way", secret)
				}
			}
		}
		if len(lengths) != 1 {
			t.Errorf("lengths tell how many there are: %v", lengths)
		}
	})
}

// What is altered, of another question, another key, or not whole is no answer.
func TestCasesThatAreNoAnswer(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		u := newUpstream(t, suite)
		c := u.casesClient()
		ask := func(what string, answer func(*http.Request, []byte) (int, any), fault func(http.ResponseWriter, *http.Request, []byte)) {
			t.Helper()
			u.set(fault, answer)
			if got, err := c.CasesOf(t.Context(), []byte(cardNumber)); !errors.Is(err, ErrNoAnswer) || len(got.Cases) != 0 {
				t.Errorf("%s: %+v, %v", what, got, err)
			}
		}
		var before CasesAnswer
		u.set(nil, u.reply(sampleCases(1), func(a *CasesAnswer) { before = *a }))
		if _, err := c.CasesOf(t.Context(), []byte(cardNumber)); err != nil {
			t.Fatal(err)
		}
		var header http.Header
		var replayed []byte
		u.set(func(w http.ResponseWriter, _ *http.Request, signed []byte) {
			header, replayed = w.Header().Clone(), signed
			_, _ = w.Write(signed)
		}, nil)
		if _, err := c.CasesOf(t.Context(), []byte(cardNumber)); err != nil {
			t.Fatal(err)
		}
		ask("an answer of before, sent again", nil, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			for name, value := range header {
				w.Header()[name] = value
			}
			_, _ = w.Write(replayed)
		})
		ask("a portal", nil, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Del(HeaderSignature)
			fmt.Fprint(w, `{"epoch":"e1","sealed":"AAAA"}`)
		})
		ask("sealed for a question of before", u.reply(sampleCases(1), func(a *CasesAnswer) { a.Sealed = before.Sealed }), nil)
		ask("a flipped bit", u.reply(sampleCases(1), func(a *CasesAnswer) { a.Sealed[len(a.Sealed)/2] ^= 1 }), nil)
		ask("nothing", u.reply(sampleCases(1), func(a *CasesAnswer) { a.Sealed = nil }), nil)
		ask("another epoch", u.reply(sampleCases(1), func(a *CasesAnswer) { a.Epoch = "e2" }), nil)
		ask("too many", u.reply(sampleCases(MaxCases+1), nil), nil)
		for what, edit := range map[string]func(*Cases){
			"no time":          func(c *Cases) { c.At = "" },
			"no number":        func(c *Cases) { c.Cases[0].ReceiptNo = "1234" },
			"letters":          func(c *Cases) { c.Cases[0].ReceiptNo = strings.Repeat("x", 20) },
			"no stage":         func(c *Cases) { c.Cases[0].Stage = "" },
			"no time of filed": func(c *Cases) { c.Cases[0].FiledAt = "yesterday" },
			"no time of stage": func(c *Cases) { c.Cases[0].ChangedAt = "" },
		} {
			cases := sampleCases(2)
			edit(&cases)
			ask(what, u.reply(cases, nil), nil)
		}
	})
}

// A question that can not be asked is not sent, and whoever waits is let go when the context ends.
func TestCasesAreNotAskedInVain(t *testing.T) {
	u := newUpstream(t, item.Default())
	c := u.casesClient()
	for _, number := range []string{"", strings.Repeat("1", 33)} {
		if _, err := c.CasesOf(t.Context(), []byte(number)); !errors.Is(err, ErrCases) {
			t.Errorf("%q: %v", number, err)
		}
	}
	if _, err := u.client(HTTPOptions{}).CasesOf(t.Context(), []byte(cardNumber)); err == nil {
		t.Error("asked without a key to seal with")
	}
	ended, cancel := context.WithCancel(t.Context())
	u.set(func(_ http.ResponseWriter, r *http.Request, _ []byte) {
		cancel()
		<-r.Context().Done()
	}, u.reply(sampleCases(1), nil))
	if _, err := c.CasesOf(ended, []byte(cardNumber)); !errors.Is(err, context.Canceled) {
		t.Errorf("waited for nobody: %v", err)
	}
}

// FuzzCasesAsk: whatever stands in an opened question, its parts lie within it or it is refused.
func FuzzCasesAsk(f *testing.F) {
	good := make([]byte, casesKeyAt+32)
	good[0], good[1] = casesVersion, 18
	copy(good[2:], cardNumber)
	f.Add(good)
	f.Add([]byte{})
	f.Add([]byte{1, 255})
	f.Add(append(bytes.Clone(good), make([]byte, 300)...))
	f.Fuzz(func(t *testing.T, plain []byte) {
		number, key, err := readCasesAsk(plain)
		if err != nil {
			if !errors.Is(err, ErrCases) || number != nil || key != nil {
				t.Errorf("refused with %q, %q, %v", number, key, err)
			}
			return
		}
		if len(number) == 0 || len(number) > maxNumber || len(key) == 0 || !bytes.Equal(plain[2:2+len(number)], number) || !bytes.HasSuffix(plain, key) {
			t.Errorf("%x gives number %x and key %x", plain, number, key)
		}
	})
}
