package central

import (
	"context"
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

// UploadLimits bound what kiosks lay down at central. Zero fields have their default.
type UploadLimits struct {
	Unfinished time.Duration // age of an unfinished file, since its last byte; 7 days
	Unnamed    time.Duration // age of a finished file that no item names; 30 days
	Count      int           // unfinished files of one device; 64
	Bytes      int64         // of one device's unfinished files, as announced, and finished ones that no item names yet; 1 GiB
	Every      time.Duration // between two sweeps; 1 hour
}

func (l UploadLimits) filled() UploadLimits {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&l.Unfinished, 7 * 24 * time.Hour}, {&l.Unnamed, 30 * 24 * time.Hour}, {&l.Every, time.Hour}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if l.Count <= 0 {
		l.Count = 64
	}
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	return l
}

// uploads keeps sealed files of devices, each device's in a directory of its own, by the names of filename.go. An offset is
// told only after the bytes before it are durable, and whole means that the digest was checked.
type uploads struct {
	dir    string
	now    func() time.Time
	limits UploadLimits
	named  func(ctx context.Context, kiosk Kiosk, ids []string) ([]string, error)
	locks  [64]sync.Mutex // a folder's is by its hash
}

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
	errUploadCount  = newProblem(507, wire.ProblemQuota, "too many unfinished uploads of this device; keep it and try again later")
	errUploadBytes  = newProblem(507, wire.ProblemQuota, "too many bytes of this device that no item names yet; keep it and try again later")
)

func (u *uploads) lock(folder string) *sync.Mutex {
	h := fnv.New32a()
	h.Write([]byte(folder))
	return &u.locks[h.Sum32()%uint32(len(u.locks))]
}

// folder names a device's directory. device is an item.Source's urn.
func folder(device string) string {
	return strings.ReplaceAll(strings.TrimPrefix(device, "urn:hall:"), ":", "-")
}

// find looks without changing anything.
func (u *uploads) find(device string, f wire.Upload) (uploaded, error) {
	l := u.lock(folder(device))
	l.Lock()
	defer l.Unlock()
	return look(filepath.Join(u.dir, folder(device)), f)
}

func look(dir string, f wire.Upload) (uploaded, error) {
	for _, name := range []string{loose(f), loose(f) + keptSuffix} {
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return uploaded{}, err
		case info.Size() != f.Length:
			return uploaded{}, errUploadTaken
		default:
			return uploaded{known: true, offset: f.Length, whole: true, at: info.ModTime()}, nil
		}
	}
	info, err := os.Stat(filepath.Join(dir, part(f)))
	if errors.Is(err, fs.ErrNotExist) {
		return uploaded{}, nil
	}
	if err != nil {
		return uploaded{}, err
	}
	return uploaded{known: true, offset: info.Size()}, nil
}

// begin makes the file known, or finds it. Unfinished files of the same identity with another digest are forgotten.
func (u *uploads) begin(ctx context.Context, device string, f wire.Upload) (uploaded, error) {
	l := u.lock(folder(device))
	l.Lock()
	defer l.Unlock()
	dir := filepath.Join(u.dir, folder(device))
	at, err := look(dir, f)
	if err != nil || at.known && at.offset <= f.Length {
		if err == nil && !at.whole && at.offset == f.Length { // killed between the last byte and the name
			return u.finish(dir, f)
		}
		return at, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return uploaded{}, full(err)
	}
	if err := u.admit(ctx, dir, f); err != nil {
		return uploaded{}, err
	}
	path := filepath.Join(dir, part(f))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return uploaded{}, full(err)
	}
	if err := errors.Join(u.stamp(path), file.Sync(), file.Close(), syncDirs(dir, u.dir, filepath.Dir(u.dir))); err != nil {
		return uploaded{}, full(err)
	}
	return uploaded{known: true}, nil
}

// admit makes room for a new file, or says why there is none.
func (u *uploads) admit(ctx context.Context, dir string, f wire.Upload) error {
	files, err := list(dir)
	if err != nil {
		return err
	}
	count, bytes := 0, f.Length
	var unnamed []filed
	for _, have := range files {
		switch {
		case have.id == f.ID && have.state == filePart:
			if err := os.Remove(filepath.Join(dir, have.name)); err != nil {
				return err
			}
		case have.id == f.ID:
			return errUploadTaken
		case have.state == filePart:
			count, bytes = count+1, bytes+have.length
		case have.state == fileLoose:
			info, err := os.Stat(filepath.Join(dir, have.name))
			if err != nil {
				return err
			}
			have.length = info.Size()
			bytes, unnamed = bytes+have.length, append(unnamed, have)
		}
	}
	if count >= u.limits.Count {
		return errUploadCount
	}
	if bytes <= u.limits.Bytes {
		return nil
	}
	rest, err := u.keep(ctx, dir, unnamed)
	if err != nil {
		return err
	}
	for _, have := range unnamed {
		bytes -= have.length
	}
	for _, have := range rest {
		bytes += have.length
	}
	if bytes > u.limits.Bytes {
		return errUploadBytes
	}
	return nil
}

// keep marks those of a folder's loose files that items name, and gives the rest.
func (u *uploads) keep(ctx context.Context, dir string, files []filed) (rest []filed, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	kiosk, ok := kioskOfFolder(filepath.Base(dir))
	if !ok {
		return files, nil
	}
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = f.id
	}
	list, err := u.named(ctx, kiosk, ids)
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, id := range list {
		named[id] = true
	}
	for _, f := range files {
		if !named[f.id] {
			rest = append(rest, f)
			continue
		}
		path := filepath.Join(dir, f.name)
		if err := os.Rename(path, path+keptSuffix); err != nil { // if a power cut undoes it, it is done again
			return nil, err
		}
	}
	return rest, nil
}

// stamp dates a file by central's clock, which its age is counted by.
func (u *uploads) stamp(path string) error {
	now := u.now()
	return os.Chtimes(path, now, now)
}

// add appends a part that follows what is there. Once the file is whole, no part changes anything.
func (u *uploads) add(device string, f wire.Upload, offset int64, data []byte) (_ uploaded, err error) {
	l := u.lock(folder(device))
	l.Lock()
	defer l.Unlock()
	dir := filepath.Join(u.dir, folder(device))
	at, err := look(dir, f)
	switch {
	case err != nil || at.whole:
		return at, err
	case !at.known || at.offset != offset || offset+int64(len(data)) > f.Length:
		return uploaded{}, errUploadOffset
	}
	path := filepath.Join(dir, part(f))
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return uploaded{}, err
	}
	_, err = file.WriteAt(data, offset)
	if err = errors.Join(err, u.stamp(path), file.Sync()); err != nil {
		err = errors.Join(err, file.Truncate(offset)) // or a later look would count what may not be durable
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return uploaded{}, full(err)
	}
	if at.offset += int64(len(data)); at.offset < f.Length {
		return at, nil
	}
	return u.finish(dir, f)
}

// finish checks the whole and gives it its name.
func (u *uploads) finish(dir string, f wire.Upload) (uploaded, error) {
	from, to := filepath.Join(dir, part(f)), filepath.Join(dir, loose(f))
	file, err := os.Open(from)
	if err != nil {
		return uploaded{}, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return uploaded{}, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.Digest {
		if err := os.Remove(from); err != nil {
			return uploaded{}, err
		}
		return uploaded{}, errUploadDigest
	}
	if err := os.Rename(from, to); err != nil {
		return uploaded{}, err
	}
	if err := syncDirs(dir); err != nil {
		return uploaded{}, errors.Join(err, os.Rename(to, from)) // not durable: must not be found as whole
	}
	return look(dir, f)
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
