package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device/speaker"
	"onedoor/device/speaker/prompts"
	"onedoor/device/speaker/wav"
)

type promptsCommands struct {
	List   promptsList   `cmd:"" help:"What a speaker has to record."`
	Check  promptsCheck  `cmd:"" help:"Which sentences are missing, outdated or badly recorded."`
	Render promptsRender `cmd:"" help:"Record by espeak-ng what no person has recorded."`
}

// voiceFlags say which voice, and which writings of what it says.
type voiceFlags struct {
	Voice    string   `required:"" enum:"cmn,yue,en" help:"Mandarin (cmn), Cantonese (yue) or English (en)."`
	Language []string `placeholder:"TAG" help:"Only the wording of these languages of the screen: zh-Hans, zh-Hant, en."`
}

// wanted are the sentences of a voice as they are now, each wording once.
func (f voiceFlags) wanted() (speaker.Voice, []prompts.Prompt, error) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		return "", nil, err
	}
	voice := speaker.Voice(f.Voice)
	languages := []text.Language{text.Chinese, text.Traditional}
	if voice == speaker.English {
		languages = []text.Language{text.English}
	}
	if len(f.Language) > 0 {
		languages = slices.DeleteFunc(languages, func(l text.Language) bool { return !slices.Contains(f.Language, string(l)) })
	}
	if len(languages) == 0 {
		return "", nil, failure{"no-language", fmt.Sprintf("the voice %s does not speak %v", f.Voice, f.Language), "cmn and yue speak zh-Hans and zh-Hant, en speaks en"}
	}
	var all []prompts.Prompt
	known := map[string]bool{}
	for _, lang := range languages {
		for _, key := range kiosk.Prompts() {
			p := prompts.New(key, string(lang), texts.In(lang).T(key))
			if !known[p.Digest] {
				known[p.Digest] = true
				all = append(all, p)
			}
		}
	}
	return voice, all, nil
}

type promptsList struct {
	voiceFlags
}

// Help goes above the flags.
func (c *promptsList) Help() string {
	return `Each line is a file name, the key of the message and the words. With --json the list is the manifest.jsonl that belongs
beside the files: keep the one that was recorded from, since it says which wording the files speak. Files are WAV, 16 bit, one
channel, 16000 to 48000 samples a second.`
}

// Run prints the list.
func (c *promptsList) Run(e *env) error {
	_, all, err := c.wanted()
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := e.say(p, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\t%s\n", p.File, p.Key, p.Text) }); err != nil {
			return err
		}
	}
	return nil
}

type promptsCheck struct {
	voiceFlags
	Dir string `required:"" type:"path" help:"Directory of the recordings: sound.prompts of the kiosk."`
}

