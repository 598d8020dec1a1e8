package prompts_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/device/speaker"
	"onedoor/device/speaker/prompts"
	"onedoor/device/speaker/wav"
)

// hum is a second of a tone that can be heard.
func hum(amplitude float64) []byte {
	s := wav.Sound{Rate: 22050, Samples: make([]int16, 22050)}
	for i := range s.Samples {
		s.Samples[i] = int16(min(max(amplitude*math.Sin(float64(i)/10), -1), 1) * math.MaxInt16)
	}
	return wav.Encode(s)
}

// folder is a folder of Mandarin recordings with a list.
func folder(t *testing.T, files map[string][]byte, all ...prompts.Prompt) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(prompts.Folder(dir, speaker.Mandarin), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(prompts.Folder(dir, speaker.Mandarin), name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := prompts.WriteManifest(dir, speaker.Mandarin, all); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOnlyTheVeryWordsArePlayed: not an older wording, not another voice, not a file that came later, not a broken one.
func TestOnlyTheVeryWordsArePlayed(t *testing.T) {
	sign := prompts.New("sign.heading", "zh-Hans", "请签名")
	old := prompts.New("sign.help", "zh-Hans", "请用笔写下名字")
	cut := prompts.New("sign.clear", "zh-Hans", "重签")
	gone := prompts.New("sign.place", "zh-Hans", "在这里签名")
	dir := folder(t, map[string][]byte{sign.File: hum(0.5), old.File: hum(0.3), cut.File: hum(0.4)[:9000]}, sign, old, cut, gone)
	set, err := prompts.Open(dir, speaker.Mandarin, speaker.Cantonese)
	for _, name := range []string{cut.File, gone.File} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if !errors.Is(err, wav.ErrCut) || set.Len(speaker.Mandarin) != 2 {
		t.Fatalf("%d recordings, %v", set.Len(speaker.Mandarin), err)
	}
	f, ok := set.Open(speaker.Mandarin, "请签名")
	if !ok {
		t.Fatal("the recording is not found")
	}
	defer f.Close()
	if data, err := io.ReadAll(f); err != nil || !bytes.Equal(data, hum(0.5)) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	for _, words := range []string{"用手指在框里写下名字，写不好可以重签", "重签", "在这里签名", "请签名。", ""} {
		if _, ok := set.Open(speaker.Mandarin, words); ok {
			t.Errorf("%q is played", words)
		}
	}
	if _, ok := set.Open(speaker.Cantonese, "请签名"); ok {
		t.Error("Mandarin is played for Cantonese")
	}
	path := filepath.Join(prompts.Folder(dir, speaker.Mandarin), sign.File)
	if err := os.WriteFile(path, hum(0.2), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Open(speaker.Mandarin, "请签名"); ok {
		t.Error("a file is played that was replaced, with nobody knowing what it says")
	}
}

// TestListsThatCanNotBeUsed play nothing and say why; a voice without a folder has nothing to say.
func TestListsThatCanNotBeUsed(t *testing.T) {
	if set, err := prompts.Open(t.TempDir(), speaker.Mandarin); err != nil || set.Len(speaker.Mandarin) != 0 {
		t.Errorf("an empty folder: %v", err)
	}
	for name, line := range map[string]string{"no JSON": "sign.heading\n", "a way out": `{"file": "../secret.wav"}` + "\n", "no file": "{}\n"} {
		dir := folder(t, nil)
		if err := os.WriteFile(filepath.Join(prompts.Folder(dir, speaker.Mandarin), prompts.ManifestName), []byte("\n"+line), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := prompts.Open(dir, speaker.Mandarin); !errors.Is(err, prompts.ErrManifest) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCheckNamesEachFault, in the order of what is wanted.
func TestCheckNamesEachFault(t *testing.T) {
	words := map[prompts.State]prompts.Prompt{}
	for _, state := range []prompts.State{prompts.Good, prompts.Missing, prompts.Outdated, prompts.Format, prompts.Cut, prompts.Silent, prompts.Clipped} {
		words[state] = prompts.New("key."+string(state), "zh-Hans", "words of "+string(state))
	}
	file := func(s prompts.State) string { return words[s].File }
	older := prompts.New(words[prompts.Outdated].Key, "zh-Hans", "older words")
	other := prompts.New("key.other", "zh-Hans", "nobody says this")
	nofile := prompts.New("key.nofile", "zh-Hans", "listed, but not there")
	dir := folder(t, map[string][]byte{
		file(prompts.Good): hum(0.5), older.File: hum(0.5), file(prompts.Format): []byte("ID3 and what else an MP3 has"), file(prompts.Cut): hum(0.5)[:20000],
		file(prompts.Silent): hum(0.001), file(prompts.Clipped): hum(3), other.File: hum(0.5),
	}, words[prompts.Good], older, words[prompts.Format], words[prompts.Cut], words[prompts.Silent], words[prompts.Clipped], other, nofile)
	wanted := []prompts.Prompt{nofile}
	want := []prompts.State{prompts.Missing}
	for state, p := range words {
		wanted, want = append(wanted, p), append(want, state)
	}
	all, unused, err := prompts.Check(dir, speaker.Mandarin, wanted)
	if err != nil || len(all) != len(wanted) {
		t.Fatalf("%d findings, %v", len(all), err)
	}
	for i, f := range all {
		if f.State != want[i] || f.Key != wanted[i].Key {
			t.Errorf("%s is %s (%s), want %s", f.Key, f.State, f.Detail, want[i])
		}
	}
	if len(unused) != 1 || unused[0].Key != other.Key {
		t.Errorf("unused: %v", unused)
	}
}
