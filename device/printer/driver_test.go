package printer_test

import (
	"bytes"
	"context"
	"flag"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"go.uber.org/goleak"

	"onedoor/assets/fonts"
	"onedoor/assets/printers"
	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

// These tests wait for the time-outs of lines, not for the processor, so many run side by side.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
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
	return setupAll(t, d, c, func(p port.Port) port.Port { return p })
}

// setupLine puts something between the driver and the line.
func setupLine(t testing.TB, p printer.Profile, c sim.PrinterConfig, between func(port.Port) port.Port) *bench {
	t.Helper()
	return setupAll(t, printer.Config{Profile: p}, c, between)
}

func setupAll(t testing.TB, dc printer.Config, c sim.PrinterConfig, between func(port.Port) port.Port) *bench {
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
	open := port.Opener(port.Config{Path: s.Path()})
	dc.Open = func(ctx context.Context) (port.Port, error) {
		line, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return between(line), nil
	}
	dc.OnStatus = func(s device.Status) { states <- s }
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

func TestReceiptOnPaper(t *testing.T) {
	regular, bold := fonts.Main(), fonts.Bold()
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
		want, err := printer.Encode(receipt(c.copy), c.profile, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(paper.Bytes, want.Bytes) {
			t.Errorf("the printer took other bytes than were sent")
		}
		name := c.profile.Name
		if c.copy {
			name += "-copy"
		}
		save(t, paper, name)
	}
}

// The names that give trouble elsewhere, on the paper of each bundled profile.
func TestTroublesomeNamesOnPaper(t *testing.T) {
	glyphs, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		t.Fatal(err)
	}
	names := document.Document{Blocks: []document.Block{
		document.Text{Text: "陈𬱟 收件回执", Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Rule{},
		document.Row{Label: "申请人", Value: "王一"},
		document.Row{Label: "申请人", Value: "陈𬱟"},
		document.Row{Label: "申请人", Value: "周㛃", Bold: true},
		document.Row{Label: "申请人", Value: "龚䶮"},
		document.Row{Label: "申请人", Value: "阿不都热合曼·买买提依明·阿不都克里木·吐尔逊江"},
		document.Row{Label: "申请人", Value: "ALEXANDER JEAN BAPTISTE DE LA TOUR NEUVILLE"},
		document.Row{Label: "住址", Value: "湖南省长沙市岳麓区麓山南路932号学子花园小区12栋3单元1804室（原㙍头村𰻝家巷）"},
		document.Box{Text: "补打 第1次 㛃"},
		document.QR{Content: tracking},
		document.Barcode{Content: "11010100301000021758"},
	}}
	for name, p := range profiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupConfig(t, printer.Config{Profile: p, Glyphs: glyphs}, sim.PrinterConfig{
				Font: fonts.Main(), Bold: fonts.Bold(), ProcessID: p.Proof == printer.ProofProcessID,
			})
			b.until(t, device.StateReady, device.ProblemNone)
			if r := print(t, b, names, printer.Printed, device.ProblemNone); r.Substituted != 0 {
				t.Errorf("%d characters came out as substitutes", r.Substituted)
			}
			paper := b.paper(t)
			if got := decodeQR(t, paper.Image); got != tracking {
				t.Errorf("the code says %q", got)
			}
			save(t, paper, "names-"+name)
		})
	}
}

