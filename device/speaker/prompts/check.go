package prompts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"onedoor/device/speaker"
	"onedoor/device/speaker/wav"
)

// State is whether a sentence can be played, and why not.
type State string

// The states.
const (
	Good     State = "good"
	Missing  State = "missing"  // not on the list, or without its file
	Outdated State = "outdated" // it speaks an older wording; it is not played
	Format   State = "format"   // no WAV file of 16 bit samples on one channel; it is not played
	Cut      State = "cut"      // the file ends too early; it is not played
	Silent   State = "silent"   // nothing can be heard
	Clipped  State = "clipped"  // it was recorded too loud, and crackles
)

// Finding is what Check says of one sentence. By is who speaks, as the list has it: Synthetic, or empty for a person.
type Finding struct {
	Prompt
	State  State
	Detail string // what is wrong with the file; empty when nothing more is known
}

// Synthetic is the By of files that were made by espeak-ng.
const Synthetic = "espeak-ng"

// The limits of a good recording.
const (
	quietest = -45 // dB, over the whole file
	cracks   = 8   // samples that may stand at full scale in a row
)

// Check looks at the recordings of a voice for the sentences that are wanted, in their order. unused are the lines of the
// list that nobody wants any more. Without a list all are missing.
func Check(dir string, voice speaker.Voice, wanted []Prompt) (all []Finding, unused []Prompt, err error) {
	listed, err := Manifest(dir, voice)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	for _, w := range wanted {
		all = append(all, judge(Folder(dir, voice), w, listed))
	}
	for _, p := range listed {
		if !slices.ContainsFunc(wanted, func(w Prompt) bool { return w.Digest == p.Digest || w.Key == p.Key && w.Language == p.Language }) {
			unused = append(unused, p)
		}
	}
	return all, unused, nil
}

func judge(folder string, want Prompt, listed []Prompt) Finding {
	f := Finding{Prompt: want, State: Missing}
	at := slices.IndexFunc(listed, func(p Prompt) bool { return p.Digest == want.Digest })
	if at < 0 {
		if slices.ContainsFunc(listed, func(p Prompt) bool { return p.Key == want.Key && p.Language == want.Language }) {
			f.State = Outdated
		}
		return f
	}
	f.File, f.By = listed[at].File, listed[at].By
	sound, err := read(filepath.Join(folder, f.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f
	case errors.Is(err, wav.ErrCut):
		f.State, f.Detail = Cut, err.Error()
	case err != nil:
		f.State, f.Detail = Format, err.Error()
	case sound.Level() < quietest:
		f.State = Silent
	case sound.Clipped() > cracks:
		f.State = Clipped
	default:
		f.State = Good
	}
	return f
}

// largest is more than the longest sentence takes: a minute at the highest rate.
const largest = 60 * wav.HighestRate * 2

func read(path string) (wav.Sound, error) {
	info, err := os.Stat(path)
	if err != nil {
		return wav.Sound{}, err
	}
	if info.Size() > largest {
		return wav.Sound{}, fmt.Errorf("%w: %d bytes are more than a minute", wav.ErrFormat, info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return wav.Sound{}, err
	}
	return wav.Decode(data)
}
