package central_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

const (
	zhang = "110101190001010014" // invented, of 1900
	li    = "11010119000101003X"
)

// submissionOf is a submission of the holder of number.
func submissionOf(number string) string {
	return strings.Replace(submission, `"applicant":{`, `"applicant":{"number":"`+number+`",`, 1)
}

func (k *kiosk) casesOf(number string) wire.Cases {
	k.h.t.Helper()
	c, err := k.client.CasesOf(k.h.t.Context(), []byte(number))
	if err != nil {
		k.h.t.Fatal(err)
	}
	return c
}

func numbers(c wire.Cases) (all []string) {
	for _, l := range c.Cases {
		all = append(all, l.ReceiptNo)
	}
	return all
}

// A card finds its holder's cases wherever they were handed in, as they are now, and no other's; nothing on the wire, in the
// log or on the disk tells whose they are.
func TestCasesOfACard(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		here, there := h.enrol("107"), h.enrol("108")
		first, _ := here.submit(submissionOf(zhang))
		here.stored(first)
		h.clock.add(time.Minute)
		others, _ := here.submit(submissionOf(strings.ToLower(li)))
		here.stored(others)
		nobodys, _ := here.submit(submission)
		here.stored(nobodys)
		second, _ := there.submit(submissionOf(zhang))
		there.stored(second)
		h.clock.add(time.Hour)

		got := here.casesOf(zhang)
		if fmt.Sprint(numbers(got)) != fmt.Sprint([]string{second.ReceiptNo, first.ReceiptNo}) || !got.Complete || got.At != item.FormatTime(h.clock.now()) {
			t.Fatalf("cases %+v", got)
		}
		line := got.Cases[1]
		if line.Service != "jzz" || line.Stage != wire.StageDelivered || line.FiledAt != first.Time || line.Title["en"] != "Residence permit renewal" ||
			!strings.Contains(line.Next["zh-Hans"], "5 个工作日") {
			t.Errorf("the case reads %+v", line)
		}
		if a := h.stage(first.ReceiptNo, wire.StageReturned, ""); a.status != 200 {
			t.Fatalf("stage: %d %s", a.status, a.body)
		}
		line = there.casesOf(zhang).Cases[1]
		if line.Stage != wire.StageReturned || line.ChangedAt != item.FormatTime(h.clock.now()) || line.Next != nil {
			t.Errorf("after it was returned the case reads %+v", line)
		}
		if got := there.casesOf(li); fmt.Sprint(numbers(got)) != fmt.Sprint([]string{others.ReceiptNo}) {
			t.Errorf("cases of the other %+v", got)
		}
		if got := here.casesOf("110101190001010030"); len(got.Cases) != 0 || !got.Complete {
			t.Errorf("cases of nobody %+v", got)
		}
		for _, secret := range []string{zhang, li, strings.ToLower(li)} {
			if strings.Contains(h.log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
		raw := must(json.Marshal(must(h.store.Case(t.Context(), first.ReceiptNo))))
		if bytes.Contains(raw, []byte(zhang)) || bytes.Contains(raw, []byte(`holder`)) {
			t.Errorf("the case tells whose it is: %s", raw)
		}
	})
}

// The newest twenty are listed, and it is said that there are more.
func TestNoMoreThanTwentyCases(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	var all []string
	for n := range 23 {
		it, _ := k.submit(submissionOf(zhang))
		k.stored(it)
		all = append([]string{it.ReceiptNo}, all...)
		if got := k.casesOf(zhang); n == wire.MaxCases-1 && (!got.Complete || len(got.Cases) != wire.MaxCases) {
			t.Errorf("of %d cases %d are listed, complete: %v", n+1, len(got.Cases), got.Complete)
		}
		h.clock.add(time.Minute) // or the device asks too often
	}
	got := k.casesOf(zhang)
	if fmt.Sprint(numbers(got)) != fmt.Sprint(all[:wire.MaxCases]) || got.Complete {
		t.Errorf("listed %v, complete: %v; want %v", numbers(got), got.Complete, all[:wire.MaxCases])
	}
}

func refusalOf(err error) wire.ProblemError {
	var p *wire.ProblemError
	if errors.As(err, &p) {
		return *p
	}
	return wire.ProblemError{}
}

