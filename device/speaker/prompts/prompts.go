// Package prompts keeps sentences that were spoken beforehand, a folder of WAV files for each voice.
//
// It guarantees that a file is played only for the very words it was spoken for: each is listed with the digest of those
// words, and a sentence whose wording has changed since has no recording. A file that was replaced after Open, or is no
// whole WAV file of 16 bit samples on one channel, is not played either.
package prompts

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"onedoor/device/speaker"
	"onedoor/device/speaker/wav"
)

// ManifestName is the list of the recordings in a voice's folder: one JSON object a line, each a Prompt.
const ManifestName = "manifest.jsonl"

// Prompt is one sentence.
type Prompt struct {
	Key      string `json:"key"`      // of the message catalogue
	Language string `json:"language"` // in which it is written there, a BCP 47 tag
	Text     string `json:"text"`     // for people who record; the digest alone decides
	Digest   string `json:"digest"`   // of the text that the file speaks, as Digest gives it
	File     string `json:"file"`     // name in the voice's folder
	By       string `json:"by,omitempty"`
}

// Digest is what words are known by: "sha256:" and 64 hexadecimal digits.
func Digest(words string) string {
	sum := sha256.Sum256([]byte(words))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// New gives the prompt for a sentence as it is now.
func New(key, language, words string) Prompt {
	return Prompt{Key: key, Language: language, Text: words, Digest: Digest(words), File: key + "." + language + ".wav"}
}

// Folder is where the recordings of a voice are.
func Folder(dir string, voice speaker.Voice) string { return filepath.Join(dir, string(voice)) }

// ErrManifest marks a list that can not be read.
var ErrManifest = errors.New("list of recordings")

// Manifest reads the list of a voice. Without one it gives nothing and an error that is fs.ErrNotExist.
func Manifest(dir string, voice speaker.Voice) ([]Prompt, error) {
	file := filepath.Join(Folder(dir, voice), ManifestName)
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	var all []Prompt
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var p Prompt
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("%w: %s: line %d: %w", ErrManifest, file, n, err)
		}
		if p.File == "" || p.File != filepath.Base(p.File) || !filepath.IsLocal(p.File) {
			return nil, fmt.Errorf("%w: %s: line %d: %q is no name of a file beside it", ErrManifest, file, n, p.File)
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrManifest, file, err)
	}
	return all, nil
}

// WriteManifest replaces the list of a voice, all of it or nothing.
func WriteManifest(dir string, voice speaker.Voice, all []Prompt) error {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	for _, p := range all {
		if err := lines.Encode(p); err != nil {
			return fmt.Errorf("write list of recordings: %w", err)
		}
	}
	if err := renameio.WriteFile(filepath.Join(Folder(dir, voice), ManifestName), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write list of recordings: %w", err)
	}
	return nil
}

// Set is what can be played. It is immutable.
type Set struct {
	files map[speaker.Voice]map[string]recording // by digest
}

type recording struct {
	path string
	info fs.FileInfo // as it was looked at
}

// Open looks at all recordings of the voices below dir. A voice without a list has none. The error names every list and
// file that can not be used; the set holds the others.
func Open(dir string, voices ...speaker.Voice) (*Set, error) {
	s := &Set{files: map[speaker.Voice]map[string]recording{}}
	var faults []error
	for _, voice := range voices {
		all, err := Manifest(dir, voice)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files := map[string]recording{}
		for _, p := range all {
			r, err := look(filepath.Join(Folder(dir, voice), p.File))
			if err != nil {
				faults = append(faults, err)
				continue
			}
			files[p.Digest] = r
		}
		s.files[voice] = files
	}
	return s, errors.Join(faults...)
}

// look decides whether a file can be played.
func look(path string) (recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return recording{}, fmt.Errorf("recording: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return recording{}, fmt.Errorf("recording: %w", err)
	}
	head := make([]byte, wav.HeadSize)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return recording{}, fmt.Errorf("recording: %w", err)
	}
	if err := wav.Check(head[:n], info.Size()); err != nil {
		return recording{}, fmt.Errorf("recording %s: %w", path, err)
	}
	return recording{path, info}, nil
}

// Len is how many recordings a voice has.
func (s *Set) Len(voice speaker.Voice) int { return len(s.files[voice]) }

// Open implements speaker.Recordings.
func (s *Set) Open(voice speaker.Voice, words string) (*os.File, bool) {
	r, ok := s.files[voice][Digest(words)]
	if !ok {
		return nil, false
	}
	f, err := os.Open(r.path)
	if err != nil {
		return nil, false
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(info, r.info) || info.Size() != r.info.Size() || !info.ModTime().Equal(r.info.ModTime()) {
		_ = f.Close() // what is in it now, nobody has looked at
		return nil, false
	}
	return f, true
}
