package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"onedoor/sync/item"
)

func testUpload() Upload {
	return Upload{ID: item.NewID(start), Digest: strings.Repeat("ab", 32), Length: 10}
}

// A portal that answers everything, with the draft's own headers, brings no receipt and ends in bounded requests.
func TestUploadIsNotFooledByAPortal(t *testing.T) {
	u := newUpstream(t, item.Default())
	c := u.client(HTTPOptions{})
	u.set(func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Del(HeaderSignature)
		w.Header().Set(HeaderOffset, "10")
		w.Header().Set(HeaderComplete, "?1")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "{}")
	}, nil)
	if receipt, err := c.Upload(t.Context(), testUpload(), bytes.NewReader(make([]byte, 10))); !errors.Is(err, ErrNoAnswer) || receipt != nil {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	if n := u.count(); n == 0 || n > 2*uploadTries {
		t.Errorf("%d requests", n)
	}
}

// An upstream that signs, but without a receipt for these bytes, ends nothing; nor does one that never advances.
func TestUploadNeedsItsOwnReceipt(t *testing.T) {
	u := newUpstream(t, item.Default())
	c := u.client(HTTPOptions{})
	f := testUpload()
	other := f
	other.Length = 11
	tests := map[string]UploadState{
		"none":        {ID: f.ID, Digest: f.Digest, Length: 10, Offset: 10, Complete: true},
		"other bytes": {ID: f.ID, Digest: f.Digest, Length: 10, Offset: 10, Complete: true, Receipt: u.receipt(t, other)},
		"no advance":  {ID: f.ID, Digest: f.Digest, Length: 10, Offset: 3},
		"backwards":   {ID: f.ID, Digest: f.Digest, Length: 10, Offset: -1},
		"beyond":      {ID: f.ID, Digest: f.Digest, Length: 10, Offset: 11},
	}
	for name, state := range tests {
		t.Run(name, func(t *testing.T) {
			u.set(nil, func(*http.Request, []byte) (int, any) { return http.StatusOK, state })
			receipt, err := c.Upload(t.Context(), f, bytes.NewReader(make([]byte, 10)))
			if receipt != nil || !errors.Is(err, ErrNoAnswer) && !errors.Is(err, ErrAck) {
				t.Errorf("receipt %+v, %v", receipt, err)
			}
			if n := u.count(); n > 4*uploadTries {
				t.Errorf("%d requests", n)
			}
		})
	}
	good := UploadState{ID: f.ID, Digest: f.Digest, Length: 10, Offset: 10, Complete: true, Receipt: u.receipt(t, f)}
	u.set(func(w http.ResponseWriter, _ *http.Request, signed []byte) {
		_, _ = w.Write(append(signed, ' ')) // no byte of an answer may be altered, even where it says the same
	}, func(*http.Request, []byte) (int, any) { return http.StatusOK, good })
	if receipt, err := c.Upload(t.Context(), f, bytes.NewReader(nil)); receipt != nil || !errors.Is(err, ErrNoAnswer) {
		t.Errorf("altered answer: %+v, %v", receipt, err)
	}
	u.set(nil, nil)
	if receipt, err := c.Upload(t.Context(), f, bytes.NewReader(nil)); err != nil || receipt == nil {
		t.Errorf("its own receipt: %+v, %v", receipt, err)
	}
}

func (u *upstream) receipt(t *testing.T, f Upload) *UploadReceipt {
	t.Helper()
	r := &UploadReceipt{Source: kiosk.String(), ID: f.ID, Digest: f.Digest, Length: f.Length, Tier: TierCentral, Key: "up-1"}
	if err := r.Sign(u.keys.suite, u.keys.upPriv); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestUploadStops(t *testing.T) {
	u := newUpstream(t, item.Default())
	c := u.client(HTTPOptions{})
	f := testUpload()
	u.set(nil, func(*http.Request, []byte) (int, any) {
		return http.StatusOK, UploadState{ID: f.ID, Digest: f.Digest, Length: 10}
	})
	if _, err := c.Upload(t.Context(), f, bytes.NewReader(make([]byte, 9))); !errors.Is(err, io.EOF) {
		t.Errorf("file is shorter than announced: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	u.set(nil, func(*http.Request, []byte) (int, any) {
		cancel()
		return http.StatusServiceUnavailable, Problem{}
	})
	if _, err := c.Upload(ctx, f, bytes.NewReader(make([]byte, 10))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	u.set(nil, func(*http.Request, []byte) (int, any) {
		return http.StatusForbidden, Problem{Type: ProblemUnknown}
	})
	var refused *ProblemError
	if _, err := c.Upload(t.Context(), f, bytes.NewReader(make([]byte, 10))); !errors.As(err, &refused) || u.count() > 2 {
		t.Errorf("refused: %v after %d requests", err, u.count())
	}
	for _, bad := range []Upload{{ID: "../x", Digest: f.Digest, Length: 1}, {ID: f.ID, Digest: "AB", Length: 1}, {ID: f.ID, Digest: f.Digest, Length: MaxUpload + 1}, {ID: f.ID, Digest: f.Digest}} {
		if _, err := c.Upload(t.Context(), bad, nil); !errors.Is(err, ErrUpload) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
