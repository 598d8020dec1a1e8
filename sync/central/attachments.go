package central

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/sync/attach"
	"onedoor/sync/wire"
)

// AttachmentView is what central has of a file that a case's submission names.
type AttachmentView struct {
	ID       string          `json:"id"`
	Type     string          `json:"type,omitempty" doc:"media type"`
	State    AttachmentState `json:"state" enum:"here,coming,differs"`
	Size     int64           `json:"size" doc:"of the sealed file, in bytes"`
	Received int64           `json:"received" doc:"bytes of the sealed file that are here"`
}

// AttachmentState tells whether staff can open a file.
type AttachmentState string

// The states. What came differs when it is under the attachment's identity, but is not the file that the item names.
const (
	AttachmentHere    AttachmentState = "here"
	AttachmentComing  AttachmentState = "coming"
	AttachmentDiffers AttachmentState = "differs"
)

// attachments looks for the files of a case, in the order of its submission.
func (s *Server) attachments(c *Case) ([]AttachmentView, error) {
	if len(c.Facts.Attachments) == 0 {
		return nil, nil
	}
	dirs, err := s.uploads.dirs(c.Kiosk)
	if err != nil {
		return nil, err
	}
	var out []AttachmentView
	for _, ref := range c.Facts.Attachments {
		at, _, err := s.uploads.attachment(dirs, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, nil
}

// dirs gives the folders of a kiosk, since any incarnation may have sent what an item names; none when no uploads are taken.
func (u *uploads) dirs(kiosk Kiosk) ([]string, error) {
	var out []string
	for n := 1; u != nil && n <= 99; n++ {
		dir := filepath.Join(u.dir, fmt.Sprintf("%s-%s-%02d", kiosk.Hall, kiosk.Number, n))
		_, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, dir)
	}
	return out, nil
}

// attachment looks for one file in a kiosk's folders. It gives the path of one that is here.
func (u *uploads) attachment(dirs []string, ref attach.Ref) (at AttachmentView, path string, err error) {
	at = AttachmentView{ID: ref.ID, Type: ref.Type, State: AttachmentComing, Size: ref.Size}
	differs := false
	for _, dir := range dirs {
		path, received, other, err := u.seek(dir, ref)
		if err != nil {
			return at, "", err
		}
		if path != "" {
			at.State, at.Received = AttachmentHere, ref.Size
			return at, path, nil
		}
		at.Received, differs = max(at.Received, received), differs || other
	}
	if differs && at.Received == 0 {
		at.State = AttachmentDiffers
	}
	return at, "", nil
}

// seek looks for a file in one folder: its path when it is whole, else how much of it came, or that other bytes did.
func (u *uploads) seek(dir string, ref attach.Ref) (path string, received int64, other bool, err error) {
	l := u.lock(filepath.Base(dir))
	l.Lock()
	defer l.Unlock()
	f := wire.Upload{ID: ref.ID, Digest: ref.Digest, Length: ref.Size}
	at, err := look(dir, f)
	switch {
	case errors.Is(err, errUploadTaken):
		return "", 0, true, nil
	case err != nil || at.known && !at.whole:
		return "", at.offset, false, err
	case at.whole:
		path = filepath.Join(dir, loose(f))
		if _, err := os.Stat(path); err != nil {
			path += keptSuffix
		}
		return path, at.offset, false, nil
	}
	files, err := list(dir)
	for _, have := range files {
		other = other || have.id == ref.ID
	}
	return "", 0, other, err
}
