package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onedoor/device/speaker/wav"
)

// TestRoundTrip: what is written is read back sample for sample, and every cut of it is told from the whole.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := wav.Sound{Rate: rapid.IntRange(wav.LowestRate, wav.HighestRate).Draw(t, "rate"), Samples: rapid.SliceOfN(rapid.Int16(), 1, 200).Draw(t, "samples")}
		file := wav.Encode(want)
		got, err := wav.Decode(file)
		if err != nil || got.Rate != want.Rate || !slices.Equal(got.Samples, want.Samples) {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
		head := file[:min(len(file), wav.HeadSize)]
		if err := wav.Check(head, int64(len(file))); err != nil {
			t.Fatal(err)
		}
		if err := wav.Check(head, int64(len(file)-1)); !errors.Is(err, wav.ErrCut) {
			t.Fatalf("one byte short: %v", err)
		}
		cut := rapid.IntRange(12, len(file)-1).Draw(t, "cut")
		if got, err = wav.Decode(file[:cut]); !errors.Is(err, wav.ErrCut) || !slices.Equal(got.Samples, want.Samples[:len(got.Samples)]) {
			t.Fatalf("cut at %d of %d: %v, %v", cut, len(file), got, err)
		}
	})
}

// TestOtherFilesAreRefused: what a studio may deliver instead, each for its own reason.
func TestOtherFilesAreRefused(t *testing.T) {
	good := wav.Encode(wav.Sound{Rate: 44100, Samples: []int16{1, 2, 3, 4}})
	with := func(at int, v uint16) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint16(b[at:], v)
		return b
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "MP3": []byte("ID3\x04 and so on and on"), "stereo": with(22, 2), "24 bit": with(34, 24), "floating point": with(20, 3), "telephone": with(24, 8000),
		"no format": append([]byte("RIFF    WAVE"), good[36:]...),
	} {
		if _, err := wav.Decode(file); !errors.Is(err, wav.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	note := append([]byte("LIST\x03\x00\x00\x00abc\x00"), good[36:]...) // what editors put between, padded to an even length
	if s, err := wav.Decode(append(bytes.Clone(good[:36]), note...)); err != nil || len(s.Samples) != 4 {
		t.Errorf("with a note in it: %v, %v", s, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(wav.Encode(wav.Sound{Rate: 22050, Samples: []int16{1, -1}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := wav.Decode(file)
		if err == nil && (s.Rate < wav.LowestRate || 2*len(s.Samples) > len(file)) {
			t.Errorf("took %d samples at %d from %d bytes", len(s.Samples), s.Rate, len(file))
		}
	})
}

func TestMeasures(t *testing.T) {
	square := wav.Sound{Rate: 16000, Samples: []int16{math.MaxInt16, math.MaxInt16, -math.MaxInt16, math.MinInt16, math.MinInt16, 0}}
	if got := square.Clipped(); got != 4 {
		t.Errorf("%d samples are clipped, want 4: one at full scale alone may be right", got)
	}
	half := wav.Sound{Rate: 16000, Samples: []int16{math.MaxInt16 / 2, -math.MaxInt16 / 2}}
	if got := half.Level(); math.Abs(got+6.02) > 0.01 {
		t.Errorf("half of full scale is %.2f dB, want -6.02", got)
	}
	if got := (wav.Sound{Rate: 16000, Samples: make([]int16, 9)}).Level(); !math.IsInf(got, -1) {
		t.Errorf("silence is %v", got)
	}
}

// TestLouder: twice, half, and never beyond what a sample can be.
func TestLouder(t *testing.T) {
	s := wav.Sound{Rate: 22050, Samples: []int16{0, 100, -100, 20000, -20000}}
	for times, want := range map[float64][]int16{2: {0, 200, -200, 32767, -32768}, 0.5: {0, 50, -50, 10000, -10000}, 0: {0, 0, 0, 0, 0}} {
		if got := s.Louder(times); got.Rate != s.Rate || !slices.Equal(got.Samples, want) {
			t.Errorf("%v times: %v at %d, want %v", times, got.Samples, got.Rate, want)
		}
	}
}
