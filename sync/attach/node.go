package attach

import (
	"fmt"
	"log/slog"
	"time"
)

// orphanAge is how old a file without an accepted item has to be to be swept: longer than any visit.
const orphanAge = 24 * time.Hour

// Tidy sweeps what a cut left behind, at the start of a node. A failure is told and harms nothing.
func (s *Store) Tidy(now time.Time, accepted func(owner string) bool, logger *slog.Logger) {
	n, err := s.Sweep(now.Add(-orphanAge), accepted)
	if err != nil {
		logger.Warn("tidy attachments", "error", fmt.Errorf("sweep: %w", err))
	}
	if n > 0 {
		logger.Info("attachments that no item names were removed", "count", n)
	}
}
