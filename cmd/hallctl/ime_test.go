package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPinyin(t *testing.T) {
	code, out, errs := call(t, "ime", "pinyin", "sfz")
	if code != 0 || !strings.Contains(out, "身份证") {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
	code, out, _ = call(t, "ime", "pinyin", "--json", "--mode", "place", "-n", "1", "guangdong")
	var line candidateLine
	if err := json.Unmarshal([]byte(out), &line); err != nil || code != 0 || line.Text != "广东" || line.Letters != len("guangdong") {
		t.Errorf("status %d: %s, %v", code, out, err)
	}
	if code, _, errs := call(t, "ime", "pinyin", "12"); code == 0 || !strings.Contains(errs, "check the letters") {
		t.Errorf("no letters: status %d: %s", code, errs)
	}
}

func TestStrokes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ten.json")
	if err := os.WriteFile(file, []byte(`{"strokes": [[[10, 50, 0], [90, 48, 210]], [[50, 10, 400], [52, 95, 630]]]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, "ime", "strokes", "-n", "3", file); code != 0 || !strings.HasPrefix(out, "十") {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
	if err := os.WriteFile(file, []byte(`{"strokes": "ten"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, "ime", "strokes", file); code == 0 || !strings.Contains(errs, "form of the file") {
		t.Errorf("no strokes: status %d: %s", code, errs)
	}
}
