package attach_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/sync/attach"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const chunk = 64 << 10

type fixture struct {
	dir     string
	suite   item.Suite
	private []byte
	store   *attach.Store
}

func setup(t testing.TB, suite item.Suite) *fixture {
	t.Helper()
	private, public, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{dir: filepath.Join(t.TempDir(), "attachments"), suite: suite, private: private}
	if f.store, err = attach.OpenStore(attach.Config{Dir: f.dir, Suite: suite, SealKey: "seal-1", SealPublic: public}); err != nil {
		t.Fatal(err)
	}
	return f
}

func newID() string { return item.NewID(time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)) }

// content is bytes that differ in every chunk.
func content(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), 1}).Read(b)
	return b
}

func (f *fixture) put(t testing.TB, plain []byte) (attach.Ref, []byte) {
	t.Helper()
	ref, err := f.store.Put(t.Context(), newID(), newID(), "image/jpeg", bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(f.path(ref))
	if err != nil {
		t.Fatal(err)
	}
	return ref, sealed
}

func (f *fixture) path(ref attach.Ref) string {
	return filepath.Join(f.dir, ref.ID+"."+ref.Digest+"."+ref.Owner+".sealed")
}

func (f *fixture) open(sealed []byte) ([]byte, error) {
	r, err := attach.Open(bytes.NewReader(sealed), f.suite, f.private)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestContentComesBack(t *testing.T) {
	for _, suite := range item.Suites() {
		for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, attach.MaxSize} {
			t.Run(fmt.Sprint(suite.Name(), " ", n), func(t *testing.T) {
				f := setup(t, suite)
				plain := content(n)
				ref, sealed := f.put(t, plain)
				sum := sha256.Sum256(sealed)
				if ref.Digest != hex.EncodeToString(sum[:]) || ref.Size != int64(len(sealed)) || ref.Size > wire.MaxUpload {
					t.Errorf("ref %+v for %d sealed bytes", ref, len(sealed))
				}
				if got, err := f.open(sealed); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%d of %d bytes came back: %v", len(got), n, err)
				}
				if list, err := f.store.List(); err != nil || len(list) != 1 || list[0] != ref {
					t.Errorf("list %+v, %v, want %+v", list, err, ref)
				}
			})
		}
	}
}

func TestTooLargeIsRefusedAndLeavesNothing(t *testing.T) {
	f := setup(t, item.Default())
	_, err := f.store.Put(t.Context(), newID(), newID(), "image/jpeg", bytes.NewReader(content(attach.MaxSize+1)))
	if !errors.Is(err, attach.ErrTooLarge) {
		t.Errorf("20 MiB and a byte: %v", err)
	}
	f.empty(t)
}

func (f *fixture) empty(t *testing.T) {
	t.Helper()
	if names, err := os.ReadDir(f.dir); err != nil || len(names) != 0 {
		t.Errorf("left on disk: %v, %v", names, err)
	}
}

