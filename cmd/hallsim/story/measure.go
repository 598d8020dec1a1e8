package story

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"onedoor/cmd/hallsim/citizen"
)

// Figures are whole-process figures of one kiosk on this machine.
type Figures struct {
	FirstScreen time.Duration // from starting the process to the attract screen
	IdleCPU     float64       // share of one core on the attract screen
	Resident    int64         // bytes after the first screen
	CardToForm  time.Duration // from laying the card down to the services on the screen
}

// idleWindow is how long the idle CPU is looked at.
const idleWindow = 10 * time.Second

// Measure starts the kiosk and looks at it from outside.
func (s *Stage) Measure(ctx context.Context, display string) (Figures, error) {
	var f Figures
	eyes, err := citizen.NewEyes(s.inspect)
	if err != nil {
		return f, fmt.Errorf("measure: %w", err)
	}
	defer eyes.Close()
	person := citizen.Person{Eyes: eyes, Patience: 30 * time.Second}
	begin := s.cfg.Now()
	if err := s.StartKiosk(display); err != nil {
		return f, err
	}
	if err := seen(ctx, person, "Attract"); err != nil {
		return f, err
	}
	f.FirstScreen = s.cfg.Now().Sub(begin)
	before, err := s.cpu()
	if err != nil {
		return f, err
	}
	select { // nothing happens meanwhile: that is what is measured
	case <-ctx.Done():
		return f, ctx.Err()
	case <-time.After(idleWindow):
	}
	after, err := s.cpu()
	if err != nil {
		return f, err
	}
	f.IdleCPU = (after - before).Seconds() / idleWindow.Seconds()
	if f.Resident, err = s.resident(); err != nil {
		return f, err
	}
	begin = s.cfg.Now()
	if err := s.hall.Tray.Lay("card-1"); err != nil {
		return f, err
	}
	if _, err := person.WaitFor(ctx, "the menu with a name", func(v citizen.View) bool { return v.Screen == "Menu" && v.Shows("您好") }); err != nil {
		return f, err
	}
	f.CardToForm = s.cfg.Now().Sub(begin)
	return f, nil
}

func seen(ctx context.Context, p citizen.Person, screen string) error {
	_, err := p.WaitFor(ctx, screen, func(v citizen.View) bool { return v.Screen == screen })
	return err
}

// cpu is the processor time that the kiosk has used, from /proc (proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms).
func (s *Stage) cpu() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.kiosk.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("measure: %w", err)
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("measure: /proc stat has %d fields", len(fields))
	}
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("measure: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

func (s *Stage) resident() (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.kiosk.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("measure: %w", err)
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0, fmt.Errorf("measure: /proc statm has %d fields", len(fields))
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
