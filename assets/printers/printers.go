// Package printers carries the profiles of receipt printers, one YAML file per class of models. What a model really does
// stands in its own manual; a site adds its own files.
package printers

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// FS is the folder of profiles, for printer.LoadProfiles.
func FS() fs.FS { return files }
