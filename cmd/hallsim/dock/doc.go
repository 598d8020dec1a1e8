// Package dock is the web page of the hall in a box: a tray of cards to lay on the reader, the paper that comes out of the
// printer, codes to hold before the scanner, the switch of the network link, and every device's levers. Tests move the same
// levers over its API.
//
// Guarantees:
//   - It answers only requests addressed to a loopback host, so a name that was bent to 127.0.0.1 (DNS rebinding) is refused,
//     and changes something only for its own page: a request of another origin, or one that is not JSON, is refused.
//   - It loads nothing from elsewhere and lets no script run but its own.
//   - It shows what the devices say. It keeps no state and no personal data of its own, and starts no goroutine.
//
// The cards, the printer and the link arrive as small interfaces; the dock does not know how they are made.
package dock
