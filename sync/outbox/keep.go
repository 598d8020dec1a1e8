package outbox

import "time"

// keepEvery is how much of the states a power cut may take. Items are not among them: those the journal has.
const keepEvery = time.Second

// keep syncs the queue and the witness now and then, until Close.
func (o *Outbox) keep() {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-o.quit:
			return
		case <-tick.C:
			o.writeMu.Lock()
			o.settle()
			o.writeMu.Unlock()
		}
	}
}

// settle makes durable what was written to queue and witness; it is called with writeMu held.
func (o *Outbox) settle() {
	if !o.dirty {
		return
	}
	o.dirty = false
	err := o.store.sync()
	if err == nil {
		err = o.witness.sync()
	}
	if err != nil {
		o.mu.Lock()
		o.stop(err)
		o.mu.Unlock()
	}
}
