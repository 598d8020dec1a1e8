package pinyin_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"onedoor/app/ime/pinyin"
	"onedoor/assets/ime"
)

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var keep *pinyin.Engine
	for b.Loop() {
		e, err := pinyin.New(pinyin.Config{Table: ime.Pinyin})
		if err != nil {
			b.Fatal(err)
		}
		keep = e
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-kept")
	runtime.KeepAlive(keep)
}

// BenchmarkKeystroke types every line of the lists letter by letter, and a sentence as long as the engine looks at.
func BenchmarkKeystroke(b *testing.B) {
	e := engine(b)
	list := append(readList(b, "everyday.txt"), readList(b, "heldout.txt")...)
	for _, fuzzy := range []struct {
		name string
		e    *pinyin.Engine
	}{{"exact", e}, {"fuzzy", fuzzyEngine(b)}} {
		for _, kind := range []struct {
			name  string
			typed []asked
		}{
			{"lists", list},
			{"sentence", []asked{{pinyin.Text, "womenjiahuzaiguangdongshengguangzhoushitianhequyaobanshenfenzheng", ""}}},
			{"initials", []asked{{pinyin.Text, strings.Repeat("zsdyfgshj", 7), ""}}},
			{"worst", []asked{{pinyin.Name, strings.Repeat("s", 64), ""}, {pinyin.Text, strings.Repeat("y", 64), ""}, {pinyin.Place, strings.Repeat("xian", 16), ""}}},
		} {
			b.Run(fuzzy.name+"/"+kind.name, func(b *testing.B) {
				// The time of the thread, so that what else the machine does is not in it.
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				var took []float64
				for b.Loop() {
					for _, a := range kind.typed {
						for n := 1; n <= len(a.letters); n++ {
							start := threadTime(b)
							fuzzy.e.Candidates(a.letters[:n], a.mode, 0, firstPage)
							took = append(took, float64(threadTime(b)-start))
						}
					}
				}
				slices.Sort(took)
				b.ReportMetric(took[len(took)/2]/1e6, "ms-p50")
				b.ReportMetric(took[len(took)*99/100]/1e6, "ms-p99")
				b.ReportMetric(took[len(took)-1]/1e6, "ms-max")
			})
		}
	}
}

// threadTime is the processor time of this thread in nanoseconds.
func threadTime(b *testing.B) int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		b.Fatal(err)
	}
	return ts.Nano()
}
