package visit_test

import (
	"slices"
	"testing"

	"onedoor/app/visit"
)

// want is the whole table: every pair that is not listed is ignored.
var want = map[visit.State]map[visit.Event]visit.State{
	visit.Attract: {visit.Started: visit.Menu, visit.CardRead: visit.Menu, visit.ReceiptScanned: visit.Progress, visit.StaffCame: visit.Operator},
	visit.Menu: {visit.CardRead: visit.Menu, visit.ApplyChosen: visit.Choose, visit.FollowChosen: visit.Track, visit.MineChosen: visit.Cases, visit.ServiceChosen: visit.Guide,
		visit.BackPressed: visit.Goodbye, visit.ReceiptScanned: visit.Progress},
	visit.Choose:    {visit.CardRead: visit.Choose, visit.ServiceChosen: visit.Guide, visit.BackPressed: visit.Menu, visit.ReceiptScanned: visit.Progress},
	visit.Guide:     {visit.CardRead: visit.Guide, visit.CardWanted: visit.Identify, visit.GuideRead: visit.Situate, visit.BackPressed: visit.Choose},
	visit.Identify:  {visit.CardRead: visit.Situate, visit.BackPressed: visit.Guide, visit.NumberChosen: visit.Number},
	visit.Number:    {visit.NumberTyped: visit.Situate, visit.CardRead: visit.Situate, visit.BackPressed: visit.Identify},
	visit.Situate:   {visit.Situated: visit.Check, visit.BackPressed: visit.Guide},
	visit.Check:     {visit.MaterialsReady: visit.Fill, visit.BackPressed: visit.Situate, visit.GuidePressed: visit.Guide},
	visit.Fill:      {visit.FormDone: visit.Review, visit.BackPressed: visit.Check},
	visit.Review:    {visit.Confirmed: visit.Accepting, visit.SignatureAsked: visit.Sign, visit.BackPressed: visit.Fill, visit.EditPressed: visit.Fill, visit.SituationEdited: visit.Situate},
	visit.Sign:      {visit.Confirmed: visit.Accepting, visit.BackPressed: visit.Review},
	visit.Accepting: {visit.ItemAccepted: visit.Printing, visit.ItemRefused: visit.Refused},
	visit.Printing:  {visit.PrintEnded: visit.Receipt},
	visit.Receipt:   {visit.LeavePressed: visit.Goodbye, visit.PrintAgain: visit.Printing, visit.RateChosen: visit.Evaluate},
	visit.Evaluate:  {visit.BackPressed: visit.Receipt, visit.LeavePressed: visit.Goodbye},
	visit.Refused:   {visit.Confirmed: visit.Accepting, visit.LeavePressed: visit.Goodbye},
	visit.Track: {visit.CardRead: visit.Cases, visit.MineChosen: visit.Cases, visit.CaseNamed: visit.Progress, visit.BackPressed: visit.Menu,
		visit.ReceiptScanned: visit.Progress},
	visit.Cases:    {visit.CaseNamed: visit.Progress, visit.FollowChosen: visit.Track, visit.BackPressed: visit.Menu, visit.ReceiptScanned: visit.Progress},
	visit.Progress: {visit.MineChosen: visit.Cases, visit.ReceiptScanned: visit.Progress, visit.LeavePressed: visit.Goodbye, visit.BackPressed: visit.Track, visit.RateChosen: visit.Evaluate},
	visit.Goodbye:  {visit.GoodbyeOver: visit.Attract, visit.Started: visit.Attract, visit.StaffCame: visit.Operator},
	visit.Operator: {visit.StaffLeft: visit.Attract},
}

func states() []visit.State {
	var all []visit.State
	for s := visit.Attract; s <= visit.Operator; s++ {
		all = append(all, s)
	}
	return all
}

func events() []visit.Event {
	var all []visit.Event
	for e := visit.Started; e <= visit.StaffLeft; e++ {
		all = append(all, e)
	}
	return all
}

func TestEveryPair(t *testing.T) {
	for _, s := range states() {
		for _, e := range events() {
			next, listed := want[s][e]
			if s.CanLeave() && (e == visit.HomePressed || e == visit.IdleExpired) {
				next, listed = visit.Goodbye, true
			}
			if s.CanLeave() && e == visit.StaffCame {
				next, listed = visit.Operator, true
			}
			if s.Light() && e == visit.MenuPressed {
				next, listed = visit.Menu, true
			}
			step, ok := visit.Next(s, e)
			if ok != listed {
				t.Errorf("%v × %v: means something: %v, want %v", s, e, ok, listed)
			} else if ok && step.Next != next {
				t.Errorf("%v × %v goes to %v, want %v", s, e, step.Next, next)
			}
		}
	}
}

// TestI10EveryWayOutWipes: no step leaves a state that may hold personal data for one that may not without the wipe.
func TestI10EveryWayOutWipes(t *testing.T) {
	for _, s := range states() {
		for _, e := range events() {
			step, ok := visit.Next(s, e)
			if ok && s.Personal() && !step.Next.Personal() && !slices.Contains(step.Effects, visit.Wipe) {
				t.Errorf("%v × %v goes to %v without a wipe", s, e, step.Next)
			}
		}
	}
}

// TestI14ReceiptOnlyAfterAcceptance: nothing but a durable item leads to printing.
func TestI14ReceiptOnlyAfterAcceptance(t *testing.T) {
	for _, s := range states() {
		for _, e := range events() {
			step, ok := visit.Next(s, e)
			if !ok {
				continue
			}
			printing := step.Next == visit.Printing || slices.Contains(step.Effects, visit.PrintReceipt)
			again := s == visit.Receipt && e == visit.PrintAgain // accepted already
			if printing && !again && (s != visit.Accepting || e != visit.ItemAccepted) {
				t.Errorf("%v × %v prints", s, e)
			}
		}
	}
}

// TestU5NoDeadEnd: from every state the goodbye can be reached, and from the goodbye the attract screen.
func TestU5NoDeadEnd(t *testing.T) {
	for _, s := range states() {
		reached := map[visit.State]bool{s: true}
		for range states() {
			for r := range reached {
				for _, e := range events() {
					if step, ok := visit.Next(r, e); ok {
						reached[step.Next] = true
					}
				}
			}
		}
		if !reached[visit.Goodbye] || !reached[visit.Attract] {
			t.Errorf("%v is a dead end", s)
		}
	}
}

func TestNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range states() {
		if seen[s.String()] || s.String() == "unknown" {
			t.Errorf("state %d has the name %q", s, s)
		}
		seen[s.String()] = true
	}
	clear(seen)
	for _, e := range events() {
		if seen[e.String()] || e.String() == "unknown" {
			t.Errorf("event %d has the name %q", e, e)
		}
		seen[e.String()] = true
	}
}
