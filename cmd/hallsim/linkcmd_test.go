package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// linking is the command at work. end stops it and gives its status and what it has said since.
func linking(t *testing.T, flags ...string) (url string, end func() (int, string)) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	out, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"link", "--listen", "127.0.0.1:0"}, flags...), write, io.Discard)
		write.Close()
		ended <- code
	}()
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, found := strings.Cut(strings.TrimSpace(first), "ready at ")
	if !found {
		t.Fatalf("said %q", first)
	}
	return url, func() (int, string) {
		t.Helper()
		stop()
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Fatal(err)
		}
		return <-ended, string(rest)
	}
}

func TestLinkForwardsSlowlyAndSpoils(t *testing.T) {
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(w, r.Body); err != nil {
			t.Error(err)
		}
	}))
	defer far.Close()
	for name, c := range map[string]struct {
		flags []string
		code  int
		body  string
		count string
	}{
		"clean":  {[]string{"--rtt", "2ms", "--jitter", "1ms", "--rate", "10mbit"}, 200, "一件办件", "none: 1 exchanges"},
		"status": {[]string{"--status", "0.5=503", "--status", "0.5=503"}, 503, "Service Unavailable", "status: 1 exchanges"},
		"portal": {[]string{"--portal", "1", "--seed", "4"}, 200, "log in", "portal: 1 exchanges"},
	} {
		url, end := linking(t, append(c.flags, "--to", far.URL)...)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
		resp, err := client.Post(url, "text/plain", strings.NewReader("一件办件"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.code || !strings.Contains(string(body), c.body) {
			t.Errorf("%s: %d %q, %v", name, resp.StatusCode, body, err)
		}
		if code, said := end(); code != 0 || !strings.Contains(said, "1 connections") || !strings.Contains(said, c.count) {
			t.Errorf("%s: status %d: %s", name, code, said)
		}
	}
}

func TestLinkSaysWhatItCanNotBe(t *testing.T) {
	for want, flags := range map[string][]string{
		"--to":                   {"--to", "central"},
		"more than scheme":       {"--to", "http://127.0.0.1:1/path"},
		"want a number and bit":  {"--to", "127.0.0.1:1", "--rate", "fast"},
		"want SHARE=CODE":        {"--to", "127.0.0.1:1", "--status", "503"},
		"more than 1 together":   {"--to", "127.0.0.1:1", "--portal", "0.7", "--drop-reply", "0.7"},
		"not a loopback address": {"--to", "127.0.0.1:1", "--listen", "0.0.0.0:0"},
	} {
		if code, said := hallsim(t, append([]string{"link"}, flags...)...); code != 1 || !strings.Contains(said, want) {
			t.Errorf("%v: status %d: %s; want %q", flags, code, said, want)
		}
	}
}
