package kiosk

import (
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

// keypad gives the keys that an answer can be made of, and no others.
// more tells that another empty field follows. The key that ends typing is not coloured: 下一步 is the one thing that leads on.
func keypad(f catalog.Field, more bool, say text.Printer) Keypad {
	end := "key.done"
	if more {
		end = "key.next"
	}
	erase := Key{Label: say.T("key.erase"), Quiet: true, Intent: Erase{}}
	empty := Key{Label: say.T("key.clear"), Quiet: true, Intent: Clear{}}
	done := Key{Label: say.T(end), Intent: Done{}}
	if f.Input != catalog.InputText {
		return Keypad{Rows: [][]Key{
			keys("1", "2", "3"), keys("4", "5", "6"), keys("7", "8", "9"),
			{empty, {Label: "0", Intent: Type{Text: "0"}}, erase},
			{wide(done, 3)},
		}}
	}
	rows := [][]Key{
		keys("1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
		keys("Q", "W", "E", "R", "T", "Y", "U", "I", "O", "P"),
		keys("A", "S", "D", "F", "G", "H", "J", "K", "L"),
		append(keys("Z", "X", "C", "V", "B", "N", "M"), wide(erase, 2)),
	}
	if f.Keypad == "address" {
		rows = append([][]Key{keys("栋", "幢", "单元", "楼", "层", "号", "室", "-")}, rows...)
	}
	return Keypad{Rows: append(rows, []Key{wide(empty, 2), wide(done, 5)})}
}

func keys(labels ...string) []Key {
	row := make([]Key, len(labels))
	for i, l := range labels {
		row[i] = Key{Label: l, Intent: Type{Text: l}}
		if utf8.RuneCountInString(l) > 1 {
			row[i].Wide = 1.6 // a word stays on one line
		}
	}
	return row
}

func wide(k Key, n float32) Key {
	k.Wide = n
	return k
}
