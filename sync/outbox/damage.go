package outbox

// Part is a part of an outbox on the medium.
type Part string

// The parts.
const (
	PartJournal Part = "journal" // the items: what is lost here is lost, unless central has it
	PartQueue   Part = "queue"   // their states: made anew from the journal
	PartWitness Part = "witness" // how far both had come
	PartMarker  Part = "marker"  // whose outbox it is
)

// Damage is a part that was found lost or altered. What could be mended has been.
type Damage struct {
	Part   Part
	Lost   int    // items whose bytes are gone; what became of each is its state
	What   string // in a few words, without personal data
	Aside  string // path of the damaged part, kept for whoever looks into it; empty when nothing was set aside
	Mended bool   // nothing is missing now
}

// Damage is what was found, at opening and since. Whoever gets any must tell staff: it does not come by itself.
func (o *Outbox) Damage() []Damage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Damage(nil), o.damage...)
}

func (o *Outbox) damaged(d Damage) {
	o.logger.Error("outbox is damaged", "part", d.Part, "what", d.What, "lost", d.Lost, "mended", d.Mended, "aside", d.Aside)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.damage = append(o.damage, d)
}
