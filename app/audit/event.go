package audit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Actor is who did it: a member of staff by id, the machine, an operator at its shell, or a citizen, who has no name here.
// Make it with Staff or take one of the others; the zero value is not valid.
type Actor struct {
	class actorClass
	id    string
	role  Role
}

type actorClass string

const (
	actorSystem   actorClass = "system"
	actorCitizen  actorClass = "citizen"
	actorOperator actorClass = "operator"
	actorUnknown  actorClass = "unknown" // somebody who typed an id that there is none of; what was typed is not kept
	actorStaff    actorClass = "staff"
)

// Role is what a member of staff is.
type Role string

// The roles.
const (
	NoRole     Role = ""
	Attendant  Role = "attendant"
	Maintainer Role = "maintainer"
	Supervisor Role = "supervisor"
)

// Roles are those that a member of staff can have.
func Roles() []Role { return []Role{Attendant, Maintainer, Supervisor} }

// The actors that are no members of staff.
var (
	System   = Actor{class: actorSystem}
	Citizen  = Actor{class: actorCitizen}
	Operator = Actor{class: actorOperator}
	Somebody = Actor{class: actorUnknown}
)

// Staff is a member.
func Staff(id string, role Role) Actor { return Actor{actorStaff, id, role} }

// String is "system", "citizen", "operator", "unknown" or "staff/ID".
func (a Actor) String() string {
	if a.class == actorStaff {
		return "staff/" + a.id
	}
	return string(a.class)
}

// Role is a member's; "" for any other actor.
func (a Actor) Role() Role { return a.role }

func (a Actor) valid() bool {
	if a.class != actorStaff {
		return a.id == "" && a.role == NoRole && slices.Contains(anyone, a.class)
	}
	return ValidStaffID(a.id) && slices.Contains(Roles(), a.role)
}

// Subject is what it was done to. Make it with the functions below; the zero value is none.
type Subject struct{ class, id string }

// OfCase names a case by its number of 20 digits.
func OfCase(number string) Subject { return Subject{"case", number} }

// OfItem names an item by its id.
func OfItem(id string) Subject { return Subject{"item", id} }

// OfService names a service by its id in the catalogue.
func OfService(id string) Subject { return Subject{"service", id} }

// OfDevice names a device, as "printer".
func OfDevice(name string) Subject { return Subject{"device", name} }

// OfProblem names a problem by its code.
func OfProblem(code string) Subject { return Subject{"problem", strings.ToLower(code)} }

// OfStaff names a member.
func OfStaff(id string) Subject { return Subject{"staff", id} }

// OfVersion names a version of whatever the kind is about, or a digest of it.
func OfVersion(v string) Subject { return Subject{"version", v} }

// OfRoster names a version of the roster.
func OfRoster(v uint64) Subject { return Subject{"version", strconv.FormatUint(v, 10)} }

// OfAction names what somebody wanted to do.
func OfAction(name string) Subject { return Subject{"action", name} }

// String is "case/NUMBER" and so on; empty for none.
func (s Subject) String() string {
	if s == (Subject{}) {
		return ""
	}
	return s.class + "/" + s.id
}

const (
	maxID    = 64
	maxStaff = 16
)

// ValidStaffID reports whether id can be a member's: 2 to 16 of a-z, 0-9 and -, a letter first. A citizen's number can not.
func ValidStaffID(id string) bool {
	if len(id) < 2 || len(id) > maxStaff || id[0] < 'a' || id[0] > 'z' {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}

// valid is strict enough that no citizen's number, of 15 or 18 digits, and no telephone number passes in an id.
func (s Subject) valid() bool {
	if s == (Subject{}) {
		return true
	}
	if s.id == "" || len(s.id) > maxID || strings.ContainsFunc(s.id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._+-", r)
	}) {
		return false
	}
	switch s.class {
	case "case":
		return len(s.id) == 20 && longestDigits(s.id) == 20
	case "item":
		return len(s.id) == 36
	case "staff":
		return ValidStaffID(s.id)
	case "service", "device", "problem", "action":
		return longestDigits(s.id) < 11
	case "version":
		return longestDigits(s.id) < 15 || len(s.id) >= 32 // a digest may have such a run
	}
	return false
}

func longestDigits(s string) (longest int) {
	run := 0
	for _, c := range []byte(s) {
		if run++; c < '0' || c > '9' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// Event is what is logged, without what the log itself adds.
type Event struct {
	Kind        Kind
	Actor       Actor
	Disposition Disposition // Done when empty
	Subject     Subject
	Detail      Detail
	Count       uint64 // what it counts depends on the kind
}

// ErrEvent is returned for an event that is not of the closed list. That is a fault of the program.
var ErrEvent = errors.New("event is not of the list")

// check completes an event, or says which part of it is not of the list. It never repeats what that part holds.
func (e Event) check() (Event, error) {
	if e.Disposition == "" {
		e.Disposition = Done
	}
	k, known := kindOf(e.Kind)
	bad := func(part string) (Event, error) { return Event{}, fmt.Errorf("%w: %s of %s", ErrEvent, part, k.Kind) }
	switch {
	case !known:
		return Event{}, fmt.Errorf("%w: kind", ErrEvent)
	case !e.Actor.valid() || !slices.Contains(k.actors, e.Actor.class):
		return bad("actor")
	case !slices.Contains(k.dispositions, e.Disposition):
		return bad("disposition")
	case !slices.Contains(details, e.Detail):
		return bad("detail")
	case !e.Subject.valid(), e.Subject != (Subject{}) && !slices.Contains(k.subjects, e.Subject.class):
		return bad("subject")
	}
	return e, nil
}
