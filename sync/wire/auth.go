package wire

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"onedoor/sync/item"
)

// ErrAuth is returned for a request or an answer whose signature does not prove its sender.
var ErrAuth = errors.New("message is not signed by the expected party")

// RequestClaims is what a device signs of its request. Time is never a reason to refuse: identity makes replay harmless.
type RequestClaims struct {
	Source string `json:"src"`
	Method string `json:"mth"`
	Path   string `json:"pth"` // path and query
	Body   string `json:"bdy"` // the suite's hash of the body as sent, base64url
	Time   string `json:"iat"`
	Nonce  string `json:"nce"`
}

// Request is what an answer is bound to. An upstream takes Nonce only from a request whose signature it has verified;
// one that it answers without a signature to verify, an enrolment, has none.
type Request struct {
	Method, Path string // path with query
	Body         []byte // as sent
	Nonce        string
}

// AnswerClaims is what an upstream signs of its answer. It names the whole request, so that neither an old answer counts
// nor one that somebody else was given for another question.
type AnswerClaims struct {
	Status  int    `json:"sts"`
	Body    string `json:"bdy"`
	Epoch   string `json:"epo"`
	Method  string `json:"mth"`
	Path    string `json:"pth"`
	Request string `json:"req"` // the suite's hash of the request's body as sent, base64url
	Nonce   string `json:"nce"`
}

func answerClaims(suite item.Suite, to Request, status int, epoch string, body []byte) AnswerClaims {
	return AnswerClaims{Status: status, Body: bodyDigest(suite, body), Epoch: epoch, Method: to.Method, Path: to.Path,
		Request: bodyDigest(suite, to.Body), Nonce: to.Nonce}
}

// jwsHeader names the key and, in alg, the suite (EdDSA for the default one's signature in RFC 8037 terms).
type jwsHeader struct {
	Alg string `json:"alg"`
	Key string `json:"kid"`
	Use string `json:"typ"`
}

// SignRequest gives the value of HeaderRequest and the nonce that the answer must repeat.
func SignRequest(suite item.Suite, private []byte, key, source, method, path string, body []byte, now time.Time) (header, nonce string, err error) {
	raw := make([]byte, 16)
	rand.Read(raw) // never fails
	nonce = b64(raw)
	header, err = sign(suite, private, jwsHeader{algorithm(suite), key, "onedoor-request"},
		RequestClaims{source, method, path, bodyDigest(suite, body), item.FormatTime(now), nonce})
	return header, nonce, err
}

// PeekRequest reads key id and claims without checking anything, so that the key can be looked up.
func PeekRequest(header string) (key string, claims RequestClaims, err error) {
	h, err := peek(header, &claims)
	return h.Key, claims, err
}

// VerifyRequest checks header against the request as it arrived.
func VerifyRequest(suite item.Suite, public []byte, header, method, path string, body []byte) (RequestClaims, error) {
	var c RequestClaims
	if err := verify(suite, public, header, "onedoor-request", &c); err != nil {
		return c, err
	}
	if c.Method != method || c.Path != path || c.Body != bodyDigest(suite, body) || c.Nonce == "" {
		return c, fmt.Errorf("%w: request was altered", ErrAuth)
	}
	return c, nil
}

// SignAnswer gives the value of HeaderSignature for an answer to that request.
func SignAnswer(suite item.Suite, private []byte, key string, to Request, status int, epoch string, body []byte) (string, error) {
	return sign(suite, private, jwsHeader{algorithm(suite), key, "onedoor-answer"}, answerClaims(suite, to, status, epoch, body))
}

// VerifyAnswer checks that the upstream gave this answer to that very request.
func VerifyAnswer(suite item.Suite, public []byte, header string, to Request, status int, epoch string, body []byte) error {
	var c AnswerClaims
	if err := verify(suite, public, header, "onedoor-answer", &c); err != nil {
		return err
	}
	if c != answerClaims(suite, to, status, epoch, body) {
		return fmt.Errorf("%w: answer was altered or belongs to another request", ErrAuth)
	}
	return nil
}

func sign(suite item.Suite, private []byte, h jwsHeader, claims any) (string, error) {
	head, err := json.Marshal(h)
	if err != nil {
		return "", fmt.Errorf("encode signature header: %w", err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode signature claims: %w", err)
	}
	msg := b64(head) + "." + b64(body)
	sig, err := suite.Sign(private, []byte(msg))
	if err != nil {
		return "", fmt.Errorf("sign message: %w", err)
	}
	return msg + "." + b64(sig), nil
}

func verify(suite item.Suite, public []byte, token, use string, claims any) error {
	h, err := peek(token, claims)
	if err != nil {
		return err
	}
	if h.Alg != algorithm(suite) || h.Use != use {
		return fmt.Errorf("%w: algorithm or use", ErrAuth)
	}
	dot := strings.LastIndexByte(token, '.')
	sig, err := base64.RawURLEncoding.Strict().DecodeString(token[dot+1:])
	if err != nil || !suite.Verify(public, []byte(token[:dot]), sig) {
		return fmt.Errorf("%w: signature", ErrAuth)
	}
	return nil
}

// maxToken bounds a signature header, in bytes.
const maxToken = 4096

func peek(token string, claims any) (jwsHeader, error) {
	var h jwsHeader
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return h, fmt.Errorf("%w: no signature", ErrAuth)
	}
	for i, into := range []any{&h, claims} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil {
			return h, fmt.Errorf("%w: encoding", ErrAuth)
		}
		if err := json.Unmarshal(b, into); err != nil {
			return h, fmt.Errorf("%w: encoding", ErrAuth)
		}
	}
	return h, nil
}

func algorithm(suite item.Suite) string {
	if suite.Name() == item.Default().Name() {
		return "EdDSA"
	}
	return suite.Name()
}

// bodyDigest is the suite's hash of a body as sent, base64url.
func bodyDigest(suite item.Suite, body []byte) string {
	d := item.Sum(suite.Name(), body)
	return b64(d[:])
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