func TestDamageNeverEndsPlainly(t *testing.T) {
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			f := setup(t, suite)
			_, sealed := f.put(t, content(3*chunk)) // no shorter last chunk
			_, other := f.put(t, content(3*chunk+1))
			const step = chunk + 16
			front := len(sealed) - 3*step
			at := func(i int) []byte { return sealed[front+i*step : front+(i+1)*step] }
			join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
			head := sealed[:front]
			tests := map[string][]byte{
				"no chunk":          head,
				"one chunk short":   join(head, at(0), at(1)),
				"one byte short":    sealed[:len(sealed)-1],
				"one byte more":     join(sealed, []byte{0}),
				"a chunk more":      join(sealed, at(2)),
				"two swapped":       join(head, at(1), at(0), at(2)),
				"one twice":         join(head, at(0), at(0), at(2)),
				"one missing":       join(head, at(0), at(2)),
				"another's content": join(head, other[len(other)-3*step-17:]),
				"another identity":  bytes.Replace(sealed, []byte(`"id":"0`), []byte(`"id":"1`), 1),
				"another type":      bytes.Replace(sealed, []byte("image/jpeg"), []byte("image/jpeh"), 1),
				"nothing":           nil,
			}
			for range 200 {
				flipped := bytes.Clone(sealed)
				i := rand.IntN(len(flipped))
				flipped[i] ^= 1 << rand.IntN(8)
				tests[fmt.Sprint("flipped at ", i)] = flipped
				cut := rand.IntN(len(sealed))
				tests[fmt.Sprint("cut at ", cut)] = sealed[:cut]
			}
			for name, damaged := range tests {
				if bytes.Equal(damaged, sealed) {
					t.Errorf("%s: changes nothing", name)
				}
				if _, err := f.open(damaged); !errors.Is(err, attach.ErrSealed) && !errors.Is(err, item.ErrOpen) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// watched is content that looks at the directory whenever it is asked for more.
type watched struct {
	t    *testing.T
	dir  string
	left int
	end  error
	seen int // bytes that were on disk at the most
}

const canary = "王小明110101190001010014"

func (w *watched) Read(p []byte) (int, error) {
	w.seen = max(w.seen, scan(w.t, w.dir))
	if w.left == 0 {
		return 0, w.end
	}
	w.left--
	return copy(p, strings.Repeat(canary, 1+len(p)/len(canary))), nil
}

// scan insists that no file has the canary.
func scan(t *testing.T, dir string) (size int) {
	t.Helper()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(dir, n.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(canary)) {
			t.Errorf("%s has plaintext", n.Name())
		}
		size += len(b)
	}
	return size
}

func TestNoPlaintextOnDiskAndNothingHalf(t *testing.T) {
	f := setup(t, item.Default())
	w := &watched{t: t, dir: f.dir, left: 5, end: io.EOF}
	ref, err := f.store.Put(t.Context(), newID(), newID(), "text/plain", w)
	if err != nil || scan(t, f.dir) != int(ref.Size) || w.seen < 2*chunk {
		t.Errorf("%+v, %v; saw %d bytes", ref, err, w.seen)
	}
	if err := f.store.Remove(ref.ID); err != nil {
		t.Fatal(err)
	}
	unplugged := errors.New("unplugged")
	if _, err := f.store.Put(t.Context(), newID(), newID(), "text/plain", &watched{t: t, dir: f.dir, left: 5, end: unplugged}); !errors.Is(err, unplugged) {
		t.Errorf("reading fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.store.Put(ctx, newID(), newID(), "text/plain", &watched{t: t, dir: f.dir, left: 5, end: io.EOF}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	f.empty(t)
}

func TestOpenSweepsWhatIsUnfinished(t *testing.T) {
	f := setup(t, item.Default())
	ref, _ := f.put(t, content(10))
	half := filepath.Join(f.dir, "tmp-"+newID())
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := attach.OpenStore(attach.Config{Dir: f.dir, Suite: f.suite, SealKey: "seal-1", SealPublic: []byte("unused")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("unfinished file: %v", err)
	}
	if list, err := store.List(); err != nil || len(list) != 1 || list[0] != ref {
		t.Errorf("list %+v, %v", list, err)
	}
	if _, err := f.store.Put(t.Context(), newID(), ref.ID, "image/jpeg", strings.NewReader("again")); !errors.Is(err, attach.ErrExists) {
		t.Errorf("same identity: %v", err)
	}
	if err := f.store.Remove(newID()); !errors.Is(err, attach.ErrNotFound) {
		t.Errorf("remove what is not there: %v", err)
	}
}

// upstream signs receipts; edit may spoil them.
type upstream struct {
	suite   item.Suite
	private []byte
	tier    wire.Tier
	edit    func(*wire.UploadReceipt)
	got     []string
}

var source = item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}

func (u *upstream) Upload(_ context.Context, f wire.Upload, _ io.ReaderAt) (*wire.UploadReceipt, error) {
	u.got = append(u.got, f.ID)
	r := &wire.UploadReceipt{Source: source.String(), ID: f.ID, Digest: f.Digest, Length: f.Length, Tier: u.tier, Key: "up-1"}
	err := r.Sign(u.suite, u.private)
	if u.edit != nil {
		u.edit(r)
	}
	return r, err
}

func TestSenderSendsWhatIsAcceptedAndWhole(t *testing.T) {
	f := setup(t, item.Default())
	private, public, err := f.suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	good, _ := f.put(t, content(100))
	damaged, sealed := f.put(t, content(100))
	orphan, _ := f.put(t, content(100))
	sealed[len(sealed)-1] ^= 1
	if err := os.WriteFile(f.path(damaged), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	up := &upstream{suite: f.suite, private: private, tier: wire.TierCentral, edit: func(r *wire.UploadReceipt) { r.Length++ }}
	s := attach.Sender{Store: f.store, Client: up, Source: source, Suite: f.suite, Public: public,
		Accepted: func(owner string) bool { return owner != orphan.Owner }}
	if _, err := s.Send(t.Context()); !errors.Is(err, wire.ErrAck) {
		t.Errorf("a receipt for other bytes: %v", err)
	}
	up.edit, up.tier = nil, wire.TierEdge
	if _, err := s.Send(t.Context()); !errors.Is(err, attach.ErrSealed) {
		t.Errorf("damaged: %v", err)
	}
	if list, err := f.store.List(); err != nil || len(list) != 3 {
		t.Errorf("before central has it: %+v, %v", list, err)
	}
	up.tier, up.got = wire.TierCentral, nil
	sent, err := s.Send(t.Context())
	if sent != 1 || !errors.Is(err, attach.ErrSealed) || fmt.Sprint(up.got) != fmt.Sprint([]string{good.ID}) {
		t.Errorf("sent %d, %v: %v", sent, up.got, err)
	}
	list, err := f.store.List()
	if err != nil || len(list) != 2 {
		t.Errorf("after: %+v, %v", list, err)
	}
	for _, ref := range list {
		if ref.ID == good.ID {
			t.Error("what central has was not removed")
		}
	}
}

func FuzzOpen(f *testing.F) {
	fix := setup(f, item.Default())
	ref, err := fix.store.Put(f.Context(), newID(), newID(), "image/jpeg", bytes.NewReader(content(chunk+100)))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := os.ReadFile(fix.path(ref))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:len(sealed)-116])
	f.Add([]byte("onedoor attachment 1\n\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := fix.open(b)
		switch {
		case err == nil && !bytes.Equal(b, sealed):
			t.Errorf("%d bytes nobody sealed open as %d", len(b), len(got))
		case err != nil && bytes.Equal(b, sealed):
			t.Error(err)
		}
	})
}

// TestSweepTakesWhatNoItemNames: a cut between file and item leaves nothing for ever, and takes nothing that was accepted or is
// being accepted.
func TestSweepTakesWhatNoItemNames(t *testing.T) {
	f := setup(t, item.Default())
	put := func() attach.Ref {
		ref, err := f.store.Put(t.Context(), newID(), newID(), "image/png", bytes.NewReader(content(1000)))
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	accepted, orphan := put(), put()
	named := func(owner string) bool { return owner == accepted.Owner }
	if n, err := f.store.Sweep(time.Now().Add(-time.Hour), named); n != 0 || err != nil {
		t.Errorf("a fresh file is swept: %d, %v", n, err)
	}
	if n, err := f.store.Sweep(time.Now().Add(time.Hour), named); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	left, err := f.store.List()
	if err != nil || len(left) != 1 || left[0].ID != accepted.ID || left[0].Owner != accepted.Owner {
		t.Errorf("left %+v without %s, %v", left, orphan.ID, err)
	}
}
