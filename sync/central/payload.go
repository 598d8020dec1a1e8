package central

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"onedoor/sync/attach"
	"onedoor/sync/wire"
)

// Submission is the opened payload of a submission. Applicant and Form are about a person: they are read on demand and
// never kept.
type Submission struct {
	Service struct {
		ID         string `json:"id"`
		Title      Text   `json:"title"`
		Department Text   `json:"department"`
	} `json:"service"`
	Applicant map[string]any `json:"applicant"`
	Form      map[string]any `json:"form"`
	Next      Text           `json:"next"`

	Attachments []attach.Ref `json:"attachments,omitempty"` // sealed files that belong to it and travel by themselves
}

// maxAttachments bounds what one submission names.
const maxAttachments = 50

// readFacts takes out of a submission what may be indexed.
func readFacts(payload []byte) (*Facts, error) {
	// Only the public members are decoded, so that the others leave no copies behind.
	var p struct {
		Service struct {
			ID         string `json:"id"`
			Title      Text   `json:"title"`
			Department Text   `json:"department"`
		} `json:"service"`
		Next        Text         `json:"next"`
		Attachments []attach.Ref `json:"attachments"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, errors.New("the payload is not a submission")
	}
	f := &Facts{ServiceID: p.Service.ID, Title: p.Service.Title, Department: p.Service.Department, Next: p.Next, Attachments: p.Attachments}
	if f.ServiceID == "" || len(f.ServiceID) > 100 {
		return nil, errors.New("the payload names no service")
	}
	for _, t := range []Text{f.Title, f.Department, f.Next} {
		if !plausible(t) {
			return nil, errors.New("a text of the payload is too long")
		}
	}
	if !attachable(f.Attachments) {
		return nil, errors.New("the payload names an attachment that can not be one")
	}
	return f, nil
}

// attachable reports whether refs can be of files that central takes, each named once.
func attachable(refs []attach.Ref) bool {
	seen := map[string]bool{}
	for _, r := range refs {
		u := wire.Upload{ID: r.ID, Digest: r.Digest, Length: r.Size}
		if u.Validate() != nil || len(r.Type) > 100 || seen[r.ID] {
			return false
		}
		seen[r.ID] = true
	}
	return len(refs) <= maxAttachments
}

func plausible(t Text) bool {
	for lang, s := range t {
		if len(lang) > 35 || utf8.RuneCountInString(s) > 500 {
			return false
		}
	}
	return len(t) <= 8
}

func readPrint(payload []byte) (*Print, error) {
	var p struct {
		Outcome string `json:"outcome"`
		Cause   string `json:"cause"`
		Copy    int    `json:"copy"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, errors.New("the payload is not a print outcome")
	}
	switch p.Outcome {
	case "printed", "not_printed", "unknown":
	default:
		return nil, errors.New("the payload has no print outcome that is known here")
	}
	if p.Copy < 0 || utf8.RuneCountInString(p.Cause) > 200 {
		return nil, errors.New("the print outcome is not plausible")
	}
	return &Print{Outcome: p.Outcome, Cause: p.Cause, Copy: p.Copy}, nil
}
