package wire

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"onedoor/sync/item"
)

// Constants of resumable uploads (draft-ietf-httpbis-resumable-upload). What a request's headers say stands in its query
// too, which is signed.
const (
	PathUploads    = "/sync/v1/uploads/"
	TypeUpload     = "application/partial-upload"
	HeaderOffset   = "Upload-Offset"
	HeaderComplete = "Upload-Complete" // ?0 or ?1
	HeaderLength   = "Upload-Length"

	MaxUpload     = 21 << 20  // bytes of one sealed file: 20 MiB and its seals
	MaxUploadPart = 256 << 10 // bytes of one request, and what a cut costs at most

	// ProblemOffset refuses a part that does not follow what is there; ProblemDigest a whole that is not what was announced,
	// and is forgotten; ProblemUpload what can not be taken at all; ProblemQuota what there is no room for now: the node keeps
	// it and asks again later.
	ProblemOffset = "urn:onedoor:problem:upload-offset"
	ProblemDigest = "urn:onedoor:problem:upload-digest"
	ProblemUpload = "urn:onedoor:problem:upload-invalid"
	ProblemQuota  = "urn:onedoor:problem:upload-quota"
)

// Upload is a sealed file as it is announced.
type Upload struct {
	ID     string // a UUID in lower case
	Digest string // SHA-256 of the sealed file, 64 hexadecimal digits
	Length int64  // bytes, from 1 to MaxUpload
}

// ErrUpload is returned for an upload that can not be announced as it is.
var ErrUpload = errors.New("not a valid upload")

// Validate checks the shape. ErrUpload.
func (u Upload) Validate() error {
	switch {
	case !ValidUploadID(u.ID):
		return fmt.Errorf("%w: identity", ErrUpload)
	case len(u.Digest) != 64 || !lowerHex(u.Digest):
		return fmt.Errorf("%w: digest", ErrUpload)
	case u.Length < 1 || u.Length > MaxUpload:
		return fmt.Errorf("%w: %d bytes", ErrUpload, u.Length)
	}
	return nil
}

// Path gives path and query; offset below 0 gives none.
func (u Upload) Path(offset int64) string {
	q := url.Values{"digest": {u.Digest}, "length": {strconv.FormatInt(u.Length, 10)}}
	if offset >= 0 {
		q.Set("offset", strconv.FormatInt(offset, 10))
	}
	return PathUploads + u.ID + "?" + q.Encode()
}

// ValidUploadID reports whether id is a UUID in lower case, and so safe as a file's name.
func ValidUploadID(id string) bool {
	return len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' &&
		lowerHex(id[:8]+id[9:13]+id[14:18]+id[19:23]+id[24:])
}

func lowerHex(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && hex.EncodeToString(raw) == s
}

// UploadState answers every call. The answer to HEAD has no body; its signature covers this, without a receipt, as its
// headers say it.
type UploadState struct {
	ID       string         `json:"id"`
	Digest   string         `json:"digest"`
	Length   int64          `json:"length"`
	Offset   int64          `json:"offset"` // bytes that are durable
	Complete bool           `json:"complete"`
	Receipt  *UploadReceipt `json:"receipt,omitempty"` // with Complete
}

// UploadReceipt is an upstream's signed statement that it holds the whole file durably.
type UploadReceipt struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	Digest string `json:"digest"`
	Length int64  `json:"length"`
	Tier   Tier   `json:"tier"`
	Epoch  string `json:"epoch"`
	At     string `json:"at"`
	Key    string `json:"key"` // id of the upstream's signing key
	Sig    []byte `json:"signature"`
}

func (r *UploadReceipt) message() []byte {
	msg := []byte("onedoor upload v1")
	for _, s := range []string{r.Source, r.ID, r.Digest, string(r.Tier), r.Epoch, r.At, r.Key} {
		msg = binary.BigEndian.AppendUint32(msg, uint32(len(s)))
		msg = append(msg, s...)
	}
	return binary.BigEndian.AppendUint64(msg, uint64(r.Length))
}

// Sign fills in Sig with the upstream's private key.
func (r *UploadReceipt) Sign(suite item.Suite, private []byte) error {
	sig, err := suite.Sign(private, r.message())
	if err != nil {
		return fmt.Errorf("sign upload receipt: %w", err)
	}
	r.Sig = sig
	return nil
}

// Verify checks that the upstream with that public key holds exactly this file of that source. ErrAck.
func (r *UploadReceipt) Verify(source string, u Upload, suite item.Suite, public []byte) error {
	switch {
	case r == nil || r.Source != source || r.ID != u.ID:
		return fmt.Errorf("%w: names another file", ErrAck)
	case r.Digest != u.Digest || r.Length != u.Length:
		return fmt.Errorf("%w: names other bytes", ErrAck)
	case !suite.Verify(public, r.message(), r.Sig):
		return fmt.Errorf("%w: signature", ErrAck)
	}
	return nil
}
