package printer_test

import (
	"bytes"
	"context"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"go.uber.org/goleak"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
}

func setup(t testing.TB, p printer.Profile, c sim.PrinterConfig) *bench {
	t.Helper()
	papers := make(chan sim.Paper, 20)
	c.OnPaper = func(p sim.Paper) { papers <- p }
	c.Dots = p.Dots
	c.Link = filepath.Join(t.TempDir(), "printer")
	s, err := sim.NewPrinter(c)
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan device.Status, 100)
	d, err := printer.New(printer.Config{
		Open: port.Opener(port.Config{Path: s.Path()}), Profile: p, Poll: 10 * time.Millisecond,
		OnStatus: func(s device.Status) { states <- s },
		MinPause: 5 * time.Millisecond, MaxPause: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	})
	return &bench{s, d, papers, states}
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

func decodeQR(t *testing.T, img image.Image) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bmp, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("the code on the paper can not be read: %v", err)
	}
	return r.GetText()
}

func fonts(t testing.TB) (regular, bold []byte) {
	t.Helper()
	var err error
	if regular, err = os.ReadFile("../../assets/fonts/NotoSansCJKsc-Regular-subset.otf"); err != nil {
		t.Fatal(err)
	}
	if bold, err = os.ReadFile("../../assets/fonts/NotoSansCJKsc-Bold-subset.otf"); err != nil {
		t.Fatal(err)
	}
	return regular, bold
}

func TestReceiptOnPaper(t *testing.T) {
	regular, bold := fonts(t)
	for _, c := range []struct {
		profile printer.Profile
		copy    bool
	}{{printer.Generic80(), false}, {printer.Generic58(), false}, {printer.Generic58(), true}} {
		b := setup(t, c.profile, sim.PrinterConfig{Font: regular, Bold: bold})
		b.until(t, device.StateReady, device.ProblemNone)
		r := print(t, b, receipt(c.copy), printer.Printed, device.ProblemNone)
		if r.Bytes > 1500 || r.Substituted != 0 {
			t.Errorf("%d bytes, %d substituted", r.Bytes, r.Substituted)
		}
		paper := b.paper(t)
		if paper.Blank {
			t.Error("the paper is blank")
		}
		if got := decodeQR(t, paper.Image); got != tracking {
			t.Errorf("the code says %q", got)
		}
		want, err := printer.Encode(receipt(c.copy), c.profile)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(paper.Bytes, want.Bytes) {
			t.Errorf("the printer took other bytes than were sent")
		}
		picture, err := paper.PNG()
		if err != nil {
			t.Fatal(err)
		}
		name := c.profile.Name
		if c.copy {
			name += "-copy"
		}
		dir := os.Getenv("RECEIPT_DIR")
		if dir == "" {
			dir = t.TempDir()
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// With any of these the document stays here, and comes out once the cause is removed.
func TestNothingIsSentToAPrinterThatCanNotPrint(t *testing.T) {
	for want, levers := range map[device.Problem]func(*sim.PrinterLevers){
		device.ProblemPaperOut:      func(l *sim.PrinterLevers) { l.PaperOut = true },
		device.ProblemCoverOpen:     func(l *sim.PrinterLevers) { l.CoverOpen = true },
		device.ProblemCutter:        func(l *sim.PrinterLevers) { l.CutterJam = true },
		device.ProblemOverheated:    func(l *sim.PrinterLevers) { l.Overheated = true },
		device.ProblemUnrecoverable: func(l *sim.PrinterLevers) { l.Unrecoverable = true },
		device.ProblemSilent:        func(l *sim.PrinterLevers) { l.Mute = true },
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			b := setup(t, printer.Generic80(), sim.PrinterConfig{})
			b.until(t, device.StateReady, device.ProblemNone)
			b.sim.Levers(levers)
			b.until(t, device.StateProblem, want)
			r := print(t, b, receipt(false), printer.NotPrinted, want)
			if r.Bytes != 0 {
				t.Errorf("%d bytes left", r.Bytes)
			}
			b.sim.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} })
			b.until(t, device.StateReady, device.ProblemNone)
			b.noPaper(t)
			print(t, b, receipt(false), printer.Printed, device.ProblemNone)
			b.paper(t)
			b.noPaper(t)
		})
	}
}

