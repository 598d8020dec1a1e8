package backroom

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/dustin/go-humanize"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// exportCard takes logs and queue away.
func (b *Backroom) exportCard(say text.Printer) kiosk.StaffCard {
	c := kiosk.StaffCard{Icon: "file-plus", Title: say.T("backroom.export"), Lines: []string{say.T("backroom.export.help")}}
	if b.cfg.Media == nil || b.cfg.Export == nil {
		c.Lines = []string{say.T("backroom.export.none")}
		return c
	}
	c.Buttons = []kiosk.Button{act(say.T("backroom.export.begin"), "export", "")}
	return c
}

// leastFree is what a stick must have free for anything to be worth a try; logs alone are smaller.
const leastFree = 1 << 20

// chooseStick looks what was plugged in, and asks what is to be written where.
func (b *Backroom) chooseStick() {
	d := b.desk
	if b.cfg.Media == nil || b.cfg.Export == nil {
		return
	}
	d.busy = "backroom.busy"
	b.beside(func(context.Context) func() bool {
		sticks, err := b.cfg.Media.Sticks()
		return func() bool {
			d.busy = ""
			switch {
			case err != nil:
				b.cfg.Logger.Error("find sticks", "err", err)
				d.note = note{tone: kiosk.Stop, key: "backroom.failed"}
			case len(sticks) == 0:
				d.note = note{tone: kiosk.Caution, key: "backroom.export.nostick"}
			case len(sticks) == 1 && unusable(sticks[0]) == "":
				b.chooseExport(sticks[0])
			case len(sticks) == 1:
				d.note = note{tone: kiosk.Caution, key: unusable(sticks[0]), args: stickArgs(sticks[0])}
			default:
				b.chooseAmong(sticks)
			}
			return false
		}
	})
}

// unusable is the key of why a stick can not be written on; empty when it can.
func unusable(s Stick) string {
	switch {
	case s.ReadOnly:
		return "backroom.export.readonly"
	case s.Free < leastFree:
		return "backroom.export.full"
	}
	return ""
}

func stickArgs(s Stick) []string {
	return []string{"stick", s.Name, "disk", s.Disk, "free", humanize.Bytes(s.Free)}
}

// chooseAmong asks for one of several sticks.
func (b *Backroom) chooseAmong(sticks []Stick) {
	c := chooser{heading: "backroom.export", help: "backroom.export.which"}
	for _, s := range sticks {
		o := option{id: s.Dir, label: s.Name, help: "backroom.export.stick", args: stickArgs(s), pick: func() { b.chooseExport(s) }}
		if key := unusable(s); key != "" {
			o.help, o.pick = key, nil
		}
		c.options = append(c.options, o)
	}
	b.choose(c)
}

func (b *Backroom) chooseExport(s Stick) {
	c := chooser{heading: "backroom.export", help: "backroom.export.sealed", args: stickArgs(s)}
	if b.may(staff.ExportLogs) {
		c.options = append(c.options, option{label: "backroom.export.logs", help: "backroom.export.logs.help", pick: func() {
			b.export(staff.Act{Action: staff.ExportLogs, Detail: audit.Logs}, "backroom.export.logs", s, b.cfg.Export.Logs)
		}})
	}
	if b.may(staff.ExportQueue) {
		c.options = append(c.options, option{label: "backroom.export.queue", help: "backroom.export.queue.help", pick: func() {
			b.export(staff.Act{Action: staff.ExportQueue, Detail: audit.Queue}, "backroom.export.queue", s, b.cfg.Export.Queue)
		}})
	}
	b.choose(c)
}

// errPulled is returned when a stick is not there any more.
var errPulled = errors.New("the stick was pulled out")

// still asks whether a stick is there. Where it is not its directory may be the machine's own.
func (b *Backroom) still(s Stick) error {
	sticks, err := b.cfg.Media.Sticks()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(sticks, func(o Stick) bool { return o.Disk == s.Disk && o.Dir == s.Dir }) {
		return errPulled
	}
	return nil
}

// put writes on a stick that is there before and after.
func (b *Backroom) put(ctx context.Context, s Stick, write func(context.Context, string) (Written, error)) (Written, error) {
	if err := b.still(s); err != nil {
		return Written{}, err
	}
	got, err := write(ctx, s.Dir)
	if gone := b.still(s); gone != nil {
		if got.File != "" {
			_ = os.Remove(filepath.Join(s.Dir, got.File)) // it is on the machine itself, or nowhere
		}
		return Written{}, errors.Join(gone, err)
	}
	return got, err
}

// unwritten is the key of why nothing was written.
func unwritten(err error) string {
	switch {
	case errors.Is(err, errPulled):
		return "backroom.export.pulled"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "backroom.export.full"
	case errors.Is(err, syscall.EROFS):
		return "backroom.export.readonly"
	default:
		return "backroom.export.failed"
	}
}

// export writes on a stick and says what was written.
func (b *Backroom) export(a staff.Act, label string, s Stick, write func(context.Context, string) (Written, error)) {
	d := b.desk
	var got Written
	b.ask(request{act: a, label: label,
		do: func(ctx context.Context) (err error) {
			if got, err = b.put(ctx, s, write); err != nil {
				return errSaid{note{tone: kiosk.Stop, key: unwritten(err), args: stickArgs(s)}, err}
			}
			return nil
		},
		then: func() {
			if got.File != "" && d.note.key == "" {
				d.note = note{tone: kiosk.Good, key: "backroom.export.done", args: append(stickArgs(s), "file", got.File, "count", strconv.Itoa(got.Items),
					"size", humanize.Bytes(uint64(max(0, got.Bytes))))}
			}
		}})
}
