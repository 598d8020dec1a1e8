package central

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/sync/item"
)

// DictionariesDir is where OpenDictionaries keeps dictionaries below the data directory, each as ID.dict.
const DictionariesDir = "dictionaries"

// OpenDictionaries gives the published dictionaries, which this program brings, and those that are kept in dir, which an
// earlier program brought or an operator put there. What dir lacks is kept in it, durably, so that an item can be opened
// for as long as the ledger is there, whatever later programs bring. A damaged one is an error.
func OpenDictionaries(dir string, published fs.FS) (item.Dictionaries, error) {
	all, err := item.LoadDictionaries(published)
	if err != nil {
		return item.Dictionaries{}, fmt.Errorf("open dictionaries: %w", err)
	}
	dir = filepath.Join(dir, DictionariesDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return item.Dictionaries{}, fmt.Errorf("open dictionaries: %w", err)
	}
	for _, d := range all.All() {
		path := filepath.Join(dir, d.ID()+".dict")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			err = writeSecret(path, d.Bytes()) // no secret, but written as durably
			if err != nil {
				return item.Dictionaries{}, fmt.Errorf("keep dictionary: %w", err)
			}
		}
	}
	kept, err := item.LoadDictionaries(os.DirFS(dir))
	if err != nil {
		return item.Dictionaries{}, fmt.Errorf("open dictionaries in %s: %w", dir, err)
	}
	return all.With(kept.All()...), nil
}
