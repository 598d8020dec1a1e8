package ui

import (
	"errors"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/scanner"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// tours are the visits that show every state of every screen. Each begins at the attract screen.
var tours = map[string]func(*visitor){
	"attract": func(v *visitor) {
		v.shows("attract")
		v.turns(func(p *parts) {
			p.link = engine.Offline
			p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: noon()}
		})
		v.shows("attract-paper")
		v.turns(func(p *parts) {
			p.reader = device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged, Since: noon()}
		})
		v.shows("attract-reader")
		v.does(kiosk.Start{})
		v.shows("menu-reader")
		v.does(kiosk.Open{What: kiosk.Apply})
		v.shows("choose-reader")
		v.does(kiosk.Back{}, kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{})
		sees[kiosk.Identify](v)
		v.shows("identify-missing")
		v.does(kiosk.TypeNumber{})
		v.shows("number")
		v.types("110101190001010015")
		v.does(kiosk.Next{})
		v.shows("number-wrong")
	},
	"closed": func(v *visitor) {
		v.turns(func(p *parts) { p.full = outbox.ErrNoSpace })
		sees[kiosk.OutOfService](v)
		v.shows("outofservice")
	},
	"settings": func(v *visitor) {
		v.does(kiosk.Settings{Of: kiosk.PanelLanguage})
		v.shows("settings-language")
		v.does(kiosk.Settings{Of: kiosk.PanelDisplay})
		v.shows("settings-display")
		v.does(kiosk.Settings{}, kiosk.Start{}, kiosk.Help{})
		v.shows("help")
		v.does(kiosk.Help{})
		v.idles()
		v.shows("warning-menu")
	},
	"help":    callForHelp,
	"browse":  wander,
	"card":    showCard,
	"fill":    fill,
	"submit":  submit,
	"receipt": troubles,
	"follow":  follow,
}

// wander looks around before anyone has to say who he is.
func wander(v *visitor) {
	v.does(kiosk.Start{})
	v.shows("menu")
	v.does(kiosk.Open{What: kiosk.Apply})
	v.shows("choose")
	v.does(kiosk.Browse{Department: sees[kiosk.Choose](v).Groups[1].Intent.(kiosk.Browse).Department})
	v.shows("choose-department")
	v.does(kiosk.Back{}, kiosk.Open{What: kiosk.Find})
	v.shows("choose-typing")
	v.types("jzz")
	v.shows("choose-found")
	v.does(kiosk.Clear{})
	v.types("xyzxyz")
	v.shows("choose-none")
	v.does(kiosk.Back{}, kiosk.Open{What: kiosk.Guides})
	v.shows("choose-guides")
	v.does(kiosk.Choice{Service: "residence-permit"})
	v.shows("guide-reading")
	v.does(kiosk.Next{})
	sees[kiosk.Identify](v)
	v.shows("identify")
	v.parts.cards <- cardreader.Found{}
	v.parts.cards <- cardreader.Progress{Bytes: 700, Total: 1288}
	v.waits(time.Second)
	v.shows("identify-reading")
	v.parts.cards <- cardreader.Failed{Reason: cardreader.Unsupported}
	v.waits(time.Second)
	v.shows("identify-failed")
}

// showCard says who is here, and that not everything can be had.
func showCard(v *visitor) {
	v.lays()
	v.shows("menu-known")
	v.does(kiosk.Open{What: kiosk.Follow})
	v.waits(time.Second)
	sees[kiosk.CaseList](v)
	v.shows("cases")
	v.does(kiosk.Home{})
	v.turns(func(p *parts) { p.link = engine.Offline })
	v.does(kiosk.Open{What: kiosk.Apply})
	v.shows("choose-offline")
}

// fill answers questions of every kind.
func fill(v *visitor) {
	v.lays()
	v.does(kiosk.Choice{Service: "temporary-relief"})
	v.shows("guide")
	v.does(kiosk.Next{})
	v.shows("situate")
	v.does(kiosk.Next{})
	v.shows("situate-unanswered")
	v.does(kiosk.Home{}, kiosk.Choice{Service: "newborn-registration"}, kiosk.Next{})
	v.shows("situate-two")
	v.does(kiosk.Pick{Field: "born", Value: "hospital"})
	if v.view.Frame.Elder {
		v.does(kiosk.Next{})
		v.shows("situate-second")
	}
	v.does(kiosk.Pick{Field: "parents", Value: "married"}, kiosk.Next{})
	sees[kiosk.Check](v)
	v.shows("check")
	v.does(kiosk.Tick{Material: 1}, kiosk.Tick{Material: 2}, kiosk.PrintNotice{})
	v.shows("check-printed")
	v.does(kiosk.Tick{Material: 3})
	v.shows("check-all")
	v.does(kiosk.Next{})
	v.shows("form-card")
	v.does(kiosk.Next{})
	if v.view.Frame.Elder {
		v.does(kiosk.Next{})
	}
	v.shows("form-unanswered")
	v.writes("phone", "13812345678")
	v.shows("form-phone")
	v.does(kiosk.Next{}, kiosk.Focus{Field: "child_name"})
	v.shows("form-pinyin-empty")
	v.types("zhangxiao")
	v.shows("form-pinyin")
	v.does(kiosk.Take{}, kiosk.KeyMode{To: kiosk.ModeInk})
	v.shows("form-ink")
	v.does(kiosk.Write{Stroke: kiosk.Stroke{{X: 200, Y: 160}, {X: 780, Y: 150, At: 200}}})
	v.shows("form-ink-drawn")
	v.does(kiosk.KeyMode{To: kiosk.ModeRare})
	v.shows("form-rare")
	v.does(kiosk.KeyMode{To: kiosk.ModeSymbols})
	v.shows("form-symbols")
	v.does(kiosk.KeyMode{To: kiosk.ModeLetters})
	v.shows("form-letters")
	v.does(kiosk.Next{})
	if !v.view.Frame.Elder {
		v.writes("birthday", "2026")
		v.shows("form-date")
		return
	}
	v.does(kiosk.Pick{Field: "sex", Value: "girl"}, kiosk.Next{}, kiosk.Focus{Field: "birthday"})
	v.types("2026")
	v.shows("form-date")
}

