package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/parcel"
)

// exportCommands read what staff took from a kiosk on a stick.
type exportCommands struct {
	Open exportOpen `cmd:"" help:"Open a kiosk's sealed logs, or tell what is in its queue."`
}

type exportOpen struct {
	File string `arg:"" type:"existingfile" help:"onedoor-logs-….sealed or onedoor-queue-….parcel."`
	Out  string `short:"o" type:"path" help:"Directory for the logs; it is made, and nothing in it is overwritten."`
	Data string `required:"" type:"existingdir" help:"Directory with central's keys.json, or a copy of it. Central may run meanwhile."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by central export open --help.
func (*exportOpen) Help() string {
	return `Logs (.sealed) are opened with central's keys and written to the directory of -o, all of them or none. Who sealed the
file is not proven, only that it is as it was sealed: anybody can seal for central.

A queue (.parcel) holds what citizens submitted. It is checked and counted, and never opened: hand it in with
"hallctl outbox import" from a kiosk of the same place, then central has it as if the kiosk had sent it.`
}

// exported is what a file from a stick holds.
type exported struct {
	Kind   string         `json:"kind"` // "logs" or "queue"
	Source string         `json:"source"`
	Made   time.Time      `json:"made"`
	Files  []packed       `json:"files,omitempty"`
	Items  map[string]int `json:"items,omitempty"` // by type
	Key    string         `json:"key,omitempty"`   // thumbprint of the key that signed the queue
	Out    string         `json:"out,omitempty"`
}

// Run opens the file and prints what it holds.
func (c *exportOpen) Run(stdout io.Writer) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open export: %w", err)
	}
	defer f.Close()
	from := bufio.NewReader(f)
	begin, err := from.Peek(len(queueBegins))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("open export: %w", err)
	}
	var got exported
	if bytes.Equal(begin, []byte(queueBegins)) {
		got, err = readQueue(from)
	} else {
		got, err = c.openLogs(from)
	}
	if err != nil {
		return fmt.Errorf("open export %s: %w", c.File, err)
	}
	if c.JSON {
		return printJSON(stdout, got)
	}
	return got.print(stdout)
}

// queueBegins is how a parcel begins.
const queueBegins = `{"onedoor_parcel"`

// errDamaged says what to do about a file that is not as it was made.
var errDamaged = errors.New("it was altered or cut short: copy it once more from the stick, or export it again")

func knownSuites() map[string]item.Suite {
	suites := map[string]item.Suite{}
	for _, s := range item.Suites() {
		suites[s.Name()] = s
	}
	return suites
}

// readQueue checks a parcel.
func readQueue(from io.Reader) (exported, error) {
	head, items, err := parcel.Read(from, knownSuites())
	if err != nil {
		return exported{}, fmt.Errorf("%w (%w)", errDamaged, err)
	}
	got := exported{Kind: "queue", Source: head.Source, Made: head.Made, Items: map[string]int{}, Key: central.Thumbprint(head.Public)}
	for _, it := range items {
		got.Items[string(it.Type)]++
	}
	return got, checkSource(head.Source)
}

func checkSource(source string) error {
	if _, err := item.ParseSource(source); err != nil {
		return fmt.Errorf("it names no kiosk: %w", err)
	}
	return nil
}

// openLogs opens sealed logs and writes them.
func (c *exportOpen) openLogs(from io.Reader) (exported, error) {
	keys, err := central.ReadKeys(c.Data)
	if err != nil {
		return exported{}, err
	}
	head, content, err := parcel.OpenSealed(from, knownSuites(), func(id string) []byte {
		if id != keys.SealID {
			return nil
		}
		return keys.SealPrivate
	})
	switch {
	case head.SealKey == "":
		return exported{}, errors.New("it is no sealed export of a kiosk")
	case head.SealKey != keys.SealID:
		return exported{}, fmt.Errorf("it is sealed to the key %.60q, the key in %s is %q: open it where that central's keys are", head.SealKey, c.Data, keys.SealID)
	case err != nil:
		return exported{}, fmt.Errorf("%w (%w)", errDamaged, err)
	case head.Content != logsContent:
		return exported{}, fmt.Errorf("it holds %.60q, this version opens %s only", head.Content, logsContent)
	}
	if err := checkSource(head.Source); err != nil {
		return exported{}, err
	}
	if c.Out == "" {
		return exported{}, errors.New("say with -o where to write the logs")
	}
	got := exported{Kind: "logs", Source: head.Source, Made: head.Made, Out: c.Out}
	got.Files, err = unpack(content, c.Out, mostUnpacked)
	return got, err
}

func (e exported) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s of %s, made %s\n", e.Kind, e.Source, e.Made.UTC().Format(time.RFC3339))
	for _, f := range e.Files {
		fmt.Fprintf(t, "%s\t%d bytes\n", f.Name, f.Bytes)
	}
	if e.Kind == "logs" {
		fmt.Fprintf(t, "written to %s\n", e.Out)
		return t.Flush()
	}
	types := make([]string, 0, len(e.Items))
	for typ := range e.Items {
		types = append(types, typ)
	}
	slices.SortFunc(types, cmp.Compare[string])
	for _, typ := range types {
		fmt.Fprintf(t, "%s\t%d\n", typ, e.Items[typ])
	}
	fmt.Fprintf(t, "whole, signed with key %s (compare with: central kiosk list); it is not opened: hand it in with hallctl outbox import\n", e.Key)
	return t.Flush()
}
