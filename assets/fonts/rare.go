package fonts

import _ "embed"

//go:embed HanaMin-rare.otf
var rare []byte

// Rare is HanaMin, the 58,011 characters of GB 18030-2022 level 3 that Main lacks (rare names). Fyne finds it by
// looking into <dir>/fonts for every <dir> of XDG_DATA_DIRS, so the program writes it to a private folder before it starts.
func Rare() []byte { return rare }
