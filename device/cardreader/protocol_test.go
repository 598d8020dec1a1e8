package cardreader

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The frames are those of the protocol documents.
func TestRequestFrames(t *testing.T) {
	for _, c := range []struct {
		command Command
		want    string
	}{
		{cmdReset, "AA AA AA 96 69 00 03 10 FF EC"},
		{cmdStatus, "AA AA AA 96 69 00 03 11 FF ED"},
		{cmdSAMNumber, "AA AA AA 96 69 00 03 12 FF EE"},
		{cmdFind, "AA AA AA 96 69 00 03 20 01 22"},
		{cmdSelect, "AA AA AA 96 69 00 03 20 02 21"},
		{cmdRead, "AA AA AA 96 69 00 03 30 01 32"},
		{cmdNewAddress, "AA AA AA 96 69 00 03 30 03 30"},
	} {
		if got := c.command.Frame(); !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("% X: % X, want %s", []byte(c.command), got, c.want)
		}
	}
}

func TestDecoderFindsFrames(t *testing.T) {
	ok := "AA AA AA 96 69 00 04 00 00 90 94"
	found := "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"
	for _, c := range []struct {
		name, wire string
		want       []string
	}{
		{"one", ok, []string{"000090"}},
		{"glued", ok + found, []string{"000090", "00009f00000000"}},
		{"noise before", "00 FF 96 69 AA" + ok, []string{"000090"}},
		{"one AA too many", "AA" + ok, []string{"000090"}},
		{"bad check byte, then good", "AA AA AA 96 69 00 04 00 00 90 95" + ok, []string{"000090"}},
		{"impossible length", "AA AA AA 96 69 FF FF" + ok, []string{"000090"}},
		{"length zero", "AA AA AA 96 69 00 00" + ok, []string{"000090"}},
		{"cut off", ok[:20], nil},
		{"true frame inside a damaged one", "AA AA AA 96 69 00 10" + ok + "00 00 00 00 00", []string{"000090"}},
	} {
		for _, step := range []int{1, 3, 1000} {
			var d Decoder
			var got []string
			wire := unhex(t, c.wire)
			for len(wire) > 0 {
				n := min(step, len(wire))
				d.Feed(wire[:n])
				wire = wire[n:]
				for f := d.Next(); f != nil; f = d.Next() {
					got = append(got, hex.EncodeToString(f))
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s, %d bytes a time: %v, want %v", c.name, step, got, c.want)
			}
		}
	}
}

func TestResyncFindsTheFrameBehindALyingLength(t *testing.T) {
	var d Decoder
	d.Feed(unhex(t, "AA AA AA 96 69 09 00 AA AA AA 96 69 00 04 00 00 90 94"))
	if f := d.Next(); f != nil {
		t.Fatalf("found %x too early", f)
	}
	d.Resync()
	if f := d.Next(); !bytes.Equal(f, []byte{0, 0, 0x90}) {
		t.Errorf("found %x", f)
	}
}

func TestDecoderWipesWhatItHandsOver(t *testing.T) {
	var d Decoder
	d.Feed(frame(append([]byte{0, 0, 0x90}, bytes.Repeat([]byte{0x55}, 600)...)))
	if f := d.Next(); len(f) != 603 {
		t.Fatalf("%d bytes", len(f))
	}
	if bytes.IndexByte(d.buf[:cap(d.buf)], 0x55) >= 0 {
		t.Error("the decoder still holds what it handed over")
	}
}

func TestAnswersFitTheirQuestions(t *testing.T) {
	read := Answer{CodeOK, make([]byte, 1284)}
	for _, c := range []struct {
		command Command
		answer  Answer
		want    bool
	}{
		{cmdFind, Answer{CodeFound, make([]byte, 4)}, true},
		{cmdFind, Answer{CodeNoCard, nil}, true},
		{cmdFind, Answer{CodeOK, nil}, false},
		{cmdFind, read, false},
		{cmdSelect, Answer{CodeOK, make([]byte, 8)}, true},
		{cmdSelect, Answer{CodeFound, make([]byte, 4)}, false},
		{cmdSelect, Answer{CodeSelectFailed, nil}, true},
		{cmdRead, read, true},
		{cmdRead, Answer{CodeOK, make([]byte, 8)}, false},
		{cmdRead, Answer{CodeReadFailed, nil}, true},
		{cmdNewAddress, Answer{CodeNoItem, nil}, true},
		{cmdNewAddress, read, false},
		{cmdStatus, Answer{CodeOK, nil}, true},
		{cmdStatus, Answer{CodeFound, make([]byte, 4)}, false},
	} {
		if got := c.command.fits(c.answer); got != c.want {
			t.Errorf("% X with %X and %d bytes: %v", []byte(c.command), byte(c.answer.Code), len(c.answer.Data), got)
		}
	}
}

func TestSAMNumber(t *testing.T) {
	got := samNumber(unhex(t, "05 00 03 00 A2 EC 33 01 87 D6 12 00 B1 68 DE 3A"))
	if got != "05.03-20180130-0001234567-0987654321" {
		t.Error(got)
	}
}

func TestReadAnswerMustAddUp(t *testing.T) {
	good := append([]byte{1, 0, 4, 0}, make([]byte, 1280)...)
	if text, photo, err := parseRead(good); err != nil || len(text) != 256 || len(photo) != 1024 {
		t.Errorf("%d, %d, %v", len(text), len(photo), err)
	}
	for name, b := range map[string][]byte{
		"short": good[:len(good)-1], "long": append(bytes.Clone(good), 0), "empty": nil,
		"text too long": append([]byte{2, 0, 3, 0}, make([]byte, 1280)...),
	} {
		if _, _, err := parseRead(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// The numbers are published examples and ours.
func TestNumbers(t *testing.T) {
	for _, n := range []string{
		"11010519491231002X", "440524188001010014", "34052419800101001X", "110101190001010014", "810000190001010026",
		"830000190001010038", "911124190001010019",
	} {
		if !ValidNumber18([]byte(n)) {
			t.Errorf("%s is refused", n)
		}
		wrong := []byte(n)
		wrong[7] ^= 1
		if ValidNumber18(wrong) {
			t.Errorf("%s is taken", wrong)
		}
	}
	if !ValidForeigner15([]byte("CAN110000010107")) || ValidForeigner15([]byte("CAN110000010108")) || ValidForeigner15([]byte("123110000010107")) {
		t.Error("foreigner's number")
	}
	for code, want := range map[string]string{"01": "汉", "15": "土家", "46": "德昂", "56": "基诺", "97": "其他", "57": "57", "": "", "x1": "x1", "00": "00"} {
		if got := EthnicGroup(code); got != want {
			t.Errorf("ethnic group %q: %q, want %q", code, got, want)
		}
	}
}

func TestExpiry(t *testing.T) {
	last := time.Date(2024, 2, 29, 23, 59, 0, 0, time.FixedZone("CST", 8*3600))
	for _, c := range []struct {
		to   string
		want bool
	}{{"20240229", false}, {"20240228", true}, {"长期", false}, {"20240230", true}, {"", true}, {"21000101", false}} {
		if got := (&Card{ValidTo: []byte(c.to)}).Expired(last); got != c.want {
			t.Errorf("valid to %q: expired %v", c.to, got)
		}
	}
}

func TestFieldKeepsInnerSpacesAndRareCharacters(t *testing.T) {
	// "A B", a pair for U+2CB1F, a private-use character, half a pair, spaces.
	b := unhex(t, "4100 2000 4200 72D8 1FDF 00E0 00D8 2000 2000")
	if got := string(field(b)); got != "A B\U0002CB1F\uE000\uFFFD" {
		t.Errorf("%+q", got)
	}
}

func TestCardNeverPrintsItself(t *testing.T) {
	c := &Card{Name: []byte("secret"), Number: []byte("110101190001010014")}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v", c, c), fmt.Sprint(CardRead{c})} {
		if strings.Contains(s, "secret") || strings.Contains(s, "115 101") || strings.Contains(s, "0x73") {
			t.Errorf("prints %q", s)
		}
	}
	name := c.Name
	c.Wipe()
	if c.Name != nil || name[0] != 0 {
		t.Error("not wiped")
	}
}
