package dock_test

import (
	"net/http"
	"strings"
	"testing"

	"onedoor/cmd/hallsim/dock"
)

// A page whose name was bent to this machine's loopback address must get nothing and move nothing.
func TestDNSRebindingIsRefused(t *testing.T) {
	b := setup(t)
	for _, host := range []string{"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5:8490", "0.0.0.0:80", "[::2]:80"} {
		for _, path := range []string{"/", "/dock.js", "/api/state", "/events", "/papers/1.png"} {
			if response, body := b.ask(http.MethodGet, path, "", "Host", host); response.StatusCode != http.StatusMisdirectedRequest || strings.Contains(body, "张") {
				t.Errorf("GET %s of %s: %s", path, host, response.Status)
			}
		}
		response, _ := b.ask(http.MethodPost, "/api/link", `{"up":false}`, "Host", host, "Content-Type", "application/json", "Origin", "http://"+host)
		if response.StatusCode != http.StatusMisdirectedRequest || !b.hall.Up() {
			t.Errorf("POST of %s: %s", host, response.Status)
		}
	}
}

func TestCrossSitePostIsRefused(t *testing.T) {
	b := setup(t)
	const kind = "application/json"
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"other site":          {[]string{"Content-Type", kind, "Origin", "https://evil.example"}, http.StatusForbidden},
		"other port":          {[]string{"Content-Type", kind, "Origin", "http://127.0.0.1:1"}, http.StatusForbidden},
		"https of the same":   {[]string{"Content-Type", kind, "Origin", strings.Replace(b.url, "http:", "https:", 1)}, http.StatusForbidden},
		"sandboxed page":      {[]string{"Content-Type", kind, "Origin", "null"}, http.StatusForbidden},
		"form, text":          {[]string{"Content-Type", "text/plain"}, http.StatusUnsupportedMediaType},
		"form":                {[]string{"Content-Type", "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		"form, own origin":    {[]string{"Content-Type", "text/plain", "Origin", b.url}, http.StatusUnsupportedMediaType},
		"JSON in a parameter": {[]string{"Content-Type", "text/plain; a=application/json"}, http.StatusUnsupportedMediaType},
		"no type":             {nil, http.StatusUnsupportedMediaType},
		"told by the browser": {[]string{"Content-Type", kind, "Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		"sibling":             {[]string{"Content-Type", kind, "Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
	} {
		for path, body := range map[string]string{
			"/api/lay": `{"card":"zhang"}`, "/api/lift": `{}`, "/api/link": `{"up":false}`, "/api/printer": `{"paper_out":true}`,
		} {
			if response, _ := b.ask(http.MethodPost, path, body, c.headers...); response.StatusCode != c.status {
				t.Errorf("%s: %s: %s, want %d", name, path, response.Status, c.status)
			}
		}
	}
	if b.hall.Lying() != "" || !b.hall.Up() || b.hall.Levers() != (dock.Levers{}) {
		t.Error("another site moved a device")
	}
	// A question before the request (CORS) is never answered with a yes.
	response, _ := b.ask(http.MethodOptions, "/api/link", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	if response.StatusCode < 400 || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("preflight: %s", response.Status)
	}
}

func TestOwnPageIsServed(t *testing.T) {
	b := setup(t)
	port := b.url[strings.LastIndex(b.url, ":"):]
	for _, host := range []string{"127.0.0.1" + port, "localhost" + port, "[::1]" + port, "localhost", "[::1]"} {
		response, _ := b.ask(http.MethodPost, "/api/link", `{"up":true}`, "Host", host, "Origin", "http://"+host,
			"Content-Type", "application/json; charset=utf-8", "Sec-Fetch-Site", "same-origin")
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", host, response.Status)
		}
	}
	for _, get := range []string{"/api/lay", "/api/link"} {
		if response, _ := b.ask(http.MethodGet, get, ""); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %s", get, response.Status)
		}
	}
}
