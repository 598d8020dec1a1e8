package dock

import "encoding/json"

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
	Unit    string   `json:"unit,omitempty"` // of a number, in a word
	Value   any      `json:"value"`
	Most    int      `json:"most,omitempty"`
	Options []Option `json:"options,omitempty"` // the first is rest
	Pulled  bool     `json:"pulled"`            // does not stand at rest
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
	// Port is the name under which the device is plugged in, and whether that is its usual one. Empty while the cable is out.
	Port() (name string, usual bool)
	// Replug pulls the cable and plugs it in again, under its usual name or, if one is given, under another. After an error
	// about the name the cable is where it was.
	Replug(as string) error
	// Unplug pulls the cable.
	Unplug()
}
