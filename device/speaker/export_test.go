package speaker

// Settle waits until nothing is heard.
func (s *Speaker) Settle() { s.running.Wait() }
