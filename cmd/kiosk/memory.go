package main

import (
	"os"
	"runtime/debug"
)

// collectAt is by how many percent the heap may grow over what is in use before it is collected. Fonts and dictionaries are
// most of what is in use, and never garbage: with the usual 100 the heap would take as much again for what one screen leaves.
const collectAt = 35

// collectEarly has the heap collected early, unless GOGC says something else.
func collectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
