// Package wire is the sync protocol as bytes: the types that both ends exchange, and how each proves who it is.
//
// An answer counts only when status, content type, protocol header and the upstream's signature are right, which covers
// the answer and the whole request that it answers; everything else (a captive portal's page, a proxy's error, a cut
// body) is "no answer". An upstream signs only for a device whose own signature it has verified. An ack is signed by
// itself as well, so that it can be kept as evidence and relayed.
package wire
