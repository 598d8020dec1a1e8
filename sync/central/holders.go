package central

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"onedoor/sync/item"
)

// holderKey derives the key of the index of holders from the sealing key: whoever has that can read the numbers themselves,
// and nobody else can compute the index.
func holderKey(keys Keys) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, keys.SealPrivate, nil, "onedoor holder index v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive key of the holders: %w", err)
	}
	return key, nil
}

// holderBytes is how much of the hash is kept: enough that no two numbers that exist share it.
const holderBytes = 16

// maxHolderNumber bounds a number, in characters: those of cards have 15 to 18.
const maxHolderNumber = 32

// holder gives the pseudonym of the holder of number; empty for what can be no number.
func (s *Server) holder(number []byte) Holder {
	if len(number) == 0 || len(number) > maxHolderNumber {
		return ""
	}
	upper := bytes.ToUpper(number) // 11010119000101001x is the same number
	defer clear(upper)
	for _, c := range upper {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return ""
		}
	}
	m := hmac.New(sha256.New, s.holderKey)
	m.Write(upper)
	return Holder(base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:holderBytes]))
}

// holderOf gives the holder that an opened submission names; empty when it names none.
func (s *Server) holderOf(payload []byte) Holder {
	// The number is taken as raw bytes, which can be wiped; all else is passed over.
	var p struct {
		Applicant struct {
			Number json.RawMessage `json:"number"`
		} `json:"applicant"`
	}
	err := json.Unmarshal(payload, &p)
	raw := p.Applicant.Number
	defer clear(raw)
	if err != nil || len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return ""
	}
	return s.holder(raw[1 : len(raw)-1])
}

const indexPage = 50

// IndexHolders finds the holders of cases that were opened before central kept them, a page at a time, until none is left
// or ctx ends. Any number of processes may do so at once, and all of them serve meanwhile.
func (s *Server) IndexHolders(ctx context.Context) error {
	for done := 0; ; {
		cases, err := s.cfg.Store.Unindexed(ctx, indexPage)
		if err != nil {
			return fmt.Errorf("index holders: %w", err)
		}
		if len(cases) == 0 {
			if done > 0 {
				s.cfg.Logger.Info("cases of before were indexed by their holders", "cases", done)
			}
			return nil
		}
		found := make([]Holding, len(cases))
		for i := range cases {
			found[i].Position = cases[i].Position
			if found[i].Holder, err = s.lookForHolder(ctx, &cases[i]); err != nil {
				return fmt.Errorf("index holders: case %s: %w", cases[i].ID, err)
			}
		}
		if err := s.cfg.Store.Indexed(ctx, found); err != nil {
			return fmt.Errorf("index holders: %w", err)
		}
		done += len(cases)
	}
}

// lookForHolder opens the submission of a case. What can not be opened, or is not there, has no holder that can be told.
func (s *Server) lookForHolder(ctx context.Context, c *Case) (Holder, error) {
	row, err := s.cfg.Store.Row(ctx, c.ItemSource, c.ItemID)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	it := &row.Entry.Item
	if it.Type != item.TypeSubmission || it.SealKey != s.cfg.Keys.SealID {
		return "", nil
	}
	payload, err := s.opener.Open(it)
	if err != nil {
		s.cfg.Logger.Error("submission can not be opened to index it", "case", c.ID, "error", err)
		return "", nil
	}
	defer clear(payload)
	return s.holderOf(payload), nil
}
