// Package wav reads and writes sound as WAV files of 16 bit samples on one channel, and measures it.
//
// It guarantees that what Encode writes Decode reads back sample for sample, and that a file which is cut short, or holds
// anything else, is told from a whole one: nothing of the kind is played for speech. The package is pure.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The faults of a file.
var (
	// ErrFormat marks a file that is no WAV file of 16 bit samples on one channel.
	ErrFormat = errors.New("not a WAV file of 16 bit samples on one channel")
	// ErrCut marks a file whose samples end before its head says that they do.
	ErrCut = errors.New("the WAV file ends too early")
)

// The sampling rates that are taken, in hertz: below, speech is hard to follow; above, nothing is heard that is not there.
const (
	LowestRate  = 16000
	HighestRate = 48000
)

// Sound is what a file holds. Rate is in samples a second.
type Sound struct {
	Rate    int
	Samples []int16
}

// The lengths and numbers of the format.
const (
	headSize  = 44
	chunkHead = 8
	pcm       = 1
	sampleLen = 2
)

// Encode gives the file of a sound.
func Encode(s Sound) []byte {
	size := sampleLen * len(s.Samples)
	b := make([]byte, 0, headSize+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(headSize-chunkHead+size))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, pcm)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Rate*sampleLen))
	b = binary.LittleEndian.AppendUint16(b, sampleLen)
	b = binary.LittleEndian.AppendUint16(b, 8*sampleLen)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	for _, v := range s.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// Decode reads a file. With ErrCut the sound is what there is of it: a program that writes to a pipe can not know the length,
// and names one that is too large.
func Decode(file []byte) (Sound, error) {
	s, at, size, err := parse(file)
	if err != nil {
		return s, err
	}
	body := file[at:]
	if size > uint64(len(body)) {
		err = fmt.Errorf("%w: %d of %d bytes are there", ErrCut, len(body), size)
		size = uint64(len(body))
	}
	s.Samples = make([]int16, size/sampleLen)
	for i := range s.Samples {
		s.Samples[i] = int16(binary.LittleEndian.Uint16(body[sampleLen*i:]))
	}
	return s, err
}

// HeadSize is how much of a file Check has to see.
const HeadSize = 4096

// Check tells from the first HeadSize bytes of a file, and its size in bytes, whether Decode would read it.
func Check(head []byte, size int64) error {
	_, at, samples, err := parse(head)
	if err == nil && uint64(at)+samples > uint64(max(size, 0)) {
		err = fmt.Errorf("%w: there should be %d bytes and are %d", ErrCut, uint64(at)+samples, size)
	}
	return err
}

// parse reads up to the samples: where they begin, and how many bytes they should be.
func parse(file []byte) (s Sound, at int, size uint64, err error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return s, 0, 0, fmt.Errorf("%w: it does not begin like one", ErrFormat)
	}
	for at = 12; ; {
		if len(file)-at < chunkHead {
			return s, 0, 0, fmt.Errorf("%w: there are no samples", ErrCut)
		}
		name := string(file[at : at+4])
		size = uint64(binary.LittleEndian.Uint32(file[at+4:]))
		at += chunkHead
		switch name {
		case "fmt ":
			if err := s.format(file[at:]); err != nil {
				return s, 0, 0, err
			}
		case "data":
			if s.Rate == 0 {
				return s, 0, 0, fmt.Errorf("%w: nothing says what its samples are", ErrFormat)
			}
			return s, at, size, nil
		}
		size += size % 2
		if size > uint64(len(file)-at) {
			return s, 0, 0, fmt.Errorf("%w: in its head", ErrCut)
		}
		at += int(size)
	}
}

func (s *Sound) format(b []byte) error {
	if len(b) < 16 {
		return fmt.Errorf("%w: in its head", ErrCut)
	}
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	kind, channels, rate, bits := u16(0), u16(2), int(binary.LittleEndian.Uint32(b[4:])), u16(14)
	const extensible = 0xFFFE
	if kind == extensible && len(b) >= 26 {
		kind = u16(24)
	}
	switch {
	case kind != pcm || bits != 8*sampleLen:
		return fmt.Errorf("%w: it has samples of %d bit in encoding %d", ErrFormat, bits, kind)
	case channels != 1:
		return fmt.Errorf("%w: it has %d channels", ErrFormat, channels)
	case rate < LowestRate || rate > HighestRate:
		return fmt.Errorf("%w: %d samples a second, want %d to %d", ErrFormat, rate, LowestRate, HighestRate)
	}
	s.Rate = rate
	return nil
}

// Louder gives the sound that many times as loud. What does not fit any more is cut off at the limits of a sample.
func (s Sound) Louder(times float64) Sound {
	out := Sound{Rate: s.Rate, Samples: make([]int16, len(s.Samples))}
	for i, v := range s.Samples {
		out.Samples[i] = int16(max(math.MinInt16, min(math.MaxInt16, math.Round(float64(v)*times))))
	}
	return out
}

// Level is how loud a sound is, in decibels below full scale: 0 for the loudest, negative below, -Inf for none at all.
func (s Sound) Level() float64 {
	sum := 0.0
	for _, v := range s.Samples {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return math.Inf(-1)
	}
	return 10 * math.Log10(sum/float64(len(s.Samples))/(math.MaxInt16*math.MaxInt16))
}

// Clipped counts the samples that stand at full scale beside another such: where a microphone was too loud, speech crackles.
func (s Sound) Clipped() int {
	full := func(i int) bool {
		return i >= 0 && i < len(s.Samples) && (s.Samples[i] == math.MaxInt16 || s.Samples[i] == math.MinInt16)
	}
	n := 0
	for i := range s.Samples {
		if full(i) && (full(i-1) || full(i+1)) {
			n++
		}
	}
	return n
}
