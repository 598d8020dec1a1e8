package doctor

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// TestAWayThatHangs: a name server and a central that never answer are told in their time, and what comes behind is skipped.
func TestAWayThatHangs(t *testing.T) {
	root := t.TempDir()
	carrier := filepath.Join(root, "sys", "class", "net", "eth0", "carrier")
	if err := os.MkdirAll(filepath.Dir(carrier), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(carrier, []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, answered := range map[Code]bool{LinkNameServer: false, LinkSilent: true} {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t.Context(), Config{Machine: Machine{Root: root, Now: time.Now,
				Addresses: func(string) ([]string, error) { return []string{"10.0.0.2"}, nil },
				Lookup: func(ctx context.Context, _ string) ([]string, error) {
					if answered {
						return []string{"10.0.0.3"}, nil
					}
					<-ctx.Done()
					return nil, ctx.Err()
				},
				Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
					if network == "udp" {
						a, b := net.Pipe()
						t.Cleanup(func() { b.Close() })
						return a, nil
					}
					<-ctx.Done()
					return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
				}}})
			p.read, p.file.Central.URL = true, "https://central.test"
			began := time.Now()
			found := p.link(t.Context())
			if len(found) != 7 || time.Since(began) > dialLimit+nameLimit {
				t.Fatalf("after %v found %+v", time.Since(began), found)
			}
			failed := 0
			for _, f := range found {
				switch {
				case f.Verdict == Fault && f.Code == want:
					failed++
				case f.Verdict == Fault, failed > 0 && f.Code != SkipStepBefore:
					t.Errorf("also found %+v", f)
				}
			}
			if failed != 1 {
				t.Errorf("%s was found %d times in %+v", want, failed, found)
			}
		})
	}
}
