package doctor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// askLimit is how long a running kiosk may think about how it is.
const askLimit = 3 * time.Second

// told is what the running kiosk says is wrong, and was not found from outside: only it knows what its outbox refuses, which cable
// was pulled a moment ago, or that staff have closed it.
func (p *patient) told(found []Finding) (all []Finding) {
	if p.Live == nil || p.holder == 0 {
		return nil
	}
	codes, err := p.asked()
	if err != nil {
		return nil // its devices' findings say so
	}
	for _, c := range codes {
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code.Name() == c }) {
			all = append(all, wrong(CheckKiosk, Code(c)))
		}
	}
	return all
}

// Metrics asks a running kiosk through its page of metrics on loopback. It implements Live.
type Metrics struct{ URL string }

// Problems are the codes that the page has a value above 0 for: onedoor_problem{code="PRINTER-PAPER-OUT"} 1.
func (m Metrics) Problems(ctx context.Context) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the kiosk: %w", err)
	}
	transport := &http.Transport{DisableKeepAlives: true} // no proxy from the environment: it is on this machine
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("ask the kiosk: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the kiosk: %s", resp.Status)
	}
	const most = 1 << 20
	var codes []string
	lines := bufio.NewScanner(io.LimitReader(resp.Body, most))
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), "onedoor_problem{")
		if !ok {
			continue
		}
		labels, value, ok := strings.Cut(rest, "} ")
		_, code, named := strings.Cut(labels, `code="`)
		if code, _, quoted := strings.Cut(code, `"`); ok && named && quoted && value != "0" {
			codes = append(codes, code)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("ask the kiosk: %w", err)
	}
	return codes, nil
}
