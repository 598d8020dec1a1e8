package cardreader

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"onedoor/device/sim"
)

func framed(content []byte) []byte { return Command(content).Frame() }

// readAnswer is the answer to a read, with so many bytes of photo.
func readAnswer(text, photo []byte) []byte {
	lengths := binary.BigEndian.AppendUint16([]byte{1, 0}, uint16(len(photo)))
	return framed(bytes.Join([][]byte{{0, 0, 0x90}, lengths, text, photo}, nil))
}

// TestBlankedAnswersAreAnswersOfNobody: a blanked frame parses as before, and holds zeros for what was a person.
func TestBlankedAnswersAreAnswersOfNobody(t *testing.T) {
	photo := bytes.Repeat([]byte{7, 0xAA, 0xAA, 0xAA, 0x96, 0x69, 5}, 147)[:1024]
	want := readAnswer(make([]byte, 256), make([]byte, 1024))
	for _, c := range sim.Cards() {
		got := readAnswer(c.Text(), photo)
		Blanker{}.Blank(nil, got)
		if !bytes.Equal(got, want) {
			t.Fatalf("%c: % X", c.Kind, got)
		}
	}
	for name, c := range map[string]struct{ content, want []byte }{
		"found":            {[]byte{0, 0, 0x9F, 1, 2, 3, 4}, []byte{0, 0, 0x9F, 0, 0, 0, 0}},
		"selected":         {[]byte{0, 0, 0x90, 1, 2, 3, 4, 5, 6, 7, 8}, []byte{0, 0, 0x90, 0, 0, 0, 0, 0, 0, 0, 0}},
		"module's number":  {append([]byte{0, 0, 0x90}, bytes.Repeat([]byte{5}, 16)...), append([]byte{0, 0, 0x90}, make([]byte, 16)...)},
		"newest address":   {append([]byte{0, 0, 0x90}, bytes.Repeat([]byte{'N'}, 70)...), append([]byte{0, 0, 0x90}, make([]byte, 70)...)},
		"failure":          {[]byte{0, 0, 0x41}, []byte{0, 0, 0x41}},
		"with fingerprint": {fingerprinted(1), fingerprinted(0)},
		"no answer":        {[]byte{1, 2, 3, 4}, []byte{0, 0, 0, 0}},
		"lying lengths":    {append([]byte{0, 0, 0x90, 1, 0, 4, 0}, 9, 9, 9), make([]byte, 10)},
	} {
		if name == "lying lengths" {
			c.want[2] = 0x90
		}
		got := framed(c.content)
		Blanker{}.Blank(nil, got)
		if !bytes.Equal(got, framed(c.want)) {
			t.Errorf("%s: % X, want % X", name, got, framed(c.want))
		}
	}
}

// fingerprinted is an answer with text, photo and fingerprint, all of the same byte.
func fingerprinted(b byte) []byte {
	return append([]byte{0, 0, 0x90, 1, 0, 4, 0, 2, 0}, bytes.Repeat([]byte{b}, 256+1024+512)...)
}

func TestBlankingKeepsQuestions(t *testing.T) {
	for _, c := range []Command{cmdReset, cmdStatus, cmdSAMNumber, cmdFind, cmdSelect, cmdRead, cmdNewAddress} {
		got := c.Frame()
		Blanker{}.Blank(got, nil)
		if !bytes.Equal(got, c.Frame()) {
			t.Errorf("% X became % X", c.Frame(), got)
		}
	}
	strange := Command{0x40, 1, 2, 3}.Frame()
	Blanker{}.Blank(strange, nil)
	if !bytes.Equal(strange, Command{0, 0, 0, 0}.Frame()) {
		t.Errorf("a command that is not known became % X", strange)
	}
}

