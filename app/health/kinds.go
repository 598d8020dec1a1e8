package health

import (
	"slices"
	"sync"
	"time"

	"onedoor/device"
)

// The codes of what is no device's. Those of devices are made by CodeOf.
const (
	KioskClosed      Code = "KIOSK-CLOSED"      // staff took it out of service
	OutboxStopped    Code = "OUTBOX-STOPPED"    // a write failed
	OutboxNoSpace    Code = "OUTBOX-NO-SPACE"   // the medium is full
	OutboxFull       Code = "OUTBOX-FULL"       // too many items or bytes wait
	OutboxTooOld     Code = "OUTBOX-TOO-OLD"    // the oldest item has waited too long
	OutboxSilent     Code = "OUTBOX-SILENT"     // central was not heard of for too long
	OutboxFenced     Code = "OUTBOX-FENCED"     // another machine is or was this kiosk
	CentralRefused   Code = "CENTRAL-REFUSED"   // central does not take this device: unknown or revoked
	CentralUpgrade   Code = "CENTRAL-UPGRADE"   // central wants a newer program
	CentralFull      Code = "CENTRAL-FULL"      // central has no space
	CentralFailing   Code = "CENTRAL-FAILING"   // central answers, and can take nothing in
	CentralUnproven  Code = "CENTRAL-UNPROVEN"  // central says stored and does not prove it
	LinkDown         Code = "LINK-DOWN"         // nobody answers
	LinkName         Code = "LINK-NAME"         // central's name leads nowhere
	LinkTLS          Code = "LINK-TLS"          // whoever answers is not vouched for
	LinkClock        Code = "LINK-CLOCK"        // the certificate is not of today, by this machine's clock
	LinkPortal       Code = "LINK-PORTAL"       // somebody else answers: a login page, a proxy
	LinkSlow         Code = "LINK-SLOW"         // answers take long
	OutboxDamaged    Code = "OUTBOX-DAMAGED"    // something on the medium was lost or altered
	OutboxConflict   Code = "OUTBOX-CONFLICT"   // items that contradict what central has
	OutboxRejected   Code = "OUTBOX-REJECTED"   // dead letters
	DiskLow          Code = "DISK-LOW"          // little room is left
	ClockWrong       Code = "CLOCK-WRONG"       // this machine's clock is off
	ClockUnknown     Code = "CLOCK-UNKNOWN"     // central's time was not heard of yet, or too long ago
	StaffRosterOld   Code = "STAFF-ROSTER-OLD"  // the list of staff is too old to sign in by
	AuditBroken      Code = "AUDIT-BROKEN"      // the audit log can not be written, or was altered
	VoiceMissing     Code = "VOICE-MISSING"     // the program that reads aloud can not be started
	PowerBattery     Code = "POWER-BATTERY"     // no mains: it runs on its battery
	PowerSupply      Code = "POWER-SUPPLY"      // the battery is nearly empty
	ConfigChanged    Code = "CONFIG-CHANGED"    // the file is not what the program runs by
	ProcessRestarted Code = "PROCESS-RESTARTED" // the last run did not end by itself
)

// Sentences for citizens, by what they can still do.
const (
	citizenReader  = "health.citizen.reader"
	citizenPrinter = "health.citizen.printer"
	citizenPaper   = "health.citizen.paper"
	citizenScanner = "health.citizen.scanner"
	citizenOffline = "health.citizen.offline"
	citizenVoice   = "health.citizen.voice"
	citizenClosed  = "health.citizen.closed"
	citizenNone    = "health.citizen.none" // everything goes on as usual
)

