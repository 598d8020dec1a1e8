package node

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onedoor/app/backroom"
	"onedoor/sync/wire"
)

// way takes the steps to central, each with a limit of its own. It implements backroom.Network.
type way struct {
	url   string
	tls   *tls.Config // nil: the system's authorities
	hello interface {
		Hello(ctx context.Context) (wire.Hello, error)
	}
	sys string // /sys/class/net
}

const stepLimit = 4 * time.Second

var errNoCable = errors.New("no network device has a cable with something at its other end")

// Check implements backroom.Network. Behind a step that fails nothing more is tried.
func (w *way) Check(ctx context.Context, took func(backroom.Step)) {
	base, err := url.Parse(w.url)
	if err != nil {
		took(backroom.Step{Name: backroom.StepCable, Result: backroom.StepBad, Detail: err.Error()})
		return
	}
	ip := net.ParseIP(base.Hostname())
	local := base.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	failed := false
	for _, s := range []struct {
		name backroom.StepName
		skip bool
		take func(ctx context.Context) (string, error)
	}{
		{backroom.StepCable, local, func(context.Context) (string, error) { return w.cable() }},
		{backroom.StepAddress, local, func(context.Context) (string, error) { return address() }},
		{backroom.StepLookup, ip != nil, func(ctx context.Context) (string, error) {
			all, err := net.DefaultResolver.LookupHost(ctx, base.Hostname())
			return strings.Join(all, ", "), err
		}},
		{backroom.StepTLS, base.Scheme != "https", func(ctx context.Context) (string, error) { return w.shake(ctx, base) }},
		{backroom.StepCentre, false, func(ctx context.Context) (string, error) {
			_, err := w.hello.Hello(ctx)
			return "", err
		}},
	} {
		step := backroom.Step{Name: s.name, Result: backroom.StepSkipped}
		if !failed && !s.skip {
			limited, cancel := context.WithTimeout(ctx, stepLimit)
			detail, err := s.take(limited)
			cancel()
			step.Result, step.Detail = backroom.StepGood, detail
			if err != nil {
				step.Result, step.Detail, failed = backroom.StepBad, err.Error(), true
			}
		}
		took(step)
	}
}

func (w *way) cable() (string, error) {
	names, err := os.ReadDir(w.sys)
	if err != nil {
		return "", err
	}
	var up []string
	for _, n := range names {
		carrier, err := os.ReadFile(filepath.Join(w.sys, n.Name(), "carrier")) // EINVAL while it is switched off
		if n.Name() != "lo" && err == nil && strings.TrimSpace(string(carrier)) == "1" {
			up = append(up, n.Name())
		}
	}
	if len(up) == 0 {
		return "", errNoCable
	}
	return strings.Join(up, ", "), nil
}

func address() (string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	var own []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			own = append(own, n.IP.String())
		}
	}
	if len(own) == 0 {
		return "", errors.New("this machine has no address")
	}
	return strings.Join(own, ", "), nil
}

// shake connects and checks who vouches for the other end.
func (w *way) shake(ctx context.Context, base *url.URL) (string, error) {
	port := base.Port()
	if port == "" {
		port = "443"
	}
	d := tls.Dialer{Config: w.tls}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(base.Hostname(), port))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	return tls.VersionName(state.Version), nil
}
