package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"text/tabwriter"

	"onedoor/app/staff"
	"onedoor/sync/central"
)

// staffCommands keep who may sign in at the kiosks of a hall.
type staffCommands struct {
	Add    staffAdd    `cmd:"" help:"Add a member, or change the name, role or PIN of one."`
	List   staffList   `cmd:"" help:"The staff of a hall."`
	Revoke staffRevoke `cmd:"" help:"Take a member's right to sign in, for good; it ends what the member has open."`
	Unlock staffUnlock `cmd:"" help:"Let a member try again who was locked after too many wrong PINs."`
	Pepper staffPepper `cmd:"" help:"Make the secret of a hall, once; copy it to each of its kiosks, outside of the data directory."`
}

type ofHall struct {
	operator
	Hall string `required:"" help:"Number of the hall, 5 digits."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// ask sends a change and prints the staff as they are then.
func (c ofHall) ask(ctx context.Context, stdout io.Writer, method, path string, in any) error {
	var out central.StaffList
	if err := c.call(ctx, method, "/api/v1/halls/"+c.Hall+"/staff"+path, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tROLE\tSTATE")
	for _, m := range out.Members {
		state := "active"
		if m.Revoked {
			state = "revoked"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.ID, m.Name, m.Role, state)
	}
	fmt.Fprintf(w, "version %d of hall %s\n", out.Version, out.Hall)
	return w.Flush()
}

type staffAdd struct {
	ofHall
	ID         string `required:"" name:"id" help:"2 to 16 of a-z, 0-9 and -, a letter first; never of a person who left."`
	Name       string `required:"" help:"Name as the screen shows it."`
	Role       string `required:"" enum:"attendant,maintainer,supervisor" help:"attendant, maintainer or supervisor."`
	PepperFile string `name:"pepper-file" type:"existingfile" help:"The hall's secret, as on its kiosks; with it the PIN is asked for on standard input. Without it the PIN stays as it is."`
}

// Run reads the PIN, which does not leave this machine, and sends what it can be checked against.
func (c *staffAdd) Run(ctx context.Context, stdin io.Reader, stdout io.Writer, stderr errOut) error {
	in := map[string]string{"name": c.Name, "role": c.Role}
	if c.PepperFile != "" {
		pepper, err := staff.KeyFile(c.PepperFile).Key(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "PIN of %s, %d to %d digits: ", c.ID, staff.MinPIN, staff.MaxPIN)
		pin, err := readPIN(stdin)
		if err != nil {
			return err
		}
		defer clear(pin)
		if in["verifier"], err = staff.NewVerifier(pepper, c.ID, pin, staff.DefaultParams()); err != nil {
			return err
		}
	}
	return c.ask(ctx, stdout, http.MethodPut, "/"+c.ID, in)
}

// readPIN reads one line.
func readPIN(r io.Reader) ([]byte, error) {
	line, err := bufio.NewReaderSize(r, 64).ReadSlice('\n')
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, errors.New("no PIN was given")
	}
	return bytes.TrimSpace(line), nil
}

type staffList struct{ ofHall }

// Run lists.
func (c *staffList) Run(ctx context.Context, stdout io.Writer) error {
	return c.ask(ctx, stdout, http.MethodGet, "", nil)
}

type staffRevoke struct {
	ofHall
	ID string `arg:"" help:"Whom."`
}

// Run revokes.
func (c *staffRevoke) Run(ctx context.Context, stdout io.Writer) error {
	return c.ask(ctx, stdout, http.MethodPost, "/"+c.ID+"/revocation", nil)
}

type staffUnlock struct {
	ofHall
	ID string `arg:"" help:"Whom."`
}

// Run unlocks.
func (c *staffUnlock) Run(ctx context.Context, stdout io.Writer) error {
	return c.ask(ctx, stdout, http.MethodPost, "/"+c.ID+"/unlock", nil)
}

type staffPepper struct {
	File string `arg:"" type:"path" help:"Where to write it; it must not be there yet."`
}

// Run makes a pepper that only its owner can read.
func (c *staffPepper) Run(stdout io.Writer) (err error) {
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return fmt.Errorf("make pepper: %w", err)
	}
	_, err = f.Write(staff.NewPepper())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("make pepper: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s: copy it to every kiosk of the hall and name it as staff.pepper; keep one copy in a safe\n", c.File)
	return err
}

type auditCmd struct {
	operator
	Source string `arg:"" help:"Whose log: urn:hall:HALL:KIOSK:INCARNATION."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// errRewritten is returned when checkpoints contradict each other.
var errRewritten = errors.New("the audit log of that kiosk was rewritten")

// Run shows the checkpoints of a kiosk's audit log.
func (c *auditCmd) Run(ctx context.Context, stdout io.Writer) error {
	all := central.CheckpointList{Checkpoints: []central.CheckpointView{}}
	for from := uint64(0); ; {
		var out central.CheckpointList
		if err := c.call(ctx, http.MethodGet, fmt.Sprintf("/api/v1/audit?source=%s&from=%d", c.Source, from), nil, &out); err != nil {
			return err
		}
		all.Checkpoints = append(all.Checkpoints, out.Checkpoints...)
		if n := len(out.Checkpoints); n > 0 {
			from = out.Checkpoints[n-1].Checkpoint.Count + 1
		} else {
			break
		}
	}
	var err error
	for _, r := range all.Checkpoints {
		if r.Contradicts != "" {
			err = errRewritten
		}
	}
	if c.JSON {
		return errors.Join(printJSON(stdout, all), err)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENTRIES\tHEAD\tMADE\tITEM\t")
	for _, r := range all.Checkpoints {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\n", r.Checkpoint.Count, r.Checkpoint.Head, r.Checkpoint.At, r.Sequence, r.Contradicts)
	}
	return errors.Join(w.Flush(), err)
}
