package wire

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"onedoor/sync/item"
)

// NewEnrolment makes the request of a device that holds private, the signing key that belongs to public.
func NewEnrolment(suite item.Suite, code string, private, public []byte) (Enrolment, error) {
	e := Enrolment{Code: code, Suite: suite.Name(), SignPublic: public}
	var err error
	if e.Proof, err = suite.Sign(private, e.message()); err != nil {
		return Enrolment{}, fmt.Errorf("prove enrolment: %w", err)
	}
	return e, nil
}

// Verify checks that the sender holds the key that it brings. The error is an ErrAuth.
func (e Enrolment) Verify(suite item.Suite) error {
	if !suite.Verify(e.SignPublic, e.message(), e.Proof) {
		return fmt.Errorf("%w: the enrolment is not signed with the key that it brings", ErrAuth)
	}
	return nil
}

func (e Enrolment) message() []byte {
	msg := []byte("onedoor enrolment v1")
	for _, part := range [][]byte{[]byte(e.Code), []byte(e.Suite), e.SignPublic} {
		msg = binary.BigEndian.AppendUint32(msg, uint32(len(part)))
		msg = append(msg, part...)
	}
	return msg
}

// Enrol asks central to know a device, and gives everything the device needs from then on. The request is sent once;
// after a lost answer the same code with the same key gets the same device.
//
// The answer brings the key that later answers are checked with, so nothing known before can sign it: whoever holds the
// connection is trusted for this one call. That is central by its TLS certificate, or whatever listens on loopback. An
// answer for another suite, or without the parts a device needs, is refused.
func Enrol(ctx context.Context, baseURL string, options HTTPOptions, suite item.Suite, e Enrolment) (Device, error) {
	d, err := enrol(ctx, baseURL, options, suite, e)
	if err != nil {
		return Device{}, fmt.Errorf("enrol: %w", err)
	}
	return d, nil
}

func enrol(ctx context.Context, baseURL string, options HTTPOptions, suite item.Suite, e Enrolment) (Device, error) {
	base, err := parseBase(baseURL)
	if err != nil {
		return Device{}, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return Device{}, fmt.Errorf("encode enrolment: %w", err)
	}
	client := newRetrying(newHTTP(options.withDefaults(), 0), 0)
	defer client.HTTPClient.CloseIdleConnections()
	var d Device
	r := call{method: http.MethodPost, path: PathEnrolments, body: body, contentType: TypeJSON, limit: maxAnswer, into: &d}
	resp, answer, err := send(ctx, client, base, r, "") //nolint:bodyclose // send reads and closes the body
	if err != nil {
		return Device{}, err
	}
	if resp.Header.Get(HeaderVersion) != Version {
		return Device{}, &NoAnswerError{Reason: "no protocol header", Status: resp.StatusCode}
	}
	if err := decode(resp, answer, &d, time.Time{}); err != nil {
		return Device{}, err
	}
	if err := d.validate(suite); err != nil {
		return Device{}, err
	}
	// Signed with the key it brings: that is no proof of who sent it, but of its wholeness and of the key's use.
	asked := Request{Method: r.method, Path: r.path, Body: body}
	if err := VerifyAnswer(suite, d.UpstreamPub, resp.Header.Get(HeaderSignature), asked, resp.StatusCode, resp.Header.Get(HeaderEpoch), answer); err != nil {
		return Device{}, &NoAnswerError{Reason: "signature", Status: resp.StatusCode, Err: err}
	}
	return d, nil
}

func (d Device) validate(suite item.Suite) error {
	if _, err := item.ParseSource(d.Source().String()); err != nil {
		return err
	}
	switch {
	case d.Suite != suite.Name():
		return fmt.Errorf("device document is for suite %q", d.Suite)
	case d.SignKey == "" || d.SealKey == "" || len(d.SealPublic) == 0 || d.UpstreamKey == "" || len(d.UpstreamPub) == 0 ||
		len(d.TrackingKey) == 0 || d.TrackingURL == "":
		return errors.New("device document is incomplete")
	}
	return nil
}
