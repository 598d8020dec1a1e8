package backroom

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/parcel"
)

// LogSource is one of the logs that can be taken away. There is nothing personal in it.
type LogSource struct {
	Name string // of the file in the archive
	Read func() ([]byte, error)
}

// SealedConfig is what a Sealed needs.
type SealedConfig struct {
	Outbox interface {
		List(after uint64, limit int, keep func(outbox.State) bool) ([]outbox.Entry, error)
	}
	Suite      item.Suite
	Source     item.Source
	SignKey    string // id
	SignPriv   []byte
	SealKey    string // id of central's
	SealPublic []byte
	Logs       []LogSource
	Now        func() time.Time
}

// Sealed writes the queue as a parcel, whose items are sealed and signed, and the logs as an archive that is sealed to central.
// A file that could not be written whole, or is not read back as it was written, is taken away again.
type Sealed struct{ SealedConfig }

var _ Export = Sealed{}

// Queue implements Export: all that central does not have.
func (s Sealed) Queue(ctx context.Context, dir string) (Written, error) {
	public, err := s.Suite.SignPublic(s.SignPriv)
	if err != nil {
		return Written{}, fmt.Errorf("export queue: %w", err)
	}
	n := 0
	return s.write(dir, "queue", ".parcel", func(to io.Writer) (int, error) {
		w, err := parcel.NewWriter(to, s.Suite, parcel.Head{Source: s.Source.String(), SignKey: s.SignKey, Public: public, Made: s.Now().UTC()}, s.SignPriv)
		if err != nil {
			return 0, err
		}
		for after := uint64(0); ; {
			if err := ctx.Err(); err != nil {
				return n, err
			}
			list, err := s.Outbox.List(after, listPage, carried)
			if err != nil {
				return n, err
			}
			if len(list) == 0 {
				return n, w.Close()
			}
			for _, e := range list {
				after = e.Sequence
				if err := w.Add(e.Item); err != nil {
					return n, err
				}
				n++
			}
		}
	}, func(from io.Reader) error {
		_, items, err := parcel.Read(from, map[string]item.Suite{s.Suite.Name(): s.Suite})
		if err == nil && len(items) != n {
			err = fmt.Errorf("%d items instead of %d", len(items), n)
		}
		return err
	})
}

// carried is what central does not have, and whose bytes are here.
func carried(s outbox.State) bool {
	switch s {
	case outbox.StateStoredCentral, outbox.StateVoid, outbox.StatePurged, outbox.StateLost:
		return false
	}
	return true
}

// Logs implements Export.
func (s Sealed) Logs(ctx context.Context, dir string) (Written, error) {
	archive, n, err := s.archive(ctx)
	if err != nil {
		return Written{}, fmt.Errorf("export logs: %w", err)
	}
	var whole [sha256.Size]byte
	return s.write(dir, "logs", ".sealed", func(to io.Writer) (int, error) {
		var sealed bytes.Buffer
		if err := parcel.Seal(&sealed, s.Suite, parcel.SealedHead{Content: "logs.tar.gz", Source: s.Source.String(), SealKey: s.SealKey, Made: s.Now().UTC()}, s.SealPublic, archive); err != nil {
			return 0, err
		}
		whole = sha256.Sum256(sealed.Bytes())
		_, err := to.Write(sealed.Bytes())
		return n, err
	}, func(from io.Reader) error {
		sum := sha256.New()
		if _, err := io.Copy(sum, from); err != nil {
			return err
		}
		if !bytes.Equal(sum.Sum(nil), whole[:]) {
			return errors.New("it was not written as it was made")
		}
		return nil
	})
}

func (s Sealed) archive(ctx context.Context) (archive []byte, files int, err error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	t := tar.NewWriter(zip)
	for _, l := range s.SealedConfig.Logs {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		content, err := l.Read()
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", l.Name, err)
		}
		if err := t.WriteHeader(&tar.Header{Name: l.Name, Mode: 0o600, Size: int64(len(content)), ModTime: s.Now()}); err != nil {
			return nil, 0, err
		}
		if _, err := t.Write(content); err != nil {
			return nil, 0, err
		}
		files++
	}
	if err := errors.Join(t.Close(), zip.Close()); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), files, nil
}

// write makes a file under another name, syncs it, reads it back and only then gives it its name.
func (s Sealed) write(dir, what, ending string, fill func(io.Writer) (int, error), check func(io.Reader) error) (w Written, err error) {
	stamp := s.Now().UTC().Format("20060102-150405")
	w.File = "onedoor-" + what + "-" + strings.Join([]string{s.Source.Hall, s.Source.Kiosk, s.Source.Incarnation, stamp}, "-") + ending
	part := filepath.Join(dir, w.File+".part")
	defer func() {
		if err != nil {
			_ = os.Remove(part) // half of it is nothing
			w, err = Written{}, fmt.Errorf("export %s: %w", what, err)
		}
	}()
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, ignoreClosed(f.Close())) }()
	buffered := bufio.NewWriter(f)
	if w.Items, err = fill(buffered); err != nil {
		return w, err
	}
	if err := errors.Join(buffered.Flush(), f.Sync()); err != nil {
		return w, err
	}
	if w.Bytes, err = f.Seek(0, io.SeekCurrent); err != nil {
		return w, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return w, err
	}
	if err := check(f); err != nil {
		return w, fmt.Errorf("read back: %w", err)
	}
	if err := f.Close(); err != nil {
		return w, err
	}
	if err := os.Rename(part, filepath.Join(dir, w.File)); err != nil {
		return w, err
	}
	return w, syncDir(dir)
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// syncDir makes a rename durable. Some file systems of sticks can not, and have nothing to be made durable by it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
