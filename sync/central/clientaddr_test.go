package central

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientAddr(t *testing.T) {
	s := &Server{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}}}
	for _, tt := range []struct {
		remote    string
		forwarded []string
		want      string
		secure    bool
	}{
		{"203.0.113.7:4711", nil, "203.0.113.7", false},
		{"203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7", false}, // who is no proxy is not believed
		{"[2001:db8:1:2:3::4]:4711", nil, "2001:db8:1:2::/64", false},
		{"[::ffff:203.0.113.7]:4711", nil, "203.0.113.7", false},
		{"127.0.0.1:4711", nil, "127.0.0.1", true},
		{"127.0.0.1:4711", []string{"203.0.113.7"}, "203.0.113.7", true},
		{"127.0.0.1:4711", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7", true}, // the first was made up
		{"127.0.0.1:4711", []string{"198.51.100.1, 203.0.113.7, 10.1.2.3"}, "203.0.113.7", true},
		{"127.0.0.1:4711", []string{"198.51.100.1", "203.0.113.7:55, 10.1.2.3"}, "203.0.113.7", true},
		{"127.0.0.1:4711", []string{"[2001:db8:1:2::9]:55"}, "2001:db8:1:2::/64", true},
		{"[fd00::1]:4711", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::/64", true},
		{"127.0.0.1:4711", []string{"10.1.2.3"}, "10.1.2.3", true},
		{"127.0.0.1:4711", []string{"198.51.100.1, unknown"}, "127.0.0.1", true},
		{"@", nil, "@", false}, // a Unix socket
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = tt.remote
		r.Header["X-Forwarded-For"] = tt.forwarded
		if got := s.clientAddr(r); got != tt.want {
			t.Errorf("%s forwarded %q: %s, want %s", tt.remote, tt.forwarded, got, tt.want)
		}
		if got := s.encrypted(r); got != tt.secure {
			t.Errorf("%s: encrypted %v", tt.remote, got)
		}
		if r.TLS = new(tls.ConnectionState); !s.encrypted(r) {
			t.Errorf("%s with TLS is not encrypted", tt.remote)
		}
	}
}