// promptLine is what is said of one sentence.
type promptLine struct {
	Event  string        `json:"event"` // prompt, or unused for a recording that nobody wants any more
	Key    string        `json:"key"`
	Text   string        `json:"text"`
	File   string        `json:"file"`
	State  prompts.State `json:"state,omitempty"`
	By     string        `json:"by,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

func (l promptLine) human(w io.Writer) {
	switch {
	case l.Event == "unused":
		fmt.Fprintf(w, "unused\t%s\n", l.File)
	case l.Detail != "":
		fmt.Fprintf(w, "%s\t%s\t%s\t(%s)\n", l.State, l.File, l.Text, l.Detail)
	case l.State != prompts.Good:
		fmt.Fprintf(w, "%s\t%s\t%s\n", l.State, l.File, l.Text)
	}
}

// promptSum is the last line of a check.
type promptSum struct {
	Event     string `json:"event"` // sum
	Good      int    `json:"good"`
	Of        int    `json:"of"`
	Synthetic int    `json:"synthetic"` // of the good ones, spoken by espeak-ng
}

// Run checks. It fails when a sentence is not good.
func (c *promptsCheck) Run(e *env) error {
	voice, wanted, err := c.wanted()
	if err != nil {
		return err
	}
	all, unused, err := prompts.Check(c.Dir, voice, wanted)
	if err != nil {
		return failure{"manifest", err.Error(), `"hallctl --json prompts list" makes the list that belongs beside the files`}
	}
	sum := promptSum{Event: "sum", Of: len(all)}
	for _, f := range all {
		line := promptLine{"prompt", f.Key, f.Text, f.File, f.State, f.By, f.Detail}
		if err := e.say(line, line.human); err != nil {
			return err
		}
		if f.State == prompts.Good {
			sum.Good++
			if f.By == prompts.Synthetic {
				sum.Synthetic++
			}
		}
	}
	if len(c.Language) == 0 { // else what is not asked for looks as if nobody wanted it
		for _, p := range unused {
			line := promptLine{Event: "unused", Key: p.Key, Text: p.Text, File: p.File, By: p.By}
			if err := e.say(line, line.human); err != nil {
				return err
			}
		}
	}
	if err := e.say(sum, func(w io.Writer) {
		fmt.Fprintf(w, "%d of %d sentences are good, %d of them spoken by espeak-ng\n", sum.Good, sum.Of, sum.Synthetic)
	}); err != nil {
		return err
	}
	if sum.Good < sum.Of {
		return errFailed
	}
	return nil
}

type promptsRender struct {
	voiceFlags
	Dir     string `required:"" type:"path" help:"Directory of the recordings: sound.prompts of the kiosk."`
	All     bool   `help:"Also what is good already, recordings of a person too."`
	Command string `default:"espeak-ng" help:"espeak-ng, or a path to it."`
}

// Help goes above the flags.
func (c *promptsRender) Help() string {
	return `What a person has recorded stays as it is, unless it is outdated or can not be played or heard. A kiosk takes notice at its
next start.`
}

// Run renders.
func (c *promptsRender) Run(e *env) error {
	voice, wanted, err := c.wanted()
	if err != nil {
		return err
	}
	espeak, err := speaker.FindVoice(c.Command)
	if err != nil {
		return failure{"no-voice", err.Error(), "install the package espeak-ng, or name the program with --command"}
	}
	found, _, err := prompts.Check(c.Dir, voice, wanted)
	if err != nil {
		return failure{"manifest", err.Error(), "move that file away: what it lists is then taken to be missing"}
	}
	folder := prompts.Folder(c.Dir, voice)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("render prompts: %w", err)
	}
	listed, err := kept(c.Dir, voice)
	if err != nil {
		return err
	}
	var due []prompts.Prompt
	for i, f := range found {
		if c.All || f.State != prompts.Good && f.State != prompts.Clipped {
			due = append(due, wanted[i])
		}
	}
	// What is about to be spoken anew is taken off the list first: when this is broken off, the list says nothing untrue.
	listed = slices.DeleteFunc(listed, func(o prompts.Prompt) bool {
		return slices.ContainsFunc(due, func(p prompts.Prompt) bool { return o.File == p.File || o.Digest == p.Digest })
	})
	if err := prompts.WriteManifest(c.Dir, voice, listed); err != nil {
		return err
	}
	for _, p := range due {
		if err := render(e, espeak, voice, p, filepath.Join(folder, p.File)); err != nil {
			return err
		}
		p.By = prompts.Synthetic
		listed = append(listed, p)
	}
	if err := prompts.WriteManifest(c.Dir, voice, listed); err != nil {
		return err
	}
	return e.say(struct {
		Event string `json:"event"`
		Made  int    `json:"made"`
		Kept  int    `json:"kept"`
	}{"rendered", len(due), len(found) - len(due)}, func(w io.Writer) {
		fmt.Fprintf(w, "%d sentences are rendered, %d were there already\n", len(due), len(found)-len(due))
	})
}

// kept is the list as it is; none is an empty one.
func kept(dir string, voice speaker.Voice) ([]prompts.Prompt, error) {
	listed, err := prompts.Manifest(dir, voice)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return listed, err
}

// render makes one file, whole or not at all.
func render(e *env, espeak string, voice speaker.Voice, p prompts.Prompt, path string) error {
	data, err := speaker.Synthesise(e.ctx, espeak, voice, p.Text)
	if err != nil {
		return fmt.Errorf("render %s: %w", p.Key, err)
	}
	s, err := wav.Decode(data)
	if err != nil && !errors.Is(err, wav.ErrCut) { // espeak-ng can not know the length
		return fmt.Errorf("render %s: %w", p.Key, err)
	}
	if err := renameio.WriteFile(path, wav.Encode(s), 0o644); err != nil {
		return fmt.Errorf("render %s: %w", p.Key, err)
	}
	return nil
}
