package main

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/device/port"
	"onedoor/device/sim"
)

// listed runs the list over some ports.
func listed(t *testing.T, args ...string) []portLine {
	t.Helper()
	code, out, errs := call(t, append([]string{"device", "list", "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("status %d: %s", code, errs)
	}
	var got []portLine
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var l portLine
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	return got
}

func TestListTellsWhatAnswersAndHowFast(t *testing.T) {
	t.Parallel()
	r, err := sim.NewReader(sim.ReaderConfig{Baud: 57600, Link: filepath.Join(t.TempDir(), "reader")})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Levers(func(l *sim.ReaderLevers) { l.Strict = true })
	p, err := sim.NewPrinter(sim.PrinterConfig{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Levers(func(l *sim.PrinterLevers) { l.Strict, l.PaperOut = true, true })
	got := listed(t, "--port", r.Path(), "--port", p.Path(), "--port", filepath.Join(t.TempDir(), "none"))
	if len(got) != 3 || got[0].Answers != answersReader || got[0].Baud != 57600 || got[0].Node == got[0].Path ||
		got[1].Answers != answersPrinter || got[1].Baud != 9600 ||
		got[2].Answers != answersNothing || got[2].Problem != "no-port" || got[2].Message == "" {
		t.Errorf("got %+v", got)
	}
}

func TestListFindsPrintersOfFewWords(t *testing.T) {
	t.Parallel()
	all := map[string][]string{"first and third": {"\x10\x04\x01", "\x12", "\x10\x04\x03", "\x12"}}
	for _, n := range []string{"\x01", "\x02", "\x03", "\x04"} {
		all["only "+n] = []string{"\x10\x04" + n, "\x12"}
	}
	for name, words := range all {
		if got := listed(t, "--port", answering(t, words...)); len(got) != 1 || got[0].Answers != answersPrinter || got[0].Problem != "" {
			t.Errorf("%q: %+v", name, got)
		}
	}
}

// TestWhatTalksIsNoPrinter: among what a talkative device says there are always bytes that could be a printer's.
func TestWhatTalksIsNoPrinter(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{"text": "$GPGGA,122622", "two answers": "\x12\x12", "an answer and more": "\x122", "an echo": ""} {
		var words []string
		for _, n := range []string{"\x01", "\x02", "\x03", "\x04"} {
			question := "\x10\x04" + n
			words = append(words, question, cmp.Or(says, question))
		}
		got := listed(t, "--baud", "9600", "--port", answering(t, words...))
		if len(got) != 1 || got[0].Answers != answersNothing || got[0].Problem != "wrong-device" || got[0].Message == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestListLeavesPortsInUseAlone(t *testing.T) {
	r := reader(t)
	held, err := port.Open(port.Config{Path: r.Path()})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	got := listed(t, "--port", r.Path())
	if len(got) != 1 || got[0].Answers != answersInUse || got[0].Problem != "port-in-use" || r.Asked() != 0 {
		t.Errorf("got %+v, %d questions", got, r.Asked())
	}
}
