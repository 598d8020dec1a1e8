package main

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"onedoor/app/ime/strokes"
)

// strokesCommand makes the tables of strokes. The characters' strokes are those of npm's hanzi-writer-data (Arphic Public
// License), whose licence goes beside them; how common they are is from Debian's rime-data-pinyin-simp (Apache-2.0). The
// strokes of digits and letters are our own and go into a table of their own.
type strokesCommand struct {
	Package string `required:"" type:"path" help:"Folder of the unpacked npm package hanzi-writer-data, version 2.0.1."`
	Rime    string `default:"/usr/share/rime-data/pinyin_simp.dict.yaml" type:"path" help:"Characters with readings and weights (package rime-data-pinyin-simp)."`
	Out     string `default:"assets/ime" type:"path" help:"The folder to write into."`
}

// hanziNotice is what the licence asks of a changed file: how and when it was changed, and by whom it may be used.
const hanziNotice = `Strokes of Chinese characters, under the Arphic Public License (ARPHICPL.TXT beside this file).
Copyright (C) 1999 Arphic Technology Co., Ltd.: derived from the fonts AR PL KaitiM GB and AR PL UKai, by way of Make Me a Hanzi and npm hanzi-writer-data 2.0.1.
Changed on 26 November 2026 by Onedoor (cmd/imedata): kept the middle lines of the strokes only, rounded to 1/256 of the box; added how common
each character is, after rime-pinyin-simp and the Android Open Source Project's PinyinIME (Apache License 2.0).
You may copy and change this file under the Arphic Public License. There is no warranty.`

const latinNotice = `Strokes of digits and capital letters, drawn for Onedoor, under its licence.`

// latin holds the strokes of digits and letters as people edit them.
//
//go:embed strokes_latin.txt
var latin string

// licence is the name of the licence's text, in the package and in assets/ime.
const licence = "ARPHICPL.TXT"

// Run makes the tables.
func (c strokesCommand) Run(stdout io.Writer) error {
	weights, err := readWeights(c.Rime)
	if err != nil {
		return err
	}
	hanzi, err := readHanzi(c.Package, weights)
	if err != nil {
		return err
	}
	letters, err := readLatin(latin)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(c.Package, licence))
	if err != nil {
		return fmt.Errorf("read the licence: %w", err)
	}
	if err := os.WriteFile(filepath.Join(c.Out, licence), text, 0o644); err != nil {
		return fmt.Errorf("write the licence: %w", err)
	}
	for _, t := range []struct {
		name, notice string
		characters   []strokes.Character
	}{{"hanzi.strokes", hanziNotice, hanzi}, {"latin.strokes", latinNotice, letters}} {
		raw, err := strokes.Encode(t.notice, t.characters)
		if err != nil {
			return err
		}
		name := filepath.Join(c.Out, t.name)
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			return fmt.Errorf("write the strokes: %w", err)
		}
		if _, err := fmt.Fprintf(stdout, "%s: %d characters, %d bytes\n", name, len(t.characters), len(raw)); err != nil {
			return err
		}
	}
	return nil
}

// readWeights sums the weights of each character over its readings.
func readWeights(file string) (map[rune]float64, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read weights: %w", err)
	}
	weights := map[rune]float64{}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || utf8.RuneCountInString(fields[0]) != 1 {
			continue
		}
		w, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			return nil, fmt.Errorf("read weights of %s: %w", file, err)
		}
		char, _ := utf8.DecodeRuneInString(fields[0])
		weights[char] += w
	}
	if len(weights) < 8000 {
		return nil, fmt.Errorf("read weights of %s: only %d characters", file, len(weights))
	}
	return weights, nil
}

// readHanzi reads CHARACTER.json of the package, in the order of their code points.
func readHanzi(folder string, weights map[rune]float64) ([]strokes.Character, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list the strokes: %w", err)
	}
	var all []strokes.Character
	for _, name := range files {
		stem := strings.TrimSuffix(filepath.Base(name), ".json")
		if utf8.RuneCountInString(stem) != 1 {
			continue // package.json and lists of all
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read strokes: %w", err)
		}
		char, _ := utf8.DecodeRuneInString(stem)
		c := strokes.Character{Rune: char, Frequency: uint8(min(255, math.Round(strokes.FrequencyUnit*math.Log1p(weights[char]))))}
		if c.Strokes, err = parseMedians(raw); err != nil {
			return nil, fmt.Errorf("read strokes of %s: %w", name, err)
		}
		all = append(all, c)
	}
	if len(all) < 9000 {
		return nil, fmt.Errorf("read strokes in %s: only %d characters", folder, len(all))
	}
	slices.SortFunc(all, func(a, b strokes.Character) int { return cmp.Compare(a.Rune, b.Rune) })
	return all, nil
}

// parseMedians takes the middle lines of the strokes, from a box of 1024 whose top is at 900.
func parseMedians(raw []byte) ([][]strokes.Dot, error) {
	var file struct {
		Medians [][][2]float64 `json:"medians"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	out := make([][]strokes.Dot, len(file.Medians))
	for i, line := range file.Medians {
		for _, p := range line {
			d := strokes.Dot{X: in256(p[0] / 4), Y: in256((900 - p[1]) / 4)}
			if n := len(out[i]); n == 0 || out[i][n-1] != d {
				out[i] = append(out[i], d)
			}
		}
	}
	return out, nil
}

func in256(v float64) uint8 { return uint8(min(255, max(0, math.Round(v)))) }

// latinFrequency makes digits and letters less likely than common Chinese characters that look the same (I and 工), and more
// likely than rare ones (X and 乂).
const latinFrequency = 6 * strokes.FrequencyUnit

// readLatin reads lines "X 0,0 100,100 / 100,0 0,100": a character, and its strokes in a box of 100.
func readLatin(text string) ([]strokes.Character, error) {
	var all []strokes.Character
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, drawn, _ := strings.Cut(line, " ")
		char, n := utf8.DecodeRuneInString(name)
		if n != len(name) {
			return nil, fmt.Errorf("read letters: %q: not one character first", line)
		}
		c := strokes.Character{Rune: char, Frequency: latinFrequency}
		for stroke := range strings.SplitSeq(drawn, "/") {
			var dots []strokes.Dot
			for _, point := range strings.Fields(stroke) {
				var x, y float64
				if _, err := fmt.Sscanf(point, "%g,%g", &x, &y); err != nil {
					return nil, fmt.Errorf("read letters: %q: %q: %w", line, point, err)
				}
				dots = append(dots, strokes.Dot{X: in256(x * 2.55), Y: in256(y * 2.55)})
			}
			c.Strokes = append(c.Strokes, dots)
		}
		all = append(all, c)
	}
	return all, nil
}