// A device that was replaced is told nothing, its successor is; nor is whoever signs nothing, asks too often, or asks what
// can not be read or was sealed for another device.
func TestWhoMayAskForCases(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		old := h.enrol("107")
		it, _ := old.submit(submissionOf(zhang))
		old.stored(it)
		k := h.enrol("107")
		if _, err := old.client.CasesOf(t.Context(), []byte(zhang)); refusalOf(err).Status != http.StatusForbidden || refusalOf(err).Problem.Type != wire.ProblemFenced {
			t.Errorf("the replaced device: %v", err)
		}
		if got := k.casesOf(zhang); fmt.Sprint(numbers(got)) != fmt.Sprint([]string{it.ReceiptNo}) {
			t.Errorf("its successor is told %+v", got)
		}

		send := func(k *kiosk, body []byte) answer {
			t.Helper()
			header, _ := k.sign("POST", wire.PathCases, body)
			header.Set("Content-Type", wire.TypeJSON)
			return h.do("POST", wire.PathCases, header, body)
		}
		ask, _, err := wire.NewCasesAsk(suite, k.dev.SealKey, k.dev.SealPublic, k.dev.Source().String(), []byte(zhang))
		if err != nil {
			t.Fatal(err)
		}
		body := must(json.Marshal(ask))
		if a := h.do("POST", wire.PathCases, http.Header{"Content-Type": {wire.TypeJSON}, wire.HeaderVersion: {wire.Version}}, body); a.status != http.StatusUnauthorized {
			t.Errorf("unsigned: %d %s", a.status, a.body)
		}
		other := h.enrol("109")
		if a := send(other, body); a.status != http.StatusBadRequest {
			t.Errorf("another device's question: %d %s", a.status, a.body)
		}
		a := send(k, body)
		var told wire.CasesAnswer
		if err := json.Unmarshal(a.body, &told); err != nil || a.status != http.StatusOK || len(told.Sealed) == 0 {
			t.Errorf("answered %d %s, %v", a.status, a.body, err)
		}
		for _, secret := range []string{it.ReceiptNo, "Residence permit", "居住证签注"} { // long ones: short ones turn up in what is sealed now and then
			if bytes.Contains(a.body, []byte(secret)) || bytes.Contains(told.Sealed, []byte(secret)) {
				t.Errorf("%s can be read on the way", secret)
			}
		}
		for _, bad := range []string{"", "{", "{}", `{"seal_key":"` + k.dev.SealKey + `","sealed":"AAAA"}`, `{"seal_key":"other","sealed":"AAAA"}`} {
			if a := send(other, []byte(bad)); a.status != http.StatusBadRequest {
				t.Errorf("%q: %d %s", bad, a.status, a.body)
			}
		}
		if _, err := other.client.CasesOf(t.Context(), []byte("' OR 1=1")); refusalOf(err).Status != http.StatusBadRequest {
			t.Errorf("a number that is none: %v", err)
		}

		h.clock.add(time.Minute)
		for range 10 {
			k.casesOf(zhang)
		}
		if _, err := k.client.CasesOf(t.Context(), []byte(zhang)); refusalOf(err).Status != http.StatusTooManyRequests {
			t.Errorf("the eleventh question in a minute: %v", err)
		}
		other.casesOf(zhang) // which has nothing to do with it
		if !strings.Contains(h.log.String(), "many questions for people's cases") {
			t.Error("nobody is told that a device asks very often")
		}
		h.clock.add(time.Minute)
		k.casesOf(zhang)
		for n := 14; n < 500; n++ { // as many as it has asked so far
			if n%10 == 0 {
				h.clock.add(time.Minute)
			}
			if a := send(k, []byte("{}")); a.status != http.StatusBadRequest {
				t.Fatalf("question %d: %d %s", n, a.status, a.body)
			}
		}
		h.clock.add(time.Minute)
		if _, err := k.client.CasesOf(t.Context(), []byte(zhang)); refusalOf(err).Status != http.StatusTooManyRequests {
			t.Errorf("more than 500 in a day: %v", err)
		}
	})
}

// A submission that is held is no case yet, and nobody's; when it is understood it is its holder's.
func TestHeldSubmissionIsListedWhenUnderstood(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	tomorrow := trained(t, 1<<20, "tomorrow")
	k.sealer.Dictionary = tomorrow
	it, _ := k.submit(submissionOf(zhang))
	if r := k.post(it)[0]; r.Status != wire.Held {
		t.Fatalf("status %s", r.Status)
	}
	if got := k.casesOf(zhang); len(got.Cases) != 0 || !got.Complete {
		t.Errorf("while it is held: %+v", got)
	}
	h.keep(tomorrow)
	h.restart()
	k.connect()
	if err := h.server.Reconsider(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.casesOf(zhang); fmt.Sprint(numbers(got)) != fmt.Sprint([]string{it.ReceiptNo}) {
		t.Errorf("when it is understood: %+v", got)
	}
}
