package kiosk

import (
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

// keypad gives the keys that an answer can be made of, and no others. more tells that another empty field follows. The key
// that ends typing is not coloured: 下一步 is the one thing that leads on.
func (k *Kiosk) keypad(f catalog.Field, more bool, say text.Printer) Keypad {
	if f.Input == catalog.InputText && f.Keypad != "code" {
		return k.textPad(f.Keypad, k.visit.typed[f.ID], more, say)
	}
	end := "key.done"
	if more {
		end = "key.next"
	}
	erase := Key{Label: say.T("key.erase"), Quiet: true, Intent: Erase{}}
	empty := Key{Label: say.T("key.clear"), Quiet: true, Intent: Clear{}}
	done := Key{Label: say.T(end), Intent: Done{}}
	if f.Input != catalog.InputText {
		low := []Key{empty, {Label: "0", Intent: Type{Text: "0"}}, erase}
		last := []Key{wide(done, 3)}
		if f.Input == catalog.InputMoney || f.Input == catalog.InputNumber && !f.Whole {
			low[0], last = Key{Label: ".", Intent: Type{Text: "."}}, []Key{empty, wide(done, 2)}
		}
		return Keypad{Rows: [][]Key{keys("1", "2", "3"), keys("4", "5", "6"), keys("7", "8", "9"), low, last}}
	}
	return Keypad{Rows: [][]Key{
		keys("1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
		keys("Q", "W", "E", "R", "T", "Y", "U", "I", "O", "P"),
		keys("A", "S", "D", "F", "G", "H", "J", "K", "L"),
		append(keys("Z", "X", "C", "V", "B", "N", "M"), wide(erase, 2)),
		{wide(empty, 2), wide(done, 5)},
	}}
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
