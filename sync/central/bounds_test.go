package central_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"onedoor/sync/item"
)

// endless is a multipart body of one file of size bytes; it counts what was taken of it.
type endless struct {
	head  io.Reader
	size  int64
	taken atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); n > 0 || err != io.EOF {
		return n, err
	}
	left := e.size - e.taken.Load()
	if left <= 0 {
		return 0, io.EOF
	}
	n := int(min(left, int64(len(p))))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.taken.Add(int64(n))
	return n, nil
}

// Nobody can make central swallow, or lay down on its disk, a body that no page asks for.
func TestLargeBodiesAreCutOff(t *testing.T) { eachSuite(t, testLargeBodiesAreCutOff) }

func testLargeBodiesAreCutOff(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	for _, tt := range []struct{ method, path string }{
		{"POST", "/T"}, {"POST", "/desk/sign-in"}, {"POST", "/desk/sign-out"}, {"GET", "/"}, {"GET", "/T/ABC"}, {"GET", "/desk"},
		{"POST", "/desk/cases/x/stage"}, {"POST", "/api/v1/enrolment-codes"},
	} {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			const size = 64 << 20
			body := &endless{size: size, head: strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n")}
			req, err := http.NewRequestWithContext(t.Context(), tt.method, h.http.URL+tt.path, io.NopCloser(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			req.Header.Set("Authorization", "Bearer "+h.keys.OperatorToken)
			req.Header.Set("Cookie", "onedoor_desk=x")
			if res, err := h.client.Do(req); err == nil { // or the connection was closed on us
				if _, err := io.Copy(io.Discard, res.Body); err != nil {
					t.Log("answer was cut:", err)
				}
				res.Body.Close()
			}
			// What lies in socket buffers counts as taken, too.
			if n := body.taken.Load(); n > size/2 {
				t.Errorf("central took %d MiB", n>>20)
			}
		})
	}
}

func TestFormsAreNotReadAsMultipart(t *testing.T) { eachSuite(t, testFormsAreNotReadAsMultipart) }

func testFormsAreNotReadAsMultipart(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	body := fmt.Sprintf("--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n%s\r\n--b--\r\n", h.keys.OperatorToken)
	a := h.do("POST", "/desk/sign-in", http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}, []byte(body))
	if a.status != 403 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("sign-in by multipart: %d", a.status)
	}
}

func TestLongFormsAreRefused(t *testing.T) { eachSuite(t, testLongFormsAreRefused) }

func testLongFormsAreRefused(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	padding := strings.Repeat("x", 100<<10)
	if a := h.form("/desk/sign-in", nil, url.Values{"token": {h.keys.OperatorToken}, "zz": {padding}}); a.status == 303 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("sign-in with a long form: %d", a.status)
	}
	body := map[string]string{"hall": "44011", "hall_name": "大厅", "kiosk": "107", "zz": padding}
	if a := h.staff("POST", "/api/v1/enrolment-codes", body, nil); a.status/100 == 2 {
		t.Errorf("staff request of %d bytes: %d", len(padding), a.status)
	}
}
