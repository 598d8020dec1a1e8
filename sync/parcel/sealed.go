package parcel

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"onedoor/sync/item"
)

// maxSealed bounds what is sealed as one piece, in bytes.
const maxSealed = 256 << 20

// SealedHead says what a sealed file is and whose, to who can not open it.
type SealedHead struct {
	Version int       `json:"onedoor_sealed"`
	Content string    `json:"content"` // as "logs.tar.gz"
	Source  string    `json:"source"`
	Suite   string    `json:"suite"`
	SealKey string    `json:"seal_key"` // id of central's
	Made    time.Time `json:"made"`
}

// Seal writes content so that only the owner of the sealing key can read it. The head is bound in.
func Seal(to io.Writer, suite item.Suite, h SealedHead, public, content []byte) error {
	if len(content) > maxSealed {
		return fmt.Errorf("seal %s: %d bytes are too many", h.Content, len(content))
	}
	h.Version, h.Suite = version, suite.Name()
	head, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("seal %s: %w", h.Content, err)
	}
	sealed, err := suite.Seal(public, head, content)
	if err != nil {
		return fmt.Errorf("seal %s: %w", h.Content, err)
	}
	if _, err := to.Write(append(append(head, '\n'), sealed...)); err != nil {
		return fmt.Errorf("seal %s: %w", h.Content, err)
	}
	return nil
}

// OpenSealed reads what Seal wrote, with central's private key of that id. ErrParcel for a file that is none or was altered.
func OpenSealed(from io.Reader, suites map[string]item.Suite, private func(sealKey string) []byte) (SealedHead, []byte, error) {
	var h SealedHead
	lines := bufio.NewReader(io.LimitReader(from, maxSealed+maxLine))
	head, err := lines.ReadBytes('\n')
	if err != nil {
		return h, nil, fmt.Errorf("%w: it has no head", ErrParcel)
	}
	head = bytes.TrimSuffix(head, []byte{'\n'})
	if err := strict(head, &h); err != nil || h.Version != version {
		return h, nil, fmt.Errorf("%w: it does not begin as one", ErrParcel)
	}
	suite := suites[h.Suite]
	if suite == nil {
		return h, nil, fmt.Errorf("%w: suite %q is not known", ErrParcel, h.Suite)
	}
	sealed, err := io.ReadAll(lines)
	if err != nil {
		return h, nil, fmt.Errorf("%w: %w", ErrParcel, err)
	}
	content, err := suite.Open(private(h.SealKey), head, sealed)
	if err != nil {
		return h, nil, fmt.Errorf("%w: %w", ErrParcel, err)
	}
	return h, content, nil
}