// save keeps a paper to look at in the folder that RECEIPT_DIR names.
func save(t *testing.T, paper sim.Paper, name string) {
	t.Helper()
	picture, err := paper.PNG()
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("RECEIPT_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
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
		"cover open": {levers: func(l *sim.PrinterLevers) { l.CoverOpenAt = 400 }, cause: device.ProblemCoverOpen},
		"cutter":     {levers: func(l *sim.PrinterLevers) { l.CutterJamAt = 400 }, cause: device.ProblemCutter},
		"paper out":  {levers: func(l *sim.PrinterLevers) { l.PaperOutAt = 400 }, cause: device.ProblemPaperOut},
		"power loss": {levers: func(l *sim.PrinterLevers) { l.PowerLossAt = 400 }, cause: device.ProblemSilent, partial: true},
		"unplugged":  {levers: func(l *sim.PrinterLevers) { l.UnplugAt = 400 }, cause: device.ProblemUnplugged, replug: true, partial: true},
		"power loss with a glitch on the line": {
			levers: func(l *sim.PrinterLevers) { l.PowerLossAt, l.Glitch = 400, true }, cause: device.ProblemSilent, partial: true,
		},
		"no proof": {levers: func(l *sim.PrinterLevers) { l.MuteQueued = true }, cause: device.ProblemSilent},
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
			job, err := printer.Encode(receipt(false), printer.Generic80(), nil)
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
			again, err := printer.Encode(receipt(true), printer.Generic80(), nil)
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

// What is wrong with the answers alone never costs a receipt, and never makes two.
func TestFaultsOfTheAnswers(t *testing.T) {
	for name, levers := range map[string]func(*sim.PrinterLevers){
		"late":                   func(l *sim.PrinterLevers) { l.Late = 300 * time.Millisecond },
		"byte by byte":           func(l *sim.PrinterLevers) { l.Dribble = 50 * time.Millisecond },
		"flow control between":   func(l *sim.PrinterLevers) { l.FlowNoise = true },
		"one question not heard": func(l *sim.PrinterLevers) { l.DeafFor = 1 },
	} {
		for _, p := range []printer.Profile{printer.Generic80(), epson(t)} {
			t.Run(name+" on "+p.Name, func(t *testing.T) {
				t.Parallel()
				b := setup(t, p, sim.PrinterConfig{ProcessID: true})
				b.until(t, device.StateReady, device.ProblemNone)
				b.sim.Levers(levers)
				print(t, b, receipt(false), printer.Printed, device.ProblemNone)
				b.paper(t)
				b.noPaper(t)
			})
		}
	}
}

func epson(t *testing.T) printer.Profile {
	t.Helper()
	all, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		t.Fatal(err)
	}
	return all["epson-tm-t"]
}

// Noise in the answers may leave an outcome open, but never makes a receipt count as printed that is not.
func TestNoiseInTheAnswers(t *testing.T) {
	for name, levers := range map[string]func(*sim.PrinterLevers){
		"one percent":       func(l *sim.PrinterLevers) { l.Damage = 0.01 },
		"ten percent":       func(l *sim.PrinterLevers) { l.Damage = 0.1 },
		"bytes of its own":  func(l *sim.PrinterLevers) { l.NoiseBytes = 2 },
		"answers break off": func(l *sim.PrinterLevers) { l.HalfAt = 3 },
	} {
		for _, p := range []printer.Profile{printer.Generic80(), epson(t)} {
			t.Run(name+" on "+p.Name, func(t *testing.T) {
				t.Parallel()
				b := setup(t, p, sim.PrinterConfig{ProcessID: true})
				b.until(t, device.StateReady, device.ProblemNone)
				b.sim.Levers(levers)
				want, err := printer.Encode(receipt(false), p, nil)
				if err != nil {
					t.Fatal(err)
				}
				printed := 0
				for range 3 {
					r := b.printer.Print(context.Background(), receipt(false))
					if r.Outcome == printer.Printed {
						printed++
					}
				}
				b.sim.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} })
				whole := 0
				for len(b.papers) > 0 {
					if bytes.Contains((<-b.papers).Bytes, want.Bytes) {
						whole++
					}
				}
				if whole < printed {
					t.Errorf("%d printed, %d on paper", printed, whole)
				}
				r := b.printer.Print(context.Background(), receipt(true))
				for end := time.Now().Add(20 * time.Second); r.Outcome != printer.Printed && time.Now().Before(end); {
					r = b.printer.Print(context.Background(), receipt(true))
				}
				if r.Outcome != printer.Printed {
					t.Errorf("the printer does not come back: %+v", r)
				}
			})
		}
	}
}

// A print that has begun ends, though the program was told to stop.
func TestAPrintThatBeganOutlivesTheEndOfRun(t *testing.T) {
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

// The line takes nothing for so long that the time runs out: no count of bytes proves that the paper is white.
func TestAStuckLineIsUnknown(t *testing.T) {
	stuck := make(chan struct{})
	b := setupLine(t, printer.Generic80(), sim.PrinterConfig{}, func(p port.Port) port.Port { return &stuckPort{p, stuck} })
	b.until(t, device.StateReady, device.ProblemNone)
	close(stuck)
	print(t, b, receipt(false), printer.Unknown, device.ProblemStuck)
}

// stuckPort takes no document once stuck, and says that it took nothing.
type stuckPort struct {
	port.Port
	stuck chan struct{}
}

func (p *stuckPort) Write(ctx context.Context, b []byte) (int, error) {
	select {
	case <-p.stuck:
		if len(b) > 3 { // a real-time question is three bytes
			return 0, port.ErrTimeout
		}
	default:
	}
	return p.Port.Write(ctx, b)
}

// The cable is pulled in the middle of the longest command. Its rest must not swallow what brings the printer back.
func TestTheLongestCommandCanBeTorn(t *testing.T) {
	var cleanings atomic.Int32
	b := setupLine(t, printer.Generic80(), sim.PrinterConfig{}, func(p port.Port) port.Port { return &countingPort{p, &cleanings} })
	b.until(t, device.StateReady, device.ProblemNone)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.UnplugAt = 150 })
	long := document.Document{Blocks: []document.Block{document.QR{Content: strings.Repeat("A", 1000)}}}
	print(t, b, long, printer.Unknown, device.ProblemUnplugged)
	cleanings.Store(0)
	if err := b.sim.Plug(); err != nil {
		t.Fatal(err)
	}
	b.until(t, device.StateReady, device.ProblemNone)
	if n := cleanings.Load(); n != 1 {
		t.Errorf("it took %d attempts to bring the printer back", n)
	}
	for len(b.papers) > 0 {
		<-b.papers
	}
	print(t, b, receipt(true), printer.Printed, device.ProblemNone)
	job, err := printer.Encode(receipt(true), printer.Generic80(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := b.paper(t); !bytes.HasSuffix(p.Bytes, job.Bytes) || len(p.Bytes) > len(job.Bytes)+10 {
		t.Errorf("the next paper took %d bytes, not %d", len(p.Bytes), len(job.Bytes))
	}
	b.noPaper(t)
}

// countingPort counts what is written beside real-time questions.
type countingPort struct {
	port.Port
	writes *atomic.Int32
}

func (p *countingPort) Write(ctx context.Context, b []byte) (int, error) {
	if len(b) > 3 {
		p.writes.Add(1)
	}
	return p.Port.Write(ctx, b)
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