func TestPaperLowPrints(t *testing.T) {
	b := setup(t, printer.Generic80(), sim.PrinterConfig{})
	b.sim.Levers(func(l *sim.PrinterLevers) { l.PaperLow, l.FlowNoise = true, true })
	b.until(t, device.StateReady, device.ProblemPaperLow)
	print(t, b, receipt(false), printer.Printed, device.ProblemPaperLow)
	b.paper(t)
}

func TestProcessIDProvesTheJob(t *testing.T) {
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
	p := printer.Generic80()
	p.Auto, p.Realtime = true, false
	b := setup(t, p, sim.PrinterConfig{})
	b.until(t, device.StateReady, device.ProblemNone)
	print(t, b, receipt(false), printer.Printed, device.ProblemNone)
	b.paper(t)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.PaperOutAt = 300 })
	print(t, b, receipt(false), printer.Unknown, device.ProblemPaperOut)
}

// A fault in the middle leaves the outcome open; the next receipt then comes out alone on its paper.
func TestFaultsInTheMiddleOfAReceipt(t *testing.T) {
	for name, c := range map[string]struct {
		levers  func(*sim.PrinterLevers)
		cause   device.Problem
		replug  bool
		partial bool // the broken receipt is lost in the printer
	}{
		"paper out":  {levers: func(l *sim.PrinterLevers) { l.PaperOutAt = 400 }, cause: device.ProblemPaperOut},
		"power loss": {levers: func(l *sim.PrinterLevers) { l.PowerLossAt = 400 }, cause: device.ProblemSilent, partial: true},
		"unplugged":  {levers: func(l *sim.PrinterLevers) { l.UnplugAt = 400 }, cause: device.ProblemUnplugged, replug: true, partial: true},
		"no proof":   {levers: func(l *sim.PrinterLevers) { l.MuteQueued = true }, cause: device.ProblemSilent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, printer.Generic80(), sim.PrinterConfig{})
			b.until(t, device.StateReady, device.ProblemNone)
			b.sim.Levers(c.levers)
			print(t, b, receipt(false), printer.Unknown, c.cause)
			b.sim.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} })
			if c.replug {
				if err := b.sim.Plug(); err != nil {
					t.Fatal(err)
				}
			}
			first := b.paper(t) // the broken receipt, cut off
			job, err := printer.Encode(receipt(false), printer.Generic80())
			if err != nil {
				t.Fatal(err)
			}
			if whole := bytes.Contains(first.Bytes, job.Bytes); whole == c.partial {
				t.Errorf("the broken receipt is whole: %v", whole)
			}
			b.until(t, device.StateReady, device.ProblemNone)
			for len(b.papers) > 0 {
				<-b.papers
			}
			print(t, b, receipt(true), printer.Printed, device.ProblemNone)
			again, err := printer.Encode(receipt(true), printer.Generic80())
			if err != nil {
				t.Fatal(err)
			}
			// All that the paper holds beside the receipt is what answers the former proof.
			if p := b.paper(t); !bytes.HasSuffix(p.Bytes, again.Bytes) || len(p.Bytes) > len(again.Bytes)+10 || p.Blank {
				t.Errorf("the next paper took %d bytes, not %d", len(p.Bytes), len(again.Bytes))
			}
		})
	}
}

func TestNoPrinterAtAll(t *testing.T) {
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

// BenchmarkReceipt measures from Print to the proof, and names the bytes and the line's own time beside it.
func BenchmarkReceipt(b *testing.B) {
	x := setup(b, printer.Generic80(), sim.PrinterConfig{})
	x.until(b, device.StateReady, device.ProblemNone)
	var bytes int
	for b.Loop() {
		bytes = print(b, x, receipt(false), printer.Printed, device.ProblemNone).Bytes
		x.paper(b)
	}
	b.ReportMetric(float64(bytes), "bytes/receipt")
	b.ReportMetric(float64(bytes)*10*1000/115200, "line-ms/op")
}
