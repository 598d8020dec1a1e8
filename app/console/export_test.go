package console

import "time"

// Readers is how many streams are open.
func (c *Console) Readers() int { return c.readers() }

// SetPatience changes how long a reader may take who comes after it. It is called while none is just coming.
func (c *Console) SetPatience(d time.Duration) { c.patience = d }
