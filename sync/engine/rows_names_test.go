package engine

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// names is a name server inside the process: it knows one address for every name, or that there is none, or it is silent.
type names struct {
	mu      sync.Mutex
	address net.IP // nil: there is no such name
	silent  bool
	ended   bool
	open    []net.Conn
	serving sync.WaitGroup
}

func (s *names) set(address net.IP, silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address, s.silent = address, silent
}

// use puts it in the place of the machine's resolver until the test ends.
func (s *names) use(t *testing.T) {
	t.Helper()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return s.dial() }}
	t.Cleanup(func() {
		net.DefaultResolver = before
		s.mu.Lock()
		s.ended = true
		for _, c := range s.open { // on which somebody may still wait for an answer
			_ = c.Close()
		}
		s.mu.Unlock()
		s.serving.Wait()
	})
}

func (s *names) dial() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, net.ErrClosed
	}
	near, far := net.Pipe()
	s.open = append(s.open, far)
	s.serving.Go(func() { s.serve(far) })
	return near, nil
}

// serve answers questions as over TCP, each with its length before it, until the other end closes.
func (s *names) serve(c net.Conn) {
	defer c.Close()
	for {
		var length [2]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		s.mu.Lock()
		address, silent := s.address, s.silent
		s.mu.Unlock()
		if silent {
			continue
		}
		answer := nameAnswer(question, address)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// nameAnswer is RFC 1035's: the question again, and for an A record the address.
func nameAnswer(question []byte, address net.IP) []byte {
	const header, typeA = 12, 1
	end := header
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root, type and class
	kind := binary.BigEndian.Uint16(question[end-4:])
	answer := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[header:end]...)
	switch {
	case address == nil:
		answer[3] |= 3 // NXDOMAIN
	case kind == typeA:
		answer[7] = 1
		answer = append(answer, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
		answer = append(answer, address.To4()...)
	}
	return answer
}

// A name that is not found, a name server that is silent, and one that names a stranger's machine cost time only: nothing is
// sent, the log says why, and when the name is right again the item goes out: N13, I18.
func TestN13WrongNamesGetNothing(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	with := func(c *tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{*c}} }
	right, wrong := net.IPv4(127, 0, 0, 1), net.IPv4(127, 0, 0, 2)
	for name, tc := range map[string]struct {
		address net.IP
		silent  bool
		here    *tls.Config // what the stranger shows
		cause   string
	}{
		"no such name":                {nil, false, nil, "no such host"},
		"silence":                     {nil, true, nil, "i/o timeout"},
		"stranger":                    {wrong, false, with(theirs.issue("central.example", time.Hour)), "signed by unknown authority"},
		"another machine of the CA's": {wrong, false, with(ours.issue("printer.example", time.Hour)), "not central.example"},
	} {
		t.Run(name, func(t *testing.T) {
			resolver := &names{}
			resolver.use(t)
			c, stranger := newCentral(t, item.Default()), newCentral(t, item.Default())
			n := newNode(t, c)
			defer n.close()
			s := newTLSServer(t, right.String()+":0", c, with(ours.issue("central.example", time.Hour)))
			_, port, err := net.SplitHostPort(s.addr)
			if err != nil {
				t.Fatal(err)
			}
			other := newTLSServer(t, net.JoinHostPort(wrong.String(), port), stranger, tc.here)
			resolver.set(tc.address, tc.silent)
			j := n.speaksTo("https://central.example:"+port, wire.HTTPOptions{TLS: ours.trusted(), ConnectTimeout: 100 * time.Millisecond})
			a := n.submit()
			n.start()
			j.wait(t, tc.cause)
			n.wantUntouched(a.ID, s.heard(), other.heard())
			if got := stranger.count(""); got != 0 || len(s.heard()) != 0 || (len(other.heard()) > 0) != (tc.address != nil) {
				t.Errorf("%d requests and %d bytes reached the stranger, %d bytes the right machine", got, len(other.heard()), len(s.heard()))
			}
			if strings.Contains(j.String(), a.ID) {
				t.Errorf("the log names the item:\n%s", j)
			}
			resolver.set(right, false)
			n.arrives(j)
			n.wantDelivered(1)
			if stranger.count("") != 0 {
				t.Error("the stranger was asked")
			}
		})
	}
}