// kinds builds the list once.
var kinds = sync.OnceValue(func() []Kind {
	const (
		blink = 2 * time.Second // cables and lines: shorter is nobody's business
		slow  = 10 * time.Second
	)
	closes := func(c Code, clear time.Duration) Kind {
		return Kind{Code: c, Severity: BlocksAll, Takes: []Capability{Accepting}, Citizen: citizenClosed, Clear: clear}
	}
	away := []Capability{Delivering, LiveProgress}
	link := func(c Code) Kind { // at once: a service that needs central must not be promised meanwhile
		return Kind{Code: c, Severity: Blocks, Takes: away, Citizen: citizenOffline, Clear: blink}
	}
	note := func(c Code, s Severity, raise, clear time.Duration) Kind {
		return Kind{Code: c, Severity: s, Citizen: citizenNone, Raise: raise, Clear: clear}
	}
	all := []Kind{
		closes(KioskClosed, 0),
		closes(OutboxStopped, blink), closes(OutboxNoSpace, blink), closes(OutboxFull, blink), closes(OutboxTooOld, blink),
		closes(OutboxSilent, blink), closes(OutboxFenced, 0),
	}
	all = append(all, deviceKinds(blink)...)
	all = append(all, link(CentralRefused), link(CentralUpgrade),
		Kind{Code: CentralFull, Severity: Blocks, Takes: []Capability{Delivering}, Citizen: citizenOffline, Raise: blink, Clear: blink},
		Kind{Code: CentralFailing, Severity: Blocks, Takes: []Capability{Delivering}, Citizen: citizenOffline, Raise: blink, Clear: blink},
		Kind{Code: CentralUnproven, Severity: Blocks, Takes: []Capability{Delivering}, Citizen: citizenOffline, Raise: blink, Clear: blink},
		link(LinkDown), link(LinkName), link(LinkTLS), link(LinkClock), link(LinkPortal),
		note(LinkSlow, Warning, blink, slow),
		Kind{Code: StaffRosterOld, Severity: Blocks, Takes: []Capability{StaffSignIn}, Citizen: citizenNone},
		Kind{Code: AuditBroken, Severity: Blocks, Takes: []Capability{Auditing}, Citizen: citizenNone},
		Kind{Code: VoiceMissing, Severity: Blocks, Takes: []Capability{ReadingAloud}, Citizen: citizenVoice},
		note(OutboxDamaged, Warning, 0, 0), note(OutboxConflict, Warning, 0, 0), note(OutboxRejected, Warning, 0, 0),
		note(DiskLow, Warning, blink, blink), note(ClockWrong, Warning, 0, blink),
		note(PowerSupply, Warning, blink, blink), note(PowerBattery, Warning, blink, blink), note(ConfigChanged, Warning, 0, 0),
		note(ClockUnknown, Info, blink, 0), note(ProcessRestarted, Info, 0, 0))
	return all
})

// deviceKinds are the problems that drivers name.
func deviceKinds(blink time.Duration) []Kind {
	var all []Kind
	for _, d := range Devices() {
		for _, c := range Causes(d) {
			k := Kind{Code: CodeOf(d, c), Severity: Blocks, Device: d, Raise: blink - stood(d, c, blink), Clear: blink}
			switch d {
			case CardReader:
				k.Takes, k.Citizen = []Capability{CardReading}, citizenReader
			case ReceiptPrinter:
				k.Takes, k.Citizen = []Capability{ReceiptPrinting}, citizenPrinter
			case CodeScanner:
				k.Takes, k.Citizen = []Capability{CodeScanning}, citizenScanner
			}
			switch c {
			case device.ProblemPaperOut:
				k.Citizen = citizenPaper
			case device.ProblemPaperLow:
				k.Severity, k.Takes, k.Citizen = Warning, nil, citizenNone
			}
			all = append(all, k)
		}
	}
	return all
}

// stood is for how long a problem has stood, as far as its delay goes, when its driver names it.
func stood(d Device, c device.Problem, blink time.Duration) time.Duration {
	switch {
	case slices.Contains(told(), c), d == CardReader && c == device.ProblemSilent: // three questions in a row
		return blink
	case d == ReceiptPrinter && c == device.ProblemSilent: // two, of half a second each
		return time.Second
	}
	return 0
}

// told are the problems that a device tells of itself, or that its driver has asked for several times.
func told() []device.Problem {
	return []device.Problem{device.ProblemWrongDevice, device.ProblemSelfTest, device.ProblemUnauthorised, device.ProblemPaperOut, device.ProblemPaperLow, device.ProblemCoverOpen,
		device.ProblemCutter, device.ProblemOverheated, device.ProblemUnrecoverable, device.ProblemStuck}
}
