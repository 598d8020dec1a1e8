package item

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/klauspost/compress/zstd"
)

// MaxPayload bounds what Open inflates, in bytes.
const MaxPayload = 1 << 20

// ErrDictionary is returned by Open for a payload that was compressed with a dictionary that is not known here. Nothing
// is wrong with the item: it can be opened once the dictionary is there.
var ErrDictionary = errors.New("payload is compressed with a dictionary that is not known here")

// compress makes a zstd frame; a payload is compressed before it is sealed, since sealed bytes do not compress. d is nil
// for none.
func compress(plain []byte, d *Dictionary) ([]byte, error) {
	if d == nil || len(plain) > maxShared {
		w, err := newEncoder(d)
		if err != nil {
			return nil, err
		}
		defer w.Close()
		return encode(w, plain), nil
	}
	p, err := d.packer()
	if err != nil {
		return nil, err
	}
	defer d.packers.Put(p)
	return p.pack(plain), nil
}

// encode leaves no copy behind but those in the encoder and what it gives.
func encode(w *zstd.Encoder, plain []byte) []byte {
	return w.EncodeAll(plain, make([]byte, 0, w.MaxEncodedSize(len(plain))))
}

func newEncoder(d *Dictionary) (*zstd.Encoder, error) {
	options := []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(64 << 10), zstd.WithLowerEncoderMem(true)}
	if d != nil {
		options = append(options, zstd.WithEncoderDict(d.raw))
	}
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		return nil, fmt.Errorf("compress payload: %w", err)
	}
	return w, nil
}

// maxShared is the largest payload, in bytes, that a packer takes.
const maxShared = 16 << 10

// packer is an encoder with a dictionary that is used again: to make one costs ten times what it costs to compress a
// case. But an encoder remembers what it compressed, so it is wiped after each use. One goroutine has it at a time.
type packer struct {
	encoder *zstd.Encoder
	filler  []byte // shared by all
	spent   []byte
}

func (p *packer) pack(plain []byte) []byte {
	packed := encode(p.encoder, plain)
	p.wipe(len(plain))
	return packed
}

// wipe makes the encoder forget the last payload, of n bytes, by compressing something longer: that replaces the window,
// the literals and their packed form, and its start replaces the table of matches.
func (p *packer) wipe(n int) {
	p.spent = p.encoder.EncodeAll(p.filler[:2*n+64], p.spent[:0])
}

// newFiller makes what no payload looks like, so that nothing of the filler is taken for one: of 64 bytes that text seldom
// has, in no order. They are few enough that an entropy coder takes them up, and each quarter repeats something, since
// literals alone would not be packed.
func newFiller() []byte {
	filler := make([]byte, 2*maxShared+64)
	source := rand.NewChaCha8([32]byte{})
	for i := range filler {
		if i%32 >= 24 {
			filler[i] = filler[i-24]
			continue
		}
		b := byte(source.Uint64() & 0x3f)
		filler[i] = b&0x1f | b&0x20<<2
	}
	return filler
}

// inflate reverses compress. An error names the frame's fault only, never what is in it.
func inflate(packed []byte, d *Dictionary) ([]byte, error) {
	options := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxPayload)}
	if d != nil {
		options = append(options, zstd.WithDecoderDicts(d.raw))
	}
	r, err := zstd.NewReader(nil, options...)
	if err != nil {
		return nil, fmt.Errorf("inflate payload: %w", err)
	}
	defer r.Close()
	plain, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("inflate payload: %w", err)
	}
	return plain, nil
}
