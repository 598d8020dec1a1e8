package main

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// han is what Unicode knows of characters.
type han struct {
	readings map[rune][]string // without tones, the most customary first
	level    map[rune]int      // 1 to 3 in the national table of 8,105 characters
	radical  map[rune][]string // radical.strokes, with ' behind a simplified radical
	strokes  map[rune]int
	radicals map[string]rune // by number: the radical as a character of its own
}

// readHan reads the Unihan files of the package unicode-data.
func readHan(dir string) (*han, error) {
	h := &han{readings: map[rune][]string{}, level: map[rune]int{}, radical: map[rune][]string{}, strokes: map[rune]int{}, radicals: map[string]rune{}}
	customary := map[rune][]string{}
	for _, file := range []string{"Unihan_Readings", "Unihan_OtherMappings", "Unihan_IRGSources", "Unihan_DictionaryLikeData"} {
		err := unihan(filepath.Join(dir, file+".txt.bz2"), func(c rune, field, value string) error {
			switch field {
			case "kMandarin":
				customary[c] = strings.Fields(value)[:1] // the second is the one of Taiwan
			case "kTGHZ2013", "kXHC1983": // 0123.456:jié,jī
				for _, f := range strings.Fields(value) {
					_, rs, _ := strings.Cut(f, ":")
					h.readings[c] = append(h.readings[c], strings.Split(rs, ",")...)
				}
			case "kTGH":
				_, index, _ := strings.Cut(value, ":")
				n, err := strconv.Atoi(index)
				if err != nil {
					return err
				}
				switch {
				case n <= 3500:
					h.level[c] = 1
				case n <= 6500:
					h.level[c] = 2
				default:
					h.level[c] = 3
				}
			case "kRSUnicode":
				h.radical[c] = strings.Fields(value)
			case "kTotalStrokes":
				n, err := strconv.Atoi(strings.Fields(value)[0])
				if err != nil {
					return err
				}
				h.strokes[c] = n
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for c, first := range customary {
		h.readings[c] = append(first, h.readings[c]...)
	}
	for c, rs := range h.readings {
		var plain []string
		for _, r := range rs {
			if r = toneless(r); syllable(r) && !slices.Contains(plain, r) {
				plain = append(plain, r)
			}
		}
		h.readings[c] = plain
	}
	return h, h.readRadicals(filepath.Join(dir, "CJKRadicals.txt"))
}

// readRadicals reads lines as 149'; 2EC8; 8BA0.
func (h *han) readRadicals(name string) error {
	raw, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the radicals: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSpace(line), ";")
		if strings.HasPrefix(line, "#") || len(f) != 3 {
			continue
		}
		code, err := strconv.ParseUint(strings.TrimSpace(f[2]), 16, 32)
		if err != nil {
			return fmt.Errorf("read the radicals: %w", err)
		}
		h.radicals[f[0]] = rune(code)
	}
	return nil
}

// add gives characters the readings of the lists.
func (h *han) add(readings map[string][][]string) {
	for text, rs := range readings {
		if c := []rune(text); len(c) == 1 && len(h.readings[c[0]]) == 0 {
			for _, r := range rs {
				h.readings[c[0]] = append(h.readings[c[0]], r...)
			}
		}
	}
}

// unihan calls each for every line of a Unihan file.
func unihan(name string, each func(c rune, field, value string) error) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read Unihan: %w", err)
	}
	defer f.Close()
	s := bufio.NewScanner(bzip2.NewReader(f))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		part := strings.SplitN(s.Text(), "\t", 3)
		if len(part) != 3 || !strings.HasPrefix(part[0], "U+") {
			continue
		}
		code, err := strconv.ParseUint(part[0][2:], 16, 32)
		if err == nil && repertoire(rune(code)) {
			err = each(rune(code), part[1], part[2])
		}
		if err != nil {
			return fmt.Errorf("read %s: %q: %w", name, s.Text(), err)
		}
	}
	return s.Err()
}

// repertoire says whether a character is in GB 18030-2022, level 3: the fonts have these.
func repertoire(c rune) bool {
	switch {
	case c >= 0x4E00 && c <= 0x9FEF, c >= 0x3400 && c <= 0x4DB5, c >= 0x20000 && c <= 0x2A6D6, c >= 0x2A700 && c <= 0x2B734,
		c >= 0x2B740 && c <= 0x2B81D, c >= 0x2B820 && c <= 0x2CEA1, c >= 0x2CEB0 && c <= 0x2EBE0:
		return true
	}
	return slices.Contains([]rune("\uFA0E\uFA0F\uFA11\uFA13\uFA14\uFA1F\uFA21\uFA23\uFA24\uFA27\uFA28\uFA29"), c)
}

// toneless takes the tone off and writes ü as v: lüè is lve.
func toneless(reading string) string {
	s := strings.ReplaceAll(norm.NFD.String(strings.ToLower(strings.TrimSpace(reading))), "u\u0308", "v")
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}

// syllable says whether s is a reading that people type; the interjections hm, m, n and ng are letters to begin with.
func syllable(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return s != "" && strings.ContainsAny(s, "aeiouv")
}

// write adds the radicals by their strokes and the characters by radical and remaining strokes.
func (h *han) write(b *bytes.Buffer, shapes []string) {
	b.WriteString("=radicals\n")
	for n := 1; n <= 214; n++ {
		for _, mark := range []string{"", "'"} {
			if c, ok := h.radicals[strconv.Itoa(n)+mark]; ok {
				fmt.Fprintf(b, "%c %d %d%s\n", c, h.strokes[c], n, mark)
			}
		}
	}
	for _, s := range shapes {
		b.WriteString(s + "\n")
	}
	b.WriteString("=strokes\n")
	byRadical := map[string][]rune{}
	for c, rs := range h.radical {
		for _, rs := range rs {
			byRadical[rs] = append(byRadical[rs], c)
		}
	}
	keys := make([]string, 0, len(byRadical))
	for k := range byRadical {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		cs := byRadical[k]
		slices.SortFunc(cs, func(x, y rune) int {
			if d := h.rank(x) - h.rank(y); d != 0 {
				return d
			}
			return int(x - y)
		})
		fmt.Fprintf(b, "%s\t%s\n", k, string(cs))
	}
}

// rank is the level of a character in the national table, and 4 outside it.
func (h *han) rank(c rune) int {
	if l, ok := h.level[c]; ok {
		return l
	}
	return 4
}
