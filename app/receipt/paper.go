package receipt

import (
	"strconv"
	"time"

	"onedoor/app/text"
	"onedoor/device/printer/document"
)

// Facts are what one receipt says. Name must be masked already.
type Facts struct {
	// Chinese is what a paper in another language says in Chinese as well, for the clerk who is shown it; zero on a Chinese
	// one.
	Chinese    Chinese
	Hall       string
	Kiosk      string
	Service    string
	Department string
	Name       string // masked; the number where there is no name; empty on a copy that was made without the card
	ByHand     bool   // the number was typed, and no card was read
	Number     string // 20 digits
	Tracking   string // URL in the QR; empty on a copy whose code is not known any more
	Code       string // the tracking code in it, for typing
	At         time.Time
	Next       string    // what happens next, one sentence
	Promise    string    // by when
	Online     bool      // whether the link to central was up when the paper was made
	Copy       int       // 0 for the original; a copy is marked 补打 with this count
	Printed    time.Time // of the copy
	HelpPhone  string    // of the hall; may be empty
}

// Chinese is the part of a receipt that a clerk needs.
type Chinese struct {
	Say     text.Printer
	Service string
}

// Paper composes the receipt in the language of say. The state in words is what holds at the moment of printing: saved
// on this machine, and whether it is on its way. Whether it has arrived the QR tells.
func Paper(f Facts, say text.Printer) document.Document {
	state := "receipt.state.offline"
	if f.Online {
		state = "receipt.state.online"
	}
	var blocks []document.Block
	if f.Copy > 0 {
		blocks = append(blocks, document.Box{Text: say.T("receipt.copy", "count", strconv.Itoa(f.Copy), "time", text.Stamp(f.Printed))})
	}
	blocks = append(blocks,
		document.Text{Text: f.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: say.T("receipt.title"), Align: document.Centre, Bold: true, Width: 2, Height: 2},
	)
	if f.Chinese.Service != "" {
		blocks = append(blocks, document.Text{Text: f.Chinese.Say.T("receipt.title") + " · " + f.Chinese.Service, Align: document.Centre, Bold: true})
	}
	blocks = append(blocks,
		document.Rule{},
		document.Row{Label: say.T("receipt.service"), Value: f.Service, Bold: true},
		document.Row{Label: say.T("receipt.department"), Value: f.Department},
	)
	if f.Name != "" {
		blocks = append(blocks, document.Row{Label: say.T("receipt.applicant"), Value: f.Name})
	}
	blocks = append(blocks,
		document.Row{Label: say.T("receipt.time"), Value: text.Stamp(f.At)},
		document.Rule{},
		document.Text{Text: say.T("receipt.number")},
		document.Text{Text: groups(f.Number), Bold: true, Width: 2, Height: 2, Align: document.Centre},
		document.Rule{},
		document.Text{Text: say.T(state), Bold: true},
		document.Text{Text: say.T("receipt.law")},
	)
	if f.Chinese.Service != "" {
		blocks = append(blocks, document.Text{Text: f.Chinese.Say.T(state)})
	}
	if f.ByHand {
		blocks = append(blocks, document.Text{Text: say.T("receipt.byhand"), Bold: true})
		if f.Chinese.Service != "" {
			blocks = append(blocks, document.Text{Text: f.Chinese.Say.T("receipt.byhand")})
		}
	}
	blocks = append(blocks,
		document.Feed{Lines: 1},
		document.Text{Text: say.T("receipt.next"), Bold: true},
		document.Text{Text: f.Promise},
		document.Text{Text: f.Next},
		document.Feed{Lines: 1},
	)
	if f.Tracking == "" {
		blocks = append(blocks, document.Text{Text: say.T("receipt.nocode"), Bold: true})
	} else {
		blocks = append(blocks,
			document.QR{Content: f.Tracking},
			document.Text{Text: say.T("receipt.scan"), Align: document.Centre, Bold: true},
			document.Text{Text: say.T("receipt.code", "code", text.Fours(f.Code)), Align: document.Centre},
			document.Text{Text: say.T("receipt.nophone"), Align: document.Centre},
		)
	}
	blocks = append(blocks, document.Rule{})
	blocks = append(blocks, document.Text{Text: say.T("receipt.kiosk", "kiosk", f.Kiosk)})
	if f.HelpPhone != "" {
		blocks = append(blocks, document.Text{Text: say.T("receipt.phone", "phone", f.HelpPhone)})
	}
	return document.Document{Blocks: blocks}
}

// groups breaks a case number over two lines of double size, so that it fits 32 columns as well: 4 4 4 and 4 4.
func groups(number string) string {
	if len(number) != NumberLength {
		return number
	}
	return text.Fours(number[:12]) + "\n" + text.Fours(number[12:])
}
