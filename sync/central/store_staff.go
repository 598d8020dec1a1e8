package central

import (
	"time"

	"onedoor/sync/wire"
)

// Roster is the staff of a hall as central keeps it.
type Roster struct {
	Hall    string        `json:"hall"`    // 5 digits
	Version uint64        `json:"version"` // from 1
	At      time.Time     `json:"at"`      // of the change, by central's clock
	Members []wire.Member `json:"members"`
	FeedPos uint64        `json:"feed_pos"`
}

// RosterChange replaces the staff of a hall.
type RosterChange struct {
	Hall      string
	IfVersion uint64 // 0 for a hall that has none
	At        time.Time
	Members   []wire.Member
}

// CheckpointRow is a checkpoint of an audit log as it came.
type CheckpointRow struct {
	Checkpoint wire.Checkpoint `json:"checkpoint"`
	Sequence   uint64          `json:"sequence"` // of the item that brought it
}
