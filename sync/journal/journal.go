package journal

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sort"
	"sync"

	"golang.org/x/sys/unix"
)

// DefaultFileSize is the room of one file.
const DefaultFileSize = 8 << 20

// The errors of a journal, for errors.Is.
var (
	// ErrDamaged is a record that is not what was appended, or not there although others follow it.
	ErrDamaged = errors.New("journal record is damaged")
	// ErrMissing is a record before the first or behind the last.
	ErrMissing = errors.New("not in the journal")
	// ErrFailed is a journal after a failed write: what is on the medium only the next Open can tell.
	ErrFailed = errors.New("journal has failed")
	// ErrClosed is a journal after Close.
	ErrClosed = errors.New("journal is closed")
	// ErrOther is a directory with another label.
	ErrOther = errors.New("journal belongs to another")
)

// Config is what Open needs.
type Config struct {
	Dir      string // made if missing; nothing else may be in it
	Label    Label
	FileSize int64        // bytes; 0 means DefaultFileSize
	Logger   *slog.Logger // nil: nothing is logged
}

// Journal is an open journal.
type Journal struct {
	cfg   Config
	spare *spare

	appending sync.Mutex // one Append at a time
	buf       []byte
	tail      *os.File // of the last file; nil until the first Append
	first     bool     // no Append yet: whoever only reads needs no spare file

	mu     sync.RWMutex
	files  []*file // in order
	next   uint64  // sequence of the next record
	failed error
	reader reader
}

// file is one file of records.
type file struct {
	path   string
	first  uint64
	places []uint32
	end    int64 // behind the last record
	full   bool  // nothing more is written to it
	size   int64
}

// Found is what Open met.
type Found struct {
	First, Last uint64   // sequences; Last is First-1 in an empty journal
	Damaged     []uint64 // sequences of records between them that can not be read, as far as opening has looked
	Torn        bool     // a write had been cut off, and was wiped
}

// Open opens or makes the journal in cfg.Dir. Damage is no error: it is told in Found, and by each Read.
func Open(cfg Config) (*Journal, Found, error) {
	if cfg.FileSize == 0 {
		cfg.FileSize = DefaultFileSize
	}
	if cfg.FileSize < 4096 || cfg.FileSize > 1<<30 {
		return nil, Found{}, fmt.Errorf("open journal: file size %d", cfg.FileSize)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, Found{}, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{cfg: cfg, first: true}
	found, err := j.load()
	if err != nil {
		return nil, Found{}, fmt.Errorf("open journal: %w", err)
	}
	j.spare = newSpare(cfg)
	return j, found, nil
}

// Bounds are the sequences of the first record and of the last; last is first-1 when there is none.
func (j *Journal) Bounds() (first, last uint64) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.firstSeq(), j.next - 1
}

func (j *Journal) firstSeq() uint64 {
	if len(j.files) == 0 {
		return j.next
	}
	return j.files[0].first
}

// Size is how many bytes the files take.
func (j *Journal) Size() int64 {
	j.mu.RLock()
	defer j.mu.RUnlock()
	var n int64
	for _, f := range j.files {
		n += f.size
	}
	return n
}

// Append gives the records the next sequences and makes them durable together. After ErrFailed it fails for ever.
func (j *Journal) Append(records ...[]byte) error {
	if len(records) == 0 {
		return nil
	}
	j.appending.Lock()
	defer j.appending.Unlock()
	j.mu.RLock()
	err, seq := j.failed, j.next
	j.mu.RUnlock()
	if err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	var places []uint32
	j.buf, places = encode(j.buf[:0], seq, records)
	f, err := j.room(seq, int64(len(j.buf)))
	if err == nil {
		err = j.write(f, places)
	}
	clear(j.buf)
	if j.first {
		j.first = false
		j.spare.need()
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrFailed, err)
		j.mu.Lock()
		if j.failed == nil {
			j.failed = err
		}
		j.mu.Unlock()
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// encode writes the records one behind the other; places are relative to the first.
func encode(b []byte, seq uint64, records [][]byte) ([]byte, []uint32) {
	places := make([]uint32, len(records))
	for i, r := range records {
		places[i] = uint32(len(b))
		b = recordHead{uint32(len(r)), seq + uint64(i), seq, checksum(r)}.append(b)
		b = append(b, r...)
		b = append(b, make([]byte, padded(len(b))-len(b))...)
	}
	return b, places
}

// room gives the file for the next n bytes: the last one, or a new one when that is full.
func (j *Journal) room(seq uint64, n int64) (*file, error) {
	j.mu.RLock()
	var f *file
	if len(j.files) > 0 {
		f = j.files[len(j.files)-1]
	}
	j.mu.RUnlock()
	if f != nil && !f.full && (f.end+n+int64(4*len(f.places))+tableSize <= j.cfg.FileSize || len(f.places) == 0) {
		return f, nil
	}
	if f != nil && !f.full {
		if err := j.seal(f); err != nil {
			return nil, err
		}
	}
	return j.begin(seq)
}

func (j *Journal) write(f *file, places []uint32) error {
	if _, err := j.tail.WriteAt(j.buf, f.end); err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	if err := unix.Fdatasync(int(j.tail.Fd())); err != nil {
		return fmt.Errorf("sync %s: %w", f.path, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, p := range places {
		f.places = append(f.places, uint32(f.end)+p)
	}
	f.end += int64(len(j.buf))
	f.size = max(f.size, f.end)
	j.next += uint64(len(places))
	return nil
}

// Read gives a record: ErrMissing outside of Bounds, ErrDamaged for one that is not what was appended.
func (j *Journal) Read(seq uint64) ([]byte, error) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if seq < j.firstSeq() || seq >= j.next {
		return nil, fmt.Errorf("read journal: %w: %d", ErrMissing, seq)
	}
	i := sort.Search(len(j.files), func(i int) bool { return j.files[i].first > seq }) - 1
	f := j.files[i]
	at := seq - f.first
	if at >= uint64(len(f.places)) || f.places[at] == 0 {
		return nil, fmt.Errorf("read journal: %w: %d", ErrDamaged, seq)
	}
	end := f.end
	for _, p := range f.places[at+1:] {
		if p != 0 {
			end = int64(p)
			break
		}
	}
	b := make([]byte, end-int64(f.places[at]))
	if err := j.reader.read(f.path, b, int64(f.places[at])); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	h, ok := recordAt(b, 0)
	if !ok || h.seq != seq {
		return nil, fmt.Errorf("read journal: %w: %d", ErrDamaged, seq)
	}
	return b[recordSize : recordSize+int(h.length) : recordSize+int(h.length)], nil
}

// Close gives the files back. What was appended is on the medium already.
func (j *Journal) Close() error {
	j.appending.Lock()
	defer j.appending.Unlock()
	j.spare.close()
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.failed, ErrClosed) {
		return nil
	}
	j.failed = ErrClosed
	err := j.reader.close()
	if j.tail != nil {
		err = errors.Join(err, j.tail.Close())
		j.tail = nil
	}
	if err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// reader keeps the file that was read last open, since reading goes through them in order.
type reader struct {
	mu   sync.Mutex
	path string
	file *os.File
}

func (r *reader) read(path string, b []byte, at int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil || r.path != path {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_ = r.close()
		r.file, r.path = f, path
	}
	_, err := r.file.ReadAt(b, at)
	return err
}

// close is called with mu held, or when nobody reads any more.
func (r *reader) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}
