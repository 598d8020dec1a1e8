package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
	"onedoor/cmd/hallsim/visits"
)

// feel lets somebody visit the kiosk in a real window and prints how it answered her finger, in the form of Go's benchmarks:
// the middle as ns/op, then what 95 of 100 stay below and the most, in milliseconds.
func (c *benchCommand) feel(e *env) (err error) {
	stage, err := story.Set(e.ctx, story.Config{Bin: c.Bin, Width: c.Width, Height: c.Height, Log: io.Discard, Logger: e.logger, Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	display, stop, err := citizen.StartXvfb(e.ctx, c.Width, c.Height)
	if err != nil {
		return err
	}
	defer stop()
	if err := stage.StartKiosk(display); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.StopKiosk()) }()
	feel, err := c.visit(e.ctx, stage, display)
	if err != nil {
		return err
	}
	figures(e.stdout, "ProcessPressToPixels", feel.Pressed)
	e.logger.Info("the press that took longest to be seen", "where", feel.Slowest)
	for _, screen := range slices.Sorted(maps.Keys(feel.Changes)) {
		name := "ProcessLiftToScreen/" + screen
		switch screen {
		case visits.Stays:
			name = "ProcessLiftToSameScreen"
		case "Accepted": // the disk and the printer are in it
			name = "ProcessLiftToReceipt"
		}
		figures(e.stdout, name, feel.Changes[screen])
	}
	if len(feel.Mute)+len(feel.Moved) > 0 {
		return fmt.Errorf("bench: presses that showed nothing: %s; moved under the finger: %s", strings.Join(feel.Mute, ", "), strings.Join(feel.Moved, ", "))
	}
	return nil
}

// visitsFelt is which of the visits by touch are measured: every fourth.
const visitsFelt = 4

// visit lets her file some cases.
func (c *benchCommand) visit(ctx context.Context, stage *story.Stage, display string) (*visits.Feel, error) {
	visitor, leave, err := stage.Visitor(display, nil, 0)
	if err != nil {
		return nil, err
	}
	defer leave()
	watch, err := citizen.OpenWatch(display)
	if err != nil {
		return nil, err
	}
	defer watch.Close()
	feel := &visits.Feel{Hands: visitor.Person.Hands, Eyes: visitor.Person.Eyes, Watch: watch}
	visitor.Person.Hands = feel
	for i, v := range visits.Fingers() {
		if i%visitsFelt != 1 { // some with and without signature, situation and words
			continue
		}
		if _, err := visitor.File(ctx, v); err != nil {
			return nil, err
		}
	}
	return feel, nil
}

func figures(to io.Writer, name string, all []time.Duration) {
	ms := func(percent int) float64 { return float64(visits.Share(all, percent).Microseconds()) / 1000 }
	fmt.Fprintf(to, "%s\t%d\t%d ns/op\t%.1f p95-ms\t%.1f max-ms\n", name, len(all), visits.Share(all, 50).Nanoseconds(), ms(95), ms(100))
}
