package clock

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// System asks Linux. CLOCK_BOOTTIME goes on in suspend, which the clock behind Go's monotonic readings does not.
func System() (Uptime, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return Uptime{}, fmt.Errorf("read uptime: %w", err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return Uptime{}, fmt.Errorf("read boot id: %w", err)
	}
	return Uptime{Boot: strings.TrimSpace(string(boot)), Up: time.Duration(t.Nano())}, nil
}
