package observe

import (
	"errors"
	"time"

	"onedoor/app/health"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
)

// outbox tells why nothing is accepted, and what waits for a person.
func (o *Observer) outbox(add func(health.Code, time.Time)) {
	err := o.cfg.Outbox.Err()
	if code, closed := OfOutbox(err); closed {
		add(code, time.Time{})
	}
	if o.cfg.Free != nil && !errors.Is(err, outbox.ErrNoSpace) {
		if n, err := o.cfg.Free(); err == nil && n < o.cfg.Low {
			add(health.DiskLow, time.Time{})
		}
	}
	stats := o.cfg.Outbox.Stats()
	if stats.ByState[outbox.StateRejected] > 0 {
		add(health.OutboxRejected, time.Time{})
	}
	if stats.ByState[outbox.StateConflict] > 0 {
		add(health.OutboxConflict, time.Time{})
	}
	if len(o.cfg.Outbox.Damage()) > 0 {
		add(health.OutboxDamaged, time.Time{})
	}
}

// OfOutbox is what an outbox's Err means; closed is false while it accepts, and after it was closed on purpose.
func OfOutbox(err error) (code health.Code, closed bool) {
	switch {
	case err == nil, errors.Is(err, outbox.ErrClosed):
		return "", false
	case errors.Is(err, outbox.ErrNoSpace):
		return health.OutboxNoSpace, true
	case errors.Is(err, outbox.ErrFenced):
		return health.OutboxFenced, true
	case errors.Is(err, outbox.ErrTooOld):
		return health.OutboxTooOld, true
	case errors.Is(err, outbox.ErrSilent):
		return health.OutboxSilent, true
	case errors.Is(err, outbox.ErrFull):
		return health.OutboxFull, true
	}
	return health.OutboxStopped, true
}

// link tells what is between here and central: one cause at a time.
func link(s engine.Status, add func(health.Code, time.Time)) {
	waits := s.Waiting > 0 // a trouble with what is sent is none when nothing is
	switch {
	case s.Trouble == engine.TroubleRefused:
		add(health.CentralRefused, time.Time{})
	case s.Trouble == engine.TroubleUpgrade:
		add(health.CentralUpgrade, time.Time{})
	case s.Link == engine.Offline:
		add(ofCause(s.Cause), s.Since)
	case s.Trouble == engine.TroubleFull && waits:
		add(health.CentralFull, time.Time{})
	case s.Trouble == engine.TroubleAck && waits:
		add(health.CentralUnproven, time.Time{})
	case (s.Trouble == engine.TroubleServer || s.Trouble == engine.TroubleNoAnswer) && s.Link == engine.Online && waits:
		add(health.CentralFailing, time.Time{})
	case s.Slow:
		add(health.LinkSlow, time.Time{})
	}
}

func ofCause(c engine.Cause) health.Code {
	switch c {
	case engine.CauseClock:
		return health.LinkClock
	case engine.CauseCertificate, engine.CauseTLS:
		return health.LinkTLS
	case engine.CauseName:
		return health.LinkName
	case engine.CauseOther:
		return health.LinkPortal
	case engine.CauseUnknown:
		return health.CentralRefused
	}
	return health.LinkDown
}