// TestBlankingKeepsFaults: what was damaged stays damaged, what broke off stays so, and what stands around it is found.
func TestBlankingKeepsFaults(t *testing.T) {
	text, photo := sim.Cards()[0].Text(), bytes.Repeat([]byte{3, 5}, 512)
	damaged := readAnswer(text, photo)
	damaged[300] ^= 0x55
	status := framed([]byte{0, 0, 0x90})
	stream := bytes.Join([][]byte{{1, 2, 3}, damaged, {9}, status, readAnswer(text, photo)[:700]}, nil)
	Blanker{}.Blank(nil, stream)
	var d Decoder
	d.Feed(stream)
	frame := d.Next()
	if !bytes.Equal(frame, []byte{0, 0, 0x90}) {
		t.Fatalf("found % X", frame)
	}
	if want := 3 + len(damaged) + 1; d.Noise() != want {
		t.Errorf("%d bytes skipped, want %d: the damaged frame was not", d.Noise(), want)
	}
	if have, total := d.Pending(); have != 700 || total != len(damaged) {
		t.Errorf("the torn answer has %d of %d bytes", have, total)
	}
	head := readAnswer(text, photo)[:10] // up to the result
	if !bytes.Equal(stream[3:13], head) || !bytes.Equal(stream[len(stream)-700:][:10], head) {
		t.Error("the beginnings of torn answers are gone")
	}
	if n := bytes.Count(stream, []byte{0}); n < len(stream)-50 {
		t.Errorf("%d of %d bytes are zero", n, len(stream))
	}
	lying := append(bytes.Clone(preamble), 0x07, 0x77, 1, 2, 3, 4)
	Blanker{}.Blank(nil, lying)
	if want := append(bytes.Clone(preamble), 0xFF, 0xFF, 0, 0, 0, 0); !bytes.Equal(lying, want) {
		t.Errorf("a length that lies became % X", lying)
	}
}

// FuzzBlank: what is left does not depend on what a card holds, whatever happens to the line, and never panics.
func FuzzBlank(f *testing.F) {
	f.Add(sim.Cards()[0].Text(), []byte("photo"), uint16(0), uint16(0), uint16(0), byte(0), []byte{})
	f.Add(sim.Cards()[6].Text(), []byte{}, uint16(300), uint16(0), uint16(0), byte(0x55), []byte{0xAA, 0xAA})
	f.Add(sim.Cards()[7].Text(), []byte{1}, uint16(0), uint16(700), uint16(5), byte(1), bytes.Clone(preamble))
	f.Fuzz(func(t *testing.T, text, photo []byte, flip, cut, skip uint16, with byte, noise []byte) {
		stream := func(text, photo []byte) []byte {
			a := readAnswer(fit(text, 256), fit(photo, 1024))
			a[int(flip)%len(a)] ^= with
			a = a[min(int(skip), len(a)):]
			if cut > 0 {
				a = a[:min(int(cut), len(a))]
			}
			b := bytes.Join([][]byte{noise, a, framed(append([]byte{0, 0, 0x90}, fit(text, 70)...)), noise}, nil)
			if len(b) > 1<<16 {
				t.Skip()
			}
			return b
		}
		a, b := stream(text, photo), stream(opposite(text), opposite(photo))
		if !slices.Equal(beginnings(a), beginnings(b)) || !slices.Equal(wholes(a), wholes(b)) || skip > 0 && beginsIn(noise) {
			t.Skip() // a card's bytes stand where a frame begins, or the damage looks like none
		}
		n := len(a)
		Blanker{}.Blank(nil, a)
		Blanker{}.Blank(nil, b)
		if len(a) != n || !bytes.Equal(a, b) {
			t.Errorf("left of one card:\n% X\nof another:\n% X", a, b)
		}
		Blanker{}.Blank(bytes.Clone(noise), bytes.Clone(noise))
	})
}

// fit is b with length n.
func fit(b []byte, n int) []byte {
	out := make([]byte, n)
	copy(out, b)
	return out
}

func opposite(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= 0xFF
	}
	return out
}

// beginnings is where preambles stand.
func beginnings(b []byte) (places []int) {
	for at := range b {
		if bytes.HasPrefix(b[at:], preamble) {
			places = append(places, at)
		}
	}
	return places
}

// beginsIn says whether b ends inside of the part of a frame that is left, so that what follows would be taken for the rest.
func beginsIn(b []byte) bool {
	head := headLength + 3 // with the result
	return bytes.Contains(b[max(0, len(b)-head+1):], preamble)
}

// wholes is where whole frames stand.
func wholes(b []byte) (places []int) {
	for from := 0; ; {
		at, n := wholeFrame(b[from:])
		if n == 0 {
			return places
		}
		places = append(places, from+at, n)
		from += at + n
	}
}
