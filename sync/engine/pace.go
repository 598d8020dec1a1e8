package engine

import "time"

// pace says how many items a batch takes and how many batches are under way at a time. It is pure: it knows what landed and
// how long it took, and nothing of clocks or lines.
//
// A line has a time there and back, which costs nothing but patience and is filled by sending more batches at a time, and a
// rate, which more batches only make wait for each other. What a batch took beyond the quickest answer of late is time spent
// waiting for the line's rate or for a busy upstream; that is kept at some seconds, well below any time-out, because a
// batch that is given up after it has filled a slow line for half a minute is sent a second time.
type pace struct {
	limit   int           // items of the next batch, at least 1
	flights int           // batches that may be under way, at least 1
	most    int           // items, announced by the upstream
	quick   time.Duration // the quickest answer of late; 0 before the first
	round   int           // counts the changes of limit and flights
	batches uint32        // composed so far
}

const (
	// firstBatch is small so that a slow line brings something through; it doubles with every success.
	firstBatch = 20
	// mostFlights fill a line of 50 ms there and back with 30,000 items a second, more than two machines sign and verify.
	mostFlights = 16
	// goodWait is how long a batch should wait for the line; well below it batches and flights grow. From longWait on they
	// shrink to what should wait that long, the flights first, since a large batch costs fewer bytes an item.
	goodWait = 2 * time.Second
	longWait = 5 * time.Second
	// fewFlights keep a line full while one of them waits for its answer.
	fewFlights = 3
	// forget is how much slower a line's quickest answer is believed to be after each batch: lines change.
	forget = 256
)

// next is the size of the next batch. The few that are under way on a slow line share it, and batches of one size would come
// through together, and their answers after them, while the line has nothing to carry; so each is of another size, between
// half the limit and the whole.
func (p *pace) next() int {
	p.limit = max(1, min(p.limit, p.most))
	if p.flights == 1 || p.flights > fewFlights+1 {
		return p.limit
	}
	p.batches++
	const golden = 2654435769 // of 2^32: multiples of it lie evenly between its ends, however many there are
	part := uint64(p.batches * golden)
	return p.limit - int(uint64(p.limit/2)*part>>32)
}

// answered notes how long a small question took.
func (p *pace) answered(took time.Duration) {
	if took > 0 && (p.quick == 0 || took < p.quick) {
		p.quick = took
	}
}

// landed notes that a batch of n items, sent in that round, was answered, and that some of it is upstream now. Batches and
// flights grow once a round, by what has been seen of it: the batches under way together would otherwise each double them.
func (p *pace) landed(n, round int, took time.Duration) {
	took = max(took, 0)
	if p.quick == 0 {
		p.quick = took
	}
	wait := took - p.quick
	p.quick = min(took, p.quick+p.quick/forget+time.Microsecond)
	if round != p.round {
		return
	}
	under := p.flights * n
	switch {
	case wait > longWait:
		under = max(1, int(int64(under)*int64(goodWait)/int64(wait)))
		p.flights = max(1, min(p.flights, max(under/n, 2), under))
		p.limit = max(1, min(p.limit, under/p.flights))
	case wait <= goodWait/4:
		p.limit = min(max(p.limit, n)*2, max(p.most, 1))
		p.flights = min(p.flights*2, mostFlights)
	case wait <= goodWait/2 && p.limit < p.most:
		p.limit = min(p.limit*2, p.most)
	case wait <= goodWait/2:
		p.flights = min(p.flights*2, mostFlights)
	case p.flights == 1, p.flights < fewFlights && p.limit == p.most:
		p.flights++
	default:
		return
	}
	p.round++
}

// failed notes that a batch was lost or that nothing of it was taken in: one at a time until one lands.
func (p *pace) failed() { p.flights, p.round = 1, p.round+1 }

// halve notes that a batch of n items was too much.
func (p *pace) halve(n int) { p.limit, p.round = max(1, n/2), p.round+1 }
