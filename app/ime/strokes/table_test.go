package strokes_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

func small(t testing.TB) (raw []byte, characters []strokes.Character) {
	t.Helper()
	characters = []strokes.Character{
		{Rune: '一', Frequency: 200, Strokes: [][]strokes.Dot{{{X: 10, Y: 128}, {X: 245, Y: 120}}}},
		{Rune: '𠮷', Strokes: [][]strokes.Dot{{{X: 1, Y: 2}}, {{X: 3, Y: 4}, {X: 255, Y: 0}}}},
	}
	raw, err := strokes.Encode("Drawn for a test.\nFree.", characters)
	if err != nil {
		t.Fatal(err)
	}
	return raw, characters
}

func TestTable(t *testing.T) {
	raw, want := small(t)
	got, err := strokes.Decode(raw)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	again, _ := small(t)
	if !bytes.Equal(raw, again) {
		t.Error("the same characters gave other bytes")
	}
	notice, err := strokes.Notice(raw)
	if err != nil || notice != "Drawn for a test.\nFree." {
		t.Errorf("notice %q, %v", notice, err)
	}
}

// TestDamagedTable: whatever byte is damaged, nothing is read but what was written.
func TestDamagedTable(t *testing.T) {
	raw, want := small(t)
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x10
		if got, err := strokes.Decode(bad); err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("byte %d damaged, and read %v", i, got)
		} else if err != nil && !errors.Is(err, strokes.ErrTable) {
			t.Errorf("byte %d damaged: %v", i, err)
		}
		if _, err := strokes.Decode(raw[:i]); !errors.Is(err, strokes.ErrTable) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	one := [][]strokes.Dot{{{X: 1, Y: 1}}}
	for name, c := range map[string]strokes.Character{
		"no strokes":       {Rune: '一'},
		"a stroke without": {Rune: '一', Strokes: [][]strokes.Dot{{}}},
		"too many points":  {Rune: '一', Strokes: [][]strokes.Dot{make([]strokes.Dot, 256)}},
		"too many strokes": {Rune: '一', Strokes: make([][]strokes.Dot, 97)},
		"no character":     {Rune: 0xD800, Strokes: one},
	} {
		if raw, err := strokes.Encode("Free.", []strokes.Character{c}); err == nil {
			t.Errorf("%s: %d bytes", name, len(raw))
		}
	}
	if _, err := strokes.Encode("One.\n\nTwo.", nil); err == nil {
		t.Error("a notice with an empty line")
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := strokes.New(strokes.Config{}); err == nil {
		t.Error("no tables")
	}
	raw, _ := small(t)
	if _, err := strokes.New(strokes.Config{Tables: [][]byte{raw, raw[:len(raw)-1]}}); !errors.Is(err, strokes.ErrTable) {
		t.Errorf("a damaged table: %v", err)
	}
}

// TestShipped: what the programs carry has the characters that people need, and says whose it is.
func TestShipped(t *testing.T) {
	r := load(t)
	if n := r.Characters(); n != 9574+10+26 {
		t.Errorf("%d characters", n)
	}
	for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨一乙二十丁厂七卜人陳國灣" {
		if !r.Has(c) {
			t.Errorf("%c is missing", c)
		}
	}
	notice, err := strokes.Notice(ime.Strokes()[0])
	if err != nil || !strings.Contains(notice, "Arphic") || !strings.Contains(notice, "Changed on") {
		t.Errorf("notice %q, %v", notice, err)
	}
	if !strings.HasPrefix(ime.StrokesLicence(), "ARPHIC PUBLIC LICENSE") {
		t.Error("the licence is not beside the strokes")
	}
}

func FuzzDecode(f *testing.F) {
	raw, _ := small(f)
	f.Add(raw)
	f.Add(ime.Strokes()[1])
	f.Fuzz(func(t *testing.T, raw []byte) {
		characters, err := strokes.Decode(raw)
		if err != nil {
			if !errors.Is(err, strokes.ErrTable) {
				t.Error(err)
			}
			return
		}
		if len(characters) > 100 {
			return
		}
		again, err := strokes.Encode("Free.", characters)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		if got, err := strokes.Decode(again); err != nil || !reflect.DeepEqual(got, characters) {
			t.Errorf("%v, %v; want %v", got, err, characters)
		}
	})
}
