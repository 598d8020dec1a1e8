package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"

	"onedoor/sync/wire"
)

// The files of a log. A file of entries bears the sequence of its first one, so that their names are in their order.
const (
	entryPrefix     = "audit-"
	entrySuffix     = ".jsonl"
	checkpointsName = "checkpoints.jsonl"
	sentName        = "sent"
	lockName        = "lock"
	spareName       = "spare"
)

func entryName(first uint64) string { return fmt.Sprintf("%s%012d%s", entryPrefix, first, entrySuffix) }

// entryFiles lists a log's files of entries in their order.
func entryFiles(dir string) ([]string, error) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list audit log: %w", err)
	}
	var names []string
	for _, e := range all {
		if _, ok := firstOf(e.Name()); ok && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// firstOf reads the sequence in a file's name.
func firstOf(name string) (uint64, bool) {
	digits, ok := strings.CutPrefix(name, entryPrefix)
	digits, ok2 := strings.CutSuffix(digits, entrySuffix)
	if !ok || !ok2 || len(digits) != 12 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil && n > 0
}

// rawLine is a line as it stands in a file.
type rawLine struct {
	text  []byte // without its line feed; valid until the next one is read
	whole bool   // it had a line feed
	at    int64  // where it begins
	no    int    // from 1
}

// eachLine reads a file's lines, up to where it ends now: what is written to it meanwhile is left. A line that is much too long to be
// an entry is given in parts.
func eachLine(file string, each func(rawLine) error) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read audit log: %w", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	at := int64(0)
	for no := 1; ; no++ {
		text, err := r.ReadSlice('\n')
		if len(text) == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("read audit log: %w", err)
		}
		body, whole := bytes.CutSuffix(text, []byte{'\n'})
		if err := each(rawLine{body, whole, at, no}); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) { // the rest of a line that is being written must not pass for the next one
			return nil
		}
		at += int64(len(text))
	}
}

// readCheckpoints gives the checkpoints that a log keeps, in the order of the file; a line that is none has an error in
// its place. A last line that was never finished is left out.
func readCheckpoints(dir string) (list []wire.Checkpoint, faults map[int]bool, err error) {
	faults = map[int]bool{}
	err = eachLine(filepath.Join(dir, checkpointsName), func(l rawLine) error {
		var c wire.Checkpoint
		dec := json.NewDecoder(bytes.NewReader(l.text))
		err := dec.Decode(&c)
		if !l.whole && errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if again, err2 := json.Marshal(c); err != nil || err2 != nil || !bytes.Equal(again, l.text) {
			faults[len(list)] = true // also one that says the same in other letters: it is not what was written
		}
		list = append(list, c)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return list, faults, err
}

// writeCheckpoints replaces the file.
func writeCheckpoints(dir string, list []wire.Checkpoint) error {
	var b bytes.Buffer
	for _, c := range list {
		line, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("encode checkpoint: %w", err)
		}
		b.Write(append(line, '\n'))
	}
	if err := renameio.WriteFile(filepath.Join(dir, checkpointsName), b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write checkpoints: %w", err)
	}
	return syncDir(dir)
}

// readSent is how many entries the last checkpoint covers that the outbox has; 0 when nobody knows, and then all are handed
// to the outbox again, which knows them by their ids.
func readSent(dir string) uint64 {
	b, err := os.ReadFile(filepath.Join(dir, sentName))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func writeSent(dir string, n uint64) error {
	return renameio.WriteFile(filepath.Join(dir, sentName), strconv.AppendUint(nil, n, 10), 0o600)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
