// Command dictionary makes the next compression dictionary from the catalogue.
//
// It guarantees that the same catalogue gives the same bytes on every machine, that no real person's data are in them,
// and that no published dictionary is changed: it writes a new file with the next number, or nothing when the newest one is
// already what the catalogue gives.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/sync/item"
)

func main() {
	var c command
	parser, err := kong.New(&c, kong.Name("dictionary"), kong.Description("Makes the next compression dictionary from the catalogue."))
	if err == nil {
		_, err = parser.Parse(os.Args[1:])
	}
	if err == nil {
		err = c.run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dictionary:", err)
		os.Exit(1)
	}
}

// command is the command line.
type command struct {
	Dir string `default:"assets/dictionaries" type:"path" help:"Directory of the published dictionaries."`
}

// run writes the next dictionary into Dir, unless the newest there has the same content.
func (c command) run(stdout io.Writer) error {
	services, err := catalogue()
	if err != nil {
		return err
	}
	published, err := item.LoadDictionaries(os.DirFS(c.Dir))
	if err != nil {
		return err
	}
	number := uint32(item.MinDictionary)
	if newest := published.Newest(); newest != nil {
		same, err := train(services, newest.Number())
		if err != nil {
			return err
		}
		if bytes.Equal(same, newest.Bytes()) {
			_, err := fmt.Fprintf(stdout, "dictionary %s is what catalogue %s gives; nothing to do\n", newest.ID(), services.Version)
			return err
		}
		number = newest.Number() + 1
	}
	raw, err := train(services, number)
	if err != nil {
		return err
	}
	made, err := item.ParseDictionary(raw)
	if err != nil {
		return err
	}
	name := filepath.Join(c.Dir, made.ID()+".dict")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write dictionary: %w", err)
	}
	_, err = f.Write(raw)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write dictionary: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d bytes, from catalogue %s\n", name, len(raw), services.Version)
	return err
}

func catalogue() (*catalog.Catalogue, error) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		return nil, err
	}
	return catalog.Load(assets.Catalogue(), texts.Languages())
}
