package engine

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// uplinks is a line with two ways out, which central sees as two addresses. After so many bytes it loses the way it is on, with
// all its connections, and takes the other.
type uplinks struct {
	t        *testing.T
	listener net.Listener
	to       string
	running  sync.WaitGroup

	mu      sync.Mutex
	way     int
	changes int   // still to come
	left    int64 // bytes until the next
	dice    *rand.Rand
	open    map[net.Conn]bool
	ended   bool
}

func (u *uplinks) start(to string) {
	u.t.Helper()
	var err error
	if u.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		u.t.Fatal(err)
	}
	u.to, u.open = to, map[net.Conn]bool{}
	u.running.Go(func() {
		for {
			near, err := u.listener.Accept()
			if err != nil {
				return
			}
			if err := u.join(near); err != nil {
				u.t.Error(err)
			}
		}
	})
}

func (u *uplinks) join(near net.Conn) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(11+u.way))}
	far, err := (&net.Dialer{LocalAddr: from}).Dial("tcp", u.to)
	if err != nil || u.ended {
		return errors.Join(err, near.Close())
	}
	u.open[near], u.open[far] = true, true
	u.running.Go(func() { u.carry(far, near, true) })
	u.running.Go(func() { u.carry(near, far, false) })
	return nil
}

func (u *uplinks) carry(to, from net.Conn, up bool) {
	defer to.Close()
	defer from.Close()
	piece := make([]byte, 1460)
	for {
		n, err := from.Read(piece)
		if err != nil || up && !u.passes(n) {
			return
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
}

// passes counts bytes that leave, and changes the way when it is time.
func (u *uplinks) passes(n int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.changes == 0 {
		return true
	}
	if u.left -= int64(n); u.left > 0 {
		return true
	}
	u.changes--
	u.left = 20_000 + u.dice.Int64N(200_000)
	u.way = 1 - u.way
	for c := range u.open {
		_ = c.Close()
	}
	clear(u.open)
	return false
}

func (u *uplinks) stop() {
	_ = u.listener.Close()
	u.mu.Lock()
	u.ended = true
	for c := range u.open {
		_ = c.Close()
	}
	u.mu.Unlock()
	u.running.Wait()
}

// The node's address changes in the middle of an upload, six times: what was cut has no effect, the rest goes on from the other
// address, and each item is there once: N22, I1, I2. (An attachment goes on with its next part: sync/central's uploads.)
func TestN22TheAddressChangesInMidUpload(t *testing.T) {
	c := newCentral(t, item.Default())
	n := newNode(t, c)
	defer n.close()
	var mu sync.Mutex
	whole, cut := map[string]int{}, map[string]int{} // batches, by address
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			t.Error(err)
		}
		if r.URL.Path == wire.PathBatches {
			r.Body = &watchedBody{r.Body, func(end error) {
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(end, io.EOF) {
					whole[host]++
				} else {
					cut[host]++
				}
			}}
		}
		c.ServeHTTP(w, r)
	}))
	defer server.Close()
	u := &uplinks{t: t, changes: 6, left: 100_000, dice: rand.New(rand.NewPCG(22, 2))}
	u.start(server.Listener.Addr().String())
	defer u.stop()
	j := n.speaksTo("http://"+u.listener.Addr().String(), wire.HTTPOptions{})
	const items = 40
	for range items {
		n.submitLarge()
	}
	n.start()
	n.arrives(j)
	n.Stop()
	n.wantDelivered(items)
	mu.Lock()
	defer mu.Unlock()
	cuts := 0
	for _, k := range cut {
		cuts += k
	}
	if u.changes != 0 || cuts == 0 || len(whole) == 0 {
		t.Errorf("%d changes to come; batches that arrived %v, that were cut %v", u.changes, whole, cut)
	}
	var sent []string
	for _, ids := range c.posts {
		sent = append(sent, ids...)
	}
	slices.Sort(sent)
	if got := len(slices.Compact(sent)); got != items {
		t.Errorf("%d items arrived", got)
	}
	if err := n.out.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// watchedBody says how it ended.
type watchedBody struct {
	io.ReadCloser
	ended func(error)
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.ended(err)
	}
	return n, err
}
