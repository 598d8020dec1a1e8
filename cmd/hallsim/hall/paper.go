package hall

import (
	"strings"
	"sync"
	"time"

	"onedoor/cmd/hallsim/dock"
	"onedoor/device/sim"
)

// Basket keeps what the printer cut off, as the dock shows it.
type Basket struct {
	printer *sim.Printer
	now     func() time.Time

	mu     sync.Mutex
	papers []dock.Paper
}

var _ dock.Printer = (*Basket)(nil)

// NewBasket makes an empty one.
func NewBasket(now func() time.Time) *Basket { return &Basket{now: now} }

// Watch names the printer whose levers the basket moves.
func (b *Basket) Watch(p *sim.Printer) { b.printer = p }

// Add takes a paper in; it is the printer's OnPaper.
func (b *Basket) Add(p sim.Paper) {
	png, err := p.PNG()
	if err != nil || p.Blank {
		return // an image in memory always encodes
	}
	code, err := Scan(p.Image)
	if err != nil {
		code = "" // a paper without a code
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.papers = append(b.papers, dock.Paper{ID: len(b.papers) + 1, At: b.now(), PNG: png, Bytes: p.Bytes, Code: code, TrackURL: phone(code)})
}

// phone is the address as a phone opens it: scheme and host are in capitals in the code, and do not care.
func phone(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	return strings.ToLower(scheme) + "://" + rest
}

// Papers lists them.
func (b *Basket) Papers() []dock.Paper {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]dock.Paper(nil), b.papers...)
}

// Levers tells how they stand.
func (b *Basket) Levers() dock.Levers {
	l := b.printer.Pulled()
	return dock.Levers{PaperOut: l.PaperOut, CoverOpen: l.CoverOpen}
}

// SetLevers moves them.
func (b *Basket) SetLevers(l dock.Levers) {
	b.printer.Levers(func(p *sim.PrinterLevers) { p.PaperOut, p.CoverOpen = l.PaperOut, l.CoverOpen })
}
