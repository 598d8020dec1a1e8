package outbox

import (
	"context"
	"errors"
	"fmt"

	"onedoor/sync/wire"
)

// FeedUpdate is one page of the feed.
type FeedUpdate struct {
	Epoch    string // of the upstream's ledger; versions are compared within one
	Cursor   string // to go on from
	Statuses []wire.CaseStatus
	Roster   *wire.Roster     // of the hall's staff, when it changed; whoever applies it has verified it, and the mark
	Mark     *wire.RosterMark // which roster was the newest then; nil when the page does not say, or more pages follow it
}

// cursorRecord is where the feed was left off.
type cursorRecord struct {
	Epoch  string `json:"epoch"`
	Cursor string `json:"cursor"`
}

type viewRecord struct {
	Epoch  string          `json:"epoch"`
	Status wire.CaseStatus `json:"status"`
}

// ApplyFeed takes in a page and its cursor in one durable write. Within a case and an epoch a status only gives way to a
// higher version; a page that was applied before changes nothing.
func (o *Outbox) ApplyFeed(ctx context.Context, u FeedUpdate) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("apply feed: %w", err)
	}
	changed, err := o.applyFeed(u)
	if err != nil {
		return fmt.Errorf("apply feed: %w", err)
	}
	o.heardFrom()
	o.notifyCases(changed)
	return nil
}

func (o *Outbox) applyFeed(u FeedUpdate) ([]string, error) {
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	if err := o.check(); err != nil {
		return nil, err
	}
	latest := map[string]viewRecord{}
	var cases []string
	for _, s := range u.Statuses {
		if s.CaseID == "" {
			continue
		}
		v, seen := latest[s.CaseID]
		if !seen {
			err := get(o.store, textKey(prefixView, s.CaseID), &v)
			switch {
			case errors.Is(err, ErrDamaged): // the feed is where it came from
				o.logger.Error("status of a case is replaced by the feed's", "case", s.CaseID, "error", err)
				v = viewRecord{}
			case err != nil && !errors.Is(err, errMissing):
				return nil, err
			}
		}
		if v.Epoch == u.Epoch && s.Version <= v.Status.Version {
			continue
		}
		if !seen {
			cases = append(cases, s.CaseID)
		}
		latest[s.CaseID] = viewRecord{u.Epoch, s}
	}
	changes := make([]change, 0, len(latest)+2)
	for id, v := range latest {
		c, err := put(textKey(prefixView, id), v)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	staff, another := o.nextRoster(u)
	if u.Roster != nil || u.Mark != nil {
		c, err := put([]byte(keyRoster), staff)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	c, err := put([]byte(keyCursor), cursorRecord{u.Epoch, u.Cursor})
	if err != nil {
		return nil, err
	}
	if err := o.write(append(changes, c)); err != nil {
		return nil, err
	}
	o.mu.Lock()
	o.roster = staff
	o.mu.Unlock()
	if another {
		wake(o.rosterChanges)
	}
	return cases, nil
}

// Cursor is where to go on reading the feed; empty means from the start, and so does one that is damaged.
func (o *Outbox) Cursor() (string, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return "", fmt.Errorf("read cursor: %w", err)
	}
	if o.wantsFeed() {
		return "", nil
	}
	var c cursorRecord
	err := get(o.store, []byte(keyCursor), &c)
	switch {
	case errors.Is(err, ErrDamaged):
		o.logger.Error("feed starts over", "error", err)
		return "", nil
	case err != nil && !errors.Is(err, errMissing):
		return "", fmt.Errorf("read cursor: %w", err)
	}
	return c.Cursor, nil
}

// ResetFeed forgets the cursor, so that the feed is read from its start. Statuses stay until the feed replaces them, by
// a higher version or by any version of another epoch, so that none runs backwards on a screen meanwhile.
func (o *Outbox) ResetFeed(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("reset feed: %w", err)
	}
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	if err := o.check(); err != nil {
		return fmt.Errorf("reset feed: %w", err)
	}
	c, err := put([]byte(keyCursor), cursorRecord{})
	if err == nil {
		err = o.write([]change{c})
	}
	if err != nil {
		return fmt.Errorf("reset feed: %w", err)
	}
	return nil
}

// CaseStatus is the last status of a case that the feed brought, or ErrNotFound.
func (o *Outbox) CaseStatus(caseID string) (wire.CaseStatus, error) {
	v, err := o.Case(caseID)
	if err != nil {
		return wire.CaseStatus{}, err
	}
	if v.Status == nil {
		return wire.CaseStatus{}, fmt.Errorf("case: %w: no status of %s", ErrNotFound, caseID)
	}
	return *v.Status, nil
}
