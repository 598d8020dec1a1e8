package console

import (
	"time"

	"onedoor/app/hall"
)

// Readers is how many streams are open.
func (c *Console) Readers() int { return c.readers() }

// SetPatience changes how long a reader may take who comes after it. It is called while none is just coming.
func (c *Console) SetPatience(d time.Duration) { c.patience = d }

// Update looks at the kiosk, as happens by itself.
func (c *Console) Update() { c.update() }

// Shown is what the streams are told of the screen.
func (c *Console) Shown() hall.Standing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.Standing
}
