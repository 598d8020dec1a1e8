package story

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/visits"
)

// Summary is what the demo found, as it stands in summary.json.
type Summary struct {
	CaseNumber            string   `json:"case_number"` // 20 digits
	TrackingURL           string   `json:"tracking_url"`
	AcceptedWhileOffline  bool     `json:"accepted_while_offline"`
	PrintOutcome          string   `json:"print_outcome"` // as central learned it
	ReceiptBytes          int      `json:"receipt_bytes"`
	DeliveredAfterSeconds float64  `json:"delivered_after_seconds"` // from the link's return to the page's word
	CentralCount          int      `json:"central_count"`           // of cases with this number
	StatesSeen            []string `json:"states_seen"`             // what the receipt's code led to, in order
	Screens               []string `json:"screens"`                 // pictures beside this file
	Untrue                string   `json:"untrue,omitempty"`        // the scene that failed, and how
}

// deliveryLimit is the promise: so long after the link's return the case is at central.
const deliveryLimit = 10 * time.Second

// player is the scripted citizen with everything it looks at.
type player struct {
	*Stage
	person  citizen.Person
	hands   *citizen.Hands
	out     string
	summary Summary
}

// Play runs the demo's story on the display and writes out. Any step that is not true ends it with an error.
func (s *Stage) Play(ctx context.Context, display, out string) (err error) {
	if err := sweep(out); err != nil {
		return fmt.Errorf("play: %w", err)
	}
	hands, err := citizen.Dial(display)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	defer hands.Close()
	eyes, err := citizen.NewEyes(s.inspect)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	defer eyes.Close()
	p := &player{Stage: s, hands: hands, out: out, person: citizen.Person{Hands: hands, Eyes: eyes, Slip: slipping(6), Patience: 20 * time.Second}}
	for _, scene := range []struct {
		name string
		play func(context.Context) error
	}{
		{"the link is cut", p.cut}, {"the visit", p.visit}, {"the receipt", p.receipt}, {"delivery", p.delivery},
		{"acceptance", p.acceptance}, {"goodbye", p.goodbye}, {"the receipt at the scanner", p.later},
	} {
		if err := scene.play(ctx); err != nil {
			p.summary.Untrue = scene.name + ": " + err.Error()
			return errors.Join(fmt.Errorf("play %s: %w", scene.name, err), p.conclude())
		}
		fmt.Fprintln(s.cfg.Log, "demo:", scene.name, "✓")
	}
	return p.conclude()
}

// slipping is a finger that slips to the right.
func slipping(pixels int) func() image.Point {
	return func() image.Point { return image.Pt(pixels, 0) }
}

