package node

import "onedoor/sync/outbox"

// Outbox is what tests put central's word into.
func (n *Node) Outbox() *outbox.Outbox { return n.outbox }
