package receipt

import (
	"strconv"
	"time"

	"onedoor/app/text"
	"onedoor/device/printer/document"
)

// NoticeFacts are what a one-time notice (一次性告知单) says: all that is missing, at once, so that nobody comes a third time. It
// names no person.
type NoticeFacts struct {
	Hall       string
	Kiosk      string
	Service    string
	Department string
	Missing    []Missing
	Printed    time.Time
	HelpPhone  string // of the hall; may be empty
}

// Missing is one material that has to be brought, and where it can be had.
type Missing struct{ Name, Note string }

// Notice composes the one-time notice in the language of say.
func Notice(f NoticeFacts, say text.Printer) document.Document {
	blocks := []document.Block{
		document.Text{Text: f.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: say.T("notice.title"), Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Rule{},
		document.Row{Label: say.T("receipt.service"), Value: f.Service, Bold: true},
		document.Row{Label: say.T("receipt.department"), Value: f.Department},
		document.Row{Label: say.T("notice.time"), Value: text.Stamp(f.Printed)},
		document.Rule{},
		document.Text{Text: say.T("notice.lead"), Bold: true},
	}
	for i, m := range f.Missing {
		blocks = append(blocks, document.Text{Text: strconv.Itoa(i+1) + ". " + m.Name, Bold: true})
		if m.Note != "" {
			blocks = append(blocks, document.Text{Text: "   " + m.Note})
		}
	}
	blocks = append(blocks, document.Rule{}, document.Text{Text: say.T("notice.state")}, document.Text{Text: say.T("receipt.kiosk", "kiosk", f.Kiosk)})
	if f.HelpPhone != "" {
		blocks = append(blocks, document.Text{Text: say.T("receipt.phone", "phone", f.HelpPhone)})
	}
	return document.Document{Blocks: blocks}
}
