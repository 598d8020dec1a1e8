package doctor

import (
	"slices"
	"strings"

	"onedoor/app/health"
	"onedoor/device"
)

// Code is what people read to each other over the telephone, such as OUTBOX-NO-SPACE. Where the kiosk has a code for the same
// cause it is that one; where the doctor sees more than the kiosk can, what it sees stands behind a dot: LINK-DOWN.no-carrier.
type Code string

// Name is the code without what stands behind its dot, as the kiosk, its console and its metrics have it.
func (c Code) Name() string {
	name, _, _ := strings.Cut(string(c), ".")
	return name
}

// Why is what stands behind the dot; empty for most.
func (c Code) Why() string {
	_, why, _ := strings.Cut(string(c), ".")
	return why
}

// What can be wrong beside what package health names.
const (
	CheckStuck Code = "CHECK-STUCK" // of any check

	ConfigMissing    Code = "CONFIG-MISSING"
	ConfigUnreadable Code = "CONFIG-UNREADABLE"
	ConfigFault      Code = "CONFIG-FAULT"
	ConfigCA         Code = "CONFIG-CA"
	CAExpired        Code = "CA-EXPIRED"
	CAExpires        Code = "CA-EXPIRES"

	UnitFailed   Code = "UNIT-FAILED"
	UnitStopped  Code = "UNIT-STOPPED"
	UnitRestarts Code = "UNIT-RESTARTS"

	DataMissing     Code = "DATA-MISSING"
	DataNotWritable Code = "DATA-NOT-WRITABLE"
	DataExposed     Code = "DATA-EXPOSED"
	DataOwners      Code = "DATA-OWNERS"

	OutboxNoSpace Code = "OUTBOX-NO-SPACE"
	DiskLow       Code = "DISK-LOW"
	DiskInodes    Code = "DISK-INODES"
	DiskReadOnly  Code = "DISK-READ-ONLY"
	DiskVolatile  Code = "DISK-VOLATILE"
	DiskUnknown   Code = "DISK-UNKNOWN"

	KeysNotEnrolled Code = "KEYS-NOT-ENROLLED"
	KeysDamaged     Code = "KEYS-DAMAGED"
	KeysUnreadable  Code = "KEYS-UNREADABLE"
	KeysExposed     Code = "KEYS-EXPOSED"
	KeysSuite       Code = "KEYS-SUITE"

	OutboxDamaged    Code = "OUTBOX-DAMAGED"
	OutboxStopped    Code = "OUTBOX-STOPPED" // only the kiosk itself knows
	OutboxFull       Code = "OUTBOX-FULL"    // and this
	OutboxLost       Code = "OUTBOX-LOST"
	OutboxFenced     Code = "OUTBOX-FENCED"
	OutboxOther      Code = "OUTBOX-OTHER"
	OutboxUnreadable Code = "OUTBOX-UNREADABLE"
	OutboxRejected   Code = "OUTBOX-REJECTED"
	OutboxConflict   Code = "OUTBOX-CONFLICT"
	OutboxWaits      Code = "OUTBOX-WAITS"

	AuditBroken Code = "AUDIT-BROKEN"
	AuditUnread Code = "AUDIT-UNREADABLE"
	StaffPepper Code = "STAFF-PEPPER"

	ClockUnset          Code = "CLOCK-UNSET"
	ClockWrong          Code = "CLOCK-WRONG"
	ClockDrifts         Code = "CLOCK-DRIFTS"
	ClockUnsynchronised Code = "CLOCK-UNSYNCHRONISED"

	ReaderNotAllowed   Code = "READER-NOT-ALLOWED"
	ReaderNotSerial    Code = "READER-NOT-SERIAL"
	PrinterNotAllowed  Code = "PRINTER-NOT-ALLOWED"
	PrinterNotSerial   Code = "PRINTER-NOT-SERIAL"
	PrinterWrongDevice Code = "PRINTER-WRONG-DEVICE" // the kiosk takes it for noise
	ScannerNotAllowed  Code = "SCANNER-NOT-ALLOWED"
	ScannerNotSerial   Code = "SCANNER-NOT-SERIAL"
	ProfileUnknown     Code = "PROFILE-UNKNOWN"

	DisplayNone       Code = "DISPLAY-NONE"
	DisplayNotAllowed Code = "DISPLAY-NOT-ALLOWED"
	DisplayNoGL       Code = "DISPLAY-NO-GL"
	DisplaySize       Code = "DISPLAY-SIZE"
	TouchNone         Code = "TOUCH-NONE"
	VoiceMissing      Code = "VOICE-MISSING"
	VoiceFails        Code = "VOICE-FAILS"

	CatalogueFault Code = "CATALOGUE-FAULT"
	FontGaps       Code = "FONT-GAPS"

	LinkDown         Code = "LINK-DOWN" // as the kiosk knows it
	LinkNoCarrier    Code = "LINK-DOWN.no-carrier"
	LinkNoAddress    Code = "LINK-DOWN.no-address"
	LinkNoRoute      Code = "LINK-DOWN.no-route"
	LinkNameUnknown  Code = "LINK-NAME.unknown"
	LinkNameServer   Code = "LINK-NAME.server"
	LinkRefused      Code = "LINK-DOWN.refused"
	LinkSilent       Code = "LINK-DOWN.silent"
	LinkUnreachable  Code = "LINK-DOWN.unreachable"
	LinkTLSAuthority Code = "LINK-TLS.authority"
	LinkTLSName      Code = "LINK-TLS.name"
	LinkClock        Code = "LINK-CLOCK"
	LinkTLS          Code = "LINK-TLS.none"
	LinkTLSExpires   Code = "LINK-TLS-EXPIRES"
	LinkPortal       Code = "LINK-PORTAL.page"
	LinkGateway      Code = "LINK-PORTAL.gateway"
	LinkStranger     Code = "LINK-PORTAL.stranger"
	CentralUnknown   Code = "CENTRAL-REFUSED.unknown"
	CentralRevoked   Code = "CENTRAL-REFUSED.revoked"
	CentralRefused   Code = "CENTRAL-REFUSED.refused"
	CentralFailing   Code = "CENTRAL-FAILING"
	LinkNoAnswer     Code = "LINK-DOWN.no-answer"
)

