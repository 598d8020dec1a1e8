// Package engine moves what an outbox holds to the upstream, and the upstream's words back.
//
// It guarantees:
//   - An item's journey ends only on an ack whose signature verifies for the item's exact bytes. Whatever else arrives
//     (a portal's page, an answer without acks, another item's ack) keeps the item.
//   - A refused, waiting or unreadable item delays no other case: results count per item, and a batch that cannot be read
//     as a whole is narrowed down until the culprit travels alone.
//   - While the link is down the upstream is probed at least every two seconds, cheaply, so that the first item goes out
//     within two seconds of its return. In every failure mode requests are bounded to about 60 a minute.
//   - A page of the feed and its cursor are applied together; a lost cursor means starting over, never loss.
//
// An Engine owns two goroutines, one that probes and pushes and one that pulls. Stop ends both, and takes no longer than
// the outbox takes to write.
package engine
