// Package attach keeps attachments as sealed files beside the outbox until the upstream holds them.
//
// It guarantees:
//   - No plaintext reaches the disk. Content is sealed while it streams, to central's public key: this machine can not open
//     what it wrote.
//   - After Put has returned, the whole file survives a power cut; before that, nothing of it is ever listed. Whoever
//     accepts an item that refers to an attachment does so after Put has returned.
//   - A sealed file that was cut, extended, reordered, altered or given another identity or type does not open, and what
//     is opened in part ends in an error, never in a plain end.
//   - A damaged file is told of and never sent. A file leaves this machine only if an accepted item refers to it, and is
//     removed only after a receipt of central's that verifies for its exact bytes.
package attach
