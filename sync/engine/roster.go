package engine

import (
	"fmt"

	"onedoor/sync/wire"
)

// centralKey is the key of that id if it may speak for central.
func (e *Engine) centralKey(id string) ([]byte, error) {
	key, ok := e.cfg.AckKeys[id]
	if !ok || key.Tier != wire.TierCentral {
		return nil, fmt.Errorf("%w: key is not central's", wire.ErrRoster)
	}
	return key.Public, nil
}

// verifyRoster checks that central said so of this hall, whoever handed it on.
func (e *Engine) verifyRoster(r *wire.Roster) error {
	public, err := e.centralKey(r.Key)
	if err != nil {
		return err
	}
	return r.Verify(e.cfg.Hall, e.cfg.Suite, public)
}

// mark is what a page says of the newest roster, if central signed that, and if no more of the feed is to come before it.
func (e *Engine) mark(page wire.FeedPage) *wire.RosterMark {
	m := page.Staff
	if m == nil || !page.UpToDate || e.cfg.Hall == "" {
		return nil
	}
	public, err := e.centralKey(m.Key)
	if err == nil {
		err = m.Verify(e.cfg.Hall, e.cfg.Suite, public)
	}
	if err != nil {
		e.logger.Error("feed brought a mark of the roster that does not verify", "error", err)
		return nil
	}
	return m
}
