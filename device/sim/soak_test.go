package sim_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// soaker is a device with its driver through a bad day. Its parts are called one after another.
type soaker interface {
	// start plugs the device in and lets the driver run until the test ends.
	start(t *testing.T, dice *rand.Rand)
	// rounds uses it so many times, with a fault now and then, and leaves it well and at rest.
	rounds(t *testing.T, n int)
	// report says at the end what it came to.
	report(t *testing.T)
}

// The three devices of a kiosk under random faults, side by side: nobody is taken for another, no receipt comes out twice
// without a mark or counts as printed that is not, no code is handed over that was not shown, and neither goroutines,
// descriptors nor memory grow (I9, I10, I15, I24; every row of R and T that a lever can bring about).
func TestSoak(t *testing.T) {
	long := os.Getenv("ONEDOOR_SOAK") // anything asks for the long version; a number above 1 is the seed
	seed, parts := uint64(8), 2
	if long != "" {
		seed, parts = uint64(time.Now().UnixNano()), 4
		if n, err := strconv.ParseUint(long, 10, 64); err == nil && n > 1 {
			seed = n
		}
	}
	t.Logf("seed %d", seed)
	devices := []struct {
		name        string
		quick, long int
		soaker
	}{
		{"reader", 20, 2000, new(readerSoak)},
		{"printer", 16, 500, new(printerSoak)},
		{"scanner", 12, 400, new(scannerSoak)},
	}
	for i, d := range devices {
		d.start(t, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	var first footprint
	for part := range parts {
		ok := t.Run(fmt.Sprintf("part %d", part+1), func(t *testing.T) {
			for _, d := range devices {
				t.Run(d.name, func(t *testing.T) {
					t.Parallel()
					n := d.quick
					if long != "" {
						n = d.long
					}
					d.rounds(t, n/parts)
				})
			}
		})
		if !ok {
			return
		}
		if part == 0 { // what is made once has been made
			first = measure(t)
		}
	}
	for _, d := range devices {
		d.report(t)
	}
	first.flat(t)
}

// footprint is what must not grow.
type footprint struct {
	goroutines, descriptors int
	heap                    uint64
}

func measure(t *testing.T) footprint {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return footprint{runtime.NumGoroutine(), len(fds), m.HeapAlloc}
}

// flat compares the footprint with an earlier one. Goroutines on their way out are waited for.
func (f footprint) flat(t *testing.T) {
	t.Helper()
	const slack = 8 << 20 // the simulator keeps pictures of its last papers
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for {
		now := measure(t)
		if now.goroutines <= f.goroutines && now.descriptors <= f.descriptors && now.heap <= f.heap+slack {
			t.Logf("footprint %+v, was %+v after the first part", now, f)
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("footprint %+v, was %+v after the first part", now, f)
		}
	}
}
