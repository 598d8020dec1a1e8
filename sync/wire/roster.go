package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"onedoor/sync/item"
)

// Member is one person of a hall's staff.
type Member struct {
	ID       string `json:"id"`       // 2 to 16 of a-z, 0-9 and -, a letter first; never used again for another person
	Name     string `json:"name"`     // to be shown
	Role     string `json:"role"`     // attendant, maintainer or supervisor; a node lets nobody in with a role that it does not know
	Verifier string `json:"verifier"` // of the PIN; empty when revoked. Central never sees a PIN
	Revoked  bool   `json:"revoked,omitempty"`
	Unlocks  uint64 `json:"unlocks,omitempty"` // grows when central takes back a lock for wrong PINs
}

// Roster is the whole staff of a hall, signed by central, so that it stays central's word over every hop. Version only grows
// within an epoch.
type Roster struct {
	Hall    string   `json:"hall"`
	Epoch   string   `json:"epoch"`
	Version uint64   `json:"version"`
	At      string   `json:"at"`
	Members []Member `json:"members"`
	Key     string   `json:"key"` // id of central's signing key
	Sig     []byte   `json:"signature"`
}

// RosterMark is central's signed word that at that time no roster of the hall was newer than Version.
type RosterMark struct {
	Hall    string `json:"hall"`
	Epoch   string `json:"epoch"`
	Version uint64 `json:"version"`
	At      string `json:"at"`
	Key     string `json:"key"`
	Sig     []byte `json:"signature"`
}

// ErrRoster is returned for a roster or a mark that is not central's.
var ErrRoster = errors.New("roster does not verify")

func (r *Roster) message() []byte {
	parts := []string{r.Hall, r.Epoch, r.At, r.Key}
	for _, m := range r.Members {
		parts = append(parts, m.ID, m.Name, m.Role, m.Verifier, strconv.FormatBool(m.Revoked), strconv.FormatUint(m.Unlocks, 10))
	}
	return binary.BigEndian.AppendUint64(message("onedoor roster v1", parts...), r.Version)
}

// Sign fills in Sig with central's private key.
func (r *Roster) Sign(suite item.Suite, private []byte) error {
	sig, err := suite.Sign(private, r.message())
	if err != nil {
		return fmt.Errorf("sign roster: %w", err)
	}
	r.Sig = sig
	return nil
}

// Verify checks that central, by its public key, said so of that hall. ErrRoster.
func (r *Roster) Verify(hall string, suite item.Suite, public []byte) error {
	switch {
	case r.Hall != hall:
		return fmt.Errorf("%w: of another hall", ErrRoster)
	case !suite.Verify(public, r.message(), r.Sig):
		return fmt.Errorf("%w: signature", ErrRoster)
	}
	return nil
}

func (m *RosterMark) message() []byte {
	return binary.BigEndian.AppendUint64(message("onedoor roster mark v1", m.Hall, m.Epoch, m.At, m.Key), m.Version)
}

// Sign fills in Sig with central's private key.
func (m *RosterMark) Sign(suite item.Suite, private []byte) error {
	sig, err := suite.Sign(private, m.message())
	if err != nil {
		return fmt.Errorf("sign roster mark: %w", err)
	}
	m.Sig = sig
	return nil
}

// Verify checks that central, by its public key, said so of that hall. ErrRoster.
func (m *RosterMark) Verify(hall string, suite item.Suite, public []byte) error {
	switch {
	case m.Hall != hall:
		return fmt.Errorf("%w: mark of another hall", ErrRoster)
	case !suite.Verify(public, m.message(), m.Sig):
		return fmt.Errorf("%w: signature of the mark", ErrRoster)
	}
	return nil
}
