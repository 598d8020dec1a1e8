// Package config is the kiosk's one configuration file and the identity that enrolment gave it.
//
// It guarantees that a file is either wholly understood or refused, with every fault named by its line and field: an unknown
// field, a wrong value and an unknown version are all faults. Nothing is read from the environment.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"onedoor/app/text"
)

// Version is the version of the file format that this program writes and reads.
const Version = 1

// ErrConfig marks a configuration that can not be used.
var ErrConfig = errors.New("configuration")

// Config is the file. Zero fields take the defaults of Default.
type Config struct {
	Version int     `yaml:"version"`
	Data    string  `yaml:"data"` // directory of outbox and identity; absolute, or relative to the file
	Central Central `yaml:"central"`
	Reader  Reader  `yaml:"reader"`
	Printer Printer `yaml:"printer"`
	Scanner Scanner `yaml:"scanner"` // without a port there is none
	Outbox  Outbox  `yaml:"outbox"`
	Screen  Screen  `yaml:"screen"`
	Hall    Hall    `yaml:"hall"`
	Staff   Staff   `yaml:"staff"`
	Audit   Audit   `yaml:"audit"`
	Console Console `yaml:"console"`
	Voice   string  `yaml:"voice"` // the program that reads the screen aloud, espeak-ng; empty: none
	Sound   Sound   `yaml:"sound"`
	Metrics string  `yaml:"metrics"` // where Prometheus and the doctor may ask, such as 127.0.0.1:9468: loopback only; empty: nowhere
}

// Central is the upstream.
type Central struct {
	URL string `yaml:"url"` // https://…, or http:// to loopback only
	CA  string `yaml:"ca"`  // PEM file of the authority that alone may vouch for it; empty: the system's. Relative to the file
}

// Reader is the identity card reader.
type Reader struct {
	Port  string   `yaml:"port"`  // path, best a /dev/serial/by-id one
	Ports []string `yaml:"ports"` // in place of port: the first of these on which a card reader answers
	Baud  int      `yaml:"baud"`
}

// Printer is the receipt printer.
type Printer struct {
	Port    string   `yaml:"port"`
	Ports   []string `yaml:"ports"` // in place of port: the first of these on which a printer answers
	Baud    int      `yaml:"baud"`
	Flow    string   `yaml:"flow"`    // how it says "stop": none, xon-xoff or rts-cts, as it is set
	Profile string   `yaml:"profile"` // a file of assets/printers without its ending, such as generic-80
}

// Scanner is the code scanner. It can not be asked who it is, so that it has one port and no candidates.
type Scanner struct {
	Port   string `yaml:"port"` // empty: there is none
	Baud   int    `yaml:"baud"`
	Suffix string `yaml:"suffix"` // what it sends behind a code: any, none, cr, lf, crlf or tab, as it is set
}

// Lines are the ports to try, in order.
func (r Reader) Lines() []string { return lines(r.Port, r.Ports) }

// Lines are the ports to try, in order.
func (p Printer) Lines() []string { return lines(p.Port, p.Ports) }

func lines(port string, ports []string) []string {
	if port != "" {
		return []string{port}
	}
	return ports
}

// Outbox is how much may wait for central before new work is refused, in words. 0 means no limit.
type Outbox struct {
	Items      int `yaml:"items"`
	Megabytes  int `yaml:"megabytes"`
	Days       int `yaml:"days"`        // that the oldest item may have waited
	SilentDays int `yaml:"silent_days"` // since central was last heard of, while anything waits
}

// Screen is the touchscreen.
type Screen struct {
	Diagonal   float64 `yaml:"diagonal"` // inches; decides how large a millimetre is
	Width      int     `yaml:"width"`    // pixels, as mounted
	Height     int     `yaml:"height"`
	Fullscreen bool    `yaml:"fullscreen"`
	Brightness string  `yaml:"brightness"` // command line that sets it, with {percent} in it; empty: the kernel's backlight, where there is one
}

// Hall is what the screen says about the hall.
type Hall struct {
	HelpPhone string     `yaml:"help_phone"`
	Opens     string     `yaml:"opens"`     // time of day at which is said who can be served with what, 08:30; empty: it is not said
	Days      []string   `yaml:"days"`      // on which it opens: mon, tue, wed, thu, fri, sat, sun
	Closed    []string   `yaml:"closed"`    // dates on which it does not, such as 2027-02-06, and from-to: 2027-02-06/2027-02-12
	AlsoOpen  []string   `yaml:"also_open"` // dates on which it does all the same: Saturdays that are worked for a holiday
	SelfTest  string     `yaml:"self_test"` // time of day at which the machine tests itself, while nobody is there; empty: never
	Counter   text.Local `yaml:"counter"`   // where staff can be found, in the languages of the screen: "3 号窗口"
}

