package doctor

import (
	"slices"

	"onedoor/app/health"
)

// Code is what people read to each other over the telephone, such as DISK-FULL. Where package health has a code for the same
// cause, such as READER-SILENT or OUTBOX-FENCED, it is that one.
type Code string

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

	DiskFull       Code = "DISK-FULL"
	DiskNearlyFull Code = "DISK-NEARLY-FULL"
	DiskInodes     Code = "DISK-INODES"
	DiskReadOnly   Code = "DISK-READ-ONLY"
	DiskVolatile   Code = "DISK-VOLATILE"
	DiskUnknown    Code = "DISK-UNKNOWN"

	KeysNotEnrolled Code = "KEYS-NOT-ENROLLED"
	KeysDamaged     Code = "KEYS-DAMAGED"
	KeysUnreadable  Code = "KEYS-UNREADABLE"
	KeysExposed     Code = "KEYS-EXPOSED"
	KeysSuite       Code = "KEYS-SUITE"

	OutboxDamaged     Code = "OUTBOX-DAMAGED"
	OutboxLost        Code = "OUTBOX-LOST"
	OutboxFenced      Code = "OUTBOX-FENCED"
	OutboxOther       Code = "OUTBOX-OTHER"
	OutboxUnreadable  Code = "OUTBOX-UNREADABLE"
	OutboxDeadLetters Code = "OUTBOX-DEAD-LETTERS"
	OutboxWaits       Code = "OUTBOX-WAITS"

	ClockUnset          Code = "CLOCK-UNSET"
	ClockOff            Code = "CLOCK-OFF"
	ClockDrifts         Code = "CLOCK-DRIFTS"
	ClockUnsynchronised Code = "CLOCK-UNSYNCHRONISED"

	ReaderNotAllowed  Code = "READER-NOT-ALLOWED"
	ReaderNotSerial   Code = "READER-NOT-SERIAL"
	PrinterNotAllowed Code = "PRINTER-NOT-ALLOWED"
	PrinterNotSerial  Code = "PRINTER-NOT-SERIAL"
	ScannerNotAllowed Code = "SCANNER-NOT-ALLOWED"
	ScannerNotSerial  Code = "SCANNER-NOT-SERIAL"
	ProfileUnknown    Code = "PROFILE-UNKNOWN"

	DisplayNone       Code = "DISPLAY-NONE"
	DisplayNotAllowed Code = "DISPLAY-NOT-ALLOWED"
	DisplayNoGL       Code = "DISPLAY-NO-GL"
	DisplaySize       Code = "DISPLAY-SIZE"
	TouchNone         Code = "TOUCH-NONE"
	VoiceMissing      Code = "VOICE-MISSING"
	VoiceFails        Code = "VOICE-FAILS"

	CatalogueFault Code = "CATALOGUE-FAULT"
	FontGaps       Code = "FONT-GAPS"

	LinkNoCarrier     Code = "LINK-NO-CARRIER"
	LinkNoAddress     Code = "LINK-NO-ADDRESS"
	LinkNoRoute       Code = "LINK-NO-ROUTE"
	LinkNameUnknown   Code = "LINK-NAME-UNKNOWN"
	LinkNameServer    Code = "LINK-NAME-SERVER"
	LinkRefused       Code = "LINK-REFUSED"
	LinkSilent        Code = "LINK-SILENT"
	LinkUnreachable   Code = "LINK-UNREACHABLE"
	LinkTLSAuthority  Code = "LINK-TLS-AUTHORITY"
	LinkTLSName       Code = "LINK-TLS-NAME"
	LinkTLSDate       Code = "LINK-TLS-DATE"
	LinkTLS           Code = "LINK-TLS"
	LinkTLSExpires    Code = "LINK-TLS-EXPIRES"
	LinkPortal        Code = "LINK-PORTAL"
	LinkStranger      Code = "LINK-STRANGER"
	LinkDeviceUnknown Code = "LINK-DEVICE-UNKNOWN"
	LinkDeviceRefused Code = "LINK-DEVICE-REFUSED"
	LinkCentralIll    Code = "LINK-CENTRAL-ILL"
	LinkNoHello       Code = "LINK-NO-HELLO"
)

// Why a check was skipped.
const (
	SkipNoConfig    Code = "SKIP-NO-CONFIG"
	SkipNoData      Code = "SKIP-NO-DATA"
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
var warnings = []Code{CheckStuck, CAExpires, UnitStopped, DataExposed, DiskNearlyFull, OutboxDeadLetters, OutboxWaits, ClockDrifts,
	ClockUnsynchronised, DisplayNotAllowed, DisplaySize, TouchNone, VoiceMissing, VoiceFails, FontGaps, LinkTLSExpires, "PRINTER-PAPER-LOW"}

// skips are no findings of their own.
var skips = []Code{SkipNoConfig, SkipNoData, SkipNotSet, SkipKioskRuns, OutboxInUse, OutboxUncounted, SkipNoSystemd, SkipNoUnit,
	SkipStepBefore, SkipLocal, SkipNotEnrolled}

// faults are the others of this package.
var faults = []Code{ConfigMissing, ConfigUnreadable, ConfigFault, ConfigCA, CAExpired, UnitFailed, UnitRestarts, DataMissing, DataNotWritable,
	DataOwners, DiskFull, DiskInodes, DiskReadOnly, DiskVolatile, DiskUnknown, KeysNotEnrolled, KeysDamaged, KeysUnreadable, KeysExposed,
	KeysSuite, OutboxDamaged, OutboxLost, OutboxFenced, OutboxOther, OutboxUnreadable, ClockUnset, ClockOff, ReaderNotAllowed,
	ReaderNotSerial, PrinterNotAllowed, PrinterNotSerial, ScannerNotAllowed, ScannerNotSerial, ProfileUnknown, DisplayNone, DisplayNoGL,
	CatalogueFault, LinkNoCarrier, LinkNoAddress, LinkNoRoute, LinkNameUnknown, LinkNameServer, LinkRefused, LinkSilent, LinkUnreachable,
	LinkTLSAuthority, LinkTLSName, LinkTLSDate, LinkTLS, LinkPortal, LinkStranger, LinkDeviceUnknown, LinkDeviceRefused, LinkCentralIll,
	LinkNoHello}

// Verdict is how a check ends that finds this.
func (c Code) Verdict() Verdict {
	switch {
	case slices.Contains(warnings, c):
		return Warning
	case slices.Contains(skips, c):
		return Skipped
	}
	return Fault
}

// Codes is the closed list of what Run can find, with those of the devices.
func Codes() []Code {
	all := slices.Concat(faults, warnings, skips)
	for _, d := range health.Devices() {
		for _, c := range health.Causes(d) {
			if code := Code(health.Problem{Device: d, Cause: c}.Code()); !slices.Contains(all, code) {
				all = append(all, code)
			}
		}
	}
	slices.Sort(all)
	return all
}