// sweep makes the folder and takes away what an earlier run left, so that nothing in it is older than this run.
func sweep(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, pattern := range []string{"summary.json", "receipt.*", "[0-9][0-9]-*.png"} {
		old, err := filepath.Glob(filepath.Join(out, pattern))
		if err != nil {
			return err
		}
		for _, name := range old {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// conclude writes the summary.
func (p *player) conclude() error {
	data, err := json.MarshalIndent(p.summary, "", "  ")
	if err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return os.WriteFile(filepath.Join(p.out, "summary.json"), append(data, '\n'), 0o644)
}

func (p *player) cut(ctx context.Context) error {
	if err := p.on(ctx, "Attract"); err != nil {
		return err
	}
	p.hall.Link.Cut()
	_, err := p.person.WaitFor(ctx, "the words for offline", func(v citizen.View) bool { return v.Shows("网络断开") })
	return err
}

// on waits for a screen and takes its picture.
func (p *player) on(ctx context.Context, screen string) error {
	_, err := p.person.WaitFor(ctx, "the screen "+screen, func(v citizen.View) bool { return v.Screen == screen })
	if err != nil {
		return err
	}
	return p.shoot(ctx, strings.ToLower(screen))
}

// still is how long nothing on the screen may change before its picture is taken: the words come before the paint.
const still = 250 * time.Millisecond

// picture is the screen at rest, or after two seconds as it is.
func (p *player) picture(ctx context.Context) (image.Image, error) {
	over := time.NewTimer(2 * time.Second)
	defer over.Stop()
	var last *image.RGBA
	since := p.cfg.Now()
	for {
		img, err := p.hands.Screenshot()
		if err != nil {
			return nil, err
		}
		now, ok := img.(*image.RGBA)
		if !ok {
			return img, nil
		}
		if last == nil || !bytes.Equal(now.Pix, last.Pix) {
			last, since = now, p.cfg.Now()
		} else if p.cfg.Now().Sub(since) >= still {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-over.C:
			return now, nil
		case <-time.After(still / 5):
		}
	}
}

// shoot writes a picture of the whole screen.
func (p *player) shoot(ctx context.Context, name string) error {
	img, err := p.picture(ctx)
	if err != nil {
		return err
	}
	file := fmt.Sprintf("%02d-%s.png", len(p.summary.Screens)+1, name)
	p.summary.Screens = append(p.summary.Screens, file)
	return writePNG(filepath.Join(p.out, file), img)
}

func writePNG(name string, img image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}

// touch taps the targets one after the other.
func (p *player) touch(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		if err := p.person.Touch(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// keys taps one key per character, as the keypad names them.
func (p *player) keys(ctx context.Context, labels ...string) error {
	for _, l := range labels {
		if err := p.person.Touch(ctx, "Type:"+l); err != nil {
			return err
		}
	}
	return nil
}

// place chooses a place step by step.
func (p *player) place(ctx context.Context, codes ...string) error {
	for _, code := range codes {
		if err := p.person.Reach(ctx, "ChooseFrom:"+code); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) visit(ctx context.Context) error {
	steps := []func() error{
		func() error { return p.shoot(ctx, "offline") },
		func() error { return p.touch(ctx, "Start") },
		func() error { return p.on(ctx, "Menu") },
		func() error { return p.touch(ctx, "Open:search") },
		func() error { return p.keys(ctx, "g", "j", "j") }, // 公积金, by its initials
		func() error { return p.on(ctx, "Choose") },
		func() error { return p.person.Reach(ctx, "Choice:housing-fund-rent") },
		func() error { return p.on(ctx, "Guide") },
		func() error { return p.touch(ctx, "Next") },
		func() error { return p.on(ctx, "Identify") },
		func() error { return p.hall.Tray.Lay("card-1") },
		func() error { return p.touch(ctx, "Pick:home:public", "Pick:marital:single") },
		func() error { return p.shoot(ctx, "situation") },
		func() error { return p.touch(ctx, "Next") },
		func() error { return p.on(ctx, "Check") },
		func() error { return p.touch(ctx, "Next") },
		func() error { return p.on(ctx, "Form") },
		func() error { return p.keys(ctx, strings.Split("13800138000", "")...) },
		func() error { return p.shoot(ctx, "form-filled") },
		func() error { return p.touch(ctx, "Next", "Focus:home_address") },
		func() error { return p.on(ctx, "List") },
		func() error { return p.place(ctx, "110000", "110101", "110101001") },
		func() error { return p.keys(ctx, strings.Split("jianguomen", "")...) },
		func() error { return p.shoot(ctx, "pinyin") },
		func() error { return p.touch(ctx, "Take:0", "KeyMode:digits") },
		func() error { return p.keys(ctx, "1", "2") },
		func() error { return p.touch(ctx, "KeyMode:symbols") },
		func() error { return p.keys(ctx, "号") },
		func() error { return p.shoot(ctx, "address") },
		func() error { return p.person.Reach(ctx, "Focus:rent") },
		func() error { return p.keys(ctx, "1", "8", "0", "0") },
		func() error { return p.person.Reach(ctx, "Focus:since") },
		func() error { return p.keys(ctx, strings.Split("20251101", "")...) },
		func() error { return p.person.Reach(ctx, "Focus:contract") }, // asked of public housing only
		func() error { return p.keys(ctx, strings.Split("GZF20260001", "")...) },
		func() error { return p.shoot(ctx, "form-second") },
		func() error { return p.touch(ctx, "Next", "Focus:amount") },
		func() error { return p.keys(ctx, "5", "4", "0", "0") },
		func() error { return p.person.Reach(ctx, "Focus:bank_card") },
		func() error { return p.keys(ctx, strings.Split("6228480000000012344", "")...) },
		func() error { return p.touch(ctx, "Next") },
		func() error { return p.on(ctx, "Review") },
		func() error { return p.touch(ctx, "Confirm") },
		func() error { return p.person.Sketch(ctx, visits.Signature()...) },
		func() error { return p.on(ctx, "Sign") },
		func() error { return p.touch(ctx, "Confirm") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	v, err := p.person.WaitFor(ctx, "the end of printing", func(v citizen.View) bool {
		t, ok := v.Target("Leave")
		return v.Screen == "Accepted" && ok && t.Enabled
	})
	if err != nil {
		return err
	}
	if !v.Shows("已收件") || !v.Shows("现在离线") {
		return fmt.Errorf("the accepted screen does not say that the case is saved here and the machine offline: %v", v)
	}
	if err := p.shoot(ctx, "accepted"); err != nil {
		return err
	}
	if p.summary.CaseNumber = visits.Number(v); p.summary.CaseNumber == "" {
		return fmt.Errorf("the accepted screen shows no case number: %v", v)
	}
	p.summary.AcceptedWhileOffline = !p.hall.Link.Up()
	return nil
}

func (p *player) delivery(ctx context.Context) error {
	p.hall.Link.Restore()
	back := p.cfg.Now()
	limited, cancel := context.WithTimeout(ctx, deliveryLimit)
	defer cancel()
	err := p.central.until(limited, "delivery", deliveryLimit, func() bool {
		state, err := p.platform.scanned(limited, p.summary.TrackingURL)
		return err == nil && state == stateDelivered
	})
	if err != nil {
		return err
	}
	p.summary.DeliveredAfterSeconds = p.cfg.Now().Sub(back).Seconds()
	if err := p.page(ctx, stateDelivered); err != nil {
		return err
	}
	v, err := p.person.WaitFor(ctx, "the words for delivered", func(v citizen.View) bool { return v.Shows("已送达中心") })
	if err != nil {
		return err
	}
	if v.Shows("部门已受理") {
		return errors.New("the screen says accepted before the department did")
	}
	if err := p.shoot(ctx, "delivered"); err != nil {
		return err
	}
	return p.once(ctx)
}

// once checks that central has the case exactly once, with what became of its receipt.
func (p *player) once(ctx context.Context) error {
	var last error
	err := p.central.until(ctx, "the print outcome at central", heldLimit, func() bool {
		list, _, err := p.platform.cases(ctx)
		last, p.summary.CentralCount = err, 0
		for _, c := range list {
			if c.ReceiptNo == p.summary.CaseNumber {
				p.summary.CentralCount++
				if len(c.Prints) > 0 {
					p.summary.PrintOutcome = c.Prints[0].Outcome
				}
			}
		}
		return p.summary.PrintOutcome != ""
	})
	if err != nil {
		return errors.Join(err, last)
	}
	if p.summary.CentralCount != 1 || p.summary.PrintOutcome != "printed" {
		return fmt.Errorf("central holds the case %d times, printed: %q", p.summary.CentralCount, p.summary.PrintOutcome)
	}
	return nil
}

func (p *player) acceptance(ctx context.Context) error {
	if err := p.platform.accept(ctx, p.summary.CaseNumber); err != nil {
		return err
	}
	if err := p.page(ctx, stateAccepted); err != nil {
		return err
	}
	if _, err := p.person.WaitFor(ctx, "the words for accepted", func(v citizen.View) bool { return v.Shows("部门已受理") }); err != nil {
		return err
	}
	return p.shoot(ctx, "accepted-by-department")
}

func (p *player) goodbye(ctx context.Context) error {
	if err := p.touch(ctx, "Leave"); err != nil {
		return err
	}
	if err := p.on(ctx, "Goodbye"); err != nil {
		return err
	}
	p.hall.Tray.Lift()
	v, err := p.person.WaitFor(ctx, "the attract screen", func(v citizen.View) bool { return v.Screen == "Attract" })
	if err != nil {
		return err
	}
	for _, trace := range []string{"林", "138", p.summary.CaseNumber[:4] + " "} {
		if v.Shows(trace) {
			return fmt.Errorf("after the visit the screen still shows %q", trace)
		}
	}
	return nil
}
