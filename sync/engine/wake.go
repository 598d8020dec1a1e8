package engine

import "time"

// hurryEvery is how often a person's word ends a pause, at most: each time costs a question and a batch.
const hurryEvery = 10 * time.Second

// Wake ends the present pause on a person's word: that between tries after failures, and that after a refusal of this device,
// which somebody may have put right meanwhile. What the upstream asked for by Retry-After it does not end, for that keeps a whole
// fleet from asking at once. It returns at once and may be called at any time, as often as one likes: what is called again
// within ten seconds counts once, at their end.
func (e *Engine) Wake() {
	e.mu.Lock()
	e.pressed = true
	e.mu.Unlock()
	wakeUp(e.probe)
}

// hurry ends the pauses when a person wants it. The failures that have been are not forgotten: the next pause is as long as it
// would have been.
func (e *Engine) hurry(now time.Time) {
	p := &e.push
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.pressed || p.hurried.left(now) > 0 {
		return
	}
	e.pressed = false
	if p.asked.left(now) > 0 {
		return
	}
	p.hurried = alarmIn(hurryEvery, now)
	p.next, p.probeAt, e.resting = alarm{}, alarm{}, alarm{}
}
