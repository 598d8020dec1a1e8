// Package wire is the sync protocol as bytes: the types that both ends exchange, and how each proves who it is.
//
// An answer counts only when status, content type, protocol header and the upstream's signature over body and request
// nonce are right; everything else (a captive portal's page, a proxy's error, a cut body) is "no answer". An ack is
// signed by itself as well, so that it can be kept as evidence and relayed.
package wire
