// Package fonts carries the kiosk's typefaces as OTF (CFF) files. Together they hold all 87,887 characters of GB 18030-2022
// level 3, so that no citizen's name shows as a blank. OTF on purpose: Fyne turns TrueType outlines into hundreds of
// megabytes of heap and stops the process on a TTC. A program that calls only Main and Bold does not carry Rare.
package fonts

import _ "embed"

//go:embed NotoSansCJKsc-Regular-subset.otf
var regular []byte

//go:embed NotoSansCJKsc-Bold-subset.otf
var bold []byte

// Main is Noto Sans CJK SC Regular, 33,276 code points, SIL OFL 1.1.
func Main() []byte { return regular }

// Bold is Noto Sans CJK SC Bold, the same code points, SIL OFL 1.1.
func Bold() []byte { return bold }
