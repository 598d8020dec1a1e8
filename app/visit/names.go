package visit

// String names the state for logs and statistics.
func (s State) String() string {
	names := [...]string{"attract", "menu", "choose", "guide", "identify", "number", "situate", "check", "fill", "review", "sign", "accepting", "printing",
		"receipt", "evaluate", "refused", "track", "cases", "progress", "goodbye", "operator"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// String names the event for logs and statistics.
func (e Event) String() string {
	names := [...]string{"started", "card-read", "number-chosen", "number-typed", "receipt-scanned", "apply-chosen", "follow-chosen", "mine-chosen", "case-named",
		"service-chosen", "card-wanted", "guide-read", "situated", "materials-ready", "form-done", "back-pressed", "guide-pressed", "edit-pressed", "situation-edited",
		"signature-asked", "confirmed", "item-accepted", "item-refused", "print-ended", "print-again", "rate-chosen", "leave-pressed", "menu-pressed",
		"home-pressed", "idle-expired", "goodbye-over", "staff-came", "staff-left"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown"
}
