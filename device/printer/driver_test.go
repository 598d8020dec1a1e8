package printer_test

import (
	"bytes"
	"context"
	"flag"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/assets/printers"
	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

// Tests that wait for the time-outs of lines run side by side, many of them. Those of whole papers are work for the processor,
// and would make the time-outs of others pass: they run before, few at a time. So does fuzzing.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		if err := flag.Set("test.parallel", "16"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

const tracking = "HTTPS://CASE.EXAMPLE.GOV.CN/T/AB3DE5GH7JK9MN2PQ4RS6TU8VW0XY"

// receipt is of the usual length.
func receipt(copyMark bool) document.Document {
	blocks := []document.Block{
		document.Text{Text: "东城区政务服务中心", Align: document.Centre, Bold: true, Width: 1, Height: 2},
		document.Text{Text: "收件回执", Align: document.Centre, Bold: true},
		document.Rule{},
		document.Text{Text: "收件编号", Align: document.Centre},
		document.Text{Text: "1101 0100 3010\n0002 1758", Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Rule{},
		document.Row{Label: "办理事项", Value: "居住证签注"},
		document.Row{Label: "申请人", Value: "林*满"},
		document.Row{Label: "收件时间", Value: "2026-01-05 14:26"},
		document.Row{Label: "收件地点", Value: "东城区政务服务中心一层大厅3号自助终端"},
		document.Row{Label: "办理时限", Value: "5个工作日"},
		document.Rule{},
		document.Text{Text: "已收件：您的申请已保存在本机，尚未送达中心，联网后自动送达。", Bold: true},
		document.Text{Text: "接下来：工作人员将在5个工作日内审核，结果以短信通知。请带好身份证原件，到3号窗口领取证件。"},
		document.QR{Content: tracking},
		document.Text{Text: "扫码查进度", Align: document.Centre},
		document.Rule{},
		document.Text{Text: "咨询电话 010-12345678", Align: document.Centre},
		document.Text{Text: "本回执不作为受理凭证", Align: document.Centre},
	}
	if copyMark {
		blocks = append([]document.Block{document.Box{Text: "补打 第1次 2026-01-05 15:02"}}, blocks...)
	}
	return document.Document{Blocks: blocks}
}

type bench struct {
	sim     *sim.Printer
	printer *printer.Printer
	papers  chan sim.Paper
	states  chan device.Status
	stop    context.CancelFunc
	ended   chan struct{} // closed when Run has returned
}

func setup(t testing.TB, p printer.Profile, c sim.PrinterConfig) *bench {
	t.Helper()
	return setupConfig(t, printer.Config{Profile: p}, c)
}

func setupConfig(t testing.TB, d printer.Config, c sim.PrinterConfig) *bench {
	t.Helper()
	return setupAll(t, d, c, port.Config{}, straight)
}

// setupLine puts something between the driver and the line.
func setupLine(t testing.TB, p printer.Profile, c sim.PrinterConfig, between func(port.Port) port.Port) *bench {
	t.Helper()
	return setupAll(t, printer.Config{Profile: p}, c, port.Config{}, between)
}

func straight(p port.Port) port.Port { return p }

func setupAll(t testing.TB, dc printer.Config, c sim.PrinterConfig, line port.Config, between func(port.Port) port.Port) *bench {
	t.Helper()
	return setupOpen(t, dc, c, func(path string) func(context.Context) (port.Port, error) {
		line.Path = path
		return func(ctx context.Context) (port.Port, error) {
			p, err := port.Opener(line)(ctx)
			if err != nil {
				return nil, err
			}
			return between(p), nil
		}
	})
}

// setupOpen starts a printer and a driver that opens it by its path.
func setupOpen(t testing.TB, dc printer.Config, c sim.PrinterConfig, open func(path string) func(context.Context) (port.Port, error)) *bench {
	t.Helper()
	papers := make(chan sim.Paper, 20)
	c.OnPaper = func(p sim.Paper) { papers <- p }
	c.Dots = dc.Profile.Dots
	c.Link = filepath.Join(t.TempDir(), "printer")
	s, err := sim.NewPrinter(c)
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan device.Status, 100)
	dc.Open = open(s.Path())
	also := dc.OnStatus
	dc.OnStatus = func(s device.Status) {
		states <- s
		if also != nil {
			also(s)
		}
	}
	dc.Poll, dc.MinPause, dc.MaxPause = 10*time.Millisecond, 5*time.Millisecond, 20*time.Millisecond
	d, err := printer.New(dc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = s.Close()
	})
	return &bench{s, d, papers, states, cancel, ended}
}

// until waits for a state.
func (b *bench) until(t testing.TB, state device.State, p device.Problem) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case s := <-b.states:
			if s.State == state && s.Problem == p {
				return
			}
		case <-limit:
			t.Fatalf("status %+v, want %s %s", b.printer.Status(), state, p)
		}
	}
}

func (b *bench) paper(t testing.TB) sim.Paper {
	t.Helper()
	select {
	case p := <-b.papers:
		return p
	case <-time.After(10 * time.Second):
		t.Fatal("no paper came out")
		return sim.Paper{}
	}
}

func (b *bench) noPaper(t testing.TB) {
	t.Helper()
	select {
	case p := <-b.papers:
		t.Fatalf("a paper of %d bytes came out", len(p.Bytes))
	default:
	}
}

func print(t testing.TB, b *bench, d document.Document, outcome printer.Outcome, cause device.Problem) printer.Result {
	t.Helper()
	r := b.printer.Print(context.Background(), d)
	if r.Outcome != outcome || r.Cause != cause || r.Err != nil {
		t.Fatalf("%+v, want %s %s", r, outcome, cause)
	}
	return r
}

