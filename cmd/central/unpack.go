package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
)

// logsContent is what a kiosk says of sealed logs.
const logsContent = "logs.tar.gz"

const (
	mostUnpacked = 4 << 30 // bytes of an archive
	mostFiles    = 1000
)

// packed is one file of an archive.
type packed struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// plainName is how a log may be called: one name, not hidden, nothing that a terminal takes for more.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// unpack writes the files of an archive into dir, which it makes. Whoever sealed the archive can put anything in it, so all of
// it is read before the first file is written: one with a name that is none, a link, or a file that is there already writes
// nothing, nor does one of more than most bytes. Nothing is written outside dir, whatever links dir holds. What was written before an error is taken away again.
func unpack(archive []byte, dir string, most int64) (files []packed, err error) {
	err = eachFile(archive, most, func(f packed, from io.Reader) error {
		files = append(files, f)
		_, err := io.Copy(io.Discard, from)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("there is nothing in it")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, f := range files {
		if _, err := root.Lstat(f.Name); err == nil {
			return nil, fmt.Errorf("%s is in %s already: nothing was written", f.Name, dir)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	var written []string
	defer func() {
		if err == nil {
			return
		}
		for _, name := range written {
			err = errors.Join(err, root.Remove(name))
		}
		files = nil
	}()
	return files, eachFile(archive, most, func(f packed, from io.Reader) error {
		to, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		written = append(written, f.Name)
		_, err = io.Copy(to, from)
		return errors.Join(err, to.Close())
	})
}

// eachFile goes through an archive and checks it to its end.
func eachFile(archive []byte, most int64, do func(packed, io.Reader) error) error {
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("it is no archive: %w", err)
	}
	bounded := &io.LimitedReader{R: zip, N: most}
	read := tar.NewReader(bounded)
	seen := map[string]bool{}
	for {
		h, err := read.Next()
		switch {
		case errors.Is(err, io.EOF):
			if _, err := io.Copy(io.Discard, bounded); err != nil { // to the checksum behind it
				return fmt.Errorf("the archive is damaged: %w", err)
			}
			if bounded.N == 0 {
				return errors.New("the archive is too large")
			}
			return nil
		case err != nil && bounded.N == 0:
			return errors.New("the archive is too large")
		case err != nil:
			return fmt.Errorf("the archive is damaged: %w", err)
		case h.Typeflag != tar.TypeReg, !plainName.MatchString(h.Name), seen[h.Name], len(seen) == mostFiles:
			return fmt.Errorf("the archive holds %.100q, which no kiosk writes", h.Name)
		}
		seen[h.Name] = true
		if err := do(packed{h.Name, h.Size}, read); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}
