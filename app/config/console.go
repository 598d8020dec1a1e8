package config

import (
	"net"
	"strconv"

	"onedoor/app/text"
)

// Console is the page that the kiosk serves on the hall's network, for staff.
type Console struct {
	Listen string `yaml:"listen"` // host:port, or :port for every address of this machine; empty: there is no page
	Cert   string `yaml:"cert"`   // PEM file of the certificate chain, relative to the file; empty: the kiosk makes its own
	Key    string `yaml:"key"`    // PEM file of its private key
}

// validateConsole checks what is said of the page and of the counter. bad takes one fault.
func (c Config) validateConsole(bad func(field, format string, args ...any)) {
	if at := c.Console.Listen; at != "" {
		host, port, err := net.SplitHostPort(at)
		n, notNumber := strconv.Atoi(port)
		switch {
		case err != nil || notNumber != nil || n < 1 || n > 65535:
			bad("console.listen", "is %q, want HOST:PORT or :PORT, for instance :8443", at)
		case host != "" && net.ParseIP(host) == nil:
			bad("console.listen", "%q is no address of a machine: write numbers, or nothing for all of this one's", host)
		}
	}
	switch {
	case (c.Console.Cert == "") != (c.Console.Key == ""):
		bad("console", "has cert or key alone: name both, or none and the kiosk makes its own")
	case c.Console.Listen == "" && c.Console.Cert != "":
		bad("console.cert", "is named, and there is no console.listen")
	}
	for lang := range c.Hall.Counter {
		if lang != text.Chinese && lang != text.Traditional && lang != text.English {
			bad("hall.counter", "%q is no language of the screen", lang)
		}
	}
	if len(c.Hall.Counter) > 0 && c.Hall.Counter[text.Chinese] == "" {
		bad("hall.counter", "lacks %s, which stands in for the others", text.Chinese)
	}
}
