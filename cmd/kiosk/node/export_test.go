package node

import (
	"log/slog"
	"time"

	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/sync/outbox"
)

// Outbox is what tests put central's word into.
func (n *Node) Outbox() *outbox.Outbox { return n.outbox }

// Ring plays a cue where nothing else is heard; end ends it.
func Ring(cfg config.Sound, c kiosk.Cue) (end func()) {
	s := newSound(Config{File: config.Config{Sound: cfg}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	s.bell.Play(c)
	return s.close
}
