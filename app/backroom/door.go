package backroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"onedoor/app/text"
)

// notices are what citizens may be told of a machine that staff have taken out of service; their sentences have the keys
// behind "out.notice.".
var notices = []string{"maintenance", "paper", "closed", "moved"}

func noticeKey(n string) string {
	return map[string]string{"maintenance": "out.notice.maintenance", "paper": "out.notice.paper", "closed": "out.notice.closed", "moved": "out.notice.moved"}[n]
}

// Door is whether staff have taken the machine out of service. It is kept in a file, so that a restart changes nothing. Its
// methods may be called from any goroutine.
type Door struct {
	file    string
	writing sync.Mutex
	mu      sync.Mutex // not held while the disk is waited for: the screen asks
	kept    closing
}

type closing struct {
	Since  time.Time `json:"since"` // zero: in service
	Notice string    `json:"notice"`
}

// OpenDoor reads the file; without one the machine is in service. One that can not be understood leaves it out of service, for
// somebody wanted it to be.
func OpenDoor(file string) (*Door, error) {
	d := &Door{file: file}
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case err != nil:
		return nil, fmt.Errorf("read whether the kiosk is in service: %w", err)
	}
	if err := json.Unmarshal(data, &d.kept); err != nil || !slices.Contains(notices, d.kept.Notice) && !d.kept.Since.IsZero() {
		d.kept.Notice = notices[0]
		if info, err := os.Stat(file); err == nil && d.kept.Since.IsZero() {
			d.kept.Since = info.ModTime()
		}
	}
	return d, nil
}

// Closed implements kiosk.Door.
func (d *Door) Closed() (since time.Time, notice string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept.Since, d.kept.Notice, !d.kept.Since.IsZero()
}

// Close takes the machine out of service, from now on and over every restart.
func (d *Door) Close(now time.Time, notice string) error {
	if !slices.Contains(notices, notice) {
		return fmt.Errorf("take out of service: there is no notice %.20q", notice)
	}
	return d.keep(closing{now.UTC(), notice})
}

// Open brings it back into service.
func (d *Door) Open() error { return d.keep(closing{}) }

func (d *Door) keep(c closing) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := save(d.file, c); err != nil {
		return fmt.Errorf("keep whether the kiosk is in service: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept = c
	return nil
}

// save writes a small file so that it is either wholly new or wholly old.
func save(file string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return renameio.WriteFile(file, append(data, '\n'), 0o600)
}

// Choices are what staff have set at this machine. They are kept in a file. Its methods may be called from any goroutine.
type Choices struct {
	file    string
	writing sync.Mutex
	mu      sync.Mutex
	kept    chosen
}

type chosen struct {
	Language text.Language `json:"language,omitempty"`
	Volume   *int          `json:"volume,omitempty"` // percent
}

// OpenChoices reads the file. Without one, or with one that can not be understood, nothing has been set.
func OpenChoices(file string) (*Choices, error) {
	c := &Choices{file: file}
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("read what staff have set: %w", err)
	case json.Unmarshal(data, &c.kept) != nil:
		c.kept = chosen{}
	}
	return c, nil
}

// Language is what a visit begins in.
func (c *Choices) Language() text.Language {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept.Language == "" {
		return text.Chinese
	}
	return c.kept.Language
}

// Volume is that of the soft sounds; ok is false when nobody has set it.
func (c *Choices) Volume() (percent int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept.Volume == nil {
		return 0, false
	}
	return *c.kept.Volume, true
}

func (c *Choices) change(how func(*chosen)) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	next := c.kept
	c.mu.Unlock()
	how(&next)
	if err := save(c.file, next); err != nil {
		return fmt.Errorf("keep what staff have set: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = next
	return nil
}

// SetLanguage keeps what a visit begins in.
func (c *Choices) SetLanguage(lang text.Language) error {
	return c.change(func(to *chosen) { to.Language = lang })
}

// SetVolume keeps that of the soft sounds.
func (c *Choices) SetVolume(percent int) error {
	return c.change(func(to *chosen) { to.Volume = &percent })
}
