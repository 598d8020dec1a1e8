package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"text/tabwriter"

	"onedoor/sync/central"
)

// kioskCommands tell which machines central takes, and turn one away.
type kioskCommands struct {
	List   kioskList   `cmd:"" help:"Every kiosk that was ever enrolled, with its former incarnations."`
	Revoke kioskRevoke `cmd:"" help:"Turn a stolen or retired kiosk away, for good."`
}

func printKiosks(w io.Writer, list []central.KioskView) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIOSK\tNUMBER\tKEY\tENROLLED\tLAST HEARD\tREVOKED\tREASON")
	for _, k := range list {
		fmt.Fprintf(t, "%s-%s-%s\t%d\t%s\t%s\t%s\t%s\t%s\n", k.Hall, k.Kiosk, k.Incarnation, k.Number, k.Key, k.EnrolledAt,
			cmp.Or(k.HeardAt, "-"), cmp.Or(k.RevokedAt, "-"), k.RevokedFor)
	}
	return t.Flush()
}

type kioskList struct {
	operator
	Hall string `help:"Only those of this hall, 5 digits."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run lists all pages.
func (c *kioskList) Run(ctx context.Context, stdout io.Writer) error {
	all := central.KioskList{Kiosks: []central.KioskView{}}
	for after := uint16(0); ; {
		var page central.KioskList
		if err := c.call(ctx, http.MethodGet, fmt.Sprintf("/api/v1/kiosks?after=%d", after), nil, &page); err != nil {
			return err
		}
		if len(page.Kiosks) == 0 {
			break
		}
		after = page.Kiosks[len(page.Kiosks)-1].Number
		all.Kiosks = append(all.Kiosks, page.Kiosks...)
	}
	if c.Hall != "" {
		all.Kiosks = slices.DeleteFunc(all.Kiosks, func(k central.KioskView) bool { return k.Hall != c.Hall })
	}
	slices.SortFunc(all.Kiosks, func(a, b central.KioskView) int {
		return cmp.Or(cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Kiosk, b.Kiosk), cmp.Compare(a.Incarnation, b.Incarnation))
	})
	if c.JSON {
		return printJSON(stdout, all)
	}
	return printKiosks(stdout, all.Kiosks)
}

type kioskRevoke struct {
	operator
	Kiosk  string `arg:"" help:"Hall and number, as 44011-107: all that are enrolled there by now. With the incarnation, as 44011-107-01: only that one."`
	Reason string `required:"" help:"Why, for who asks later; of no citizen."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help is shown by central kiosk revoke --help.
func (*kioskRevoke) Help() string {
	return `From now on central refuses every request of the machine, which then tells its staff; a line that it holds open is cut
at once. What it sent before stays. What it had accepted and not sent stays in its outbox, sealed, and is not lost: enrol a
kiosk at the same place (central enrol-code, kiosk enrol), export the old outbox (hallctl outbox export, on the old data
directory) and hand that file in from the new one (hallctl outbox import).

That file carries no attachments: only the old machine itself sends those. So let a machine that is merely retired go on until
its outbox is empty, which it does also after its place was enrolled anew, and revoke it then.

When the place has a new kiosk already, name the incarnation of the old one, or the new one is turned away, too.`
}

// kioskName is hall, number and, or not, incarnation.
var kioskName = regexp.MustCompile(`^(\d{5})-(\d{3})(?:-(\d{2}))?$`)

// Run revokes and prints what is turned away now.
func (c *kioskRevoke) Run(ctx context.Context, stdout io.Writer) error {
	name := kioskName.FindStringSubmatch(c.Kiosk)
	if name == nil {
		return errors.New("name the kiosk by its hall and number, as 44011-107, or with its incarnation, as 44011-107-01")
	}
	in := map[string]string{"incarnation": name[3], "reason": c.Reason}
	var out central.KioskList
	if err := c.call(ctx, http.MethodPost, "/api/v1/halls/"+name[1]+"/kiosks/"+name[2]+"/revocation", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	return printKiosks(stdout, out.Kiosks)
}
