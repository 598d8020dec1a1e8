package audit

import "slices"

// Kind is what happened. The list is closed: see Kinds.
type Kind string

// The kinds of entries.
const (
	KindLogOpened   Kind = "log-opened"   // a writer opened the log; Count is the entry that it found last
	KindLogRepaired Kind = "log-repaired" // a torn end was cut off and kept aside; Count is its bytes
	KindLogDamaged  Kind = "log-damaged"  // the log found itself altered or shortened
	KindLogDropped  Kind = "log-dropped"  // entries older than Keep were dropped; Count is the last of them
	KindLogLost     Kind = "log-lost"     // Count entries were noted faster than they could be written

	KindStarted    Kind = "started" // of that version
	KindStopped    Kind = "stopped"
	KindConfigured Kind = "configured" // a configuration came into use, of that version
	KindCatalogue  Kind = "catalogue"  // a catalogue of services came into use
	KindUpdated    Kind = "updated"    // the program is of another version than in the run before
	KindEnrolled   Kind = "enrolled"   // the first run after it; Count is the incarnation
	KindRoster     Kind = "roster"     // a roster of the hall's staff came into use
	KindRevoked    Kind = "revoked"    // a member's right to sign in was taken
	KindRosterOld  Kind = "roster-old" // central has not confirmed the roster for too long: supervisors only
	KindSelfTest   Kind = "self-test"

	KindAccepted  Kind = "accepted"   // a citizen's submission, by its case number
	KindPrinted   Kind = "printed"    // outcome of a receipt; Count is the copy, 0 the original
	KindHelpAsked Kind = "help-asked" // by a citizen

	KindSignIn          Kind = "sign-in"
	KindSignOut         Kind = "sign-out"
	KindSessionEnded    Kind = "session-ended" // not by signing out
	KindReauthenticated Kind = "reauthenticated"
	KindUnlocked        Kind = "unlocked" // a lock for wrong PINs was taken back
	KindDenied          Kind = "denied"   // a member may not do that; the Detail is the action
	KindRefused         Kind = "refused"  // the console did not take a request; the Detail is why; Count, if not 0, is of so many that came too fast to be logged one by one

	KindVisitEnded   Kind = "visit-ended" // staff ended a citizen's visit
	KindHelpAnswered Kind = "help-answered"
	KindHelpDone     Kind = "help-done"
	KindDeviceTested Kind = "device-tested"
	KindPaperChanged Kind = "paper-changed"
	KindReprinted    Kind = "reprinted"
	KindRevealed     Kind = "revealed"
	KindSentNow      Kind = "sent-now"
	KindReleased     Kind = "released" // a dead letter is sent once more
	KindVoided       Kind = "voided"   // a dead letter is never sent
	KindSettings     Kind = "settings" // language, volume or brightness
	KindOutOfService Kind = "out-of-service"
	KindInService    Kind = "in-service"
	KindCleaning     Kind = "cleaning"
	KindRestarted    Kind = "restarted"
	KindExported     Kind = "exported"
	KindAuditRead    Kind = "audit-read"
)

// Disposition is how it ended.
type Disposition string

// The dispositions.
const (
	Done    Disposition = "ok"
	Failed  Disposition = "failed"
	Locked  Disposition = "locked"  // refused without a try: too many wrong PINs
	Unknown Disposition = "unknown" // nobody can tell, as of a receipt when the printer fell silent
	Begun   Disposition = "begun"
	Ended   Disposition = "ended"
)

// Detail says more, in one word of a closed list: see Details.
type Detail string

// The details.
const (
	NoDetail Detail = ""

	// of sessions
	AtKiosk    Detail = "kiosk"
	AtConsole  Detail = "console"
	AtShell    Detail = "shell"
	ByIdle     Detail = "idle"
	ByAge      Detail = "age"
	ByTakeover Detail = "takeover" // somebody else signed in at the screen
	ByRevoking Detail = "revoked"
	ByStop     Detail = "stop"
	ByCrowd    Detail = "crowd" // the member's oldest session gave way
	ByCentral  Detail = "central"

	// why a sign-in failed
	WrongPIN     Detail = "wrong-pin"
	UnknownID    Detail = "unknown-id"
	RevokedID    Detail = "revoked-id"
	NoVerifier   Detail = "no-verifier" // no PIN was set, or one that this program can not check
	RosterOld    Detail = "roster-old"
	NoPepper     Detail = "no-pepper"
	OtherPepper  Detail = "other-pepper"
	Busy         Detail = "busy"
	NeedsPIN     Detail = "needs-pin" // an action that asks for the PIN again
	WrongRole    Detail = "wrong-role"
	WrongSurface Detail = "wrong-surface" // an action that is only for the kiosk's own screen, or only for the console
	Interrupted  Detail = "interrupted"

	// why the console refused a request
	CrossSite    Detail = "cross-site"    // of another site's page, or of a program that does not say from where
	WrongToken   Detail = "wrong-token"   // the form of another session, or of none
	EndedSession Detail = "ended-session" // the cookie of a session that has ended
	TooOften     Detail = "too-often"     // too many wrong sign-ins from one address
	Answered     Detail = "answered"      // another member is on the way already

	// of actions
	Original   Detail = "original"
	Copy       Detail = "copy"
	Logs       Detail = "logs"
	Queue      Detail = "queue"
	Readiness  Detail = "readiness"
	Language   Detail = "language"
	Volume     Detail = "volume"
	Brightness Detail = "brightness"
	PaperJam   Detail = "paper-jam"
	Lost       Detail = "lost" // the citizen lost the receipt
	Unreadable Detail = "unreadable"
	NotPrinted Detail = "not-printed"
	Reject     Detail = "rejected"
	Conflict   Detail = "conflict"
	Other      Detail = "other"
	Unclean    Detail = "unclean" // after a run that did not end in order
	Changed    Detail = "changed" // another version than in the run before
)