func bundled(t testing.TB, name string) printer.Profile {
	t.Helper()
	all, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		t.Fatal(err)
	}
	p, ok := all[name]
	if !ok {
		t.Fatalf("no profile %s", name)
	}
	return p
}

func TestProcessIDProvesTheJob(t *testing.T) {
	t.Parallel()
	p := printer.Generic80()
	p.Proof = printer.ProofProcessID
	b := setup(t, p, sim.PrinterConfig{ProcessID: true})
	b.until(t, device.StateReady, device.ProblemNone)
	for range 2 {
		print(t, b, receipt(false), printer.Printed, device.ProblemNone)
		b.paper(t)
	}
}

func TestAutomaticStatusMarksAJobAsDoubtful(t *testing.T) {
	t.Parallel()
	p := printer.Generic80()
	p.Auto, p.Realtime = true, false
	b := setup(t, p, sim.PrinterConfig{})
	b.until(t, device.StateReady, device.ProblemNone)
	print(t, b, receipt(false), printer.Printed, device.ProblemNone)
	b.paper(t)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.PaperOutAt = 300 })
	print(t, b, receipt(false), printer.Unknown, device.ProblemPaperOut)
}

// A print that has begun ends, though the program was told to stop.
func TestAPrintThatBeganOutlivesTheEndOfRun(t *testing.T) {
	t.Parallel()
	b := setup(t, printer.Generic80(), sim.PrinterConfig{})
	b.until(t, device.StateReady, device.ProblemNone)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.Stalled = true })
	long := receipt(false)
	for range 300 { // more than a pseudo terminal takes by itself
		long.Blocks = append(long.Blocks, document.Text{Text: "请于三十日内办理居住证签注请于三十日内办理居住证"})
	}
	result := make(chan printer.Result, 1)
	// The stalled printer would not answer the questions that come before the document.
	go func() { result <- b.printer.Print(context.Background(), long) }()
	b.sim.Levers(func(l *sim.PrinterLevers) { l.Stalled = false })
	b.until(t, device.StateBusy, device.ProblemNone)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.Stalled = true })
	b.stop()
	select {
	case r := <-result:
		t.Fatalf("ended before the document was through: %+v", r)
	case <-b.ended:
		t.Fatal("Run returned in the middle of a document")
	case <-time.After(300 * time.Millisecond): // the paper can not come out while the printer is stalled
	}
	b.sim.Levers(func(l *sim.PrinterLevers) { l.Stalled = false })
	if r := <-result; r.Outcome != printer.Printed || r.Err != nil {
		t.Errorf("%+v", r)
	}
	<-b.ended
	job, err := printer.Encode(long, printer.Generic80(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := b.paper(t); !bytes.HasSuffix(p.Bytes, job.Bytes) {
		t.Errorf("the paper took %d of %d bytes", len(p.Bytes), len(job.Bytes))
	}
}

// asked is a context that tells when somebody waits for its end.
type asked struct {
	context.Context
	once  sync.Once
	waits chan struct{}
}

func (a *asked) Done() <-chan struct{} {
	a.once.Do(func() { close(a.waits) })
	return a.Context.Done()
}

func TestWhoHearsThatThePrinterIsReadyCanPrint(t *testing.T) {
	t.Parallel()
	var (
		d     *printer.Printer
		there = make(chan struct{})
		got   = make(chan printer.Result, 1)
		first sync.Once
	)
	ready := func() {
		<-there
		waits, refused := &asked{Context: t.Context(), waits: make(chan struct{})}, make(chan struct{})
		go func() {
			got <- d.Print(waits, receipt(false))
			close(refused)
		}()
		// Run is held up here until the print has been refused or waits for it.
		select {
		case <-waits.waits:
		case <-refused:
		}
	}
	b := setupConfig(t, printer.Config{
		Profile: bundled(t, "generic-80"),
		OnStatus: func(s device.Status) {
			if s.State == device.StateReady {
				first.Do(ready)
			}
		},
	}, sim.PrinterConfig{})
	d = b.printer
	close(there)
	if r := <-got; r.Outcome != printer.Printed {
		t.Errorf("%+v", r)
	}
}

func TestNoPrinterAtAll(t *testing.T) {
	t.Parallel()
	down := make(chan device.Status, 10)
	d, err := printer.New(printer.Config{
		OnStatus: func(s device.Status) { down <- s },
		Open:     port.Opener(port.Config{Path: filepath.Join(t.TempDir(), "none")}),
		Profile:  printer.Generic58(),
		MinPause: time.Millisecond, MaxPause: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	<-down
	if r := d.Print(ctx, receipt(false)); r.Outcome != printer.NotPrinted || r.Cause != device.ProblemNoPort {
		t.Errorf("%+v", r)
	}
	if r := d.Print(ctx, document.Document{Blocks: []document.Block{document.QR{}}}); r.Outcome != printer.NotPrinted || r.Err == nil {
		t.Errorf("%+v", r)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if r := d.Print(context.Background(), receipt(false)); r.Outcome != printer.NotPrinted {
		t.Errorf("after the end: %+v", r)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	if _, err := printer.New(printer.Config{Profile: printer.Generic58()}); err == nil {
		t.Error("no Open")
	}
	if _, err := printer.New(printer.Config{Open: port.Opener(port.Config{})}); err == nil {
		t.Error("no profile")
	}
}
