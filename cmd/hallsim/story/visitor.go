package story

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/visits"
)

// Visitor is somebody in front of the kiosk on a display. slip says how her finger slips, hold how long it stays on the glass
// (0: as long as a short human tap). leave ends her.
func (s *Stage) Visitor(display string, slip func() image.Point, hold time.Duration) (v *visits.Visitor, leave func(), err error) {
	hands, err := citizen.Dial(display)
	if err != nil {
		return nil, nil, fmt.Errorf("let somebody in: %w", err)
	}
	eyes, err := citizen.NewEyes(s.inspect)
	if err != nil {
		hands.Close()
		return nil, nil, fmt.Errorf("let somebody in: %w", err)
	}
	return &visits.Visitor{
			Person: citizen.Person{Hands: hands, Eyes: eyes, Slip: slip, Hold: hold, Patience: 20 * time.Second}, Tray: s.hall.Tray,
		}, func() {
			eyes.Close()
			hands.Close()
		}, nil
}

// Vitals says how the kiosk's process is.
func (s *Stage) Vitals(ctx context.Context) (visits.Vitals, error) {
	eyes, err := citizen.NewEyes(s.inspect)
	if err != nil {
		return visits.Vitals{}, err
	}
	defer eyes.Close()
	pulse, err := eyes.Pulse(ctx)
	if err != nil {
		return visits.Vitals{}, err
	}
	v := visits.Vitals{Heap: pulse.Heap, Goroutines: pulse.Goroutines}
	if v.Resident, err = s.resident(); err != nil {
		return v, err
	}
	proc := fmt.Sprintf("/proc/%d/", s.kiosk.cmd.Process.Pid)
	for dir, n := range map[string]*int{"fd": &v.Descriptors, "task": &v.Threads} {
		names, err := os.ReadDir(proc + dir)
		if err != nil {
			return v, fmt.Errorf("count %s: %w", dir, err)
		}
		*n = len(names)
	}
	return v, nil
}

// Held waits until central holds the cases, each of them once and no others, with what became of the last one's receipt.
func (s *Stage) Held(ctx context.Context, numbers []string) error {
	var last error
	err := s.central.until(ctx, "delivery", heldLimit, func() bool {
		last = s.holds(ctx, numbers)
		return last == nil
	})
	return errors.Join(err, last)
}

func (s *Stage) holds(ctx context.Context, numbers []string) error {
	list, err := s.platform.all(ctx)
	if err != nil {
		return err
	}
	if len(list) != len(numbers) {
		return fmt.Errorf("central holds %d cases, and %d were filed", len(list), len(numbers))
	}
	times := map[string]int{}
	for _, c := range list {
		times[c.ReceiptNo]++
	}
	for _, n := range numbers {
		if times[n] != 1 {
			return fmt.Errorf("central holds case %s %d times", n, times[n])
		}
	}
	return nil
}

// Form is what central holds of a case's form, opened: each value as fmt.Sprint gives it.
func (s *Stage) Form(ctx context.Context, number string) (service string, form map[string]string, err error) {
	p, err := s.platform.payload(ctx, number)
	if err != nil {
		return "", nil, err
	}
	form = map[string]string{}
	for field, value := range p.Form {
		form[field] = strings.TrimSpace(fmt.Sprint(value))
	}
	return p.Service.ID, form, nil
}
