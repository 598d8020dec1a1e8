package trace_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device/port"
	"onedoor/device/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// capitals blanks lower-case letters, and keeps what it was given.
type capitals struct{ sent, received []string }

func (c *capitals) Blank(sent, received []byte) {
	c.sent, c.received = append(c.sent, string(sent)), append(c.received, string(received))
	for _, b := range [][]byte{sent, received} {
		for i := range b {
			if b[i] >= 'a' && b[i] <= 'z' {
				b[i] = 'x'
			}
		}
	}
}

// bench is a recorded line in memory.
type bench struct {
	t        *testing.T
	file     bytes.Buffer
	recorder *trace.Recorder
	blank    capitals
	host     port.Port
	device   *port.End
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t}
	var err error
	if b.recorder, err = trace.New(trace.Config{Out: &b.file}); err != nil {
		t.Fatal(err)
	}
	b.open()
	return b
}

func (b *bench) open() {
	b.t.Helper()
	host, device := port.Pipe()
	open := b.recorder.Opener(trace.Source{Device: "toy", Port: "/dev/toy", Baud: 9600, Blank: &b.blank,
		Open: func(context.Context) (port.Port, error) { return host, nil }})
	var err error
	if b.host, err = open(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	b.device = device
}

func (b *bench) ask(question string, answers ...string) {
	b.t.Helper()
	if question != "" {
		if n, err := b.host.Write(b.t.Context(), []byte(question)); n != len(question) || err != nil {
			b.t.Fatal(n, err)
		}
	}
	buf := make([]byte, 100)
	for _, a := range answers {
		if _, err := b.device.Write(b.t.Context(), []byte(a)); err != nil {
			b.t.Fatal(err)
		}
		if n, err := b.host.Read(b.t.Context(), buf); err != nil || string(buf[:n]) != a {
			b.t.Fatalf("read %q, %v; want %q", buf[:n], err, a)
		}
	}
}

// silence lets a read run into its limit.
func (b *bench) silence() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Millisecond)
	defer cancel()
	if _, err := b.host.Read(ctx, make([]byte, 1)); !errors.Is(err, port.ErrTimeout) {
		b.t.Fatal(err)
	}
}

// plain is the exchanges of the toy as text, without times.
func (b *bench) plain() string {
	b.t.Helper()
	read, err := trace.Read(bytes.NewReader(b.file.Bytes()))
	if err != nil {
		b.t.Fatal(err)
	}
	return plain(read.Exchanges("/dev/toy"))
}

func plain(all []trace.Exchange) string {
	var out strings.Builder
	for _, x := range all {
		out.WriteString("[" + string(x.Sent) + ">")
		for i, p := range x.Received {
			if i > 0 {
				out.WriteString("+")
			}
			out.Write(p.Bytes)
		}
		if x.Gone {
			out.WriteString("!")
		}
		out.WriteString("]")
	}
	return out.String()
}

func TestExchangesAreBlankedWholeAndKeepTheirPieces(t *testing.T) {
	b := setup(t)
	b.ask("", "HELLO")
	b.ask("NAMEa", "anna", "OK")
	b.ask("WHOb", "berta")
	if strings.Contains(b.file.String(), "6265727461") {
		t.Error("an exchange was written before it ended")
	}
	if err := b.host.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.recorder.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.plain(), "[>HELLO][NAMEx>xxxx+OK][WHOx>xxxxx]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := strings.Join(b.blank.received, " "); got != "HELLO annaOK berta" {
		t.Errorf("blanked were %q", got)
	}
	for _, line := range strings.Split(strings.TrimSpace(b.file.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	for _, secret := range []string{"616e6e61", "6265727461", "anna"} {
		if strings.Contains(b.file.String(), secret) {
			t.Errorf("the file holds %s", secret)
		}
	}
}

// TestASilenceEndsAnExchange: of a scanner, which is asked nothing, one code is one exchange.
func TestASilenceEndsAnExchange(t *testing.T) {
	b := setup(t)
	b.ask("", "one", "ONE")
	b.silence()
	b.ask("", "two")
	if err := b.host.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(b.blank.received, " "); got != "oneONE two" {
		t.Errorf("blanked were %q", got)
	}
	if got, want := b.plain(), "[>xxx+ONE+xxx]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAPulledDeviceComesBack(t *testing.T) {
	b := setup(t)
	b.ask("A", "B")
	if err := b.device.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.host.Flush(); !errors.Is(err, port.ErrUnplugged) {
		t.Fatal(err)
	}
	if _, err := b.host.Read(t.Context(), make([]byte, 1)); !errors.Is(err, port.ErrUnplugged) {
		t.Fatal(err)
	}
	if err := b.host.Close(); err != nil {
		t.Fatal(err)
	}
	refused := b.recorder.Opener(trace.Source{Device: "toy", Port: "/dev/toy", Blank: &b.blank,
		Open: func(context.Context) (port.Port, error) { return nil, port.ErrNotFound }})
	if _, err := refused(t.Context()); !errors.Is(err, port.ErrNotFound) {
		t.Fatal(err)
	}
	b.open()
	b.ask("C", "D")
	if err := b.host.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.plain(), "[A>B!][C>D]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, what := range []string{`"what":"refused","port":"/dev/toy","device":"toy","problem":"no-port"`, `"what":"gone"`, `"what":"close"`} {
		if strings.Count(b.file.String(), what) != 1 {
			t.Errorf("%s is there %d times", what, strings.Count(b.file.String(), what))
		}
	}
}

// half takes one byte of each writing.
type half struct{ port.Port }

