package item

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Dictionary is a zstd dictionary (RFC 8878, section 5) for the payloads of plain cases. Once it was published it never
// changes: items that were compressed with it are kept for decades. It may be used from any goroutine.
type Dictionary struct {
	number  uint32
	id      string
	raw     []byte
	filler  []byte
	packers sync.Pool // of *packer
}

// Bounds of a dictionary: the numbers that RFC 8878 leaves to private use, and the largest size in bytes, since an encoder
// does not reach farther than its window.
const (
	MinDictionary     = 1 << 15
	MaxDictionary     = 1<<31 - 1
	MaxDictionarySize = 64 << 10
)

// ParseDictionary reads a dictionary in the format of RFC 8878; raw is kept. Its number, which that format calls
// Dictionary_ID, must be one for private use.
func ParseDictionary(raw []byte) (*Dictionary, error) {
	if len(raw) > MaxDictionarySize {
		return nil, fmt.Errorf("parse dictionary: %d bytes are more than %d", len(raw), MaxDictionarySize)
	}
	found, err := zstd.InspectDictionary(raw)
	if err != nil {
		return nil, fmt.Errorf("parse dictionary: %w", err)
	}
	number := found.ID()
	if number < MinDictionary || number > MaxDictionary {
		return nil, fmt.Errorf("parse dictionary: number %d is not for private use", number)
	}
	sum := sha256.Sum256(raw)
	return &Dictionary{number: number, id: fmt.Sprintf("%d-%x", number, sum[:4]), raw: raw, filler: newFiller()}, nil
}

// ID is the dictionary's name in Item.Dictionary: its number in decimal, a hyphen, and the first 4 bytes of its SHA-256 in
// hexadecimal. So a damaged dictionary, or another one with the same number, is never taken for it.
func (d *Dictionary) ID() string { return d.id }

// Number grows from one published dictionary to the next.
func (d *Dictionary) Number() uint32 { return d.number }

// Bytes is the dictionary as it is published. The caller does not change them.
func (d *Dictionary) Bytes() []byte { return d.raw }

func (d *Dictionary) packer() (*packer, error) {
	if p, ok := d.packers.Get().(*packer); ok {
		return p, nil
	}
	w, err := newEncoder(d)
	if err != nil {
		return nil, err
	}
	return &packer{encoder: w, filler: d.filler}, nil
}

// validDictionary accepts what Dictionary.ID writes, and none.
func validDictionary(id string) bool {
	if id == "" {
		return true
	}
	decimal, sum, _ := strings.Cut(id, "-")
	n, err := strconv.ParseUint(decimal, 10, 31)
	return err == nil && n >= MinDictionary && strconv.FormatUint(n, 10) == decimal &&
		len(sum) == 8 && strings.Trim(sum, "0123456789abcdef") == ""
}

// Dictionaries are those that one side knows. The zero value is none. It is immutable.
type Dictionaries struct{ byID map[string]*Dictionary }

// LoadDictionaries reads every file ID.dict in the root of fsys. A damaged one is an error.
func LoadDictionaries(fsys fs.FS) (Dictionaries, error) {
	names, err := fs.Glob(fsys, "*.dict")
	if err != nil {
		return Dictionaries{}, fmt.Errorf("load dictionaries: %w", err)
	}
	var list []*Dictionary
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Dictionaries{}, fmt.Errorf("load dictionaries: %w", err)
		}
		d, err := ParseDictionary(raw)
		if err != nil {
			return Dictionaries{}, fmt.Errorf("load dictionaries: %s: %w", name, err)
		}
		if name != d.ID()+".dict" {
			return Dictionaries{}, fmt.Errorf("load dictionaries: %s is damaged, or is %s", name, d.ID())
		}
		list = append(list, d)
	}
	return Dictionaries{}.With(list...), nil
}

// With adds more dictionaries. The same one again changes nothing.
func (d Dictionaries) With(more ...*Dictionary) Dictionaries {
	byID := make(map[string]*Dictionary, len(d.byID)+len(more))
	maps.Copy(byID, d.byID)
	for _, m := range more {
		if _, ok := byID[m.id]; !ok {
			byID[m.id] = m
		}
	}
	return Dictionaries{byID}
}

// All gives them in their order.
func (d Dictionaries) All() []*Dictionary {
	return slices.SortedFunc(maps.Values(d.byID), func(a, b *Dictionary) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.id, b.id))
	})
}

// Newest is the one with the highest number, which is what a kiosk seals with; nil when there is none.
func (d Dictionaries) Newest() *Dictionary {
	all := d.All()
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// of finds the dictionary of an item; nil for an item without one. ErrDictionary.
func (d Dictionaries) of(id string) (*Dictionary, error) {
	if id == "" {
		return nil, nil
	}
	if one, ok := d.byID[id]; ok {
		return one, nil
	}
	return nil, fmt.Errorf("%w: %.30q", ErrDictionary, id)
}
