package main

import (
	"image"
	"image/color"
	"time"

	"onedoor/device/printer/document"
)

// testPage uses everything that a receipt may.
func testPage(now time.Time) document.Document {
	return document.Document{Blocks: []document.Block{
		document.Text{Text: "打印测试 Test page", Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Text{Text: now.Format("2006-01-02 15:04:05"), Align: document.Centre},
		document.Rule{},
		document.Text{Text: "左对齐 left"},
		document.Text{Text: "居中 centre", Align: document.Centre},
		document.Text{Text: "右对齐 right", Align: document.Right},
		document.Text{Text: "加粗 bold", Bold: true},
		document.Text{Text: "0123456789 0123456789 0123456789 0123456789", Width: 1, Height: 2},
		document.Row{Label: "标签", Value: "值 value"},
		document.Row{Label: "生僻字", Value: "㛃 䶮 𬱟"},
		document.Columns{Cells: []document.Cell{{Text: "材料"}, {Text: "份数", Width: 6, Align: document.Right}, {Text: "原件", Width: 6, Align: document.Right}}, Bold: true},
		document.Columns{Cells: []document.Cell{{Text: "居民身份证（正反面）"}, {Text: "1", Width: 6, Align: document.Right}, {Text: "是", Width: 6, Align: document.Right}}},
		document.Text{Text: "一行放不下的长句，应当在标点之前折行，不应把逗号或句号放到下一行的开头。"},
		document.Rule{},
		document.Box{Text: "补打 第 1 次"},
		document.Feed{Lines: 1},
		document.QR{Content: "HTTPS://EXAMPLE.INVALID/T/ABCDEFGHIJKLMNOPQRSTUVWXYZ234"},
		document.Text{Text: "扫码应读出 HTTPS://EXAMPLE.INVALID/T/…", Align: document.Centre},
		document.Barcode{Content: "ONEDOOR-0123"},
		chequers(),
		document.Text{Text: "上方为棋盘图，方格应清晰、大小相同", Align: document.Centre},
	}}
}

// chequers is a picture that shows whether single dots, their size and their order are right.
func chequers() document.Picture {
	const cell, cells = 16, 8
	img := image.NewGray(image.Rect(0, 0, 2*cell*cells, 2*cell))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if (x/cell+y/cell)%2 == 0 {
				img.SetGray(x, y, color.Gray{Y: 0xFF})
			}
		}
	}
	p := document.NewPicture(img)
	p.Align = document.Centre
	return p
}
