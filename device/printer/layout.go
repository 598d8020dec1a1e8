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
		at := fit
		for at > 0 && !breakable(text, at) {
			at--
		}
		if at == 0 { // one long word, or nothing but marks
			at = fit
		}
		lines = append(lines, trimRight(text[:at]))
		text = text[at:]
	}
}

// breakable says whether a line may end before text[at].
func breakable(text []rune, at int) bool {
	before, after := text[at-1], text[at]
	switch {
	case after == ' ' || before == ' ':
		return true
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	case before < 0x80 && after < 0x80: // inside a word; a long one may break after a hyphen or stroke
		return before == '-' || before == '/'
	default:
		return true
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
// enough to read; else it goes below the label.
func rowLines(label, value []rune, columns int) [][]rune {
	const gap = 2
	labelWidth := width(label)
	room := columns - labelWidth - gap
	if labelWidth+gap+width(value) > columns && room < columns/3 {
		lines := wrap(label, columns)
		for _, v := range wrap(value, columns-gap) {
			lines = append(lines, padLeft(v, columns))
		}
		return lines
	}
	var lines [][]rune
	for i, v := range wrap(value, room) {
		line := padLeft(v, columns)
		if i == 0 {
			line = append(append([]rune(nil), label...), padLeft(v, columns-labelWidth)...)
		}
		lines = append(lines, line)
	}
	return lines
}

func padLeft(t []rune, columns int) []rune {
	pad := max(0, columns-width(t))
	out := make([]rune, pad, pad+len(t))
	for i := range out {
		out[i] = ' '
	}
	return append(out, t...)
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