// kind is what an entry of a kind may say.
type kind struct {
	Kind
	dispositions []Disposition
	subjects     []string // prefixes of Subject; none: has no subject
	actors       []actorClass
}

var (
	ok      = []Disposition{Done}
	outcome = []Disposition{Done, Failed}
	tries   = []Disposition{Done, Failed, Locked}
	span    = []Disposition{Begun, Ended}

	machine = []actorClass{actorSystem, actorOperator}
	people  = []actorClass{actorStaff}
	anyone  = []actorClass{actorSystem, actorCitizen, actorStaff, actorOperator, actorUnknown}
)

// kinds is the closed list.
var kinds = []kind{
	{KindLogOpened, ok, nil, machine},
	{KindLogRepaired, ok, nil, machine},
	{KindLogDamaged, []Disposition{Failed}, nil, machine},
	{KindLogDropped, ok, nil, machine},
	{KindLogLost, []Disposition{Failed}, nil, machine},
	{KindStarted, ok, []string{"version"}, machine},
	{KindStopped, ok, nil, machine},
	{KindConfigured, outcome, []string{"version"}, machine},
	{KindCatalogue, outcome, []string{"version"}, machine},
	{KindUpdated, outcome, []string{"version"}, machine},
	{KindEnrolled, outcome, nil, machine},
	{KindRoster, outcome, []string{"version"}, machine},
	{KindRevoked, ok, []string{"staff"}, machine},
	{KindRosterOld, span, nil, machine},
	{KindSelfTest, outcome, []string{"device"}, anyone},
	{KindAccepted, outcome, []string{"case", "item"}, []actorClass{actorCitizen}},
	{KindPrinted, []Disposition{Done, Failed, Unknown}, []string{"case"}, anyone},
	{KindHelpAsked, ok, []string{"service"}, []actorClass{actorCitizen}},
	{KindSignIn, tries, nil, []actorClass{actorStaff, actorUnknown}},
	{KindSignOut, ok, nil, people},
	{KindSessionEnded, ok, nil, people},
	{KindReauthenticated, tries, nil, []actorClass{actorStaff, actorUnknown}},
	{KindUnlocked, outcome, []string{"staff"}, []actorClass{actorStaff, actorSystem, actorOperator}},
	{KindDenied, []Disposition{Failed}, []string{"action"}, people},
	{KindRefused, []Disposition{Failed}, nil, []actorClass{actorStaff, actorUnknown}},
	{KindVisitEnded, outcome, []string{"service"}, people},
	{KindHelpAnswered, outcome, nil, people},
	{KindHelpDone, ok, nil, people},
	{KindDeviceTested, outcome, []string{"device"}, []actorClass{actorStaff, actorOperator}},
	{KindPaperChanged, outcome, []string{"device"}, people},
	{KindReprinted, []Disposition{Done, Failed, Unknown}, []string{"case"}, people},
	{KindRevealed, outcome, []string{"case", "item"}, people},
	{KindSentNow, outcome, []string{"item"}, people},
	{KindReleased, outcome, []string{"item", "case"}, []actorClass{actorStaff, actorOperator}},
	{KindVoided, outcome, []string{"item", "case"}, []actorClass{actorStaff, actorOperator}},
	{KindSettings, outcome, nil, people},
	{KindOutOfService, outcome, nil, anyone},
	{KindInService, outcome, nil, anyone},
	{KindCleaning, []Disposition{Begun, Ended, Failed}, nil, people},
	{KindRestarted, outcome, nil, []actorClass{actorStaff, actorOperator, actorSystem}},
	{KindExported, outcome, nil, []actorClass{actorStaff, actorOperator}},
	{KindAuditRead, outcome, nil, []actorClass{actorStaff, actorOperator}},
}

// details is the closed list.
var details = []Detail{NoDetail, AtKiosk, AtConsole, AtShell, ByIdle, ByAge, ByTakeover, ByRevoking, ByStop, ByCrowd, ByCentral, WrongPIN,
	UnknownID, RevokedID, NoVerifier, RosterOld, NoPepper, OtherPepper, Busy, NeedsPIN, WrongRole, WrongSurface, Interrupted,
	CrossSite, WrongToken, EndedSession, TooOften, Answered, Original, Copy,
	Logs, Queue, Readiness, Language, Volume, Brightness, PaperJam, Lost, Unreadable, NotPrinted, Reject, Conflict, Other, Unclean, Changed}

// Kinds is the closed list of what is logged, in the order of the documentation.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, k := range kinds {
		list[i] = k.Kind
	}
	return list
}

// Details is the closed list of words in Event.Detail.
func Details() []Detail { return slices.Clone(details) }

func kindOf(k Kind) (kind, bool) {
	i := slices.IndexFunc(kinds, func(have kind) bool { return have.Kind == k })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}
