// Package printer prints receipts on ESC/POS thermal printers over a serial line.
//
// What it guarantees:
//   - A print ends as Printed, NotPrinted or Unknown. NotPrinted means that not one byte of the document left. Printed means
//     that the printer itself answered after the last byte. Everything between is Unknown, and Unknown is never printed
//     again without a mark by this package: that is for the caller to decide.
//   - No byte of the text reaches the printer as a command, and no character comes out as another one: what the printer
//     can not be trusted with is drawn as a picture, and what the fonts lack too is printed as 〓 and counted.
//   - Nothing of a job that broke off comes out on the next paper.
//   - The printer may be absent at the start, be pulled out and come back.
//
// The layers are: profile.go (what a model can do), layout.go and charset.go (lines and characters), encode.go (commands),
// status.go (answers), all pure, and driver.go, which owns the line.
package printer
