package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Fault is what is wrong with an entry.
type Fault string

// The faults.
const (
	FaultAltered    Fault = "altered"    // the entry is not what its successor or a checkpoint has the digest of
	FaultRemoved    Fault = "removed"    // entries are missing
	FaultReordered  Fault = "reordered"  // the entry is there, but elsewhere
	FaultInserted   Fault = "inserted"   // an entry more than there should be
	FaultCheckpoint Fault = "checkpoint" // a checkpoint of the log itself was altered; From is the entry that it is about, 0 when it can not be read
	FaultUnproven   Fault = "unproven"   // checkpoints are missing that must have been there
)

// Finding is the first thing that is wrong.
type Finding struct {
	Fault Fault  `json:"fault"`
	From  uint64 `json:"from"` // the first entry that it may be
	To    uint64 `json:"to"`   // the last
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
	By    string `json:"by"` // what contradicts it: chain, local or central
}

// Report is the result of Verify.
type Report struct {
	Entries     uint64   `json:"entries"`
	First       uint64   `json:"first"` // sequence of the oldest entry that is kept
	Last        uint64   `json:"last"`
	Checkpoints int      `json:"checkpoints"` // of the log itself
	Central     int      `json:"central"`     // checkpoints that central holds and that were compared
	Proved      uint64   `json:"proved"`      // up to this entry there is a checkpoint
	Torn        int      `json:"torn"`        // bytes behind the last whole line: being written, or of a power cut
	Unknown     int      `json:"unknown"`     // entries of kinds that this program does not know
	Finding     *Finding `json:"finding,omitempty"`
}

// VerifyConfig is what Verify needs. Central may be empty.
type VerifyConfig struct {
	Dir     string
	Source  item.Source
	Suite   item.Suite
	Public  []byte            // the device's signing key
	Central []wire.Checkpoint // those that central holds of this source; their signatures are checked here
}

// Verify reads a log, also one that is being written, and finds the first entry that was altered, removed or put elsewhere.
// The error is only for what kept it from looking.
func Verify(ctx context.Context, cfg VerifyConfig) (Report, error) {
	for tries := 1; ; tries++ {
		v := verifier{cfg: cfg, suite: cfg.Suite.Name(), want: map[uint64][]claim{}}
		err := v.run(ctx)
		if tries < mostTries && v.moved(err) {
			continue
		}
		if err != nil {
			return v.report, fmt.Errorf("verify audit log: %w", err)
		}
		return v.report, nil
	}
}

// mostTries is how often a log is read that is being written faster than it is read.
const mostTries = 5

// moved reports whether what was found may come of the log's having gone on: checkpoints that were made, or a file that was dropped,
// after they had been looked for.
func (v *verifier) moved(err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil || v.report.Finding == nil || v.report.Finding.Fault != FaultUnproven {
		return false
	}
	list, _, err := readCheckpoints(v.cfg.Dir)
	return err == nil && len(list) != v.read
}

// claim is what a checkpoint says.
type claim struct{ head, by string }

type verifier struct {
	cfg    VerifyConfig
	suite  string
	want   map[uint64][]claim
	read   int      // checkpoints of the log itself, of whatever kind
	counts []uint64 // those that verify
	top    uint64   // highest count that was claimed
	topBy  string
	report Report

	prev  head   // the line before; zero before the first
	doubt *doubt // the link to it does not fit; the next line tells whose fault that is
	gone  uint64 // entries up to here were dropped, as the log itself says
	agree uint64 // last entry that agrees with a checkpoint
}

// doubt is a broken link between an entry and the one before it.
type doubt struct {
	before, at place
}

type place struct {
	seq  uint64
	file string
	line int
}

// found keeps the first finding.
func (v *verifier) found(f Finding) error {
	if v.report.Finding == nil || f.From < v.report.Finding.From {
		v.report.Finding = &f
	}
	return errEnough
}

func (v *verifier) run(ctx context.Context) error {
	if err := v.claims(); err != nil {
		return err
	}
	names, err := entryFiles(v.cfg.Dir)
	if err != nil {
		return err
	}
	for i, name := range names {
		err := eachLine(filepath.Join(v.cfg.Dir, name), func(l rawLine) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !l.whole && i == len(names)-1 {
				v.report.Torn = len(l.text)
				return nil
			}
			return v.line(place{v.prev.seq + 1, name, l.no}, l.text)
		})
		if errors.Is(err, errEnough) {
			break
		}
		if err != nil {
			return err
		}
	}
	v.end()
	v.name(names)
	return nil
}

// claims reads the checkpoints.
func (v *verifier) claims() error {
	local, faults, err := readCheckpoints(v.cfg.Dir)
	if err != nil {
		return err
	}
	take := func(c wire.Checkpoint, by string) bool {
		if c.Source != v.cfg.Source.String() || c.Verify(v.cfg.Suite, v.cfg.Public) != nil {
			return false
		}
		v.want[c.Count] = append(v.want[c.Count], claim{c.Head, by})
		if c.Count > v.top {
			v.top, v.topBy = c.Count, by
		}
		return true
	}
	v.read = len(local)
	last := uint64(0)
	for i, c := range local {
		if faults[i] || !take(c, "local") || c.Count <= last {
			_ = v.found(Finding{Fault: FaultCheckpoint, From: c.Count, To: c.Count, File: checkpointsName, Line: i + 1, By: "chain"})
			continue
		}
		last = c.Count
		v.counts = append(v.counts, c.Count)
	}
	v.report.Checkpoints = len(v.counts)
	for _, c := range v.cfg.Central {
		if take(c, "central") {
			v.report.Central++
		}
	}
	return nil
}

