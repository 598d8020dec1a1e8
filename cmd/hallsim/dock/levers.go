package dock

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// The names of the devices.
const (
	Reader         = "reader"
	ReceiptPrinter = "printer"
	Scanner        = "scanner"
)

// Kind is what a lever is, and so what it takes.
type Kind string

// The kinds of levers.
const (
	Switch       Kind = "switch"       // true or false
	Count        Kind = "count"        // a whole number up to Most
	Milliseconds Kind = "milliseconds" // a whole number up to Most
	Percent      Kind = "percent"      // a number of 0 to 100
	Choice       Kind = "choice"       // the value of one of Options
)

// Lever is one lever as it stands.
type Lever struct {
	Name    string   `json:"name"`
	Text    string   `json:"text"`
	Kind    Kind     `json:"kind"`
	Value   any      `json:"value"`
	Most    int      `json:"most,omitempty"`
	Options []Option `json:"options,omitempty"`
	Pulled  bool     `json:"pulled"` // does not stand at rest
}

// Option is one value of a Choice.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

// Group is levers that belong together.
type Group struct {
	Title  string  `json:"title"`
	Levers []Lever `json:"levers"`
}

// Panel is the levers of one device. It must be safe for use by several goroutines.
type Panel interface {
	// Groups lists the levers as they stand.
	Groups() []Group
	// Pull moves the levers that are named: all of them, or on an error none. The error says what was wrong.
	Pull(values map[string]json.RawMessage) error
	// Reset puts all of them back.
	Reset()
}

// Device is a device with its cable.
type Device interface {
	Panel
	// Plugged says whether the cable is in.
	Plugged() bool
	// Replug pulls the cable and plugs it in again, under its usual name or, if one is given, under another.
	Replug(as string) error
	// Unplug pulls the cable.
	Unplug()
}

func (d *Dock) devices() []deviceState {
	out := []deviceState{}
	for _, id := range []string{Reader, ReceiptPrinter, Scanner} {
		dev, ok := d.cfg.Devices[id]
		if !ok {
			continue
		}
		s := deviceState{ID: id, Plugged: dev.Plugged(), Groups: dev.Groups(), Power: id == ReceiptPrinter && d.cfg.PowerLoss != nil}
		for _, g := range s.Groups {
			for _, l := range g.Levers {
				if l.Pulled {
					s.Pulled++
				}
			}
		}
		out = append(out, s)
	}
	return out
}

func (d *Dock) device(w http.ResponseWriter, r *http.Request) (Device, bool) {
	dev, ok := d.cfg.Devices[r.PathValue("device")]
	if !ok {
		refuse(w, http.StatusNotFound, "there is no such device")
	}
	return dev, ok
}

// postLevers moves the levers that are named and leaves the others.
func (d *Dock) postLevers(w http.ResponseWriter, r *http.Request) {
	dev, ok := d.device(w, r)
	var values map[string]json.RawMessage
	if !ok || !read(w, r, &values) {
		return
	}
	if err := dev.Pull(values); err != nil {
		refuse(w, http.StatusBadRequest, strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	answer(w, d.state())
}

func (d *Dock) postReset(w http.ResponseWriter, r *http.Request) {
	dev, ok := d.device(w, r)
	if !ok || !read(w, r, &struct{}{}) {
		return
	}
	dev.Reset()
	answer(w, d.state())
}

// postPlug pulls the cable, or plugs it in: under the usual name, or under another.
func (d *Dock) postPlug(w http.ResponseWriter, r *http.Request) {
	dev, ok := d.device(w, r)
	var body struct {
		Plugged *bool  `json:"plugged"`
		As      string `json:"as"`
	}
	if !ok || !read(w, r, &body) {
		return
	}
	switch {
	case body.Plugged == nil:
		refuse(w, http.StatusBadRequest, `"plugged" is required`)
		return
	case !*body.Plugged:
		dev.Unplug()
	default:
		if err := dev.Replug(body.As); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	answer(w, d.state())
}

func (d *Dock) postPower(w http.ResponseWriter, r *http.Request) {
	if !read(w, r, &struct{}{}) {
		return
	}
	if d.cfg.PowerLoss == nil {
		refuse(w, http.StatusNotFound, "there is no printer")
		return
	}
	d.cfg.PowerLoss()
	answer(w, d.state())
}

// maxScan is more than any code holds.
const maxScan = 3000

// postScan holds a text before the scanner, or the code of the last receipt.
func (d *Dock) postScan(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text    string `json:"text"`
		Receipt bool   `json:"receipt"`
	}
	if !read(w, r, &body) {
		return
	}
	code, err := body.Text, error(nil)
	if body.Receipt {
		code, err = d.lastCode()
	}
	switch {
	case d.cfg.Scan == nil:
		refuse(w, http.StatusNotFound, "there is no scanner")
		return
	case err == nil && (code == "" || len(code) > maxScan):
		err = fmt.Errorf("want a code of 1 to %d bytes", maxScan)
	}
	if err == nil {
		err = d.cfg.Scan([]byte(code))
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, d.state())
}

var errNoReceipt = errors.New("no receipt with a code has been printed yet")

func (d *Dock) lastCode() (string, error) {
	last := Paper{}
	for _, p := range d.cfg.Paper.Papers() {
		if p.TrackURL != "" && p.ID > last.ID {
			last = p
		}
	}
	if last.TrackURL == "" {
		return "", errNoReceipt
	}
	return last.TrackURL, nil
}
