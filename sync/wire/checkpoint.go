package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"onedoor/sync/item"
)

// Checkpoint is a device's signed statement of how its audit log stands: Count entries, the last of them with the digest
// Head. It is the payload of an item of item.TypeAudit. A log that says otherwise later was rewritten.
type Checkpoint struct {
	Source string `json:"source"`
	Count  uint64 `json:"count"` // of entries, and so the sequence of the last one
	Head   string `json:"head"`  // item.Digest of the last entry's line
	At     string `json:"at"`    // RFC 3339 UTC, the device's clock
	Suite  string `json:"suite"`
	Key    string `json:"key"` // id of the device's signing key
	Sig    []byte `json:"signature"`
}

// ErrCheckpoint is returned for a checkpoint that does not prove what it says.
var ErrCheckpoint = errors.New("checkpoint does not verify")

func (c *Checkpoint) message() []byte {
	return binary.BigEndian.AppendUint64(message("onedoor audit checkpoint v1", c.Source, c.Head, c.At, c.Suite, c.Key), c.Count)
}

// message joins a domain and parts, each behind its length, so that no two lists of parts give the same bytes.
func message(domain string, parts ...string) []byte {
	msg := []byte(domain)
	for _, s := range parts {
		msg = append(binary.BigEndian.AppendUint32(msg, uint32(len(s))), s...)
	}
	return msg
}

// Sign fills in Suite and Sig with the device's private key.
func (c *Checkpoint) Sign(suite item.Suite, private []byte) error {
	c.Suite = suite.Name()
	sig, err := suite.Sign(private, c.message())
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	c.Sig = sig
	return nil
}

// Verify checks that the device with that public key said so, and that it says something. ErrCheckpoint.
func (c *Checkpoint) Verify(suite item.Suite, public []byte) error {
	switch _, err := item.ParseDigest(c.Head); {
	case c.Count == 0 || err != nil:
		return fmt.Errorf("%w: count or head", ErrCheckpoint)
	case c.Suite != suite.Name():
		return fmt.Errorf("%w: of another suite", ErrCheckpoint)
	case !suite.Verify(public, c.message(), c.Sig):
		return fmt.Errorf("%w: signature", ErrCheckpoint)
	}
	return nil
}

// PathCheckpoints is where a device asks what central holds of its audit log: ?from=COUNT, in the order of the counts.
const PathCheckpoints = "/sync/v1/audit/checkpoints"

// MaxCheckpoints is the most that one answer holds.
const MaxCheckpoints = 500

// CheckpointsAnswer answers it.
type CheckpointsAnswer struct {
	Epoch       string       `json:"epoch"`
	Checkpoints []Checkpoint `json:"checkpoints"`
	More        bool         `json:"more"`
}

// Checkpoints reads all checkpoints that central holds of this device's audit log. Their signatures are not verified yet.
func (c *Client) Checkpoints(ctx context.Context) ([]Checkpoint, error) {
	var all []Checkpoint
	for from := uint64(0); ; {
		var a CheckpointsAnswer
		path := PathCheckpoints + "?from=" + strconv.FormatUint(from, 10)
		epoch, err := c.do(ctx, c.quick, call{method: http.MethodGet, path: path, limit: maxAnswer, into: &a})
		if err == nil {
			err = sameEpoch(a.Epoch, epoch)
		}
		if err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		all = append(all, a.Checkpoints...)
		n := len(a.Checkpoints)
		if !a.More || n == 0 || a.Checkpoints[n-1].Count < from {
			return all, nil
		}
		from = a.Checkpoints[n-1].Count + 1
	}
}