// line looks at one. errEnough when it need not go on.
func (v *verifier) line(at place, text []byte) error {
	e, err := ParseEntry(text)
	digest := digestOf(v.suite, text)
	if v.doubt != nil { // the entry before this one or the one before that
		d := *v.doubt
		if err == nil && e.Prev == v.prev.digest {
			return v.found(Finding{Fault: FaultAltered, From: d.before.seq, To: d.before.seq, File: d.before.file, Line: d.before.line, By: "chain"})
		}
		return v.found(Finding{Fault: FaultAltered, From: d.at.seq, To: d.at.seq, File: d.at.file, Line: d.at.line, By: "chain"})
	}
	if err != nil {
		return v.found(Finding{Fault: FaultAltered, From: at.seq, To: at.seq, File: at.file, Line: at.line, By: "chain"})
	}
	if v.report.Entries == 0 {
		if f := v.first(e); f != nil {
			f.File, f.Line = at.file, at.line
			return v.found(*f)
		}
		at.seq = e.Seq
	}
	switch {
	case e.Seq > at.seq:
		return v.found(Finding{Fault: FaultRemoved, From: at.seq, To: e.Seq - 1, File: at.file, Line: at.line, By: "chain"})
	case e.Seq < at.seq:
		return v.found(Finding{Fault: FaultInserted, From: e.Seq, To: e.Seq, File: at.file, Line: at.line, By: "chain"})
	}
	if v.report.Entries > 0 && e.Prev != v.prev.digest {
		v.doubt = &doubt{place{at.seq - 1, at.file, max(at.line-1, 1)}, at}
	}
	v.report.Entries++
	v.report.Last = e.Seq
	if !e.Known() {
		v.report.Unknown++
	}
	if e.Event == KindLogDropped {
		v.gone = e.Count
	}
	v.prev = head{e.Seq, digest}
	if v.doubt != nil {
		return nil
	}
	return v.compare(at)
}

// first judges the oldest entry that is kept: it is the first of all, or a checkpoint is its anchor.
func (v *verifier) first(e Entry) *Finding {
	v.report.First = e.Seq
	if e.Seq == 1 {
		return nil
	}
	for _, c := range v.want[e.Seq-1] {
		if c.head == e.Prev {
			v.agree = e.Seq - 1
			return nil
		}
	}
	return &Finding{Fault: FaultRemoved, From: 1, To: e.Seq - 1, By: "local"}
}

// compare holds an entry against the checkpoints about it.
func (v *verifier) compare(at place) error {
	for _, c := range v.want[at.seq] {
		if c.head != v.prev.digest {
			return v.found(Finding{Fault: FaultAltered, From: v.agree + 1, To: at.seq, File: at.file, Line: at.line, By: c.by})
		}
		v.agree = at.seq
	}
	return nil
}

// end judges what can only be known when all was read.
func (v *verifier) end() {
	if v.doubt != nil && v.report.Finding == nil { // the last link: a checkpoint may tell which end of it is wrong
		d := *v.doubt
		f := Finding{Fault: FaultAltered, From: d.before.seq, To: d.at.seq, File: d.before.file, Line: d.before.line, By: "chain"}
		for _, c := range v.want[d.at.seq] {
			if c.head == v.prev.digest {
				f.To = d.before.seq
			} else {
				f.From, f.File, f.Line = d.at.seq, d.at.file, d.at.line
			}
		}
		_ = v.found(f)
	}
	v.report.Proved = v.agree
	if v.report.Finding == nil && v.top > v.report.Last {
		_ = v.found(Finding{Fault: FaultRemoved, From: v.report.Last + 1, To: v.top, By: v.topBy})
	}
	if v.report.First > v.gone+1 && v.report.Finding == nil {
		_ = v.found(Finding{Fault: FaultRemoved, From: v.gone + 1, To: v.report.First - 1, By: "chain"})
	}
	const most = CheckpointEvery + maxGroup
	last := max(v.report.First, 1) - 1
	for _, n := range append(slices.Clone(v.counts), v.report.Last) {
		if n > last && n-last > most {
			_ = v.found(Finding{Fault: FaultUnproven, From: last + 1, To: n, File: checkpointsName, By: "local"})
		}
		last = max(last, n)
	}
}

// name tells removed entries from those that stand elsewhere.
func (v *verifier) name(names []string) {
	f := v.report.Finding
	if f == nil || f.Fault != FaultRemoved || f.By != "chain" {
		return
	}
	for _, name := range names {
		_ = eachLine(filepath.Join(v.cfg.Dir, name), func(l rawLine) error { // a file that can not be read has been told of
			if e, err := ParseEntry(l.text); err == nil && e.Seq == f.From {
				f.Fault, f.To, f.File, f.Line = FaultReordered, f.From, name, l.no
				return errEnough
			}
			return nil
		})
	}
}

// Read gives every entry of a log in its order, also of one that is being written. Lines that are no entries are left out:
// Verify names them.
func Read(dir string, each func(Entry) error) error {
	names, err := entryFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := eachLine(filepath.Join(dir, name), func(l rawLine) error {
			e, err := ParseEntry(l.text)
			if err != nil || !l.whole {
				return nil //nolint:nilerr // said above
			}
			return each(e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
