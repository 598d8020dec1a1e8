package printer_test

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	kioskpaper "onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/fonts"
	"onedoor/assets/printers"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

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

// The names that give trouble elsewhere, on the receipt as the kiosk composes it, on the paper of each bundled profile. The
// printer's font is as poor as the profile says: what it lacks must have been drawn.
func TestTroublesomePeopleOnPaper(t *testing.T) {
	glyphs, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		t.Fatal(err)
	}
	turns := make(chan struct{}, 2)
	for _, c := range []struct {
		file, name, address string
		columns, lines      int // lines that the address takes on paper so wide; 0 means that it is not looked at
	}{
		{file: "two-characters", name: "王一"},
		{file: "minority-25", name: "阿不都热合曼·买买提依明·阿不都克里木·吐尔逊江汗"},
		{file: "english-40", name: "ALEXANDER JEAN BAPTISTE DE LA TOURNEVILL"},
		{file: "rare-1", name: "陈𬱟"},
		{file: "rare-2", name: "周㛃"},
		{file: "rare-3", name: "龚䶮"},
		{file: "address-58", name: "周㛃", address: "湖南省长沙市岳麓区麓山南路932号学子花园小区12栋3单元1804室", columns: 32, lines: 3},
		{file: "address-80", name: "欧阳长河", columns: 48, lines: 3,
			address: "湖南省长沙市岳麓区麓山南路九百三十二号学子花园小区十二栋三单元一八零四室（原㙍头村𰻝家巷，靠近旧粮站东侧第二个路口）"},
	} {
		for name, p := range profiles {
			t.Run(c.file+" on "+name, func(t *testing.T) {
				t.Parallel()
				turns <- struct{}{}
				defer func() { <-turns }()
				b := setupConfig(t, printer.Config{Profile: p, Glyphs: glyphs}, sim.PrinterConfig{
					Font: fonts.Main(), Bold: fonts.Bold(), ProcessID: p.Proof == printer.ProofProcessID,
				})
				b.until(t, device.StateReady, device.ProblemNone)
				b.sim.Levers(func(l *sim.PrinterLevers) {
					l.PoorFont, l.NoQR = p.Charset == printer.CharsetGB2312, p.QR == printer.QRRaster
				})
				doc := kioskReceipt(t, c.name, c.address)
				if r := print(t, b, doc, printer.Printed, device.ProblemNone); r.Substituted != 0 {
					t.Errorf("%d characters came out as substitutes", r.Substituted)
				}
				paper := b.paper(t)
				save(t, paper, c.file+"-"+name)
				if got := decodeQR(t, paper.Image); got != tracking {
					t.Errorf("the code says %q", got)
				}
				read := readPaper(t, paper.Bytes, p, glyphs, c.name+c.address)
				for what, want := range map[string]string{"name": c.name, "address": c.address, "number": "110101003010"} {
					if !strings.Contains(squeeze(strings.Join(read, "")), squeeze(want)) {
						t.Errorf("the %s is not on the paper:\n%s", what, strings.Join(read, "\n"))
					}
				}
				for _, line := range read {
					if w := columnsOf(line); w > p.Columns {
						t.Errorf("a line of %d columns on %d", w, p.Columns)
					}
				}
				if c.columns == p.Columns {
					if n := linesOf(read, c.address); n != c.lines {
						t.Errorf("the address takes %d lines, not %d:\n%s", n, c.lines, strings.Join(read, "\n"))
					}
				}
			})
		}
	}
}

// kioskReceipt is what the kiosk composes, with an address below the name.
func kioskReceipt(t *testing.T, name, address string) document.Document {
	t.Helper()
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 5, 14, 26, 0, 0, time.UTC)
	d := kioskpaper.Paper(kioskpaper.Facts{
		Hall: "东城区政务服务中心", Kiosk: "3", Service: "居住证签注", Department: "公安局人口管理科", Name: name, Number: "11010100301000021758",
		Tracking: tracking, Code: "AB3DE5GH7JK9MN2PQ4RS6TU8VW0XY", At: at, Next: "工作人员将在5个工作日内审核，结果以短信通知。请带好身份证原件，到3号窗口领取证件。",
		Promise: "5个工作日内办结", Copy: 1, Printed: at, HelpPhone: "010-12345678",
	}, texts.In(text.Chinese))
	for i, b := range d.Blocks {
		if row, ok := b.(document.Row); ok && row.Value == name && address != "" {
			d.Blocks = slices.Insert(d.Blocks, i+1, document.Block(document.Row{Label: "住址", Value: address}))
			break
		}
	}
	return d
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
