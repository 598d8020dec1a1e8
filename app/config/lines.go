package config

import "slices"

// validateLines checks what is said of the serial lines. bad takes one fault.
func (c Config) validateLines(bad func(field, format string, args ...any)) {
	speed := func(field string, baud int) {
		if !slices.Contains([]int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400}, baud) {
			bad(field, "%d is not a speed of a serial line", baud)
		}
	}
	speed("reader.baud", c.Reader.Baud)
	speed("printer.baud", c.Printer.Baud)
	speed("scanner.baud", c.Scanner.Baud)
	if flows := []string{"none", "xon-xoff", "rts-cts"}; !slices.Contains(flows, c.Printer.Flow) {
		bad("printer.flow", "is %q, want one of %v", c.Printer.Flow, flows)
	}
	if suffixes := []string{"any", "none", "cr", "lf", "crlf", "tab"}; !slices.Contains(suffixes, c.Scanner.Suffix) {
		bad("scanner.suffix", "is %q, want one of %v", c.Scanner.Suffix, suffixes)
	}
	named := func(device, port string, ports []string) {
		switch {
		case port == "" && len(ports) == 0:
			bad(device+".port", "is missing: name the serial port, for instance /dev/serial/by-id/…")
		case port != "" && len(ports) > 0:
			bad(device+".ports", "stands beside %s.port: name the one port, or the candidates", device)
		case slices.Contains(ports, ""):
			bad(device+".ports", "has an empty name")
		}
	}
	named("reader", c.Reader.Port, c.Reader.Ports)
	named("printer", c.Printer.Port, c.Printer.Ports)
	// Candidates may be the same for reader and printer: each takes what answers as it should, and leaves the other alone.
	if c.Reader.Port != "" && c.Reader.Port == c.Printer.Port {
		bad("printer.port", "is the same as reader.port")
	}
	if p := c.Scanner.Port; p != "" && slices.Contains(append(c.Reader.Lines(), c.Printer.Lines()...), p) {
		bad("scanner.port", "is also a port of the reader or the printer")
	}
}
