package dock

import (
	"bytes"
	"cmp"
	"hash/crc32"
	"image/png"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// shownPapers is how many papers the page shows; the older ones stay reachable by their address.
const shownPapers = 12

// state is what the page shows.
type state struct {
	Cards   []cardState   `json:"cards"`
	Lying   string        `json:"lying"`
	Printer Levers        `json:"printer"`
	Papers  []paperState  `json:"papers"` // newest first
	Printed int           `json:"printed"`
	Link    linkState     `json:"link"`
	Desk    string        `json:"desk_url"`
	Track   string        `json:"track_url"`
	Staff   Member        `json:"staff"`
	Devices []deviceState `json:"devices"`
	Scanner scannerState  `json:"scanner"`
}

// deviceState is one device with its levers.
type deviceState struct {
	ID      string  `json:"id"`
	Plugged bool    `json:"plugged"`
	Port    string  `json:"port"`   // the name under which it is plugged in
	Moved   bool    `json:"moved"`  // that is not its usual name
	Pulled  int     `json:"pulled"` // how many levers are
	Groups  []Group `json:"groups"`
	Power   bool    `json:"power"` // its power can be taken away for a moment
}

// scannerState is what can be held before the scanner.
type scannerState struct {
	There   bool `json:"there"`   // the hall has one
	Sees    bool `json:"sees"`    // its cable is in
	Receipt bool `json:"receipt"` // a receipt with a code has been printed
}

type cardState struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Number string `json:"number"` // masked
	Note   string `json:"note"`
}

type paperState struct {
	ID     int       `json:"id"`
	At     time.Time `json:"at"`
	Rev    uint32    `json:"rev"`    // changes when the picture changes
	Width  int       `json:"width"`  // of the picture, in dots
	Height int       `json:"height"` // of the picture, in dots
	Bytes  int       `json:"bytes"`
	Track  string    `json:"track_url"`
}

type linkState struct {
	Up bool `json:"up"`
}

func (d *Dock) state() state {
	s := state{
		Cards: []cardState{}, Lying: d.cfg.Tray.Lying(), Printer: d.cfg.Paper.Levers(), Papers: []paperState{},
		Link: linkState{Up: d.cfg.Link.Up()}, Desk: d.cfg.DeskURL, Track: d.cfg.TrackURL, Staff: d.cfg.Staff,
	}
	s.Devices, s.Scanner = d.devices(), scannerState{There: d.cfg.Scan != nil, Sees: d.scans(), Receipt: d.lastCode() != ""}
	for _, c := range d.cfg.Tray.Cards() {
		s.Cards = append(s.Cards, cardState{ID: c.ID, Name: c.Name, Kind: c.Kind, Number: masked(c.Number), Note: c.Note})
	}
	papers := slices.Clone(d.cfg.Paper.Papers())
	slices.SortFunc(papers, func(a, b Paper) int { return cmp.Compare(b.ID, a.ID) })
	s.Printed = len(papers)
	for _, p := range papers[:min(len(papers), shownPapers)] {
		s.Papers = append(s.Papers, stateOf(p))
	}
	return s
}

func stateOf(p Paper) paperState {
	s := paperState{ID: p.ID, At: p.At, Rev: crc32.ChecksumIEEE(p.PNG), Bytes: len(p.Bytes)}
	// A picture that cannot be read has no size; the page then shows the number of bytes alone.
	if c, err := png.DecodeConfig(bytes.NewReader(p.PNG)); err == nil {
		s.Width, s.Height = c.Width, c.Height
	}
	if webPage(p.TrackURL) {
		s.Track = p.TrackURL
	}
	return s
}

// masked keeps the first three and the last two characters of a number, as the citizen may show it to others.
func masked(number string) string {
	const first, last = 3, 2
	n := utf8.RuneCountInString(number)
	if strings.ContainsRune(number, '*') {
		return number
	}
	if n <= first+last {
		return strings.Repeat("*", n)
	}
	runes := []rune(number)
	return string(runes[:first]) + strings.Repeat("*", n-first-last) + string(runes[n-last:])
}
