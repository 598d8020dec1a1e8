// Command imedata makes the data of the input methods in assets/ime from Debian's packages and from npm packages.
//
// It guarantees that the same sources give the same bytes on every machine, and that nothing under a licence that asks
// for more than its own text beside the data goes into them, but for the strokes, which stay a file of their own.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

func main() {
	var c commands
	parser, err := kong.New(&c, kong.Name("imedata"), kong.Description("Makes the data of the input methods."), kong.BindTo(os.Stdout, (*io.Writer)(nil)))
	if err == nil {
		var k *kong.Context
		if k, err = parser.Parse(os.Args[1:]); err == nil {
			err = k.Run()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "imedata:", err)
		os.Exit(1)
	}
}

// commands is the command line; each command has a file of its own and a method Run(stdout io.Writer) error.
type commands struct {
	Pinyin  pinyinCommand  `cmd:"" help:"Make the table of words and readings."`
	Strokes strokesCommand `cmd:"" help:"Make the table of strokes for handwriting."`
}
