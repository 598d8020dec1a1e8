package hall

import (
	"strings"

	"onedoor/sync/engine"
)

// Answer is the key of the message that says for staff why an item's last try did not end its journey, as the outbox keeps it.
// ok is false for what only a later program knows.
func Answer(kept string) (key string, ok bool) {
	for _, a := range []struct{ kept, key string }{
		{engine.ReasonLost, "backroom.why.lost"}, {engine.ReasonUnreadable, "backroom.why.unreadable"}, {engine.ReasonServer, "backroom.why.server"},
		{engine.ReasonNoAck, "backroom.why.noack"}, {engine.ReasonRetry, "backroom.why.later"}, {engine.ReasonNoResult, "backroom.why.noack"},
		// The types of central's problems, which never change.
		{"urn:onedoor:problem:item-invalid", "backroom.why.item"}, {"urn:onedoor:problem:payload-invalid", "backroom.why.payload"},
		{"urn:onedoor:problem:seal-key-unknown", "backroom.why.key"}, {"urn:onedoor:problem:identity-taken", "backroom.why.identity"},
		{"urn:onedoor:problem:attributes-unknown", "backroom.why.newer"},
	} {
		if strings.HasPrefix(kept, a.kept) {
			return a.key, true
		}
	}
	return "", false
}
