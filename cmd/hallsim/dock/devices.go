package dock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

func (d *Dock) devices() []deviceState {
	out := []deviceState{}
	for _, id := range []string{Reader, ReceiptPrinter, Scanner} {
		dev, ok := d.cfg.Devices[id]
		if !ok {
			continue
		}
		s := deviceState{ID: id, Groups: dev.Groups(), Power: id == ReceiptPrinter && d.cfg.PowerLoss != nil}
		name, usual := dev.Port()
		s.Plugged, s.Port, s.Moved = name != "", name, name != "" && !usual
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

// device finds a device by its name, or refuses.
func (d *Dock) device(w http.ResponseWriter, name string) (Device, bool) {
	dev, ok := d.cfg.Devices[name]
	if !ok {
		refuse(w, http.StatusNotFound, "there is no such device")
	}
	return dev, ok
}

// postLevers moves the levers that are named and leaves the others.
func (d *Dock) postLevers(w http.ResponseWriter, r *http.Request) {
	dev, ok := d.device(w, r.PathValue("device"))
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
	dev, ok := d.device(w, r.PathValue("device"))
	if !ok || !read(w, r, &struct{}{}) {
		return
	}
	dev.Reset()
	answer(w, d.state())
}

// postPlug pulls the cable, or plugs it in: under the usual name, or under another.
func (d *Dock) postPlug(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Device  string `json:"device"`
		Plugged *bool  `json:"plugged"`
		Name    string `json:"name"`
	}
	if !read(w, r, &body) {
		return
	}
	dev, ok := d.device(w, body.Device)
	switch {
	case !ok:
		return
	case body.Plugged == nil:
		refuse(w, http.StatusBadRequest, `"plugged" is required`)
		return
	case !*body.Plugged && body.Name != "":
		refuse(w, http.StatusBadRequest, `"name" is for plugging in`)
		return
	}
	d.cables.Lock()
	defer d.cables.Unlock()
	if !*body.Plugged {
		dev.Unplug()
	} else if err := dev.Replug(body.Name); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, d.state())
}

// postPower takes the printer's power away for a moment.
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

// postScan holds a text before the scanner, or the code of the last receipt that has one.
func (d *Dock) postScan(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text    string `json:"text"`
		Receipt bool   `json:"receipt"`
	}
	if !read(w, r, &body) {
		return
	}
	code := body.Text
	if body.Receipt {
		code = d.lastCode()
	}
	switch {
	case d.cfg.Scan == nil:
		refuse(w, http.StatusNotFound, "there is no scanner")
		return
	case body.Receipt && body.Text != "":
		refuse(w, http.StatusBadRequest, "want a text or the receipt, not both")
		return
	case body.Receipt && code == "":
		refuse(w, http.StatusConflict, "no receipt with a code has been printed yet")
		return
	case code == "" || len(code) > maxScan:
		refuse(w, http.StatusBadRequest, fmt.Sprintf("want a code of 1 to %d bytes", maxScan))
		return
	case !d.scans():
		refuse(w, http.StatusConflict, "the scanner is unplugged and sees nothing")
		return
	}
	if err := d.cfg.Scan([]byte(code)); err != nil {
		refuse(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, d.state())
}

// scans says whether a scanner would see a code.
func (d *Dock) scans() bool {
	if d.cfg.Scan == nil {
		return false
	}
	dev, known := d.cfg.Devices[Scanner]
	if !known {
		return true
	}
	name, _ := dev.Port()
	return name != ""
}

// lastCode is what the code of the last paper that has one says, or empty.
func (d *Dock) lastCode() string {
	last := Paper{}
	for _, p := range d.cfg.Paper.Papers() {
		if p.Code != "" && p.ID > last.ID {
			last = p
		}
	}
	return last.Code
}
