package audit

import (
	"errors"
	"path/filepath"
	"slices"
)

// Beginning is what a run of the kiosk begins with.
type Beginning struct {
	Incarnation   uint64 // that enrolment gave it
	Program       string // version
	Catalogue     string // version
	Configuration string // digest
}

// Begin logs what a run begins with. The first one after enrolment says that there was one; what is another than in the run before
// is said to have changed, as the log itself tells. It does not wait for the disk. An error is of reading what the log says: then
// nothing is said to be new.
func (l *Log) Begin(b Beginning) error {
	before, whole, err := last(l.cfg.Dir, KindStarted, KindCatalogue, KindConfigured)
	first := err == nil && whole && len(before) == 0
	changed := func(k Kind, now string) bool {
		was, ok := before[k]
		return ok && was.Subject != OfVersion(now).String()
	}
	if first {
		l.Note(Event{Kind: KindEnrolled, Actor: System, Count: b.Incarnation})
	}
	if changed(KindStarted, b.Program) {
		l.Note(Event{Kind: KindUpdated, Actor: System, Subject: OfVersion(b.Program)})
	}
	l.Note(Event{Kind: KindStarted, Actor: System, Subject: OfVersion(b.Program)})
	for _, one := range []struct {
		kind Kind
		now  string
	}{{KindCatalogue, b.Catalogue}, {KindConfigured, b.Configuration}} {
		e := Event{Kind: one.kind, Actor: System, Subject: OfVersion(one.now)}
		if changed(one.kind, one.now) {
			e.Detail = Changed
		}
		l.Note(e)
	}
	return err
}

// last finds the newest entry of each kind, from the end on; whole is true when it had to look at all files and none was dropped.
func last(dir string, kinds ...Kind) (found map[Kind]Entry, whole bool, err error) {
	names, err := entryFiles(dir)
	if err != nil {
		return nil, false, err
	}
	found = map[Kind]Entry{}
	for _, name := range slices.Backward(names) {
		here := map[Kind]Entry{}
		err := eachLine(filepath.Join(dir, name), func(l rawLine) error {
			if e, err := ParseEntry(l.text); err == nil && l.whole && slices.Contains(kinds, e.Event) {
				here[e.Event] = e
			}
			return nil
		})
		if err != nil {
			return nil, false, err
		}
		for k, e := range here {
			if _, newer := found[k]; !newer {
				found[k] = e
			}
		}
		if len(found) == len(kinds) {
			return found, false, nil
		}
	}
	if len(names) == 0 {
		return nil, false, errors.New("the log has no entry") // it says at least that it was opened
	}
	first, _ := firstOf(names[0])
	return found, first == 1, nil
}
