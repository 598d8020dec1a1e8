package node

import (
	"bytes"
	"sync"
)

// Tail keeps the end of the program's log, for who takes the logs away. It may be used from any goroutine.
type Tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailLength = 1 << 20 // bytes

// Write implements io.Writer.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept)+len(p) > 2*tailLength {
		t.kept = bytes.Clone(t.kept[max(0, len(t.kept)-tailLength):])
	}
	t.kept = append(t.kept, p...)
	return len(p), nil
}

// Bytes is the end of what was written, from the beginning of a line.
func (t *Tail) Bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.kept
	if n := len(out) - tailLength; n > 0 {
		out = out[n:]
		out = out[bytes.IndexByte(out, '\n')+1:]
	}
	return bytes.Clone(out)
}
