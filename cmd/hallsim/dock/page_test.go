package dock_test

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"onedoor/cmd/hallsim/dock"
)

func TestPageLoadsOnlyItsOwn(t *testing.T) {
	b := setup(t)
	content := make(map[string]string)
	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/dock.css": "text/css; charset=utf-8", "/dock.js": "text/javascript; charset=utf-8", "/dock.svg": "image/svg+xml",
	} {
		response, body := b.ask(http.MethodGet, path, "")
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != kind {
			t.Fatalf("%s: %s %q", path, response.Status, response.Header.Get("Content-Type"))
		}
		policy := response.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: policy %q lacks %q", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, response.Header)
		}
		content[path] = body
	}
	elsewhere := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.-]+\.[a-z]{2,}`)
	for path, body := range content {
		for _, found := range elsewhere.FindAllString(body, -1) {
			if found != "http://www.w3.org" { // names the SVG language, is not loaded
				t.Errorf("%s names %s", path, found)
			}
		}
	}
	html := content["/"]
	if inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(>|\s[^>]*>[^<])`).FindString(html); inline != "" {
		t.Errorf("inline code or style %q would not run under the policy", inline)
	}
	for _, call := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval("} {
		if strings.Contains(content["/dock.js"], call) {
			t.Errorf("the script uses %s", call)
		}
	}
	// Every element that the script asks for is there.
	for _, m := range regexp.MustCompile(`byId\("([a-z-]+)"\)`).FindAllStringSubmatch(content["/dock.js"], -1) {
		if !strings.Contains(html, fmt.Sprintf(`id="%s"`, m[1])) {
			t.Errorf("the script wants #%s, the page has none", m[1])
		}
	}
	if response, _ := b.ask(http.MethodGet, "/other", ""); response.StatusCode != http.StatusNotFound {
		t.Errorf("/other: %s", response.Status)
	}
}

// The page asks for nothing that the API does not have, and can draw every kind of lever.
func TestThePageKnowsTheAPI(t *testing.T) {
	b := setup(t)
	_, script := b.ask(http.MethodGet, "/dock.js", "")
	asked := regexp.MustCompile(`send\("([a-z]+)(/?)"`).FindAllStringSubmatch(script, -1)
	if len(asked) < 10 {
		t.Fatalf("found only %d requests in the script", len(asked))
	}
	for _, m := range asked {
		path := "/api/" + m[1]
		if m[2] != "" {
			path += "/" + dock.Reader
		}
		if response, body := b.ask(http.MethodGet, path, ""); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s is not to be posted to: %d %s", path, response.StatusCode, body)
		}
	}
	for _, kind := range []dock.Kind{dock.Switch, dock.Choice, dock.Percent} { // the others are plain numbers
		if !strings.Contains(script, fmt.Sprintf("lever.kind === %q", kind)) {
			t.Errorf("the script does not know a lever that is a %s", kind)
		}
	}
	for _, device := range []string{dock.Reader, dock.ReceiptPrinter, dock.Scanner} {
		if !strings.Contains(script, device+`: ["`) {
			t.Errorf("the page has no title for the %s", device)
		}
	}
}

// Every pair of colours that carries words, in light and dark.
func TestContrast(t *testing.T) {
	b := setup(t)
	_, css := b.ask(http.MethodGet, "/dock.css", "")
	light, dark, found := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("there is no dark scheme")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	token := regexp.MustCompile(`--([a-z0-9-]+): (#[0-9A-F]{6});`)
	for name, block := range map[string]string{"light": light, "dark": dark} {
		colours := make(map[string]float64)
		for _, m := range token.FindAllStringSubmatch(block, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"text", "surface", 7}, {"text", "ground", 7}, {"text", "action-soft", 7},
			{"text-2", "surface", 7}, {"text-2", "ground", 7}, {"action", "surface", 6}, {"action", "ground", 6}, {"action", "action-soft", 6},
			{"on-action", "action", 7}, {"on-action", "action-press", 7}, {"warn", "warn-soft", 7}, {"stop", "surface", 7}, {"on-body", "body", 7},
			{"text", "stop-soft", 7}, {"stop", "stop-soft", 6}, {"surface", "stop", 6}, {"ok", "surface", 6},
			{"line", "surface", 3}, {"line", "ground", 3},
		} {
			front, ok1 := colours[pair.front]
			back, ok2 := colours[pair.back]
			if !ok1 || !ok2 {
				t.Fatalf("%s: no colour %s or %s", name, pair.front, pair.back)
			}
			if ratio := (max(front, back) + 0.05) / (min(front, back) + 0.05); ratio < pair.least {
				t.Errorf("%s: %s on %s is %.2f:1, want %v:1", name, pair.front, pair.back, ratio, pair.least)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
