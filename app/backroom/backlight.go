package backroom

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// leastLight keeps a screen from becoming black: nobody could turn it up again.
const leastLight = 10

// errNoBacklight is returned where the kernel has no backlight, as with most screens on a cable.
var errNoBacklight = errors.New("the screen has no backlight that the kernel can set")

// Backlight sets the brightness of the screen: by a command where one is configured, else by the kernel.
type Backlight struct {
	Dir     string   // "/sys/class/backlight"
	Command []string // with {percent} in it; empty: none

	mu   sync.Mutex
	last int // percent that the command was given; 0 before the first time
}

// Get implements Dial. What a command has set before this program began nobody can say: it counts as full.
func (l *Backlight) Get() (int, error) {
	if len(l.Command) > 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.last == 0 {
			return 100, nil
		}
		return l.last, nil
	}
	dir, most, err := l.find()
	if err != nil {
		return 0, err
	}
	now, err := number(filepath.Join(dir, "brightness"))
	return (now*100 + most/2) / most, err
}

// Set implements Dial.
func (l *Backlight) Set(ctx context.Context, percent int) error {
	percent = max(leastLight, min(100, percent))
	if len(l.Command) > 0 {
		args := make([]string, len(l.Command))
		for i, a := range l.Command {
			args[i] = strings.ReplaceAll(a, "{percent}", strconv.Itoa(percent))
		}
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil { //nolint:gosec // the operator's own command
			return fmt.Errorf("set brightness: %w: %.200s", err, out)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.last = percent
		return nil
	}
	dir, most, err := l.find()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "brightness"), []byte(strconv.Itoa(percent*most/100)), 0o644); err != nil { //nolint:gosec // a file of the kernel
		return fmt.Errorf("set brightness: %w", err)
	}
	return nil
}

func (l *Backlight) find() (dir string, most int, err error) {
	all, err := filepath.Glob(filepath.Join(l.Dir, "*"))
	if err != nil || len(all) == 0 {
		return "", 0, errNoBacklight
	}
	if most, err = number(filepath.Join(all[0], "max_brightness")); err != nil || most <= 0 {
		return "", 0, errNoBacklight
	}
	return all[0], most, nil
}

func number(file string) (int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("read brightness: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(data)))
}
