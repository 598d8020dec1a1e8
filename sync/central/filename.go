package central

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// A device's folder holds ID.DIGEST.LENGTH.part for a file that is unfinished, LENGTH being what was announced; ID.DIGEST
// for one that is whole; and ID.DIGEST.kept for one that is known to be named by an item.
const (
	partSuffix = ".part"
	keptSuffix = ".kept"
)

type fileState int

const (
	filePart fileState = iota
	fileLoose
	fileKept
)

// filed is a file by its name.
type filed struct {
	name, id, digest string
	state            fileState
	length           int64 // of a part, as announced
}

func loose(f wire.Upload) string { return f.ID + "." + f.Digest }
func part(f wire.Upload) string {
	return loose(f) + "." + strconv.FormatInt(f.Length, 10) + partSuffix
}

// parseFile reads what a file's name says; not ok for another's file.
func parseFile(name string) (f filed, ok bool) {
	f, rest, length := filed{name: name, state: fileLoose}, name, int64(1)
	if whole, kept := strings.CutSuffix(name, keptSuffix); kept {
		f.state, rest = fileKept, whole
	}
	if front, unfinished := strings.CutSuffix(name, partSuffix); unfinished {
		dot := strings.LastIndexByte(front, '.')
		if dot < 0 {
			return f, false
		}
		n, err := strconv.ParseInt(front[dot+1:], 10, 64)
		if err != nil {
			return f, false
		}
		f.state, f.length, length, rest = filePart, n, n, front[:dot]
	}
	f.id, f.digest, _ = strings.Cut(rest, ".")
	return f, wire.Upload{ID: f.id, Digest: f.digest, Length: length}.Validate() == nil
}

// list gives the files of a folder; none of one that is not there.
func list(dir string) ([]filed, error) {
	names, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	var out []filed
	for _, n := range names {
		if f, ok := parseFile(n.Name()); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// kioskOfFolder gives the kiosk whose incarnation a folder is of.
func kioskOfFolder(folder string) (Kiosk, bool) {
	src, err := item.ParseSource("urn:hall:" + strings.ReplaceAll(folder, "-", ":"))
	return Kiosk{Hall: src.Hall, Number: src.Kiosk}, err == nil
}
