package staff

import (
	"slices"

	"onedoor/app/audit"
)

// Surface is where somebody signs in.
type Surface string

// The surfaces. At the kiosk's own screen one person at a time is signed in; at the console, which is a web page, as many
// as there are.
const (
	Kiosk   Surface = "kiosk"
	Console Surface = "console"
)

// Action is something that staff do.
type Action string

// The actions.
const (
	ViewState    Action = "view-state" // devices, outbox, numbers; nothing of it is about a person
	EndVisit     Action = "end-visit"
	AnswerHelp   Action = "answer-help"
	TestDevice   Action = "test-device"
	ChangePaper  Action = "change-paper"
	Reprint      Action = "reprint"
	SendNow      Action = "send-now"
	Release      Action = "release" // send a dead letter once more
	Void         Action = "void"    // never send a dead letter
	Reveal       Action = "reveal"  // show what is masked
	ChangeLook   Action = "change-settings"
	TakeOut      Action = "take-out-of-service"
	BringBack    Action = "bring-into-service"
	Clean        Action = "clean"
	Restart      Action = "restart"
	ExportLogs   Action = "export-logs"
	ExportQueue  Action = "export-queue"
	ReadAudit    Action = "read-audit"
	UnlockMember Action = "unlock"
	SelfTest     Action = "self-test"
)

// permit is who may do an action, where, and how it is logged.
type permit struct {
	roles    []audit.Role
	surfaces []Surface
	again    bool       // asks for the PIN again
	kind     audit.Kind // of the entry that Do makes; "" for looking, which is not logged
}

var (
	everybody = []audit.Role{audit.Attendant, audit.Maintainer, audit.Supervisor}
	hall      = []audit.Role{audit.Attendant, audit.Supervisor}  // who deals with citizens
	technical = []audit.Role{audit.Maintainer, audit.Supervisor} // who deals with machines
	chief     = []audit.Role{audit.Supervisor}

	anywhere = []Surface{Kiosk, Console}
	there    = []Surface{Kiosk} // one has to stand before it
)

// permits is the closed table.
var permits = map[Action]permit{
	ViewState:    {everybody, anywhere, false, ""},
	EndVisit:     {everybody, there, false, audit.KindVisitEnded},
	AnswerHelp:   {everybody, anywhere, false, audit.KindHelpAnswered},
	TestDevice:   {everybody, there, false, audit.KindDeviceTested},
	ChangePaper:  {everybody, there, false, audit.KindPaperChanged},
	Reprint:      {hall, there, true, audit.KindReprinted},
	SendNow:      {everybody, anywhere, false, audit.KindSentNow},
	Release:      {chief, anywhere, false, audit.KindReleased},
	Void:         {chief, anywhere, true, audit.KindVoided},
	Reveal:       {hall, there, true, audit.KindRevealed},
	ChangeLook:   {everybody, there, false, audit.KindSettings},
	TakeOut:      {everybody, anywhere, false, audit.KindOutOfService},
	BringBack:    {everybody, anywhere, false, audit.KindInService},
	Clean:        {everybody, there, false, audit.KindCleaning},
	Restart:      {technical, there, false, audit.KindRestarted},
	ExportLogs:   {technical, anywhere, true, audit.KindExported},
	ExportQueue:  {chief, there, true, audit.KindExported},
	ReadAudit:    {chief, anywhere, false, audit.KindAuditRead},
	UnlockMember: {chief, anywhere, false, audit.KindUnlocked},
	SelfTest:     {technical, there, false, audit.KindSelfTest},
}

// May reports whether a role may do an action on a surface.
func May(role audit.Role, surface Surface, action Action) bool {
	p, ok := permits[action]
	return ok && slices.Contains(p.roles, role) && slices.Contains(p.surfaces, surface)
}

// AsksAgain reports whether an action asks for the PIN again.
func AsksAgain(action Action) bool { return permits[action].again }

// Actions is the closed list, sorted.
func Actions() []Action {
	list := make([]Action, 0, len(permits))
	for a := range permits {
		list = append(list, a)
	}
	slices.Sort(list)
	return list
}
