package attach

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm4"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// MaxSize bounds an attachment's content, in bytes.
const MaxSize = 20 << 20

var (
	// ErrTooLarge is returned for content of more than MaxSize bytes.
	ErrTooLarge = errors.New("attachment is larger than 20 MiB")
	// ErrSealed is returned for a sealed file that is not whole and as it was written.
	ErrSealed = errors.New("sealed attachment is damaged")
)

// A sealed file is the magic, the length of the header (4 bytes), the header, and chunks. A chunk is chunkSize bytes of
// content, the last one fewer or as many, and a tag. Its nonce is its number and whether it is the last; the hash of all
// before the first chunk is its additional data. The key is fresh for every file, so no nonce is used twice.
const (
	magic     = "onedoor attachment 1\n"
	chunkSize = 64 << 10
	tagSize   = 16
	maxHeader = 4 << 10
	maxType   = 100
)

// header stands in front. Key is the content key, sealed to central and bound to all else.
type header struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Suite   string `json:"suite"`
	SealKey string `json:"seal_key"`
	Key     []byte `json:"key"`
}

func (h header) info() []byte {
	info := []byte("onedoor attachment v1")
	for _, s := range []string{h.ID, h.Type, h.Suite, h.SealKey} {
		info = binary.BigEndian.AppendUint32(info, uint32(len(s)))
		info = append(info, s...)
	}
	return info
}

// seal writes content as a sealed file. ErrTooLarge, or the error of reading or writing.
func seal(to io.Writer, content io.Reader, suite item.Suite, public []byte, h header) (err error) {
	key := make([]byte, keySize(suite))
	defer clear(key)
	rand.Read(key) // never fails
	if h.Key, err = suite.Seal(public, h.info(), key); err != nil {
		return err
	}
	aead, err := newAEAD(suite, key)
	if err != nil {
		return err
	}
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	front := binary.BigEndian.AppendUint32([]byte(magic), uint32(len(head)))
	front = append(front, head...)
	if _, err := to.Write(front); err != nil {
		return err
	}
	bound := sha256.Sum256(front)
	plain, next := make([]byte, chunkSize), make([]byte, chunkSize)
	defer clear(plain)
	defer clear(next)
	sealed := make([]byte, 0, chunkSize+tagSize)
	n, err := fill(content, plain)
	if err != nil {
		return err
	}
	total := int64(n)
	for i := uint64(0); ; i++ {
		more := 0
		if n == chunkSize {
			if more, err = fill(content, next); err != nil {
				return err
			}
		}
		if total += int64(more); total > MaxSize {
			return ErrTooLarge
		}
		if _, err := to.Write(aead.Seal(sealed, nonce(i, more == 0), plain[:n], bound[:])); err != nil {
			return err
		}
		if more == 0 {
			return nil
		}
		plain, next, n = next, plain, more
	}
}

// fill reads until b is full or the content ends.
func fill(from io.Reader, b []byte) (int, error) {
	n, err := io.ReadFull(from, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

func nonce(i uint64, last bool) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint64(b[3:], i)
	if last {
		b[11] = 1
	}
	return b
}

func keySize(suite item.Suite) int {
	if suite.Name() == item.SM().Name() {
		return sm4.BlockSize
	}
	return 32
}

func newAEAD(suite item.Suite, key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if suite.Name() == item.SM().Name() {
		block, err = sm4.NewCipher(key)
	}
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// readFront gives the header and what the chunks are bound to. ErrSealed.
func readFront(r io.Reader) (h header, bound [32]byte, err error) {
	front := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(r, front); err != nil || string(front[:len(magic)]) != magic {
		return h, bound, fmt.Errorf("%w: no attachment", ErrSealed)
	}
	size := binary.BigEndian.Uint32(front[len(magic):])
	if size > maxHeader {
		return h, bound, fmt.Errorf("%w: header", ErrSealed)
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(r, head); err != nil || json.Unmarshal(head, &h) != nil {
		return h, bound, fmt.Errorf("%w: header", ErrSealed)
	}
	if again, err := json.Marshal(h); err != nil || !bytes.Equal(again, head) || !wire.ValidUploadID(h.ID) {
		return h, bound, fmt.Errorf("%w: header", ErrSealed)
	}
	return h, sha256.Sum256(append(front, head...)), nil
}

// Reader gives the content of a sealed file to the holder of central's key. What it gave counts only once it has given
// io.EOF; it is held in memory of one chunk, which Close wipes.
type Reader struct {
	id, kind string
	from     *bufio.Reader
	aead     cipher.AEAD
	bound    [32]byte
	next     uint64
	buf      []byte
	rest     []byte
	total    int64
	err      error
}

// Open reads the front of a sealed file. ErrSealed, item.ErrOpen.
func Open(from io.Reader, suite item.Suite, sealPrivate []byte) (*Reader, error) {
	buffered := bufio.NewReaderSize(from, chunkSize+tagSize+1)
	h, bound, err := readFront(buffered)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	if h.Suite != suite.Name() {
		return nil, fmt.Errorf("open attachment: %w: suite %.40q", ErrSealed, h.Suite)
	}
	key, err := suite.Open(sealPrivate, h.info(), h.Key)
	if err != nil {
		return nil, fmt.Errorf("open attachment %s: %w", h.ID, err)
	}
	defer clear(key)
	if len(key) != keySize(suite) {
		return nil, fmt.Errorf("open attachment: %w: key", ErrSealed)
	}
	aead, err := newAEAD(suite, key)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	return &Reader{id: h.ID, kind: h.Type, from: buffered, aead: aead, bound: bound, buf: make([]byte, 0, chunkSize)}, nil
}

// ID is the attachment's identity; that the file is of it and of this type, Open has proven.
func (r *Reader) ID() string { return r.id }

// Type is the attachment's media type.
func (r *Reader) Type() string { return r.kind }

// Read implements io.Reader. ErrSealed.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		r.err = r.chunk()
	}
	if len(r.rest) > 0 {
		n := copy(p, r.rest)
		r.rest = r.rest[n:]
		return n, nil
	}
	return 0, r.err
}

// chunk opens the next one; io.EOF with the last.
func (r *Reader) chunk() error {
	ahead, err := r.from.Peek(chunkSize + tagSize + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read attachment: %w", err)
	}
	last := len(ahead) <= chunkSize+tagSize
	sealed := ahead[:min(len(ahead), chunkSize+tagSize)]
	if len(sealed) < tagSize || len(sealed) == tagSize && r.next > 0 {
		return fmt.Errorf("%w: ends early", ErrSealed)
	}
	plain, err := r.aead.Open(r.buf[:0], nonce(r.next, last), sealed, r.bound[:])
	if err != nil {
		return fmt.Errorf("%w: chunk %d", ErrSealed, r.next)
	}
	if r.total += int64(len(plain)); r.total > MaxSize {
		return fmt.Errorf("%w: too large", ErrSealed)
	}
	r.rest = plain
	r.next++
	if _, err := r.from.Discard(len(sealed)); err != nil {
		return fmt.Errorf("read attachment: %w", err)
	}
	if last {
		return io.EOF
	}
	return nil
}

// Close wipes the chunk that was opened last.
func (r *Reader) Close() {
	clear(r.buf[:cap(r.buf)])
	r.rest, r.err = nil, io.ErrClosedPipe
}
