package main

import (
	"os"
	"runtime/debug"
)

// What a node may need: the queue's memory tables and batches under way, and what the outbox keeps in memory of each item
// that waits.
const (
	memoryBase    = 40 << 20
	memoryPerItem = 280
)

// limitMemory tells the collector what so many waiting items need. Without it the heap grows to several times that while the
// queue puts its files in order, which it does at the first start after much was taken in. It is a soft limit: above it the
// program is slower, not ended. What GOMEMLIMIT says is left as it is.
func limitMemory(waiting int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryBase + memoryPerItem*int64(waiting))
	}
}