func (h half) Write(ctx context.Context, p []byte) (int, error) {
	n, err := h.Port.Write(ctx, p[:1])
	return n, errors.Join(err, port.ErrTimeout)
}

func TestOnlyWhatTheLineTookIsRecorded(t *testing.T) {
	var file bytes.Buffer
	r, err := trace.New(trace.Config{Out: &file})
	if err != nil {
		t.Fatal(err)
	}
	host, _ := port.Pipe()
	p, err := r.Opener(trace.Source{Port: "p", Blank: &capitals{}, Open: func(context.Context) (port.Port, error) { return half{host}, nil }})(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := p.Write(t.Context(), []byte("ABC")); n != 1 || !errors.Is(err, port.ErrTimeout) {
		t.Fatal(n, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := trace.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(read.Exchanges("p")); got != "[A>]" {
		t.Error(got)
	}
}

// disk takes so many writes.
type disk struct {
	mu   sync.Mutex
	left int
}

var errDisk = errors.New("disk full")

func (d *disk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

func TestALineOutlivesItsRecording(t *testing.T) {
	b := setup(t)
	var err error
	if b.recorder, err = trace.New(trace.Config{Out: &disk{left: 3}}); err != nil {
		t.Fatal(err)
	}
	b.open()
	for range 5 {
		b.ask("A", "B")
	}
	if err := b.host.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.recorder.Close(); !errors.Is(err, errDisk) {
		t.Errorf("the recording ended with %v", err)
	}
	if _, err := trace.New(trace.Config{Out: &disk{}}); !errors.Is(err, errDisk) {
		t.Errorf("a recording begins on a full disk: %v", err)
	}
	if _, err := trace.New(trace.Config{}); err == nil {
		t.Error("a recording begins without a file")
	}
}

func TestAFileHasALimit(t *testing.T) {
	b := setup(t)
	var err error
	if b.recorder, err = trace.New(trace.Config{Out: &b.file, Limit: 1000}); err != nil {
		t.Fatal(err)
	}
	b.file.Reset()
	b.open()
	for range 100 {
		b.ask("QUESTION", "ANSWER")
	}
	if err := b.recorder.Close(); !errors.Is(err, trace.ErrFull) {
		t.Errorf("the recording ended with %v", err)
	}
	if n := b.file.Len(); n > 1100 || !strings.HasSuffix(b.file.String(), "\"what\":\"full\"}\n") {
		t.Errorf("%d bytes, ending %q", n, b.file.String()[n-40:])
	}
}

func TestLinesAreRecordedSideBySide(t *testing.T) {
	var file bytes.Buffer
	r, err := trace.New(trace.Config{Out: &file})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	names := []string{"A", "B", "C"}
	for _, name := range names {
		host, device := port.Pipe()
		p, err := r.Opener(trace.Source{Device: "toy " + name, Port: name, Blank: &capitals{}, Open: func(context.Context) (port.Port, error) { return host, nil }})(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for range 50 {
				if _, err := p.Write(t.Context(), []byte(name)); err != nil {
					t.Error(err)
				}
				if _, err := device.Write(t.Context(), []byte(name)); err != nil {
					t.Error(err)
				}
				if _, err := p.Read(t.Context(), make([]byte, 10)); err != nil {
					t.Error(err)
				}
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	read, err := trace.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(read.Ports(), ""); got != "ABC" {
		t.Errorf("ports %s", got)
	}
	for _, name := range names {
		if got, want := plain(read.Exchanges(name)), strings.Repeat("["+name+">"+name+"]", 50); got != want {
			t.Errorf("%s: %s", name, got)
		}
		if got := read.Device(name); got != "toy "+name {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestReadRefusesWhatIsNoTrace(t *testing.T) {
	const begin = `{"trace":1,"began":"2025-03-01T09:00:00Z"}` + "\n"
	for name, file := range map[string]string{
		"nothing": "", "another version": `{"trace":2,"began":"2025-03-01T09:00:00Z"}`, "text": "hello\n",
		"a broken line inside": begin + "{\n" + `{"us":1,"line":1,"what":"close"}` + "\n", "no hex": begin + `{"us":1,"what":"in","hex":"zz"}` + "\n\n",
	} {
		if _, err := trace.Read(strings.NewReader(file)); !errors.Is(err, trace.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	torn := begin + `{"us":1,"line":1,"what":"open","port":"p"}` + "\n" + `{"us":2,"line":1,"what":"out","hex":"41"}` + "\n" + `{"us":3,"li`
	read, err := trace.Read(strings.NewReader(torn))
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(read.Exchanges("p")); got != "[A>]" {
		t.Errorf("of a file that broke off there is %s", got)
	}
	if _, err := trace.Read(io.MultiReader(strings.NewReader(begin), broken{})); !errors.Is(err, errDisk) {
		t.Errorf("a disk that fails: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errDisk }

// FuzzRead: no file makes reading panic, and what is read has questions or answers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"trace":1,"began":"2025-03-01T09:00:00Z"}` + "\n" + `{"us":1,"line":1,"what":"open","port":"p"}` + "\n" + `{"us":9,"line":1,"what":"gone"}`))
	f.Add([]byte(`{"trace":1,"began":"2025-03-01T09:00:00Z"}` + "\n" + `{"us":-1,"line":1,"what":"in","hex":"00"}` + "\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := trace.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		for _, p := range read.Ports() {
			for _, x := range read.Exchanges(p) {
				if len(x.Sent) == 0 && len(x.Received) == 0 && !x.Gone {
					t.Fatal("an exchange of nothing")
				}
			}
		}
	})
}
