// Package scanner reads bar codes and two-dimensional codes from a serial scanner.
//
// What it guarantees:
//   - A Scanned event is one code as the scanner sent it: whole, or not at all. What runs on beyond MaxCode is thrown away.
//   - Nothing that was scanned while no screen waited is ever handed over, not even the end of a code that had begun.
//   - The same code coming again within a short time is handed over once.
//   - What a code holds reaches no log and no error text; whoever gets a Code wipes it.
//   - The scanner may be absent at the start, be pulled out and come back.
//
// A scanner sends the bare code and a suffix, without length or checksum, so only silence tells where a code ends. A scanner
// that is mute looks like one with nothing to scan: that its device file is there is all that can be known.
//
// The layers are: frame.go (bytes to codes) and code.go (what a code says), both pure, and driver.go, which owns the line.
package scanner
