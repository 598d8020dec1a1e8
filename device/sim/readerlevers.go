package sim

import "time"

// ReaderLevers are the faults of a card reader. The zero value is a reader that is well.
type ReaderLevers struct {
	LineFaults
	Silent          bool          // hears nothing, says nothing
	Boot            time.Duration // after it is plugged in it hears nothing for so long
	SelfTest        bool          // the security module is broken: 60
	NoKeys          bool          // the security module has no keys: 66
	Lag             time.Duration // a slow security module: time between question and answer
	Think           time.Duration // the same for reads alone, on top
	OtherCard       bool          // what lies there is no identity card: 40
	TwoCards        bool          // two cards disturb each other: found, but not to be selected
	Swap            *CardData     // is laid in place of the card at the moment SwapAfter names, once
	SwapAfter       Step          //
	SelectFails     int           // so many next selects fail: 81
	ReadFails       int           // so many next reads fail: 41
	FailCode        byte          // what those that fail say in place of 81 and 41; 0 means these
	PullAt          int           // the card is pulled after so many bytes of a read's answer; 0 means never
	UnplugAt        int           // the cable is pulled after so many bytes of a read's answer; 0 means never
	RestartAt       int           // the reader restarts after so many bytes of a read's answer, once, at its usual speed; 0 means never
	FlipAt          int           // the byte at this place of each read's answer is damaged; 0 means none
	Noise           int           // so many random bytes come before each answer
	NoiseAfter      int           // so many random bytes come behind each answer
	Stale           bool          // the former answer is sent again before each answer
	Glued           bool          // each answer is sent twice without a pause
	Lies            bool          // the length field of each answer says Length
	Length          uint16        //
	BadChecksum     int           // so many next answers have a wrong check byte
	Echo            bool          // sends back what it hears: not a card reader at all
	KeepsFound      bool          // goes on finding a card that was read
	MissesAfterRead int           // so many finds after a read say "no card" though it lies there
	NoAddress       bool          // does not know the question for the newest address: 21
	Numbered        bool          // find and select answer with numbers of the card in place of zeros
	WrongSAM        int           // so many next answers tell another number of the module
	NoPhoto         bool          // the card has no photo
	BadNumber       bool          // the check character of the card's number is wrong
	BadBirth        bool          // the card's birth is no day of the calendar
}

// Step is a step of reading a card.
type Step uint8

// The steps.
const (
	AfterFind Step = iota
	AfterSelect
	AfterRead
)

// Levers changes the faults, at once, also those of an answer that is going out.
func (r *Reader) Levers(change func(*ReaderLevers)) {
	r.moving.Lock()
	defer r.moving.Unlock()
	r.mu.Lock()
	change(&r.levers)
	taken := r.levers.Taken
	r.mu.Unlock()
	r.socket.hold(taken)
	r.news.tell()
}

// Pulled is how the levers stand. Those that count go down as they work.
func (r *Reader) Pulled() ReaderLevers {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.levers
}

// text is what the card says of its owner, with the faults.
func (l *ReaderLevers) text(c *CardData) []byte {
	b := c.Text()
	number, birth := 122+2*17, 36 // of the last character, and of the day's first
	if c.Kind == 'I' {
		number, birth = 122+2*14, 220
	}
	if l.BadNumber {
		if b[number]++; b[number] < '0' || b[number] > '9' {
			b[number] = '0'
		}
	}
	if l.BadBirth {
		put(b, birth+8, 8, "1332") // the 32nd of the 13th month
	}
	return b
}

// photo is the card's picture, with the faults.
func (l *ReaderLevers) photo(c *CardData) []byte {
	if l.NoPhoto {
		return nil
	}
	return c.photo()
}
