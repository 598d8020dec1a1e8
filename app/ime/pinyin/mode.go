package pinyin

// String names the mode for command lines.
func (m Mode) String() string {
	names := [...]string{"text", "name", "given", "place"}
	if int(m) < len(names) {
		return names[m]
	}
	return "unknown"
}

// ParseMode is the inverse of String; ok is false for anything else.
func ParseMode(name string) (m Mode, ok bool) {
	for m := Text; m <= Place; m++ {
		if m.String() == name {
			return m, true
		}
	}
	return Text, false
}
