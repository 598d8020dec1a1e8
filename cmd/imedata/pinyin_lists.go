package main

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// lists are the files that people edit.
type lists struct {
	service  []word
	surnames []word                // the most frequent first
	given    map[string][]word     // by part: one, first, last, two; the most frequent first
	readings map[string][][]string // text to readings, each a list of syllables
	radicals []string
}

// word is a text as a list has it, with its readings where the list gives them.
type word struct {
	text     string
	count    float64 // where the list has one, and else 0
	readings [][]string
}

func readLists(dir fs.FS) (lists, error) {
	l := lists{given: map[string][]word{}, readings: map[string][][]string{}}
	err := lines(dir, "service.txt", func(line string) (err error) {
		l.service, err = appendWords(l.service, line)
		return err
	})
	if err == nil {
		err = lines(dir, "surnames.txt", func(line string) (err error) {
			l.surnames, err = appendWords(l.surnames, line)
			return err
		})
	}
	part := ""
	if err == nil {
		err = lines(dir, "given.txt", func(line string) (err error) {
			if strings.HasPrefix(line, "[") {
				part, _, _ = strings.Cut(line[1:], "]")
				return nil
			}
			l.given[part], err = appendWords(l.given[part], line)
			return err
		})
	}
	if err == nil {
		err = lines(dir, "readings.txt", func(line string) error {
			text, rs, ok := strings.Cut(line, " ")
			if !ok {
				return fmt.Errorf("%q has no reading", line)
			}
			l.readings[text] = split(rs)
			return nil
		})
	}
	if err == nil {
		err = lines(dir, "radicals.txt", func(line string) error {
			l.radicals = append(l.radicals, line)
			return nil
		})
	}
	return l, err
}

// lines calls each for every line that is neither empty nor a remark.
func lines(dir fs.FS, name string, each func(line string) error) error {
	raw, err := fs.ReadFile(dir, name)
	if err != nil {
		return fmt.Errorf("read a list: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := each(line); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// appendWords takes words apart that are written as 金 覃(qin,tan) 尉迟=0.4(yu chi).
func appendWords(to []word, line string) ([]word, error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexAny(line, " (")
		if end < 0 {
			end = len(line)
		}
		text, count, counted := strings.Cut(line[:end], "=")
		w := word{text: text}
		if counted {
			var err error
			if w.count, err = strconv.ParseFloat(count, 64); err != nil || w.count <= 0 {
				return nil, fmt.Errorf("%q has no number behind it", text)
			}
		}
		if line = line[end:]; strings.HasPrefix(line, "(") {
			readings, rest, ok := strings.Cut(line[1:], ")")
			if !ok {
				return nil, fmt.Errorf("%q has no closing bracket", w.text)
			}
			w.readings, line = split(readings), rest
		}
		to = append(to, w)
	}
	return to, nil
}

// split takes readings apart: "ba se, bo se".
func split(readings string) [][]string {
	var all [][]string
	for r := range strings.SplitSeq(readings, ",") {
		all = append(all, strings.Fields(r))
	}
	return all
}