// Staff is how the hall's people sign in.
type Staff struct {
	Pepper      string `yaml:"pepper"`       // file of the hall's secret, outside of data; empty: nobody can sign in. Relative to the file
	OfflineDays int    `yaml:"offline_days"` // that everybody can sign in without central; after that supervisors only
}

// Audit is the log of who did what.
type Audit struct {
	KeepDays int `yaml:"keep_days"` // at least half a year
}

// Default is what a file may leave out.
func Default() Config {
	return Config{
		Version: Version, Metrics: "127.0.0.1:9468",
		Reader:  Reader{Baud: 115200},
		Printer: Printer{Baud: 115200, Flow: "none", Profile: "generic-80"},
		Scanner: Scanner{Baud: 9600, Suffix: "any"},
		Outbox:  Outbox{Items: 50_000, Megabytes: 1024, Days: 90, SilentDays: 60},
		Screen:  Screen{Diagonal: 21.5, Width: 1080, Height: 1920, Fullscreen: true},
		Hall:    Hall{SelfTest: "03:30", Days: []string{"mon", "tue", "wed", "thu", "fri"}},
		Sound:   Sound{Player: "auto", Effects: true, Volume: 40, QuietFrom: 21, QuietUntil: 6},
		Staff:   Staff{OfflineDays: 7},
		Audit:   Audit{KeepDays: minKeepDays},
	}
}

// Load reads and checks a file. Beside faults of single fields it returns what the others say, for whoever looks into them.
func Load(file string) (Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	c, err := Parse(data)
	if err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	for _, name := range []*string{&c.Data, &c.Central.CA, &c.Sound.Prompts, &c.Staff.Pepper, &c.Console.Cert, &c.Console.Key} {
		*name = beside(file, *name)
	}
	if err == nil && within(c.Data, c.Staff.Pepper) {
		err = fmt.Errorf("%s: %w", file, &Fault{Field: "staff.pepper", Line: newPlace(data).line("staff.pepper"),
			What: "is inside of data, where whoever takes the disk has both: keep it elsewhere"})
	}
	return c, err
}

// Parse decodes strictly over the defaults and reports all faults together.
func Parse(data []byte) (Config, error) {
	c := Default()
	if err := yaml.UnmarshalWithOptions(data, &c, yaml.Strict()); err != nil {
		return Config{}, syntax(err)
	}
	return c, c.validate(newPlace(data))
}

const (
	minKeepDays    = 184 // six months, as the Cybersecurity Law asks
	maxOfflineDays = 90
)

// within reports whether a file is in a directory or below it, by their names.
func within(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return file != "" && err == nil && filepath.IsLocal(rel)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c Config) validate(where place) error {
	var faults []error
	bad := func(field, format string, args ...any) {
		faults = append(faults, &Fault{Field: field, Line: where.line(field), What: fmt.Sprintf(format, args...)})
	}
	if c.Version != Version {
		bad("version", "is %d, this program reads %d", c.Version, Version)
	}
	if c.Data == "" {
		bad("data", "is missing: name the directory for what is waiting to be sent")
	}
	switch u, err := url.Parse(c.Central.URL); {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		bad("central.url", "want https://HOST, have %q", c.Central.URL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		bad("central.url", "plain http goes to this machine only; use https for %s", u.Host)
	}
	if c.Metrics != "" {
		if host, _, err := net.SplitHostPort(c.Metrics); err != nil || !loopback(host) {
			bad("metrics", "want an address of this machine only, such as 127.0.0.1:9468; have %q", c.Metrics)
		}
	}
	c.validateLines(bad)
	c.validateConsole(bad)
	if c.Printer.Profile == "" {
		bad("printer.profile", "is missing: name the class of the printer, for instance generic-80")
	}
	for field, n := range map[string]int{"outbox.items": c.Outbox.Items, "outbox.megabytes": c.Outbox.Megabytes, "outbox.days": c.Outbox.Days, "outbox.silent_days": c.Outbox.SilentDays} {
		if n < 0 {
			bad(field, "%d is less than nothing", n)
		}
	}
	if c.Staff.OfflineDays < 1 || c.Staff.OfflineDays > maxOfflineDays {
		bad("staff.offline_days", "%d is not between 1 and %d", c.Staff.OfflineDays, maxOfflineDays)
	}
	if c.Audit.KeepDays < minKeepDays {
		bad("audit.keep_days", "%d is less than half a year", c.Audit.KeepDays)
	}
	if c.Screen.Diagonal < 7 || c.Screen.Diagonal > 100 {
		bad("screen.diagonal", "%v inches can not be right", c.Screen.Diagonal)
	}
	if c.Screen.Width < 300 || c.Screen.Height < 300 {
		bad("screen", "%d × %d pixels is too small", c.Screen.Width, c.Screen.Height)
	}
	c.Sound.validate(bad)
	c.Hall.validate(bad)
	return errors.Join(faults...)
}
