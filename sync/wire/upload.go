package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Limits of one Upload: failures in a row without a byte of progress, and how often a damaged whole is sent again.
const (
	uploadTries    = 4
	uploadRestarts = 1
)

// Upload brings a sealed file to the upstream and gives its verified receipt. It asks where the upstream stands, goes on
// from there, and after a cut asks again; it holds one part in memory. It gives up after a few failures in a row without
// progress, and may then be called again: nothing that arrived is sent twice. ErrUpload, and the errors of a Client.
func (c *Client) Upload(ctx context.Context, u Upload, from io.ReaderAt) (*UploadReceipt, error) {
	if err := u.Validate(); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	part := make([]byte, min(MaxUploadPart, u.Length))
	var failures, restarts int
	best := int64(-1)
	known := false // the upstream's offset, by a proven answer
	var at UploadState
	for {
		var err error
		if known {
			at, err = c.uploadPart(ctx, u, at.Offset, part, from)
		} else {
			at, err = c.uploadWhere(ctx, u)
		}
		if err == nil && at.Complete {
			if err = at.Receipt.Verify(c.cfg.Source.String(), u, c.cfg.Suite, c.cfg.UpstreamPub); err == nil {
				return at.Receipt, nil
			}
		}
		known = err == nil
		if known && at.Offset > best {
			best, failures = at.Offset, 0
			continue
		}
		if err == nil {
			err = &NoAnswerError{Reason: "upload does not advance"}
		}
		var refused *ProblemError
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("upload: %w", ctx.Err())
		case errors.Is(err, errUploadRead):
			return nil, fmt.Errorf("upload: %w", err)
		case !errors.As(err, &refused) || refused.Problem.Type == ProblemOffset:
		case refused.Problem.Type == ProblemDigest && restarts < uploadRestarts:
			restarts, best = restarts+1, -1
		default:
			return nil, fmt.Errorf("upload: %w", err)
		}
		known = false
		if failures++; failures >= uploadTries {
			return nil, fmt.Errorf("upload: %w", err)
		}
		if err := pause(ctx, backoff(200*time.Millisecond, 2*time.Second, failures-1, nil)); err != nil {
			return nil, fmt.Errorf("upload: %w", err)
		}
	}
}

var errUploadRead = errors.New("file cannot be read")

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// uploadWhere asks for the offset, and announces the file where it is not known or where only a body can tell more: a
// receipt or a refusal. Announcing again changes nothing.
func (c *Client) uploadWhere(ctx context.Context, u Upload) (UploadState, error) {
	at, found, err := c.uploadCall(ctx, http.MethodHead, u, -1, nil)
	var no *NoAnswerError
	switch {
	case err == nil && found && !at.Complete:
		return at, nil
	case errors.As(err, &no) && no.Status == 0, err != nil && no == nil:
		return UploadState{}, err
	}
	at, _, err = c.uploadCall(ctx, http.MethodPost, u, -1, nil)
	return at, err
}

func (c *Client) uploadPart(ctx context.Context, u Upload, offset int64, part []byte, from io.ReaderAt) (UploadState, error) {
	part = part[:min(int64(len(part)), u.Length-offset)]
	if n, err := from.ReadAt(part, offset); n < len(part) {
		return UploadState{}, fmt.Errorf("%w: %w", errUploadRead, err)
	}
	at, _, err := c.uploadCall(ctx, http.MethodPatch, u, offset, part)
	return at, err
}

// uploadCall makes one request, once. found is false for a proven 404 to HEAD.
func (c *Client) uploadCall(ctx context.Context, method string, u Upload, offset int64, body []byte) (at UploadState, found bool, err error) {
	path := u.Path(offset)
	signature, nonce, err := SignRequest(c.cfg.Suite, c.cfg.SignPriv, c.cfg.SignKey, c.cfg.Source.String(), method, path, body, c.cfg.Now())
	if err != nil {
		return at, false, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return at, false, fmt.Errorf("make request: %w", err)
	}
	h := req.Header
	h.Set(HeaderVersion, Version)
	h.Set(HeaderRequest, signature)
	h.Set("Accept", TypeJSON+", "+TypeProblem)
	h.Set("Accept-Encoding", "identity")
	if method != http.MethodHead {
		h.Set(HeaderLength, strconv.FormatInt(u.Length, 10))
		h.Set(HeaderComplete, structuredBool(offset >= 0 && offset+int64(len(body)) == u.Length))
	}
	if method == http.MethodPatch {
		h.Set(HeaderOffset, strconv.FormatInt(offset, 10))
		h.Set("Content-Type", TypeUpload)
	}
	resp, err := c.quick.HTTPClient.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return at, false, ctx.Err()
		}
		return at, false, &NoAnswerError{Reason: "transport", Err: stripURL(err)}
	}
	defer resp.Body.Close()
	no := func(reason string, err error) (UploadState, bool, error) {
		return UploadState{}, false, &NoAnswerError{Reason: reason, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, c.cfg.Now()), Err: err}
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return no("body was cut", stripURL(err))
	}
	if method == http.MethodHead {
		if at, err = u.stateOf(resp.Header); err != nil {
			return no("upload headers", err)
		}
		if answer, err = json.Marshal(at); err != nil {
			return no("upload headers", err)
		}
	}
	epoch := resp.Header.Get(HeaderEpoch)
	switch {
	case resp.Header.Get(HeaderVersion) != Version:
		return no("no protocol header", nil)
	case epoch == "":
		return no("no epoch", nil)
	case c.signer(resp) != c.cfg.UpstreamKey:
		return no("signed by another key", nil)
	}
	asked := Request{Method: method, Path: path, Body: body, Nonce: nonce}
	if err := VerifyAnswer(c.cfg.Suite, c.cfg.UpstreamPub, resp.Header.Get(HeaderSignature), asked, resp.StatusCode, epoch, answer); err != nil {
		return no("signature", err)
	}
	if method != http.MethodHead {
		err = decode(resp, answer, &at, c.cfg.Now())
		if problem := (*ProblemError)(nil); errors.As(err, &problem) {
			problem.Epoch = epoch
		}
		if err != nil {
			return UploadState{}, false, err
		}
	}
	if at.ID != u.ID || at.Digest != u.Digest || at.Length != u.Length || at.Offset < 0 || at.Offset > u.Length || !at.Complete && at.Offset == u.Length {
		return no("state of another upload", nil)
	}
	return at, resp.StatusCode != http.StatusNotFound, nil
}

// stateOf reads what the answer to HEAD says.
func (u Upload) stateOf(h http.Header) (UploadState, error) {
	offset, err := strconv.ParseInt(h.Get(HeaderOffset), 10, 64)
	return UploadState{ID: u.ID, Digest: u.Digest, Length: u.Length, Offset: offset, Complete: h.Get(HeaderComplete) == "?1"}, err
}

func structuredBool(b bool) string {
	if b {
		return "?1"
	}
	return "?0"
}
