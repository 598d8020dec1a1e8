package printer

import (
	"bytes"
	"strings"
	"testing"

	"onedoor/assets/fonts"
	"onedoor/device/printer/document"
)

// receipt uses every block, with the given text everywhere.
func receipt(text, code string) document.Document {
	dots := bytes.Repeat([]byte(code + "        ")[:8], 8)
	return document.Document{Blocks: []document.Block{
		document.Text{Text: text, Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Rule{}, document.Row{Label: text, Value: text}, document.Columns{Cells: []document.Cell{{Text: text}, {Text: text}}},
		document.Text{Text: text + "㛃"}, document.QR{Content: code}, document.Barcode{Content: code, NoText: true},
		document.Picture{Width: 64, Height: 8, Dots: dots}, document.Box{Text: text}, document.Feed{Lines: 2}, document.Cut{},
		document.Text{Text: text, Align: document.Right},
	}}
}

func job(t testing.TB, p Profile, text, code string) []byte {
	t.Helper()
	glyphs, err := NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		t.Fatal(err)
	}
	j, err := Encode(receipt(text, code), p, glyphs)
	if err != nil {
		t.Fatal(err)
	}
	return append(j.Bytes, 0x1D, 0x72, 1, 0x1D, 0x72, 1)
}

// TestBlankedJobsSayNothing: whoever the receipt is for, what is left is the same, and still a job of the same length.
func TestBlankedJobsSayNothing(t *testing.T) {
	raster := Generic80()
	raster.QR, raster.Charset = QRRaster, CharsetGB2312
	for name, p := range map[string]Profile{"native": Generic80(), "raster": raster} {
		one, other := job(t, p, "林小满", "HTTPS://X/T/A1B2"), job(t, p, "王大力", "HTTPS://X/T/Z9Y8")
		n := len(one)
		new(Blanker).Blank(one, nil)
		new(Blanker).Blank(other, nil)
		if !bytes.Equal(one, other) || len(one) != n {
			t.Fatalf("%s: two receipts of the same form differ", name)
		}
		if !bytes.HasPrefix(one, []byte{0x18, 0x1B, '@', 0x1C, '&'}) || !bytes.HasSuffix(one, []byte{0x1D, 'V', 0x42, 0, 0x1D, 0x72, 1, 0x1D, 0x72, 1}) {
			t.Errorf("%s: beginning or end are gone: % X", name, one[len(one)-20:])
		}
		if !bytes.Contains(one, []byte("xxxxxx\n")) || bytes.Count(one, []byte{0x1D, 0x76, 0x30}) < 3 {
			t.Errorf("%s: lines or pictures are gone", name)
		}
		// What is left is a job as before: it can be blanked again.
		again := bytes.Clone(one)
		new(Blanker).Blank(again, nil)
		if !bytes.Equal(again, one) {
			t.Errorf("%s: it is another after a second blanking", name)
		}
	}
}

// TestATornJobSaysNothing: wherever a job breaks off, the rest of it does not come through, and the next job does.
func TestATornJobSaysNothing(t *testing.T) {
	whole := job(t, Generic80(), "林小满", "HTTPS://X/T/A1B2")
	want := bytes.Clone(whole)
	new(Blanker).Blank(want, nil)
	for cut := 0; cut < len(whole); cut += 1 + cut/256 {
		k := new(Blanker)
		head, rest := bytes.Clone(whole[:cut]), bytes.Clone(whole[cut:])
		k.Blank(head, nil)
		question := []byte{0x10, 0x04, 2}
		k.Blank(question, nil)
		k.Blank(rest, nil)
		for _, piece := range [][]byte{head, rest} {
			for _, secret := range []string{"\xC1\xD6", "\xD0\xA1", "\xC2\xFA", "TTPS", "A1B2"} {
				if bytes.Contains(piece, []byte(secret)) {
					t.Fatalf("cut at %d: %q is left", cut, secret)
				}
			}
		}
		if !bytes.Equal(question, []byte{0x10, 0x04, 2}) {
			t.Fatalf("cut at %d: the question became % X", cut, question)
		}
		next := append(make([]byte, padding), whole...)
		k.Blank(next, nil)
		if !bytes.Equal(next[padding:], want) {
			t.Fatalf("cut at %d: the next job is not understood", cut)
		}
	}
}