// submit goes to the receipt with everything in order, and rates.
func submit(v *visitor) {
	v.lays()
	v.applies("temporary-relief")
	v.does(kiosk.Home{})
	v.shows("leave")
	v.does(kiosk.Stay{})
	for _, g := range sees[kiosk.Review](v).Groups[1:] {
		if g.Edit.Intent != nil {
			v.does(g.Edit.Intent)
			v.shows("form-edit")
			v.does(kiosk.Back{})
			break
		}
	}
	v.idles()
	v.shows("warning")
	v.does(kiosk.Stay{})
	v.does(kiosk.Confirm{})
	if _, ok := v.view.Screen.(kiosk.Sign); ok {
		v.shows("sign")
		v.does(kiosk.Write{Stroke: kiosk.Stroke{{X: 100, Y: 100}, {X: 600, Y: 200, At: 300}}})
		v.shows("sign-drawn")
	}
	v.parts.disk, v.parts.paper = make(chan struct{}), make(chan struct{})
	v.does(kiosk.Confirm{})
	sees[kiosk.Accepting](v)
	v.shows("accepting")
	close(v.parts.disk)
	v.waits(time.Second)
	v.shows("accepted-printing")
	close(v.parts.paper)
	v.waits(time.Second)
	v.shows("accepted")
	v.turns(func(p *parts) { p.stage = wire.StageDelivered })
	v.shows("accepted-delivered")
	v.does(kiosk.Open{What: kiosk.Rating})
	v.shows("evaluate")
	v.does(kiosk.Rate{Level: 2})
	v.shows("evaluate-bad")
	v.does(kiosk.Rate{Level: 5})
	v.shows("evaluate-good")
	v.does(kiosk.Next{})
	v.waits(time.Second)
	v.shows("evaluate-thanks")
	v.does(kiosk.Leave{})
	sees[kiosk.Goodbye](v)
	v.shows("goodbye-receipt")
}

// troubles hands in with the link down, a disk that does not take it, and a printer without paper.
func troubles(v *visitor) {
	v.turns(func(p *parts) {
		p.link, p.refuse = engine.Offline, errors.New("no")
		p.printed = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
		p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: noon()}
	})
	v.lays()
	v.applies("residence-permit")
	v.does(kiosk.Confirm{})
	sees[kiosk.Refused](v)
	v.shows("refused")
	v.parts.refuse = outbox.ErrUndecided
	v.does(kiosk.Confirm{})
	v.shows("refused-unsure")
	v.parts.refuse = nil
	v.does(kiosk.Confirm{})
	v.waits(time.Second)
	sees[kiosk.Accepted](v)
	v.shows("accepted-unprinted")
	v.idles()
	v.shows("warning-accepted")
	v.parts.cards <- cardreader.Found{}
	v.does(kiosk.Leave{})
	v.shows("goodbye")
}

// follow asks how far a case is.
func follow(v *visitor) {
	accepted, err := (tourBox{v.parts}).Accept(v.Context(), outbox.Draft{Numbered: true, CaseID: "c", TrackHash: "h", Subject: "service/residence-permit"})
	if err != nil {
		v.Fatal(err)
	}
	v.does(kiosk.Start{}, kiosk.Open{What: kiosk.Follow})
	v.shows("track")
	v.types("110101070200471183")
	v.shows("track-typing")
	v.does(kiosk.Next{})
	v.shows("track-wrong")
	v.does(kiosk.Clear{})
	v.types(accepted.ReceiptNo)
	v.does(kiosk.Next{})
	v.shows("progress")
	v.turns(func(p *parts) { p.stage = wire.StageReturned })
	v.shows("progress-returned")
	v.turns(func(p *parts) { p.stage, p.link = wire.StageDone, engine.Offline })
	v.shows("progress-done")
	v.parts.codes <- scanner.Scanned{Code: &scanner.Code{Raw: []byte("x"), Text: []byte("https://example.com"), Encoding: scanner.UTF8}}
	v.waits(time.Second)
	v.shows("progress-other")
	v.idles()
	v.shows("warning-progress")
	v.does(kiosk.Stay{}, kiosk.Home{}, kiosk.Open{What: kiosk.Follow})
	v.types("44011107010000020732"[:18])
	v.does(kiosk.Back{}, kiosk.Open{What: kiosk.Rating})
	v.shows("track-rate")
}

// TestTours: the visits come to their ends and show each state once.
func TestTours(t *testing.T) {
	for _, lang := range languages {
		for _, elder := range []bool{false, true} {
			names := map[string]bool{}
			for _, s := range toured(t, lang, elder) {
				if names[s.name] {
					t.Errorf("%s is shown twice", s.name)
				}
				names[s.name] = true
				if s.view.Frame.Elder != elder {
					t.Errorf("%s: elder is %v", s.name, s.view.Frame.Elder)
				}
			}
			if len(names) < 70 {
				t.Errorf("only %d states", len(names))
			}
		}
	}
}

var languages = []text.Language{text.Chinese, text.Traditional, text.English}
