package central

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"onedoor/sync/wire"
)

// uploads keeps sealed files of devices, each device's in a directory of its own: ID.DIGEST when whole, ID.DIGEST.part
// before. An offset is told only after the bytes before it are durable, and whole means that the digest was checked.
type uploads struct {
	dir   string
	locks [64]sync.Mutex // a device's is by its hash
}

const (
	partSuffix = ".part"
	maxParts   = 64 // unfinished files of one device
)

// uploaded is how far a file has come.
type uploaded struct {
	known  bool
	offset int64
	whole  bool
	at     time.Time // when it became whole
}

var (
	errUploadOffset = newProblem(409, wire.ProblemOffset, "the part does not follow what is here; ask for the offset")
	errUploadDigest = newProblem(409, wire.ProblemDigest, "the bytes are not those that were announced; start over")
	errUploadTaken  = newProblem(409, ProblemIdentity, "another file was completed under this identity")
	errUploadParts  = newProblem(507, "", "too many unfinished uploads of this device")
)

func (u *uploads) lock(device string) *sync.Mutex {
	h := fnv.New32a()
	h.Write([]byte(device))
	return &u.locks[h.Sum32()%uint32(len(u.locks))]
}

// place gives the path of the whole file. device is an item.Source's urn.
func (u *uploads) place(device string, f wire.Upload) string {
	return filepath.Join(u.dir, strings.ReplaceAll(strings.TrimPrefix(device, "urn:hall:"), ":", "-"), f.ID+"."+f.Digest)
}

// find looks without changing anything.
func (u *uploads) find(device string, f wire.Upload) (uploaded, error) {
	l := u.lock(device)
	l.Lock()
	defer l.Unlock()
	return u.look(u.place(device, f), f.Length)
}

func (u *uploads) look(path string, length int64) (uploaded, error) {
	info, err := os.Stat(path)
	if err == nil {
		if info.Size() != length {
			return uploaded{}, errUploadTaken
		}
		return uploaded{known: true, offset: length, whole: true, at: info.ModTime()}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return uploaded{}, err
	}
	info, err = os.Stat(path + partSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return uploaded{}, nil
	}
	if err != nil {
		return uploaded{}, err
	}
	return uploaded{known: true, offset: info.Size()}, nil
}

// begin makes the file known, or finds it. Unfinished files of the same identity with another digest are forgotten.
func (u *uploads) begin(device string, f wire.Upload) (uploaded, error) {
	l := u.lock(device)
	l.Lock()
	defer l.Unlock()
	path := u.place(device, f)
	at, err := u.look(path, f.Length)
	if err != nil || at.known && at.offset <= f.Length {
		if err == nil && !at.whole && at.offset == f.Length { // killed between the last byte and the name
			return u.finish(path, f)
		}
		return at, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return uploaded{}, full(err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return uploaded{}, err
	}
	parts := 0
	for _, n := range names {
		unfinished := strings.HasSuffix(n.Name(), partSuffix)
		switch {
		case strings.HasPrefix(n.Name(), f.ID+".") && unfinished:
			if err := os.Remove(filepath.Join(dir, n.Name())); err != nil {
				return uploaded{}, err
			}
		case strings.HasPrefix(n.Name(), f.ID+"."):
			return uploaded{}, errUploadTaken
		case unfinished:
			parts++
		}
	}
	if parts >= maxParts {
		return uploaded{}, errUploadParts
	}
	file, err := os.OpenFile(path+partSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return uploaded{}, full(err)
	}
	if err := errors.Join(file.Sync(), file.Close(), syncDirs(dir, u.dir, filepath.Dir(u.dir))); err != nil {
		return uploaded{}, full(err)
	}
	return uploaded{known: true}, nil
}

// add appends a part that follows what is there. Once the file is whole, no part changes anything.
func (u *uploads) add(device string, f wire.Upload, offset int64, part []byte) (_ uploaded, err error) {
	l := u.lock(device)
	l.Lock()
	defer l.Unlock()
	path := u.place(device, f)
	at, err := u.look(path, f.Length)
	switch {
	case err != nil || at.whole:
		return at, err
	case !at.known || at.offset != offset || offset+int64(len(part)) > f.Length:
		return uploaded{}, errUploadOffset
	}
	file, err := os.OpenFile(path+partSuffix, os.O_WRONLY, 0)
	if err != nil {
		return uploaded{}, err
	}
	_, err = file.WriteAt(part, offset)
	if err = errors.Join(err, file.Sync()); err != nil {
		err = errors.Join(err, file.Truncate(offset)) // or a later look would count what may not be durable
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return uploaded{}, full(err)
	}
	if at.offset += int64(len(part)); at.offset < f.Length {
		return at, nil
	}
	return u.finish(path, f)
}

// finish checks the whole and gives it its name.
func (u *uploads) finish(path string, f wire.Upload) (uploaded, error) {
	file, err := os.Open(path + partSuffix)
	if err != nil {
		return uploaded{}, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return uploaded{}, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.Digest {
		if err := os.Remove(path + partSuffix); err != nil {
			return uploaded{}, err
		}
		return uploaded{}, errUploadDigest
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return uploaded{}, err
	}
	if err := syncDirs(filepath.Dir(path)); err != nil {
		return uploaded{}, errors.Join(err, os.Rename(path, path+partSuffix)) // not durable: must not be found as whole
	}
	return u.look(path, f.Length)
}

func syncDirs(dirs ...string) error {
	for _, dir := range dirs {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

// full says of an error for lack of space that it is one.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
