package kiosk

// Prompts are the keys of the fixed sentences that a screen may say when it is read aloud, in order. They are what is worth
// recording: all else that is said holds something that is not known beforehand.
func Prompts() []string {
	return []string{
		"accepted.heading", "accepted.heading.printing", "accepted.heading.unprinted", "accepted.help.accepted",
		"accepted.help.delivered", "accepted.help.offline", "accepted.help.online", "accepted.leave", "accepted.next",
		"accepted.number", "accepting.heading", "accepting.help", "cases.else", "cases.more", "cases.rate.none",
		"check.anyway", "check.heading", "check.help", "check.missing", "check.next", "check.printed", "check.printing",
		"check.unprinted", "choose.all", "choose.byhand.help", "choose.expired", "choose.help", "choose.help.elder",
		"choose.kind", "choose.none", "choose.noreader", "choose.offline", "choose.reading", "choose.reading.help",
		"choose.typed", "form.byhand", "form.choose", "form.choose.several", "form.misread", "form.required", "form.rest",
		"form.several", "form.wrong.address", "form.wrong.check", "form.wrong.date", "form.wrong.future", "form.wrong.number",
		"form.wrong.past", "form.wrong.phone", "form.wrong.text", "goodbye.bye", "goodbye.card", "goodbye.heading",
		"goodbye.help", "goodbye.receipt", "guide.basis", "guide.fee", "guide.help", "guide.materials", "guide.next",
		"guide.time", "guide.where", "guide.who", "health.citizen.paper", "health.citizen.printer", "health.citizen.reader",
		"help.called.heading", "help.called.text", "help.coming.heading", "help.coming.minute", "help.coming.now",
		"help.coming.text", "help.failed.heading", "help.heading", "help.late.heading", "help.offer", "help.text",
		"help.unseen.heading", "identify.expired", "identify.expired.heading", "identify.failed", "identify.failed.heading",
		"identify.heading", "identify.help", "identify.lift", "identify.missing.heading", "identify.missing.help",
		"identify.reading", "identify.unsupported", "identify.unsupported.heading", "language.name", "leave.heading",
		"leave.leave", "leave.stay", "linger.heading", "linger.stay", "list.city", "list.district", "list.help",
		"list.province", "list.street", "menu.apply", "menu.guides", "menu.heading", "menu.hello.help", "menu.help",
		"menu.popular", "menu.progress", "menu.rate", "number.heading", "number.label", "number.wrong", "print.busy",
		"print.printed", "print.unknown", "progress.accepted.heading", "progress.accepted.help", "progress.delivered",
		"progress.done.heading", "progress.done.help", "progress.leave", "progress.other.heading", "progress.other.help",
		"progress.returned.heading", "progress.returned.help", "progress.saved", "progress.unknown.heading",
		"progress.unknown.help", "rate.1", "rate.2", "rate.3", "rate.4", "rate.5", "rate.failed", "rate.heading", "rate.help",
		"rate.thanks.heading", "rate.thanks.help", "refused.heading", "refused.help", "review.confirm", "review.heading",
		"review.help", "settings.cantonese", "settings.contrast", "settings.display", "settings.elder", "settings.language",
		"settings.low", "settings.mandarin", "settings.off", "settings.on", "settings.size", "settings.size.large",
		"settings.size.larger", "settings.size.largest", "settings.size.normal", "settings.sounds", "settings.speak",
		"sign.heading", "sign.help", "sign.pressed.help", "sign.unable", "track.card", "track.card.none", "track.heading",
		"track.help", "track.rate.heading", "track.rate.help", "track.scan", "track.wrong", "unsure.heading", "unsure.help",
		"warning.heading", "warning.leave", "warning.stay",
	}
}