// Why a check was skipped.
const (
	SkipNoConfig    Code = "SKIP-NO-CONFIG"
	SkipNoData      Code = "SKIP-NO-DATA"
	SkipNoKeys      Code = "SKIP-NO-KEYS"
	SkipNotSet      Code = "SKIP-NOT-SET"
	SkipKioskRuns   Code = "SKIP-KIOSK-RUNS"
	OutboxInUse     Code = "OUTBOX-IN-USE"
	OutboxUncounted Code = "OUTBOX-UNCOUNTED"
	SkipNoSystemd   Code = "SKIP-NO-SYSTEMD"
	SkipNoUnit      Code = "SKIP-NO-UNIT"
	SkipStepBefore  Code = "SKIP-STEP-BEFORE"
	SkipLocal       Code = "SKIP-LOCAL"
	SkipNotEnrolled Code = "SKIP-NOT-ENROLLED"
)

// warnings are what still lets the kiosk work.
var warnings = []Code{CheckStuck, CAExpires, UnitStopped, DataExposed, DiskLow, OutboxRejected, OutboxConflict, OutboxWaits, StaffPepper, ClockDrifts,
	ClockUnsynchronised, DisplayNotAllowed, DisplaySize, TouchNone, VoiceMissing, VoiceFails, FontGaps, LinkTLSExpires, "PRINTER-PAPER-LOW"}

// skips are no findings of their own.
var skips = []Code{SkipNoConfig, SkipNoData, SkipNoKeys, SkipNotSet, SkipKioskRuns, OutboxInUse, OutboxUncounted, SkipNoSystemd, SkipNoUnit,
	SkipStepBefore, SkipLocal, SkipNotEnrolled}

// faults are the others of this package.
var faults = []Code{ConfigMissing, ConfigUnreadable, ConfigFault, ConfigCA, CAExpired, UnitFailed, UnitRestarts, DataMissing, DataNotWritable,
	DataOwners, OutboxNoSpace, DiskInodes, DiskReadOnly, DiskVolatile, DiskUnknown, KeysNotEnrolled, KeysDamaged, KeysUnreadable, KeysExposed,
	KeysSuite, OutboxDamaged, OutboxStopped, OutboxFull, OutboxLost, OutboxFenced, OutboxOther, OutboxUnreadable, AuditBroken, AuditUnread, ClockUnset, ClockWrong, ReaderNotAllowed,
	ReaderNotSerial, PrinterNotAllowed, PrinterNotSerial, PrinterWrongDevice, ScannerNotAllowed, ScannerNotSerial, ProfileUnknown, DisplayNone, DisplayNoGL,
	CatalogueFault, LinkDown, LinkNoCarrier, LinkNoAddress, LinkNoRoute, LinkNameUnknown, LinkNameServer, LinkRefused, LinkSilent, LinkUnreachable,
	LinkTLSAuthority, LinkTLSName, LinkClock, LinkTLS, LinkPortal, LinkGateway, LinkStranger, CentralUnknown, CentralRevoked, CentralRefused, CentralFailing,
	LinkNoAnswer}

// Verdict is how a check ends that finds this.
func (c Code) Verdict() Verdict {
	switch {
	case slices.Contains(warnings, c):
		return Warning
	case slices.Contains(skips, c):
		return Skipped
	case slices.Contains(faults, c):
		return Fault
	}
	if k, ok := health.KindOf(health.Code(c)); ok && k.Severity <= health.Warning {
		return Warning
	}
	return Fault
}

// Codes is the closed list of what Run can find, with what a running kiosk can say.
func Codes() []Code {
	all := slices.Concat(faults, warnings, skips)
	for _, k := range health.Kinds() {
		if code := Code(k.Code); !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}

// deviceCode is the kiosk's code for what is wrong with a device.
func deviceCode(d health.Device, c device.Problem) Code { return Code(health.CodeOf(d, c)) }
