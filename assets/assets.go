// Package assets holds the files that the programs carry with them: messages and the sample catalogue. Fonts, icons and
// web pages have packages of their own below it, so that a program carries only what it shows.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed text catalogue
var files embed.FS

// Text is the folder of message files, one YAML file per language.
func Text() fs.FS { return sub("text") }

// DoctorText is the folder of what hallctl doctor says, one YAML file per language.
func DoctorText() fs.FS { return sub("text/doctor") }

// ReadinessText is the folder of the words of the report at opening time, one YAML file per language.
func ReadinessText() fs.FS { return sub("text/readiness") }

// Catalogue is the folder of the sample catalogue: catalogue.yaml and one folder per service.
func Catalogue() fs.FS { return sub("catalogue") }

func sub(name string) fs.FS {
	f, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the names are constants of this file and are embedded
	}
	return f
}
