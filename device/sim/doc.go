// Package sim simulates the devices of a hall at the byte level: a card reader, a printer and a scanner, each on a pseudo
// terminal of its own (or on any stream), speaking the protocols of the real ones at the speed of the real line. What
// talks to them can not tell the difference.
//
// Levers make them fail the way the real ones do. They are kept apart from the devices' own state and may be pulled at any
// moment, also in the middle of an answer. Everything here is safe for use from several goroutines. Close stops a
// simulator and waits for it.
//
// The simulators share no code with the drivers, so that a mistake in one shows against the other.
package sim
