package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onedoor/device/speaker"
	"onedoor/device/speaker/prompts"
	"onedoor/device/speaker/tone"
	"onedoor/device/speaker/wav"
)

// espeak is a program in place of espeak-ng that says everything with one chime, and keeps its words and arguments.
func espeak(t *testing.T) (command, dir string) {
	t.Helper()
	dir = t.TempDir()
	chime := wav.Encode(tone.Make(tone.Accepted, 1))
	chime = append(chime[:40], append([]byte{0, 0xf0, 0xff, 0x7f}, chime[44:]...)...) // like the real one it does not know the length
	for name, data := range map[string]string{"chime": string(chime), "espeak-ng": "#!/bin/sh\necho \"$*\" >>" + dir + "/args\ncat >>" + dir + "/words\necho >>" + dir + "/words\ncat " + dir + "/chime\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "espeak-ng"), dir
}

// scripted reads what prompts list --json wrote.
func scripted(t *testing.T, out string) (all []prompts.Prompt) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var p prompts.Prompt
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// TestPromptsFromStudioAndEspeak: a studio records from the list, espeak-ng adds the rest, a changed wording is found, and what
// a person has spoken is not overwritten.
func TestPromptsFromStudioAndEspeak(t *testing.T) {
	command, heard := espeak(t)
	dir := t.TempDir()
	code, out, errs := call(t, "prompts", "list", "--voice", "en")
	if code != 0 || !strings.Contains(out, "sign.heading.en.wav\tsign.heading\tPlease sign\n") {
		t.Fatalf("status %d: %s%s", code, out, errs)
	}
	_, list, _ := call(t, "--json", "prompts", "list", "--voice", "en")
	script := scripted(t, list)
	if len(script) != strings.Count(out, "\n") || len(script) < 100 {
		t.Fatalf("the list has %d lines, or %d", len(script), strings.Count(out, "\n"))
	}

	// The studio delivers two sentences, one of them an older wording.
	sign := slices.IndexFunc(script, func(p prompts.Prompt) bool { return p.Key == "sign.heading" })
	old := prompts.New("sign.help", "en", "Write your name here, please")
	studio := []prompts.Prompt{script[sign], old}
	folder := prompts.Folder(dir, speaker.English)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	spoken := wav.Encode(tone.Make(tone.Card, 1))
	for _, p := range studio {
		if err := os.WriteFile(filepath.Join(folder, p.File), spoken, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := prompts.WriteManifest(dir, speaker.English, studio); err != nil {
		t.Fatal(err)
	}
	code, out, _ = call(t, "prompts", "check", "--voice", "en", "--dir", dir)
	for part, want := range map[string]bool{"outdated\tsign.help.en.wav": true, "missing\tmenu.heading.en.wav": true, "\n1 of": true, "\tsign.heading.en.wav": false} {
		if strings.Contains(out, part) != want {
			t.Errorf("%q in it: %v, want %v: %s", part, !want, want, out)
		}
	}
	if code != 1 {
		t.Errorf("status %d", code)
	}

	code, out, errs = call(t, "prompts", "render", "--voice", "en", "--dir", dir, "--command", command)
	if code != 0 || !strings.Contains(out, "1 were there already") {
		t.Fatalf("status %d: %s%s", code, out, errs)
	}
	if code, out, _ = call(t, "prompts", "check", "--voice", "en", "--dir", dir); code != 0 {
		t.Errorf("status %d: %s", code, out)
	}
	args, err := os.ReadFile(filepath.Join(heard, "args"))
	if err != nil || strings.Contains(string(args), "sign") || strings.Count(string(args), "--stdin") != len(script)-1 {
		t.Errorf("arguments %s, %v", args, err)
	}
	words, err := os.ReadFile(filepath.Join(heard, "words"))
	if err != nil || !strings.Contains(string(words), script[0].Text+"\n") || strings.Contains(string(words), "Please sign\n") {
		t.Errorf("words %s, %v", words, err)
	}

	// What a kiosk would play.
	set, err := prompts.Open(dir, speaker.English)
	if err != nil || set.Len(speaker.English) != len(script) {
		t.Fatalf("%d recordings, %v", set.Len(speaker.English), err)
	}
	f, ok := set.Open(speaker.English, "Please sign")
	if !ok {
		t.Fatal("the studio's recording is not there")
	}
	defer f.Close()
	if data, err := io.ReadAll(f); err != nil || string(data) != string(spoken) {
		t.Errorf("the studio's recording was replaced: %v", err)
	}
	if _, ok := set.Open(speaker.English, old.Text); ok {
		t.Error("the older wording can still be played")
	}
	if code, out, _ = call(t, "prompts", "render", "--voice", "en", "--dir", dir, "--command", command); code != 0 || !strings.HasPrefix(out, "0 sentences") {
		t.Errorf("a second time: status %d: %s", code, out)
	}
}

// TestPromptsOfAnEmptyDirectory are missing, and what can not be done says what to do.
func TestPromptsOfAnEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	code, out, _ := call(t, "--json", "prompts", "check", "--voice", "yue", "--language", "zh-Hant", "--dir", dir)
	if code != 1 || strings.Count(out, `"state":"missing"`) < 100 || strings.Contains(out, "zh-Hans") || !strings.Contains(out, `"event":"sum","good":0`) {
		t.Errorf("status %d: %s", code, out)
	}
	for name, c := range map[string]struct {
		args []string
		next string
	}{
		"no voice":    {[]string{"render", "--voice", "yue", "--dir", dir, "--command", filepath.Join(dir, "espeak-ng")}, "install the package espeak-ng"},
		"no language": {[]string{"list", "--voice", "yue", "--language", "en"}, "yue speak zh-Hans and zh-Hant"},
	} {
		if code, _, errs := call(t, append([]string{"prompts"}, c.args...)...); code != 1 || !strings.Contains(errs, c.next) {
			t.Errorf("%s: status %d: %s", name, code, errs)
		}
	}
	if err := os.MkdirAll(prompts.Folder(dir, speaker.Cantonese), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(prompts.Folder(dir, speaker.Cantonese), prompts.ManifestName), []byte("sign.heading\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, "prompts", "check", "--voice", "yue", "--dir", dir); code != 1 || !strings.Contains(errs, "line 1") {
		t.Errorf("a broken list: status %d: %s", code, errs)
	}
}

// TestPromptsByTheRealVoice: two sentences of it are whole files that can be heard.
func TestPromptsByTheRealVoice(t *testing.T) {
	path, err := speaker.FindVoice("espeak-ng")
	if err != nil {
		t.Skip("espeak-ng is not installed: ", err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(prompts.Folder(dir, speaker.Cantonese), 0o700); err != nil {
		t.Fatal(err)
	}
	e := &env{ctx: t.Context(), out: io.Discard}
	var wanted []prompts.Prompt
	for _, words := range []string{"请签名", "这些材料带了吗？"} {
		p := prompts.New("key."+words, "zh-Hans", words)
		if err := render(e, path, speaker.Cantonese, p, filepath.Join(prompts.Folder(dir, speaker.Cantonese), p.File)); err != nil {
			t.Fatal(err)
		}
		wanted = append(wanted, p)
	}
	if err := prompts.WriteManifest(dir, speaker.Cantonese, wanted); err != nil {
		t.Fatal(err)
	}
	all, _, err := prompts.Check(dir, speaker.Cantonese, wanted)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.State != prompts.Good {
			t.Errorf("%s is %s: %s", f.Text, f.State, f.Detail)
		}
	}
}
