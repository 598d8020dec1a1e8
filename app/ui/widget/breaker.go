package widget

import (
	"strings"
	"unicode"
)

// noStart may not begin a line, noEnd may not end one (the usual rules of Chinese typesetting, 避头尾).
const (
	noStart = "，。、；：？！）》〉」』】〕〗”’…—·～％%,.;:?!)]}>°℃"
	noEnd   = "（《〈「『【〔〖“‘([{<￥$¥#"
)

// Break splits text into lines no wider than width, as measured. A line breaks between Chinese characters and at spaces,
// never inside a number or a Latin word unless that alone is wider than a line, never before closing punctuation and
// never after opening punctuation. A newline in text always breaks.
func Break(text string, width float32, measure func(string) float32) []string {
	var lines []string
	for para := range strings.SplitSeq(text, "\n") {
		lines = append(lines, breakParagraph(para, width, measure)...)
	}
	return lines
}

// Balance is Break, but when the last line would hold only a few characters, the lines are made shorter, without
// becoming more of them, so that no character stands alone below a sentence. Two lines part at a comma where they can.
func Balance(text string, width float32, measure func(string) float32) []string {
	lines := Break(text, width, measure)
	if len(lines) < 2 || measure(lines[len(lines)-1]) > width/4 {
		return lines
	}
	if parted := atComma(text, width, measure); len(lines) == 2 && parted != nil {
		return parted
	}
	narrow, wide := width/2, width
	for wide-narrow > width/40 {
		mid := (narrow + wide) / 2
		if tried := Break(text, mid, measure); len(tried) <= len(lines) {
			wide, lines = mid, tried
		} else {
			narrow = mid
		}
		if measure(lines[len(lines)-1]) > width/3 {
			break
		}
	}
	return lines
}

// atComma parts text into two lines behind the punctuation nearest to its middle, or returns nil.
func atComma(text string, width float32, measure func(string) float32) []string {
	var best []string
	least := width
	for i, r := range text {
		if !strings.ContainsRune("，。；：！？", r) {
			continue
		}
		cut := i + len(string(r))
		first, second := text[:cut], strings.TrimPrefix(text[cut:], " ")
		if next := []rune(second); len(next) == 0 || strings.ContainsRune(noStart, next[0]) {
			continue
		}
		if widest := max(measure(first), measure(second)); widest <= least {
			best, least = []string{first, second}, widest
		}
	}
	return best
}

func breakParagraph(text string, width float32, measure func(string) float32) []string {
	var lines []string
	line, lineWidth := "", float32(0)
	space := measure("0 0") - measure("00")
	for _, u := range units(text) {
		w := measure(u.text)
		gap := float32(0)
		if u.space && line != "" {
			gap = space
		}
		if line != "" && lineWidth+gap+w > width {
			lines = append(lines, line)
			line, lineWidth, gap = "", 0, 0
		}
		if line == "" && w > width {
			parts := split(u.text, width, measure)
			lines = append(lines, parts[:len(parts)-1]...)
			line = parts[len(parts)-1]
			lineWidth = measure(line)
			continue
		}
		if gap > 0 {
			line += " "
		}
		line += u.text
		lineWidth += gap + w
	}
	return append(lines, line)
}

// unit is a piece of text that stays on one line; space says that a space stood before it.
type unit struct {
	text  string
	space bool
}

func units(text string) []unit {
	var out []unit
	glue, space := true, false // glue: the next character may not begin a line
	for _, r := range text {
		if r == ' ' {
			space = true
			continue
		}
		if len(out) > 0 {
			last := out[len(out)-1].text
			prev := lastRune(last)
			glue = !space && (strings.ContainsRune(noStart, r) || strings.ContainsRune(noEnd, prev) || !wide(prev) && !wide(r))
		}
		if len(out) == 0 || !glue {
			out = append(out, unit{text: string(r), space: space})
		} else {
			out[len(out)-1].text += string(r)
		}
		space = false
	}
	return out
}

// split cuts a unit that is wider than a line, at any character.
func split(text string, width float32, measure func(string) float32) []string {
	var parts []string
	part := ""
	for _, r := range text {
		if part != "" && measure(part+string(r)) > width {
			parts = append(parts, part)
			part = ""
		}
		part += string(r)
	}
	return append(parts, part)
}

// wide reports whether a line may break beside r: Chinese characters and full width punctuation.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF ||
		strings.ContainsRune("“”‘’…—·", r)
}

func lastRune(s string) rune {
	var last rune
	for _, r := range s {
		last = r
	}
	return last
}
