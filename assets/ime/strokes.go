package ime

import _ "embed"

// The tables of strokes are made again by
//
//	apt-get install rime-data-pinyin-simp
//	npm pack hanzi-writer-data@2.0.1 && tar xzf hanzi-writer-data-2.0.1.tgz
//	HANZI=$PWD/package go generate -run strokes ./assets/ime
//
//go:generate go run onedoor/cmd/imedata strokes --package $HANZI --out .

// hanzi is derived from Arphic's fonts: it stays a file of its own, with its licence beside it.
//
//go:embed hanzi.strokes
var hanzi []byte

//go:embed latin.strokes
var latin []byte

//go:embed ARPHICPL.TXT
var hanziLicence string

// Strokes are the tables from which app/ime/strokes recognises handwriting: Chinese characters under the Arphic Public
// License, which whoever gets the program must get as well (StrokesLicence), and digits and letters under the program's own.
func Strokes() [][]byte { return [][]byte{hanzi, latin} }

// StrokesLicence is the text of the licence of the Chinese characters' strokes.
func StrokesLicence() string { return hanziLicence }
