package visit

// String names the state for logs and statistics.
func (s State) String() string {
	names := [...]string{"attract", "identify", "number", "choose", "guide", "fill", "review", "accepting", "printing", "receipt", "refused", "progress", "goodbye"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// String names the event for logs and statistics.
func (e Event) String() string {
	names := [...]string{"started", "card-read", "number-chosen", "number-typed", "receipt-scanned", "service-chosen", "guide-read", "form-done", "back-pressed", "edit-pressed",
		"confirmed", "item-accepted", "item-refused", "print-ended", "print-again", "leave-pressed", "home-pressed", "idle-expired",
		"goodbye-over"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown"
}
