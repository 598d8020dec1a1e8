package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// platform speaks to a running central as its staff and as a citizen's phone do.
type platform struct {
	base  string // http://host:port
	token string
	http  *http.Client
}

// caseView is the part of the staff API's answer that the story looks at.
type caseView struct {
	ReceiptNo string `json:"receipt_no"`
	Position  uint64 `json:"position"`
	Stage     string `json:"stage"`
	Prints    []struct {
		Outcome string `json:"outcome"`
	} `json:"prints"`
}

func newPlatform(base, token string) *platform {
	return &platform{base: base, token: token, http: &http.Client{Timeout: 10 * time.Second}}
}

// cases lists what central holds, and how many there are in all.
func (p *platform) cases(ctx context.Context) (list []caseView, count int, err error) {
	var out struct {
		Count int        `json:"count"`
		Cases []caseView `json:"cases"`
	}
	err = p.staff(ctx, http.MethodGet, "/api/v1/cases", nil, &out)
	return out.Cases, out.Count, err
}

// all lists every case that central holds.
func (p *platform) all(ctx context.Context) ([]caseView, error) {
	const page = 500
	var list []caseView
	for path := fmt.Sprintf("/api/v1/cases?limit=%d", page); ; {
		var out struct {
			Cases []caseView `json:"cases"`
		}
		if err := p.staff(ctx, http.MethodGet, path, nil, &out); err != nil {
			return nil, err
		}
		list = append(list, out.Cases...)
		if len(out.Cases) < page {
			return list, nil
		}
		path = fmt.Sprintf("/api/v1/cases?limit=%d&before=%d", page, list[len(list)-1].Position)
	}
}

// payload is what a citizen handed in, opened.
func (p *platform) payload(ctx context.Context, number string) (out submission, err error) {
	err = p.staff(ctx, http.MethodGet, "/api/v1/cases/"+number+"/payload", nil, &out)
	return out, err
}

// submission is the part of it that the story looks at.
type submission struct {
	Service struct {
		ID string `json:"id"`
	} `json:"service"`
	Form map[string]any `json:"form"`
}

// accept is the department's decision.
func (p *platform) accept(ctx context.Context, receiptNo string) error {
	return p.staff(ctx, http.MethodPost, "/api/v1/cases/"+receiptNo+"/stage", map[string]string{"stage": "accepted"}, nil)
}

// enrolCode asks for a one-time code.
func (p *platform) enrolCode(ctx context.Context, hall, name, kiosk string) (string, error) {
	var out struct {
		Code string `json:"code"`
	}
	err := p.staff(ctx, http.MethodPost, "/api/v1/enrolment-codes", map[string]string{"hall": hall, "hall_name": name, "kiosk": kiosk}, &out)
	return out.Code, err
}

func (p *platform) staff(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// scanned is what a phone shows after scanning a receipt: which of the states the page claims.
func (p *platform) scanned(ctx context.Context, url string) (state string, err error) {
	// The QR is in capitals; scheme and host do not care, and the path is the code's own.
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return "", fmt.Errorf("scan: %q is no address", url)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.ToLower(scheme)+"://"+rest, nil)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	for heading, state := range map[string]string{
		"凭证有效，材料还未送达": stateGenuine, "已送达": stateDelivered, "已受理": stateAccepted,
	} {
		if strings.Contains(string(page), "<h1>"+heading+"</h1>") {
			return state, nil
		}
	}
	return "", fmt.Errorf("scan: the page (%s) shows none of the known states", resp.Status)
}

// What a tracking page can say.
const (
	stateGenuine   = "genuine, not yet arrived"
	stateDelivered = "delivered"
	stateAccepted  = "accepted"
)