func TestOnlyAnswersThatWereAskedForAreLeft(t *testing.T) {
	id := []byte{0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, '0', '0', '4', '2'}
	for name, c := range map[string]struct {
		sent, received, want string
	}{
		"real-time status":        {"\x10\x04\x02", "\x16", "\x16"},
		"between flow control":    {"\x10\x04\x02", "\x13\x16\x11", "\x13\x16\x11"},
		"queued":                  {"\x1Dr\x01\x1Dr\x01", "\x0C\x00", "\x0C\x00"},
		"process id":              {string(id), "\x37\x220042\x00", "\x37\x220042\x00"},
		"another process id":      {string(id), "\x37\x221234\x00", "\xFF\xFF\xFF\xFF\xFF\xFF\x00"},
		"automatic status":        {"\x1Da\x0E", "\x14\x00\x00\x0F\x14\x00\x00\x0F", "\x14\x00\x00\x0F\x14\x00\x00\x0F"},
		"automatic, unasked":      {"\x1Da\x00", "\x14\x00\x00\x0F", "\xFF\x00\x00\xFF"},
		"a scanner on the line":   {"\x10\x04\x02", "262626\r\n", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"},
		"power that came back":    {"", "\x00", "\x00"},
		"unasked real-time":       {"", "\x12", "\xFF"},
		"what identifies a model": {"\x1DI\x44", "_A123\x00", "\xFF\xFF\xFF\xFF\xFF\x00"},
	} {
		sent, received := []byte(c.sent), []byte(c.received)
		new(Blanker).Blank(sent, received)
		if string(sent) != c.sent || string(received) != c.want {
			t.Errorf("%s: % X and % X, want % X", name, sent, received, c.want)
		}
	}
}

// TestTheRestOfACodeIsNoAnswer: a scanner on the printer's line sends a code of bytes that could be answers, and it comes in
// pieces, between which the driver asks on.
func TestTheRestOfACodeIsNoAnswer(t *testing.T) {
	k := new(Blanker)
	k.Blank([]byte("\x1Dr\x01\x1Dr\x01"), nil)
	for _, piece := range []string{"2626", "26", "62", "AB"} {
		received := []byte(piece)
		k.Blank([]byte("\x10\x04\x02"), received)
		if len(bytes.Trim(received, "\xFF")) > 0 {
			t.Errorf("of %q there is left %q", piece, received)
		}
	}
	received := []byte{0x12}
	k.Blank([]byte("\x10\x04\x02"), received)
	if received[0] != 0x12 {
		t.Errorf("an answer became % X", received)
	}
}

// FuzzBlank: text, codes and pictures of any content leave nothing; no bytes at all make it panic, and lengths stay.
func FuzzBlank(f *testing.F) {
	f.Add("林小满", []byte{0x1B, 0x40, 0x10, 0x04, 1}, []byte{0x12})
	f.Add("110101190001010014", []byte{0x1D, 0x76, 0x30, 0, 72, 0, 255, 0, 1}, []byte("262626"))
	f.Add("a", []byte("\x1D\x28\x6B\x03\x00\x31\x50\x30\x1D\x38\x4C\xFF\xFF\xFF\xFF"), []byte{0x14, 0, 0, 0x0F})
	p := Generic80()
	f.Fuzz(func(t *testing.T, text string, sent, received []byte) {
		k := new(Blanker)
		s, r := bytes.Clone(sent), bytes.Clone(received)
		k.Blank(s, r)
		if len(s) != len(sent) || len(r) != len(received) {
			t.Fatal("lengths changed")
		}
		// Nothing readable is left of what was sent, but for single parameters.
		run := 0
		for i, c := range s {
			if c >= 0x20 && c != blankText && c == sent[i] {
				if run++; run > 8 {
					t.Fatalf("% X became % X", sent, s)
				}
			} else {
				run = 0
			}
		}
		j, err := Encode(document.Document{Blocks: []document.Block{document.Text{Text: text}, document.Row{Label: text, Value: text}}}, p, nil)
		if err != nil || len(text) > 1000 {
			return
		}
		new(Blanker).Blank(j.Bytes, nil)
		for _, line := range bytes.Split(j.Bytes[9:], []byte{'\n'}) {
			line = bytes.TrimSuffix(line, []byte{0x1B, 'd', 1, 0x1D, 'V', 0x42, 0})
			if left := strings.Trim(string(line), string(rune(blankText))); left != "" && !strings.HasPrefix(left, "\x1C") && !strings.HasPrefix(left, "\x1B") {
				t.Fatalf("of %q there is left %q", text, left)
			}
		}
	})
}
