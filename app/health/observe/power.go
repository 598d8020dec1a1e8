package observe

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"onedoor/app/health"
)

// nearlyEmpty is how much a battery has left, in hundredths, when somebody has to act.
const nearlyEmpty = 15

// power reads the kernel's files about mains and batteries. A machine without any has nothing that can be told.
func power(sys fs.FS, add func(health.Code, time.Time)) {
	supplies, err := fs.ReadDir(sys, ".")
	if err != nil {
		return
	}
	read := func(supply, file string) string {
		b, err := fs.ReadFile(sys, path.Join(supply, file))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(b))
	}
	mains, online, least := 0, 0, 100
	for _, s := range supplies {
		if read(s.Name(), "scope") == "Device" {
			continue // a mouse's battery
		}
		switch read(s.Name(), "type") {
		case "Mains", "USB", "UPS":
			mains++
			if read(s.Name(), "online") == "1" {
				online++
			}
		}
		if left, err := strconv.Atoi(read(s.Name(), "capacity")); err == nil {
			least = min(least, left)
		}
	}
	if mains == 0 || online > 0 {
		return
	}
	add(health.PowerBattery, time.Time{})
	if least <= nearlyEmpty {
		add(health.PowerSupply, time.Time{})
	}
}
