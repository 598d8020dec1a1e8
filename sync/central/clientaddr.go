package central

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr tells who asks, for rate limits: the connection's address or, where that is a trusted proxy's, the last hop
// in X-Forwarded-For that is not. What stands before that hop is whatever the client wrote. An IPv6 host counts as its
// /64.
func (s *Server) clientAddr(r *http.Request) string {
	addr, ok := parseHop(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !s.trusted(addr) {
			break
		}
		next, ok := parseHop(strings.TrimSpace(hop))
		if !ok {
			break
		}
		addr = next
	}
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// encrypted reports whether the client's own connection is TLS, here or at a trusted proxy.
func (s *Server) encrypted(r *http.Request) bool {
	addr, ok := parseHop(r.RemoteAddr)
	return r.TLS != nil || ok && s.trusted(addr)
}

func (s *Server) trusted(addr netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// parseHop reads an address with or without a port.
func parseHop(hop string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	if err != nil {
		with, err := netip.ParseAddrPort(hop)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = with.Addr()
	}
	return addr.Unmap().WithZone(""), true
}
