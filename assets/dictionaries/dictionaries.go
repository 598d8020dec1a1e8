// Package dictionaries carries every compression dictionary that was ever published, each as NUMBER-HASH.dict in
// the format of RFC 8878. A file here never changes and is never taken away: items that were compressed with it are kept
// for decades. The one with the highest number is what kiosks use; go generate makes the next when the catalogue has
// changed.
package dictionaries

import "embed"

//go:generate go run onedoor/cmd/dictionary --dir .

// FS holds the files.
//
//go:embed *.dict
var FS embed.FS
