package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"onedoor/sync/item"
)

// ClientConfig is what NewClient needs. Every field but HTTP, Logger and those of the sealing key is required.
type ClientConfig struct {
	BaseURL     string // https://host[:port]; http:// only to a loopback host
	Suite       item.Suite
	Source      item.Source
	SignKey     string // id of the device's signing key
	SignPriv    []byte
	UpstreamKey string // id of the upstream's signing key
	UpstreamPub []byte
	SealKey     string // id of central's sealing key; CasesOf needs it
	SealPublic  []byte
	HTTP        HTTPOptions
	Now         func() time.Time
	Logger      *slog.Logger // nil: nothing is logged
}

// Client speaks to one upstream. Its methods may be called from any goroutine. They return a *NoAnswerError
// (ErrNoAnswer), a *ProblemError, or the context's error.
type Client struct {
	cfg   ClientConfig
	base  *url.URL
	batch *retryablehttp.Client // repeats quickly
	quick *retryablehttp.Client // one try, small answers
	feed  *retryablehttp.Client // one try, waits long
}

// Caps on an answer's body, in bytes.
const (
	maxAnswer = 1 << 20
	maxPage   = 4 << 20
)

// NewClient checks the configuration; it does not connect.
func NewClient(cfg ClientConfig) (*Client, error) {
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("new sync client: %w", err)
	}
	switch {
	case cfg.Suite == nil || cfg.SignKey == "" || len(cfg.SignPriv) == 0:
		err = errors.New("no signing key")
	case cfg.UpstreamKey == "" || len(cfg.UpstreamPub) == 0:
		err = errors.New("no upstream key")
	case cfg.Now == nil:
		err = errors.New("no clock")
	default:
		_, err = item.ParseSource(cfg.Source.String())
	}
	if err != nil {
		return nil, fmt.Errorf("new sync client: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.HTTP = cfg.HTTP.withDefaults()
	short := newHTTP(cfg.HTTP, 0)
	cfg.HTTP.HeaderTimeout = min(cfg.HTTP.HeaderTimeout, 10*time.Second)
	long := newHTTP(cfg.HTTP, MaxWait)
	return &Client{cfg: cfg, base: base, batch: newRetrying(short, quickRetries), quick: newRetrying(short, 0),
		feed: newRetrying(long, 0)}, nil
}

// Close gives back idle connections.
func (c *Client) Close() {
	c.quick.HTTPClient.CloseIdleConnections()
	c.feed.HTTPClient.CloseIdleConnections()
}

// Hello asks for limits, time and epoch. It is the cheapest call that proves the upstream is there.
func (c *Client) Hello(ctx context.Context) (Hello, error) {
	var h Hello
	epoch, err := c.do(ctx, c.quick, call{method: http.MethodGet, path: PathHello, limit: maxAnswer, into: &h})
	if err == nil {
		err = sameEpoch(h.Epoch, epoch)
	}
	if err != nil {
		return Hello{}, fmt.Errorf("hello: %w", err)
	}
	return h, nil
}

// PostBatch sends items, at most MaxBatchItems. Acks in the answer are not verified yet.
func (c *Client) PostBatch(ctx context.Context, items []*item.Item) (BatchAnswer, error) {
	body, err := packBatch(items)
	if err != nil {
		return BatchAnswer{}, fmt.Errorf("post batch: %w", err)
	}
	var a BatchAnswer
	epoch, err := c.do(ctx, c.batch, call{method: http.MethodPost, path: PathBatches, body: body, contentType: TypeBatch,
		encoding: "gzip", limit: maxAnswer, into: &a})
	if err == nil {
		err = sameEpoch(a.Epoch, epoch)
	}
	if err != nil {
		return BatchAnswer{}, fmt.Errorf("post batch: %w", err)
	}
	return a, nil
}

// Feed reads the page after cursor; it is held by the upstream until there is one, at most wait, and wait is at most
// MaxWait. An empty cursor starts over.
func (c *Client) Feed(ctx context.Context, cursor string, wait time.Duration) (FeedPage, error) {
	wait = max(0, min(wait, MaxWait))
	q := url.Values{"wait": {strconv.Itoa(int(wait / time.Second))}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var p FeedPage
	epoch, err := c.do(ctx, c.feed, call{method: http.MethodGet, path: PathFeed + "?" + q.Encode(), limit: maxPage, into: &p})
	if err == nil {
		err = sameEpoch(p.Epoch, epoch)
	}
	if err != nil {
		return FeedPage{}, fmt.Errorf("feed: %w", err)
	}
	return p, nil
}

// sameEpoch refuses an answer that does not name its ledger: what it says could not be told from an older one's.
func sameEpoch(body, header string) error {
	if body != header {
		return &NoAnswerError{Reason: "body of another epoch", Status: http.StatusOK}
	}
	return nil
}

// packBatch writes the items as a gzipped JSON array.
func packBatch(items []*item.Item) ([]byte, error) {
	if len(items) == 0 || len(items) > MaxBatchItems {
		return nil, fmt.Errorf("batch of %d items", len(items))
	}
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := errors.Join(json.NewEncoder(z).Encode(items), z.Close()); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	return buf.Bytes(), nil
}

type call struct {
	method, path          string // path with query
	body                  []byte
	contentType, encoding string
	limit                 int64
	into                  any
}

// do gives the proven answer's epoch, which is never empty, also with a *ProblemError.
func (c *Client) do(ctx context.Context, via *retryablehttp.Client, r call) (epoch string, err error) {
	signature, nonce, err := SignRequest(c.cfg.Suite, c.cfg.SignPriv, c.cfg.SignKey, c.cfg.Source.String(), r.method, r.path,
		r.body, c.cfg.Now())
	if err != nil {
		return "", err
	}
	resp, body, err := send(ctx, via, c.base, r, signature)
	if err != nil {
		return "", err
	}
	no := func(reason string, err error) (string, error) {
		return "", &NoAnswerError{Reason: reason, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, c.cfg.Now()), Claims: claims(resp, body), Err: err}
	}
	epoch = resp.Header.Get(HeaderEpoch)
	asked := Request{Method: r.method, Path: r.path, Body: r.body, Nonce: nonce}
	switch {
	case resp.Header.Get(HeaderVersion) != Version:
		return no("no protocol header", nil)
	case epoch == "":
		return no("no epoch", nil)
	case c.signer(resp) != c.cfg.UpstreamKey:
		return no("signed by another key", nil)
	}
	if err := VerifyAnswer(c.cfg.Suite, c.cfg.UpstreamPub, resp.Header.Get(HeaderSignature), asked, resp.StatusCode, epoch, body); err != nil {
		return no("signature", err)
	}
	err = decode(resp, body, r.into, c.cfg.Now())
	var problem *ProblemError
	if errors.As(err, &problem) {
		problem.Epoch = epoch
	}
	return epoch, err
}

func (c *Client) signer(resp *http.Response) string {
	var claims AnswerClaims
	h, err := peek(resp.Header.Get(HeaderSignature), &claims)
	if err != nil {
		return ""
	}
	return h.Key
}

// send gives the response with its whole body, which it has closed.
func send(ctx context.Context, via *retryablehttp.Client, base *url.URL, r call, signature string) (*http.Response, []byte, error) {
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, base.String()+r.path, r.body)
	if err != nil {
		return nil, nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set(HeaderVersion, Version)
	if signature != "" {
		req.Header.Set(HeaderRequest, signature)
	}
	req.Header.Set("Accept", TypeJSON+", "+TypeProblem)
	req.Header.Set("Accept-Encoding", "identity")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if r.encoding != "" {
		req.Header.Set("Content-Encoding", r.encoding)
	}
	resp, err := via.Do(req)
	if err != nil {
		if resp != nil {
			resp.Body.Close()
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		return nil, nil, &NoAnswerError{Reason: "transport", Err: stripURL(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.limit+1))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case err != nil:
		return nil, nil, &NoAnswerError{Reason: "body was cut", Status: resp.StatusCode, Err: stripURL(err)}
	case int64(len(body)) > r.limit:
		return nil, nil, &NoAnswerError{Reason: "body is too large", Status: resp.StatusCode}
	}
	return resp, body, nil
}

// claims is the type of the problem that a response bears, which proves nothing.
func claims(resp *http.Response, body []byte) string {
	var p Problem
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || kind != TypeProblem || json.Unmarshal(body, &p) != nil {
		return ""
	}
	return p.Type
}

// stripURL drops the address from an error, so that logs and the outbox hold the cause only.
func stripURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// decode turns a proven response into the answer or a *ProblemError.
func decode(resp *http.Response, body []byte, into any, now time.Time) error {
	pause := retryAfter(resp.Header, now)
	no := func(reason string, err error) error {
		return &NoAnswerError{Reason: reason, Status: resp.StatusCode, RetryAfter: pause, Err: err}
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || (kind != TypeJSON && kind != TypeProblem) || resp.Header.Get("Content-Encoding") != "" {
		return no("content type", err)
	}
	switch {
	case resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated:
		if kind != TypeJSON {
			return no("content type", nil)
		}
		if err := json.Unmarshal(body, into); err != nil {
			return no("body is not what was asked for", err)
		}
		return nil
	case resp.StatusCode >= 400:
		p := &ProblemError{Status: resp.StatusCode, RetryAfter: pause}
		if err := json.Unmarshal(body, &p.Problem); err != nil {
			return no("body is not a problem", err)
		}
		return p
	}
	return no("status", nil)
}
