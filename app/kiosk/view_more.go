package kiosk

// Menu offers what people come for, before anyone has to show a card.
type Menu struct {
	Heading string
	Named   bool // the heading names the visitor: it is not for other ears
	Help    string
	Tiles   []Tile // apply, progress, guides, ticket, evaluation: what the hall offers, large
	Search  Button // looks like an empty search field
	Popular string // title of Services
	// Services are the ones that most people come for.
	Services []Tile
	Trouble  Notice // why not everything works; zero when all does
	Back     Button // ends the visit
}

// Query is the search field of Choose. Focused means that the keypad types into it.
type Query struct {
	Value   string
	Compose string // letters that are no words yet, after Value
	Hint    string
	Focused bool
	Focus   Intent
}

// Check asks, before anyone types, whether the materials are at hand.
type Check struct {
	Heading string
	Help    string
	Items   []CheckItem
	Missing Notice // what follows from those that are not at hand; zero when all are
	Next    Button
	Print   Button // the one-time notice of what is missing; zero when nothing is, or nothing can be printed
	Back    Button
}

// CheckItem is one material. Fixed means that it is here already, the card for one, and can not be unticked.
type CheckItem struct {
	Name, Note string
	Have       bool
	Fixed      bool
	Tick       Intent
}

// List is one step of choosing from many: a province, then a city, then a district, then a street.
type List struct {
	Heading string
	Help    string
	Path    string // what was chosen before, "广东省 › 河源市"; empty at first
	Options []Option
	Back    Button
}

// Sign takes a signature by finger.
type Sign struct {
	Heading   string
	Help      string
	Statement string // what is signed, in one sentence
	Place     string // written faintly on the line: "请在这里签名"
	// Drawing counts the strokes that were taken and changes to 0 when the pad is cleared; the pad keeps what it drew.
	Drawing int
	Clear   Button
	Next    Button
	Back    Button
}

// Evaluate asks for one of five levels. Nothing is chosen beforehand and nobody has to answer.
type Evaluate struct {
	Heading string
	Help    string
	Levels  []Level // best first
	// Reasons are asked for after one of the two bad levels; empty else.
	ReasonsTitle string
	Reasons      []Option
	Send, Skip   Button
	Thanks       Notice // after it was sent
}

// Level is one of the five.
type Level struct {
	Icon   string // name of an icon: mood-happy, mood-smile, mood-empty, mood-sad, mood-angry
	Label  string
	Chosen bool
	Intent Intent
}

// Track asks for the number of a case, or for its receipt on the scanner.
type Track struct {
	Heading    string
	Help       string
	Number     Field
	Keypad     Keypad
	Card       string // that a card laid down lists its holder's cases; empty where that is not possible
	Scan       string // how a receipt is held under the scanner; empty where there is none
	Trouble    Notice
	Next, Back Button
}

// CaseList lists the cases of the visitor whose card was read.
type CaseList struct {
	Heading string
	Help    string
	Note    Notice // as of when, and what may be missing; or that central is being asked
	Cases   []Tile // title, number and what to do next, and how far it is as the badge
	Again   Button // asks central once more; zero while that would be of no use
	Next    Button // types the number of a case instead
	Back    Button
}

// Candidate is one word that letters or strokes may stand for.
type Candidate struct {
	Label  string
	Intent Intent
}

// Ink makes the keypad a pad to write on. Strokes go to Intent as Write; the pad keeps what it drew until Drawing is 0.
type Ink struct {
	Hint    string
	Drawing int // strokes that were taken
}

// ChoicePanel covers the screen with settings: languages, or sizes, contrast and reach.
type ChoicePanel struct {
	Heading string
	Groups  []ChoiceGroup
	Close   Button
}

// ChoiceGroup is one question of a ChoicePanel.
type ChoiceGroup struct {
	Title   string
	Options []Option
}

// Entry is one of a repeating group: a member of the family, for instance.
type Entry struct {
	Title   string
	Text    string
	Error   string
	Edit    Button
	Dismiss Button // takes it out
}

func (Menu) screen()     {}
func (Check) screen()    {}
func (List) screen()     {}
func (Sign) screen()     {}
func (Evaluate) screen() {}
func (Track) screen()    {}
func (CaseList) screen() {}
