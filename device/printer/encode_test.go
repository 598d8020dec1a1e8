package printer

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"onedoor/device"
	"onedoor/device/printer/document"
)

func lines(t *testing.T, text string, columns int) []string {
	t.Helper()
	var out []string
	for _, l := range wrap([]rune(text), columns) {
		if width(l) > columns {
			t.Errorf("%q is wider than %d", string(l), columns)
		}
		out = append(out, string(l))
	}
	return out
}

func TestWrapKeepsToChineseLineBreaking(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"", 8, ""},
		{"一二三四五", 8, "一二三四|五"},
		{"一二三四，五", 8, "一二三|四，五"},
		{"一二三《四五》六", 8, "一二三|《四五》|六"},
		{"一二三……四", 8, "一二|三……四"},
		{"扫码 2026-01-05 查", 10, "扫码|2026-01-05|查"},
		{"服务电话 010-12345678", 14, "服务电话|010-12345678"},
		{"见 http://a.example/bcd-efghijkl", 11, "见|http://|a.example/|bcd-|efghijkl"},
		{"请于30日内办理", 7, "请于30|日内办|理"},
		{"abcdefghijkl", 5, "abcde|fghij|kl"},
		{"hello world again", 11, "hello world|again"},
		{"，，，，，，", 4, "，，|，，|，，"},
		{"甲\n乙\n\n丙", 8, "甲|乙||丙"},
	} {
		if got := strings.Join(lines(t, c.text, c.columns), "|"); got != c.want {
			t.Errorf("%q at %d: %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestRowsKeepLabelLeftAndValueRight(t *testing.T) {
	for _, c := range []struct{ label, value, want string }{
		{"事项", "居住证签注", "事项      居住证签注"},
		{"办理地点", "一二三四五六七八", "办理地点  一二三四五|          六七八"},
		{"一二三四五六七八", "甲乙丙丁", "一二三四五六七八|            甲乙丙丁"},
	} {
		var got []string
		for _, l := range rowLines([]rune(c.label), []rune(c.value), 20) {
			if width(l) > 20 {
				t.Errorf("%q is %d wide", string(l), width(l))
			}
			got = append(got, string(l))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q, want %q", strings.Join(got, "|"), c.want)
		}
	}
}

func encoded(t *testing.T, p Profile, blocks ...document.Block) Job {
	t.Helper()
	j, err := Encode(document.Document{Blocks: blocks}, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestNoControlByteOfTextReachesThePrinter(t *testing.T) {
	var evil strings.Builder
	for r := range rune(0x20) {
		evil.WriteRune(r)
	}
	evil.WriteString("\x7f\u0080\u009bA\x1b@\x10\x04\x01\x10\x14\x08\u202e\u200b\ufeff")
	plain := encoded(t, Generic80(), document.Text{Text: "   \nA@"})
	j := encoded(t, Generic80(), document.Text{Text: evil.String()})
	if j.Substituted != 0 {
		t.Errorf("%d substituted", j.Substituted)
	}
	commands := func(b []byte) (n int) {
		for _, c := range b {
			if c < 0x20 {
				n++
			}
		}
		return n
	}
	if commands(j.Bytes) != commands(plain.Bytes) {
		t.Errorf("control bytes came through: % X", j.Bytes)
	}
	for _, content := range []string{"a\x10\x04\x01", "", strings.Repeat("A", 1001), "中文"} {
		if _, err := Encode(document.Document{Blocks: []document.Block{document.QR{Content: content}}}, Generic80(), nil); !errors.Is(err, ErrContent) {
			t.Errorf("QR content %.10q: %v", content, err)
		}
	}
}

func TestUntrustedCharactersAreNeverPrintedWrong(t *testing.T) {
	for _, c := range []struct {
		text string
		set  Charset
		want string
		n    int
	}{
		{"张三丰", CharsetGB2312, "张三丰", 0},
		{"朱镕基", CharsetGB2312, "朱〓基", 1}, // 镕 is not in GB 2312
		{"朱镕基", CharsetGBK, "朱镕基", 0},
		{"周㛃", CharsetGBK, "周〓", 1},
		{"周㛃", CharsetGB18030, "周㛃", 0},
		{"陈𬱟", CharsetGB18030, "陈〓", 1},
		{"\ue000\uf8ff", CharsetGB18030, "〓〓", 2},
		{"\u1e3f\u9fb4", CharsetGB18030, "〓〓", 2},
		{"¥5•é\u00a0x", CharsetGBK, "￥5·é x", 0},
		{"عربي", CharsetGB18030, "〓〓〓〓", 4},
	} {
		p := Generic80()
		p.Charset = c.set
		j := encoded(t, p, document.Text{Text: c.text})
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(j.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), c.want+"\n") || j.Substituted != c.n {
			t.Errorf("%q in %s: %q, %d substituted; want %q, %d", c.text, c.set, text, j.Substituted, c.want, c.n)
		}
	}
}

// The reference is the command table of the ESC/POS manuals.
func TestQRCommand(t *testing.T) {
	j := encoded(t, Generic58(), document.QR{Content: "https://example.invalid/r/42", Module: 6})
	want := []byte("\x1B\x61\x01\x1B\x4A\x18\x1D\x28\x6B\x04\x00\x31\x41\x32\x00\x1D\x28\x6B\x03\x00\x31\x43\x06\x1D\x28\x6B\x03\x00\x31\x45\x31" +
		"\x1D\x28\x6B\x1F\x00\x31\x50\x30https://example.invalid/r/42\x1D\x28\x6B\x03\x00\x31\x51\x30\x1B\x4A\x18")
	if !bytes.Contains(j.Bytes, want) {
		t.Errorf("% X", j.Bytes)
	}
}

func TestJobBeginsWithInitAndEndsWithTheCut(t *testing.T) {
	for _, c := range []struct {
		cutter Cutter
		epson  bool
		want   string
	}{
		{CutterPartial, true, "\x1b\x64\x01\x1d\x56\x42\x00"}, {CutterFull, true, "\x1b\x64\x01\x1d\x56\x41\x00"},
		{CutterPartial, false, "\x1b\x64\x01\x1d\x56\x01"}, {CutterFull, false, "\x1b\x64\x01\x1d\x56\x00"}, {CutterNone, false, "\x1b\x64\x01"},
	} {
		p := Generic80()
		p.Cutter, p.EpsonCut = c.cutter, c.epson
		j := encoded(t, p, document.Text{Text: "x"})
		if !bytes.HasPrefix(j.Bytes, []byte("\x18\x1b\x40\x1c\x26\x1c\x53\x00\x00")) || !bytes.HasSuffix(j.Bytes, []byte(c.want)) {
			t.Errorf("%s: % X", c.cutter, j.Bytes)
		}
	}
}

func TestProfiles(t *testing.T) {
	p, err := ParseProfile([]byte("name: slim\ncolumns: 32\ndots: 384\nproof: process-id\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Generic58()
	want.Name, want.Proof = "slim", ProofProcessID
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	for _, bad := range []string{"colums: 32", "columns: 3", "cutter: laser", "proof: trust", "charset: big5", "dots: [1]"} {
		if _, err := ParseProfile([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestParserTellsAnswersApart(t *testing.T) {
	wire := []byte{
		0x12,                               // real time
		0x13, 0x14, 0x11, 0x00, 0x00, 0x0F, // automatic, with flow control in between
		0x00,                    // queued
		0x5F, 'S', 0x13, 'X', 0, // block
		0x37, 0x22, '0', '0', '0', '1', 0,
		0x10, 0x00, 0x12, // automatic that broke off, real time
		0xFF, // nothing
	}
	want := []Answer{
		{RealTime, []byte{0x12}}, {Auto, []byte{0x14, 0, 0, 0x0F}}, {Queued, []byte{0}}, {Block, []byte("\x5FSX")},
		{Block, []byte("\x37\"0001")}, {RealTime, []byte{0x12}},
	}
	for _, step := range []int{1, 4, 100} {
		var p Parser
		var got []Answer
		for rest := wire; len(rest) > 0; {
			n := min(step, len(rest))
			got = append(got, p.Feed(rest[:n])...)
			rest = rest[n:]
		}
		if len(got) != len(want) {
			t.Fatalf("%d at a time: %v", step, got)
		}
		for i := range got {
			if got[i].Kind != want[i].Kind || !bytes.Equal(got[i].Data, want[i].Data) {
				t.Errorf("answer %d: %v, want %v", i, got[i], want[i])
			}
		}
	}
}

// The bytes are the typical ones of the manuals.
func TestStatusBits(t *testing.T) {
	for _, c := range []struct {
		n, b byte
		want device.Problem
	}{
		{2, 0x12, device.ProblemNone}, {2, 0x16, device.ProblemCoverOpen}, {2, 0x32, device.ProblemPaperOut},
		{3, 0x12, device.ProblemNone}, {3, 0x1A, device.ProblemCutter}, {3, 0x32, device.ProblemUnrecoverable}, {3, 0x52, device.ProblemOverheated},
		{4, 0x12, device.ProblemNone}, {4, 0x1E, device.ProblemPaperLow}, {4, 0x72, device.ProblemPaperOut}, {4, 0x7E, device.ProblemPaperOut},
	} {
		if got := realTimeProblem(c.n, c.b); got != c.want {
			t.Errorf("DLE EOT %d → %02X: %q, want %q", c.n, c.b, got, c.want)
		}
	}
	for _, c := range []struct {
		b    []byte
		want device.Problem
	}{
		{[]byte{0x10, 0, 0, 0}, device.ProblemNone}, {[]byte{0x38, 0, 0, 0}, device.ProblemCoverOpen}, {[]byte{0x18, 0, 0x0F, 0}, device.ProblemPaperOut},
		{[]byte{0x10, 0, 3, 0}, device.ProblemPaperLow}, {[]byte{0x18, 8, 0, 0}, device.ProblemCutter}, {[]byte{0x18, 0x40, 0, 0}, device.ProblemOverheated},
	} {
		if got := autoProblem(c.b); got != c.want {
			t.Errorf("% X: %q, want %q", c.b, got, c.want)
		}
	}
}

// Whatever the printer says: no answer is made of what was not there, in pieces the answers are the same as at once, XON and
// XOFF anywhere change nothing, and what has only begun stays small.
func FuzzParser(f *testing.F) {
	f.Add([]byte{0x12, 0x14, 0, 0, 0x0F, 0x37, 0x22, 'a', 0}, []byte{0})
	f.Add([]byte{0x5F, 0x13, 0x10, 0x10, 0}, []byte{1, 3})
	f.Add([]byte{0x16, 0x52, 0x1A, 0x7E, 0x18, 0x40, 0x0F, 0x0F, 0, 0x5F, 'C', 'H', 0, 0x37, 0x25, 0}, []byte{5, 9, 10, 11})
	f.Add(append([]byte{0x35}, bytes.Repeat([]byte{'x'}, 2*maxBlock)...), []byte{})
	f.Fuzz(func(t *testing.T, b, stops []byte) {
		var parts, whole, held Parser
		var got []Answer
		for i := range b {
			got = append(got, parts.Feed(b[i:i+1])...)
			if len(parts.part) > maxBlock {
				t.Fatalf("%d bytes are kept", len(parts.part))
			}
		}
		plain := bytes.Map(func(r rune) rune {
			if r == 0x11 || r == 0x13 {
				return -1
			}
			return r
		}, []byte(latin(b)))
		for _, a := range got {
			if len(a.Data) == 0 || len(a.Data) > maxBlock || !bytes.Contains(plain, []byte(latin(a.Data))) {
				t.Fatalf("answer %v", a)
			}
			first := a.Data[0]
			switch a.Kind {
			case RealTime:
				if len(a.Data) != 1 || first&0x93 != 0x12 {
					t.Fatalf("answer %v", a)
				}
				for n := range byte(6) {
					if p := realTimeProblem(n, first); first == 0x12 && p != device.ProblemNone {
						t.Fatalf("to question %d, all is well means %q", n, p)
					}
				}
			case Auto:
				if len(a.Data) != 4 || first&0x93 != 0x10 {
					t.Fatalf("answer %v", a)
				}
				autoProblem(a.Data)
			case Queued:
				if len(a.Data) != 1 || first&0x90 != 0 {
					t.Fatalf("answer %v", a)
				}
			case Block:
				if bytes.IndexByte(a.Data, 0) >= 0 {
					t.Fatalf("answer %v", a)
				}
			}
		}
		if once := whole.Feed(b); !reflect.DeepEqual(once, got) {
			t.Fatalf("in pieces %v, at once %v", got, once)
		}
		flow := bytes.Clone(b)
		for i, at := range stops {
			flow = slices.Insert(flow, min(int(at), len(flow)), []byte{0x11, 0x13}[i%2])
		}
		if with := held.Feed(flow); !reflect.DeepEqual(with, got) {
			t.Fatalf("with flow control %v, without %v", with, got)
		}
		// Broken off by a reset, an answer is not mixed with the next.
		held.Reset()
		if next := held.Feed([]byte{0x12}); len(next) != 1 || next[0].Kind != RealTime {
			t.Fatalf("after a reset %v", next)
		}
	})
}

// latin makes a character of each byte, so that bytes can be compared as text.
func latin(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func FuzzEncode(f *testing.F) {
	f.Add("居住证签注，请于30日内\x1b@\x10\x04\x01", "标签", "值", 2)
	f.Add("陈𬱟 周㛃 龚䶮", "姓名", "𬱟\ue000é", 1)
	glyphs := testFonts(f)
	f.Fuzz(func(t *testing.T, text, label, value string, size int) {
		if len(text)+len(label)+len(value) > 2000 {
			return
		}
		for _, p := range []Profile{Generic58(), Generic80()} {
			j, err := Encode(document.Document{Blocks: []document.Block{
				document.Text{Text: text, Width: size, Height: size}, document.Row{Label: label, Value: value}, document.Box{Text: text},
			}}, p, glyphs)
			if err != nil {
				continue
			}
			if bytes.Contains(j.Bytes, []byte{0x10, 0x04}) || bytes.Contains(j.Bytes, []byte{0x10, 0x14}) || bytes.Contains(j.Bytes, []byte{0x10, 0x05}) {
				t.Fatalf("a real-time command: % X", j.Bytes)
			}
		}
	})
}
