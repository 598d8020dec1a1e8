package printer

import (
	"strings"

	"onedoor/device/printer/document"
)

const (
	// A line does not begin with one of these, nor end with one of those.
	notFirst = "，。、；：？！）》」』】〕〉”’…—·％%℃,.;:?!)]}〗～々"
	notLast  = "（《「『【〔〈“‘￥([{〖#"
)

// wrap breaks text into lines of at most columns, by the rules of Chinese line breaking: anywhere between Chinese
// characters, but no closing mark at the beginning of a line and no opening one at its end; words and numbers in ASCII
// stay whole as long as they fit. A line feed always breaks.
func wrap(text []rune, columns int) [][]rune {
	columns = max(columns, 2)
	var lines [][]rune
	for len(text) > 0 || lines == nil {
		end := len(text)
		for i, r := range text {
			if r == '\n' {
				end = i
				break
			}
		}
		lines = append(lines, wrapParagraph(text[:end], columns)...)
		text = text[min(end+1, len(text)):]
	}
	return lines
}

func wrapParagraph(text []rune, columns int) [][]rune {
	var lines [][]rune
	for {
		text = trimLeft(text)
		fit, used := 0, 0
		for fit < len(text) && used+runeWidth(text[fit]) <= columns {
			used += runeWidth(text[fit])
			fit++
		}
		if fit == len(text) {
			return append(lines, trimRight(text))
		}
		at := last(text, fit, breakable)
		if at == 0 { // one long word, or nothing but marks
			at = last(text, fit, insideWord)
		}
		if at == 0 {
			at = fit
		}
		lines = append(lines, trimRight(text[:at]))
		text = text[at:]
	}
}

// last is the last place up to at where a line may end; 0 when there is none.
func last(text []rune, at int, may func(text []rune, at int) bool) int {
	for at > 0 && !may(text, at) {
		at--
	}
	return at
}

// insideWord says whether a word that is too long for a line may be broken before text[at]: after a hyphen or a stroke.
func insideWord(text []rune, at int) bool {
	before, after := text[at-1], text[at]
	return after < 0x80 && (before == '-' || before == '/') && after != before
}

// breakable says whether a line may end before text[at].
func breakable(text []rune, at int) bool {
	before, after := text[at-1], text[at]
	switch {
	case after == ' ' || before == ' ':
		return true
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	default:
		return before >= 0x80 || after >= 0x80 // else inside a word
	}
}

func trimLeft(t []rune) []rune {
	for len(t) > 0 && t[0] == ' ' {
		t = t[1:]
	}
	return t
}

func trimRight(t []rune) []rune {
	for len(t) > 0 && t[len(t)-1] == ' ' {
		t = t[:len(t)-1]
	}
	return t
}

// rowLines lays a label at the left and a value at the right out. The value keeps to its own side as long as that is wide
// enough to read; else it goes below the label. The lines of a long value begin below one another.
func rowLines(label, value []rune, columns int) [][]rune {
	const gap = 2
	labelWidth := width(label)
	room := columns - labelWidth - gap
	if labelWidth+gap+width(value) > columns && room < columns/3 {
		return append(wrap(label, columns), atRight(wrap(value, columns-gap), columns)...)
	}
	lines := atRight(wrap(value, room), columns)
	lines[0] = append(append([]rune(nil), label...), lines[0][labelWidth:]...)
	return lines
}

// atRight moves lines to the right together until the widest ends at the edge.
func atRight(lines [][]rune, columns int) [][]rune {
	widest := 0
	for _, l := range lines {
		widest = max(widest, width(l))
	}
	out := make([][]rune, len(lines))
	for i, l := range lines {
		out[i] = append(repeat(' ', max(0, columns-widest)), l...)
	}
	return out
}

// columnGap is the least white between two cells, in columns.
const columnGap = 1

// columnLines lays cells out side by side. It gives nil when they do not fit the paper.
func columnLines(texts [][]rune, widths []int, aligns []document.Align, columns int) [][]rune {
	shares := share(widths, columns)
	if shares == nil {
		return nil
	}
	var cells [][][]rune
	high := 0
	for i, t := range texts {
		cells = append(cells, wrap(t, shares[i]))
		high = max(high, len(cells[i]))
	}
	lines := make([][]rune, high)
	for l := range lines {
		for i, cell := range cells {
			var part []rune
			if l < len(cell) {
				part = cell[l]
			}
			lines[l] = append(lines[l], fill(part, shares[i], aligns[i])...)
			if i+1 < len(cells) {
				lines[l] = append(lines[l], repeat(' ', columnGap)...)
			}
		}
		lines[l] = trimRight(lines[l])
	}
	return lines
}

// share divides the columns of the paper among cells; nil when they have no room.
func share(widths []int, columns int) []int {
	const least = 2 // one Chinese character
	left, open := columns-columnGap*(len(widths)-1), 0
	for _, w := range widths {
		if left -= w; w == 0 {
			open++
		}
	}
	if left < open*least {
		return nil
	}
	out := make([]int, len(widths))
	for i, w := range widths {
		if out[i] = w; w == 0 {
			out[i] = left / open
			left -= out[i]
			open--
		}
		if out[i] < least {
			return nil
		}
	}
	return out
}

// fill brings text to a width, which it must not exceed.
func fill(t []rune, columns int, a document.Align) []rune {
	room := max(0, columns-width(t))
	before := 0
	switch a {
	case document.Centre:
		before = room / 2
	case document.Right:
		before = room
	}
	out := append(repeat(' ', before), t...)
	return append(out, repeat(' ', room-before)...)
}
