package node_test

import (
	"testing"

	"onedoor/app/health"
	"onedoor/cmd/kiosk/node/nodetest"
)

// BenchmarkCauseToSight: how long after a cause the last of the kiosk's screen, its board, metrics, systemd, the console and the
// doctor shows it, and how long after its end none does; beside how long the list lets it stand first, and as a part of the 5 s
// that staff are promised.
func BenchmarkCauseToSight(b *testing.B) {
	const promised = 5.0 // seconds
	for _, c := range nodetest.Causes() {
		b.Run(string(c.Code), func(b *testing.B) {
			k, _ := health.KindOf(c.Code)
			var seen, gone float64
			for range b.N {
				w := nodetest.New(b)
				w.Employ()
				w.Start()
				s := c.See(w, nodetest.Watchers())
				w.Stop()
				seen, gone = seen+s.Seen.Seconds(), gone+s.Gone.Seconds()
			}
			n := float64(b.N)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(k.Raise.Seconds(), "s-delay")
			b.ReportMetric(seen/n, "s-seen")
			b.ReportMetric(gone/n, "s-gone")
			b.ReportMetric(seen/n/promised, "of-5s")
		})
	}
}
