package hall

import (
	"sync"
	"time"

	"onedoor/cmd/hallsim/dock"
	"onedoor/device/sim"
)

// Basket keeps what the printer cut off, as the dock shows it.
type Basket struct {
	printer *sim.Printer
	now     func() time.Time
	track   func(sim.Paper) string

	mu     sync.Mutex
	papers []dock.Paper
	levers dock.Levers
}

var _ dock.Printer = (*Basket)(nil)

// NewBasket makes one; track gives the address that a paper's code leads to, or an empty string.
func NewBasket(now func() time.Time, track func(sim.Paper) string) *Basket {
	return &Basket{now: now, track: track}
}

// Watch names the printer whose levers the basket moves.
func (b *Basket) Watch(p *sim.Printer) { b.printer = p }

// Add takes a paper in; it is the printer's OnPaper.
func (b *Basket) Add(p sim.Paper) {
	png, err := p.PNG()
	if err != nil {
		return // an image in memory always encodes
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.papers = append(b.papers, dock.Paper{ID: len(b.papers) + 1, At: b.now(), PNG: png, Bytes: p.Bytes, TrackURL: b.track(p)})
}

// Papers lists them.
func (b *Basket) Papers() []dock.Paper {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]dock.Paper(nil), b.papers...)
}

// Levers tells how they stand.
func (b *Basket) Levers() dock.Levers {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.levers
}

// SetLevers moves them.
func (b *Basket) SetLevers(l dock.Levers) {
	b.mu.Lock()
	b.levers = l
	b.mu.Unlock()
	b.printer.Levers(func(p *sim.PrinterLevers) { p.PaperOut, p.CoverOpen = l.PaperOut, l.CoverOpen })
}
