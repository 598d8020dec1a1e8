// Package central is the reference platform that kiosks and edge nodes send to.
//
// It guarantees:
//   - An ack is signed only after the item is durable. Whatever kills the process, an acknowledged item is there again
//     after the next start, under the same ledger position and the same epoch.
//   - The ledger is append-only and holds every item at most once. The same bytes again are a duplicate and get an ack
//     that says the same, though its signature may be another; other bytes under a known identity are kept aside as a conflict. Nothing is ever overwritten.
//   - The items of a case take effect in their order, without gaps. One that came too early, or whose type or dictionary
//     is not known yet, is held, and takes effect when its predecessor or a version that knows it arrives; its kiosk then
//     finds the ack in its feed.
//   - Identities and cases are their kiosk's own. No kiosk can use up another's ids or touch another's cases.
//   - A revoked device gets a signed refusal of whatever it asks, and one whose feed is held open gets it at once. What it sent
//     stays. What it accepted and has not sent is taken from a later incarnation of its kiosk, once.
//   - The status of a case never runs backwards; its version grows by one with every change.
//   - The sealed item is kept as it came. Payloads are opened to check them and to index public facts (service, titles,
//     department, what happens next); applicant and form are never stored in the clear nor logged. Of the resident number
//     a keyed hash is kept, by which a kiosk that read the card finds that person's cases.
//   - An attachment is kept as the sealed file that came, and opened only into the answer that staff asked for: no plaintext
//     of it reaches the disk, and a damaged one is told of before its first byte is sent.
//
// Goroutines that help with a batch end before its answer. The one that sweeps the uploads from time to time ends with Stop.
// The methods of a Server may be called from any goroutine.
package central
