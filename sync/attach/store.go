package attach

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Config is what OpenStore needs; every field is required.
type Config struct {
	Dir        string // for this alone; it is made
	Suite      item.Suite
	SealKey    string // id of central's key
	SealPublic []byte
}

// Ref names an attachment's sealed file. It travels in the sealed payload of the item that it belongs to.
type Ref struct {
	ID     string `json:"id"`
	Size   int64  `json:"size"`   // of the sealed file, bytes
	Digest string `json:"digest"` // SHA-256 of the sealed file, 64 hexadecimal digits
	Type   string `json:"type,omitempty"`

	Owner string `json:"-"` // id of the item that names it; known here only
}

// ErrExists is returned for an identity that has a file already; ErrNotFound for one that has none.
var (
	ErrExists   = errors.New("attachment exists")
	ErrNotFound = errors.New("no such attachment")
)

const (
	sealedSuffix = ".sealed"
	tempPrefix   = "tmp-"
)

// Store is a directory of sealed files, named by identity and digest. Any goroutine may use it; one process at a time.
type Store struct{ cfg Config }

// OpenStore makes the directory and removes what a cut left unfinished.
func OpenStore(cfg Config) (*Store, error) {
	if cfg.Dir == "" || cfg.Suite == nil || cfg.SealKey == "" || len(cfg.SealPublic) == 0 {
		return nil, errors.New("open attachments: directory, suite and sealing key are required")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open attachments: %w", err)
	}
	if err := syncDir(filepath.Dir(cfg.Dir)); err != nil {
		return nil, fmt.Errorf("open attachments: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(cfg.Dir, tempPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("open attachments: %w", err)
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("open attachments: sweep: %w", err)
		}
	}
	return &Store{cfg}, nil
}

// Put seals content, of a media type, under a UUID in lower case, and returns when it is durable. owner is the id of the item
// that will name it, another UUID: until that is accepted the file goes nowhere. ErrTooLarge, ErrExists, the context's error,
// or that of content or the disk; then nothing is left.
func (s *Store) Put(ctx context.Context, owner, id, mediaType string, content io.Reader) (_ Ref, err error) {
	if !wire.ValidUploadID(id) || !wire.ValidUploadID(owner) || len(mediaType) > maxType {
		return Ref{}, errors.New("put attachment: identity or owner is no UUID, or the media type is too long")
	}
	if _, err := s.find(id); !errors.Is(err, ErrNotFound) {
		return Ref{}, fmt.Errorf("put attachment %s: %w", id, errors.Join(err, ErrExists))
	}
	temp := filepath.Join(s.cfg.Dir, tempPrefix+id)
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Ref{}, fmt.Errorf("put attachment %s: %w", id, err)
	}
	sum := sha256.New()
	count := &counter{to: io.MultiWriter(file, sum)}
	err = seal(count, &stoppable{ctx, content}, s.cfg.Suite, s.cfg.SealPublic, header{ID: id, Type: mediaType, Suite: s.cfg.Suite.Name(), SealKey: s.cfg.SealKey})
	if err == nil {
		err = file.Sync()
	}
	ref := Ref{ID: id, Size: count.n, Digest: hex.EncodeToString(sum.Sum(nil)), Type: mediaType, Owner: owner}
	final := s.path(ref)
	if err = errors.Join(err, file.Close()); err == nil {
		if err = os.Rename(temp, final); err == nil {
			temp = final
			err = syncDir(s.cfg.Dir)
		}
	}
	if err != nil {
		return Ref{}, fmt.Errorf("put attachment %s: %w", id, errors.Join(err, os.Remove(temp)))
	}
	return ref, nil
}

type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// stoppable ends with its context.
type stoppable struct {
	ctx  context.Context
	from io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(p)
}

// List gives all files by identity, the oldest first where identities are of item.NewID. It says nothing of their bytes:
// Check does. Type is empty for a file whose front can not be read.
func (s *Store) List() ([]Ref, error) {
	names, err := os.ReadDir(s.cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	var refs []Ref
	for _, n := range names {
		name, sealed := strings.CutSuffix(n.Name(), sealedSuffix)
		parts := strings.Split(name, ".")
		if !sealed || len(parts) != 3 || !wire.ValidUploadID(parts[0]) || !wire.ValidUploadID(parts[2]) {
			continue
		}
		info, err := n.Info()
		if err != nil {
			return nil, fmt.Errorf("list attachments: %w", err)
		}
		ref := Ref{ID: parts[0], Size: info.Size(), Digest: parts[1], Owner: parts[2]}
		ref.Type = s.kind(ref)
		refs = append(refs, ref)
	}
	return refs, nil
}

func (s *Store) kind(ref Ref) string {
	file, err := os.Open(s.path(ref))
	if err != nil {
		return ""
	}
	defer file.Close()
	h, _, err := readFront(file)
	if err != nil {
		return ""
	}
	return h.Type
}

// Check opens a file for sending, having read it all and found it as it was written. ErrSealed for one that is damaged.
func (s *Store) Check(ctx context.Context, ref Ref) (*os.File, error) {
	file, err := os.Open(s.path(ref))
	if err != nil {
		return nil, fmt.Errorf("check attachment %s: %w", ref.ID, err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, &stoppable{ctx, file})
	if err == nil && (n != ref.Size || hex.EncodeToString(sum.Sum(nil)) != ref.Digest) {
		err = ErrSealed
	}
	if err != nil {
		return nil, fmt.Errorf("check attachment %s: %w", ref.ID, errors.Join(err, file.Close()))
	}
	return file, nil
}

// Remove forgets an attachment, durably. ErrNotFound.
func (s *Store) Remove(id string) error {
	ref, err := s.find(id)
	if err == nil {
		err = os.Remove(s.path(ref))
	}
	if err == nil {
		err = syncDir(s.cfg.Dir)
	}
	if err != nil {
		return fmt.Errorf("remove attachment %s: %w", id, err)
	}
	return nil
}

// Sweep removes files whose owner was never accepted, made before a time: a cut came between them and their item. It says how
// many.
func (s *Store) Sweep(before time.Time, accepted func(owner string) bool) (removed int, err error) {
	refs, err := s.List()
	if err != nil {
		return 0, err
	}
	for _, ref := range refs {
		info, err := os.Stat(s.path(ref))
		if err != nil {
			return removed, fmt.Errorf("sweep attachments: %w", err)
		}
		if accepted(ref.Owner) || !info.ModTime().Before(before) {
			continue
		}
		if err := s.Remove(ref.ID); err != nil {
			return removed, fmt.Errorf("sweep attachments: %w", err)
		}
		removed++
	}
	return removed, nil
}

func (s *Store) find(id string) (Ref, error) {
	refs, err := s.List()
	if err != nil {
		return Ref{}, err
	}
	if i := slices.IndexFunc(refs, func(r Ref) bool { return r.ID == id }); i >= 0 {
		return refs[i], nil
	}
	return Ref{}, ErrNotFound
}

func (s *Store) path(ref Ref) string {
	return filepath.Join(s.cfg.Dir, ref.ID+"."+ref.Digest+"."+ref.Owner+sealedSuffix)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
