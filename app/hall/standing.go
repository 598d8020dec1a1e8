package hall

import "time"

// Standing is where a kiosk stands, for staff. Nothing in it says who is there.
type Standing struct {
	At    Place
	Visit bool      // somebody is being served
	Since time.Time // of the visit, or of its end; zero before the first
	Out   string    // code of why nothing can be accepted; empty while all is well
}
