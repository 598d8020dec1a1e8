// Package cardreader reads resident identity cards and residence permits with a serial reader that speaks the SAM_V host
// protocol.
//
// What it guarantees:
//   - A CardRead event is one card in one uninterrupted answer of the reader: never a mixture, a leftover or a repair. On a
//     line that damages bytes, two answers must be the same before one counts.
//   - A card left lying gives one CardRead, however long it lies and even if the reader is unplugged in between; the
//     next one comes only after it was lifted.
//   - Whatever was received of a read that failed is wiped; nothing that a card holds reaches a log or an error text.
//   - The reader may be absent at the start, be pulled out and come back: the driver goes on by itself.
//
// The layers are: frame.go (bytes to frames), protocol.go (frames to answers), text.go and card.go (what a card holds), all
// pure, and driver.go, which owns the line.
package cardreader
