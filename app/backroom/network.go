package backroom

import (
	"context"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// walkLimit bounds the steps to central.
const walkLimit = 20 * time.Second

// walk takes the way to central, one step after the other, and shows each as it ends.
func (b *Backroom) walk() {
	d := b.desk
	if b.cfg.Network == nil || d.tests.walking {
		return
	}
	d.tests.walking, d.tests.steps = true, nil
	b.beside(func(ctx context.Context) func() bool {
		ctx, cancel := context.WithTimeout(ctx, walkLimit)
		defer cancel()
		bad := false
		b.cfg.Network.Check(ctx, func(s Step) {
			bad = bad || s.Result == StepBad
			b.apply(d, func() bool {
				d.tests.steps = append(d.tests.steps, s)
				return false
			})
		})
		return func() bool {
			d.tests.walking = false
			if bad {
				b.report(network, note{tone: kiosk.Stop, key: "backroom.network.bad"}, true)
			} else {
				b.report(network, note{tone: kiosk.Good, key: "backroom.network.good"}, false)
			}
			return false
		}
	})
}

func (b *Backroom) networkCard(say text.Printer) kiosk.StaffCard {
	t := &b.desk.tests
	c := kiosk.StaffCard{Icon: "wifi", Title: say.T("backroom.device.network"), Buttons: []kiosk.Button{act(say.T("backroom.test"), "test", network)}}
	if b.cfg.Network == nil {
		c.Lines, c.Buttons = []string{say.T("backroom.network.none")}, nil
		return c
	}
	if t.walking {
		c.Buttons = nil
	} else {
		c = b.tested(c, network, say)
	}
	for _, s := range t.steps {
		words := map[StepResult]string{StepGood: "backroom.step.good", StepBad: "backroom.step.bad", StepSkipped: "backroom.step.skipped"}
		c.Lines = append(c.Lines, say.T(words[s.Result], "step", s.Name.In(say.Language)))
		if s.Result == StepBad {
			c.Lines = append(c.Lines, s.Cause.In(say.Language), s.Do.In(say.Language))
		}
	}
	if t.walking {
		c.Lines = append(c.Lines, say.T("backroom.step.busy"))
	}
	return c
}
