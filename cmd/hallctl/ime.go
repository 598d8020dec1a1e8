package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"onedoor/app/ime/pinyin"
	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

type imeCommands struct {
	Pinyin  imePinyin  `cmd:"" help:"What the letters may stand for, best first."`
	Strokes imeStrokes `cmd:"" help:"What a drawing may be, best first."`
}

// candidateLine is one candidate.
type candidateLine struct {
	Text    string  `json:"text"`
	Letters int     `json:"letters,omitempty"` // that it takes
	Reading string  `json:"reading,omitempty"`
	Score   float64 `json:"score,omitempty"`
}

type imePinyin struct {
	Letters string `arg:"" help:"As a citizen types them: sfz, guangdong, zhang'san."`
	Mode    string `default:"text" enum:"text,name,given,place" help:"What is being written: text, name, given or place."`
	Number  int    `short:"n" default:"8" help:"How many candidates."`
	Exact   bool   `help:"Without the sounds that many people do not tell apart."`
}

// Run prints the candidates.
func (c *imePinyin) Run(e *env) error {
	fuzzy := pinyin.FuzzyAll
	if c.Exact {
		fuzzy = pinyin.FuzzyNone
	}
	engine, err := pinyin.New(pinyin.Config{Table: ime.Pinyin, Fuzzy: fuzzy})
	if err != nil {
		return err
	}
	mode, ok := pinyin.ParseMode(c.Mode)
	if !ok {
		return fmt.Errorf("mode %q is not known", c.Mode)
	}
	page := engine.Candidates(c.Letters, mode, 0, c.Number)
	if len(page.Candidates) == 0 {
		return failure{Code: "no-candidate", Message: fmt.Sprintf("%q stands for nothing", c.Letters), Next: "check the letters: a to z, v for ü, an apostrophe between syllables"}
	}
	if !e.json {
		fmt.Fprintln(e.out, page.Reading)
	}
	for _, one := range page.Candidates {
		line := candidateLine{Text: one.Text, Letters: one.Letters, Reading: one.Reading}
		if err := e.say(line, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\n", line.Text, line.Reading) }); err != nil {
			return err
		}
	}
	return nil
}

type imeStrokes struct {
	File   string `arg:"" type:"existingfile" help:"JSON: {\"strokes\": [[[x, y, ms], …], …]}, y downwards."`
	Number int    `short:"n" default:"10" help:"How many candidates."`
	Only   string `help:"Offer these characters only, 0123456789X for a number."`
}

// Run prints the candidates.
func (c *imeStrokes) Run(e *env) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	ink, err := strokes.ParseFile(data)
	if err != nil {
		return failure{Code: "strokes", Message: err.Error(), Next: "see hallctl ime strokes --help for the form of the file"}
	}
	hand, err := strokes.New(strokes.Config{Tables: ime.Strokes()})
	if err != nil {
		return err
	}
	var keep func(rune) bool
	if c.Only != "" {
		keep = func(r rune) bool { return strings.ContainsRune(c.Only, r) }
	}
	for _, one := range hand.Recognise(ink, c.Number, keep) {
		line := candidateLine{Text: string(one.Rune), Score: one.Score}
		if err := e.say(line, func(w io.Writer) { fmt.Fprintf(w, "%s\t%.3f\n", line.Text, line.Score) }); err != nil {
			return err
		}
	}
	return nil
}
