package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// auditCommands read a kiosk's audit log, also while the kiosk runs.
type auditCommands struct {
	Verify auditVerify `cmd:"" help:"Find the first entry that was altered, removed or put elsewhere."`
	Show   auditShow   `cmd:"" help:"Show entries, the oldest first."`
}

// auditDir is where a kiosk keeps its log.
func (p place) auditDir() string { return filepath.Join(p.Data, "audit") }

type auditVerify struct {
	place
	Central string `placeholder:"URL" help:"Compare with what this central holds, too: only that finds a log that was made anew with the kiosk's own key."`
	CA      string `name:"ca" type:"existingfile" help:"PEM file of the authority that alone may vouch for central."`
}

// verified is the result with --json.
type verified struct {
	Event string `json:"event"` // verified, or damaged
	audit.Report
	Compared bool `json:"compared"` // with central
}

// Run verifies. Central that does not answer is said, and is no failure of the log.
func (c *auditVerify) Run(e *env) error {
	id, err := config.LoadIdentity(c.Data)
	if err != nil {
		return failure{"no-identity", err.Error(), "--data is the directory that the kiosk's configuration names"}
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return failure{"suite", err.Error(), "use the hallctl of the same version as the kiosk"}
	}
	public, err := suite.SignPublic(id.SignPrivate)
	if err != nil {
		return failure{"identity", err.Error(), "enrol the kiosk again"}
	}
	out := verified{Event: "verified"}
	var held []wire.Checkpoint
	why := "not asked: give --central"
	if c.Central != "" {
		if held, err = c.held(e, id, suite); err != nil {
			why = err.Error()
		} else {
			out.Compared = true
		}
	}
	out.Report, err = audit.Verify(e.ctx, audit.VerifyConfig{Dir: c.auditDir(), Source: id.Device.Source(), Suite: suite, Public: public, Central: held})
	if err != nil {
		return failure{"audit", err.Error(), "--data is the directory that the kiosk's configuration names"}
	}
	if out.Finding != nil {
		out.Event = "damaged"
	}
	if err := e.say(out, func(w io.Writer) { out.print(w, why) }); err != nil {
		return err
	}
	if out.Finding != nil {
		return errFailed
	}
	return nil
}

// held asks central.
func (c *auditVerify) held(e *env, id config.Identity, suite item.Suite) ([]wire.Checkpoint, error) {
	trust, err := config.Trust(c.CA)
	if err != nil {
		return nil, err
	}
	client, err := wire.NewClient(wire.ClientConfig{HTTP: trust, BaseURL: c.Central, Suite: suite, Source: id.Device.Source(), SignKey: id.Device.SignKey,
		SignPriv: id.SignPrivate, UpstreamKey: id.Device.UpstreamKey, UpstreamPub: id.Device.UpstreamPub, Now: time.Now, Logger: e.logger})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return client.Checkpoints(e.ctx)
}

func (v verified) print(w io.Writer, why string) {
	fmt.Fprintf(w, "%d entries, %d to %d; checkpoints prove them up to %d\n", v.Entries, v.First, v.Last, v.Proved)
	if v.Compared {
		fmt.Fprintf(w, "central holds %d checkpoints, which were compared\n", v.Central)
	} else {
		fmt.Fprintf(w, "what central holds was not compared (%s)\n", why)
	}
	if v.Torn > 0 {
		fmt.Fprintf(w, "%d bytes behind the last entry: it is being written, or the power was cut\n", v.Torn)
	}
	f := v.Finding
	if f == nil {
		fmt.Fprintln(w, "nothing was altered, removed or put elsewhere")
		return
	}
	entries := fmt.Sprintf("entry %d", f.From)
	if f.To > f.From {
		entries = fmt.Sprintf("entries %d to %d", f.From, f.To)
	}
	switch f.Fault {
	case audit.FaultAltered:
		if f.To > f.From {
			entries = fmt.Sprintf("an entry from %d to %d", f.From, f.To)
		}
		entries += " was altered"
	case audit.FaultRemoved:
		entries += " removed"
	case audit.FaultReordered:
		entries += " is not where it was"
	case audit.FaultInserted:
		entries += " was put in"
	case audit.FaultCheckpoint:
		entries = fmt.Sprintf("the checkpoint on line %d was altered", f.Line)
	case audit.FaultUnproven:
		entries += " have no checkpoint, as they must have had"
	}
	by := map[string]string{"chain": "the chain of the log says so", "local": "a checkpoint of this kiosk says so", "central": "a checkpoint that central holds says so"}[f.By]
	fmt.Fprintf(w, "%s; %s", strings.ToUpper(entries[:1])+entries[1:], by)
	if f.File != "" {
		fmt.Fprintf(w, " (%s, line %d)", f.File, f.Line)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "Do not delete anything. Copy the directory, and report it to whoever is responsible for the hall's security.")
}

type auditShow struct {
	place
	Since time.Time `format:"2006-01-02" help:"Only entries from this day on, UTC." placeholder:"DATE"`
	Event []string  `help:"Only these kinds, for instance sign-in." placeholder:"KIND"`
	Actor string    `help:"Only of this actor, for instance staff/wang-li." placeholder:"ACTOR"`
	Last  int       `default:"200" help:"At most so many, the last ones; 0 for all."`
}

// Run shows.
func (c *auditShow) Run(e *env) error {
	var list []audit.Entry
	err := audit.Read(c.auditDir(), func(one audit.Entry) error {
		switch {
		case one.At().Before(c.Since), c.Actor != "" && one.Actor != c.Actor, len(c.Event) > 0 && !contains(c.Event, one.Event):
			return nil
		}
		if list = append(list, one); c.Last > 0 && len(list) > c.Last {
			list = list[1:]
		}
		return e.ctx.Err()
	})
	if err != nil {
		return failure{"audit", err.Error(), "--data is the directory that the kiosk's configuration names"}
	}
	for _, one := range list {
		err := e.say(one, func(w io.Writer) {
			fmt.Fprintf(w, "%7d  %s  %-20s  %-16s  %-8s  %s\n", one.Seq, one.At().Local().Format("2006-01-02 15:04:05"), one.Actor, one.Event, one.Disposition, more(one))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func contains(kinds []string, kind audit.Kind) bool {
	for _, k := range kinds {
		if k == string(kind) {
			return true
		}
	}
	return false
}

// more is what an entry says beside the columns that each has.
func more(e audit.Entry) string {
	var parts []string
	for _, p := range []string{e.Subject, string(e.Detail), string(e.Role)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if e.Count > 0 {
		parts = append(parts, fmt.Sprint(e.Count))
	}
	return strings.Join(parts, "  ")
}
