package backroom

import (
	"context"

	"strconv"

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
			if err != nil {
				b.cfg.Logger.Error("find sticks", "err", err)
			}
			if len(sticks) == 0 {
				d.note = note{tone: kiosk.Caution, key: "backroom.export.nostick"}
				return false
			}
			b.chooseExport(sticks[0])
			return false
		}
	})
}

func (b *Backroom) chooseExport(s Stick) {
	c := chooser{heading: "backroom.export", help: "backroom.export.sealed"}
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

// export writes on a stick and says what was written.
func (b *Backroom) export(a staff.Act, label string, s Stick, write func(context.Context, string) (Written, error)) {
	d := b.desk
	var got Written
	b.ask(request{act: a, label: label,
		do: func(ctx context.Context) (err error) {
			if got, err = write(ctx, s.Dir); err != nil {
				return errSaid{note{tone: kiosk.Stop, key: "backroom.export.failed", args: []string{"stick", s.Name}}, err}
			}
			return nil
		},
		then: func() {
			if got.File != "" && d.note.key == "" {
				d.note = note{tone: kiosk.Good, key: "backroom.export.done", args: []string{"file", got.File, "count", strconv.Itoa(got.Items),
					"size", strconv.FormatInt((got.Bytes+1023)/1024, 10), "stick", s.Name}}
			}
		}})
}
