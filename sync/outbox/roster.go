package outbox

import (
	"errors"
	"fmt"
	"time"

	"onedoor/sync/wire"
)

// RosterView is the hall's staff as central last said, and how fresh that is.
type RosterView struct {
	Roster    wire.Roster   // Version 0: central has not said anything yet
	Confirmed time.Time     // by this machine's clock, when central last said that none is newer; zero: never
	Silent    time.Duration // since then, as far as this outbox was open: a time that no clock can step
}

// rosterRecord is what is kept of it.
type rosterRecord struct {
	Roster    wire.Roster   `json:"roster"`
	Mark      string        `json:"mark,omitempty"` // RosterMark.At of the last one that counted
	Confirmed time.Time     `json:"confirmed,omitzero"`
	Lived     time.Duration `json:"lived"` // then
}

// Roster gives the staff of the hall. It reads no file.
func (o *Outbox) Roster() (RosterView, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil {
		return RosterView{}, fmt.Errorf("roster: %w", err)
	}
	v := RosterView{Roster: o.roster.Roster, Confirmed: o.roster.Confirmed}
	if !v.Confirmed.IsZero() {
		v.Silent = max(0, o.lived.Total-o.roster.Lived)
	}
	return v, nil
}

// RosterChanges wakes one reader: it holds a value when the roster changed since the last receive.
func (o *Outbox) RosterChanges() <-chan struct{} { return o.rosterChanges }

// recallRoster reads it. One that is damaged is forgotten: the feed, read from its start, brings it again.
func (o *Outbox) recallRoster() {
	var r rosterRecord
	err := get(o.store, []byte(keyRoster), &r)
	switch {
	case err == nil:
		o.roster = r
	case errors.Is(err, ErrDamaged):
		o.logger.Error("the roster of the staff is read again from the feed", "error", err)
		o.roster, o.refeed = rosterRecord{}, true
	}
}

// nextRoster is what is kept after a page, and whether it is another roster. It is called with writeMu held. A roster only
// gives way to a higher version or to one of another epoch; a mark counts when it is newer than the last and about the roster
// that is here.
func (o *Outbox) nextRoster(u FeedUpdate) (next rosterRecord, changed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	next = o.roster
	if r := u.Roster; r != nil && (r.Epoch != next.Roster.Epoch || r.Version > next.Roster.Version) {
		next.Roster, changed = *r, true
	}
	m := u.Mark
	if m == nil || next.Roster.Version == 0 && m.Version == 0 {
		return next, changed
	}
	if m.Epoch != next.Roster.Epoch || m.Version != next.Roster.Version {
		// It came when a former program of this kiosk read the feed and did not know what it was.
		if ahead := m.Epoch != next.Roster.Epoch || m.Version > next.Roster.Version; ahead && u.Roster == nil && o.refed != m.Version {
			o.refeed, o.refed = true, m.Version
		}
		return next, changed
	}
	if at, err := time.Parse(time.RFC3339, m.At); err == nil {
		if last, err := time.Parse(time.RFC3339, next.Mark); changed || err != nil || at.After(last) {
			next.Mark, next.Confirmed, next.Lived = m.At, o.cfg.Now(), o.lived.Total
		}
	}
	return next, changed
}

// wantsFeed says once that the feed has to be read from its start.
func (o *Outbox) wantsFeed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	again := o.refeed
	o.refeed = false
	return again
}
