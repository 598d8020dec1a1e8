package kiosk

// View is everything that one moment of the screen shows, in the citizen's language. It is immutable: a listener may
// keep it, and shows it by replacing all that it showed before, so that nothing of a former visit can stay.
type View struct {
	Frame  Frame
	Screen Screen
}

// Frame is what stands around every screen, always in the same place.
type Frame struct {
	Hall    string // name of the hall
	Service string // name of the service; empty outside one
	Step    string // "第 2 步，共 4 步 · 填写"; empty outside a service
	Clock   string // "14:26"
	Link    Notice // state of the link, in words
	Tools   []Tool // the bottom strip, left to right
	// Warning is the idle countdown that covers the screen; nil when there is none.
	Warning *Warning
	// Help is the panel that the help button opens; nil when closed.
	Help *HelpPanel
	// Elder is true for large text and one thing a page.
	Elder bool
	// Size is the size of text, 0 (normal) to 3 (the largest); elder mode is at least 2.
	Size int
	// Contrast is true for the palette of high contrast.
	Contrast bool
	// Low puts all that is touched into reach of a wheelchair.
	Low bool
	// Dim darkens the attract screen in a dark hall.
	Dim bool
	// Staff says that this is the side of staff, which has no tools; empty on the citizen's.
	Staff string
	// Choices is the panel of a setting; nil when closed.
	Choices *ChoicePanel
}

// Tone is the weight of a notice. It is never the only sign: the words say it too.
type Tone uint8

// The tones.
const (
	Neutral Tone = iota
	Good
	Caution
	Stop
)

// Notice is a short sentence with a tone.
type Notice struct {
	Tone  Tone
	Text  string
	Staff string // a line for staff: code, since when, likely cause; empty when there is nothing to mend
}

// Tool is one button of the bottom strip.
type Tool struct {
	Intent Intent
	Icon   string // name of an icon in assets/icons, without ending
	Label  string
	Off    bool // shown, but can not be pressed now
	On     bool // a setting that is on: reading aloud, for instance
}

// Warning asks whether the citizen is still there, or really wants to leave.
type Warning struct {
	Heading string // "您还在吗？"
	Text    string // "20 秒后清除您填写的内容，回到首页"
	Seconds int    // left; 0 for a question that does not count down
	Stay    Button
	Leave   Button
}

// HelpPanel says where a person can help.
type HelpPanel struct {
	Heading string
	Text    string
	Close   Button
	Call    Button // calls staff, or with Calling takes the call back; zero where nobody can be called
	Calling bool
}

// Button is an action in words. The zero Button is not shown.
type Button struct {
	Label  string
	Intent Intent
	Off    bool
}

// Screen is one of the screen types of this package.
type Screen interface{ screen() }

// Attract invites. A card laid on the reader starts the visit as well as a touch.
type Attract struct {
	Greeting string
	Lead     string
	Steps    [3]string // captions of the pictures attract-card, attract-screen and attract-paper
	Start    Button
	Trouble  Notice // why not everything works; zero when all does
}

// Identify waits for the card and shows it being read.
type Identify struct {
	Heading  string
	Help     string
	Progress float64 // 0 to 1 of the card's bytes
	Phase    IdentifyPhase
	Trouble  Notice // what went wrong and what to do; zero when nothing did
	Next     Button // types the number instead, where that is possible; else zero
	Back     Button
}

// IdentifyPhase is what the reader is doing.
type IdentifyPhase uint8

// The phases.
const (
	CardAwaited IdentifyPhase = iota
	CardReading
	CardFailed    // Trouble says what to do
	ReaderMissing // Trouble says where to go
)

// Choose offers the services: all, those of a department or of an event of life, or those that a search finds.
type Choose struct {
	Heading  string
	Help     string
	Query    Query    // zero where there is no search
	Groups   []Option // 全部 · 按部门 · 按人生事件, then the departments or events
	Services []Tile
	Empty    Notice // instead of Services, when a search finds none
	Keypad   Keypad // for Query
	Back     Button
}

// Tile is one service, or one case.
type Tile struct {
	Icon   string
	Title  string
	Text   string
	Badge  string // "可当场提交", or why not; how far a case is
	Tone   Tone   // of the badge
	Off    bool   // can not be pressed; the badge says why
	Intent Intent
}

// Guide tells what the service is and what it needs, before anyone types.
type Guide struct {
	Heading        string
	Help           string
	Facts          []Row
	MaterialsTitle string
	Materials      []Material
	Next, Back     Button
}

// Row is a label and a value. Note marks where the value comes from.
type Row struct {
	Label, Value, Note string
	Reveal             Intent // shows a masked value for some seconds; nil where nothing is masked
}

// Material is one thing the citizen needs.
type Material struct{ Name, Note string }

// Form is one page of questions.
type Form struct {
	Heading    string
	Help       string
	Progress   string // where among the questions that are asked one at a time; empty else
	Fields     []Field
	Keypad     Keypad // for the focused field; Keys is empty when none is focused
	Next, Back Button
	// Errors is how many fields need attention after 下一步 was pressed, in words; empty when none.
	Errors string
}

// FieldKind decides how a field is shown and edited.
type FieldKind uint8

// The kinds of fields.
const (
	FieldFixed  FieldKind = iota // from the card, read only
	FieldChoice                  // one of Options
	FieldText                    // typed on the keypad
	FieldPhone                   // digits in 3-4-4
	FieldDate                    // digits shown as 2026年11月22日
	FieldMulti                   // any of Options
	FieldList                    // opens a List
	FieldGroup                   // Entries, and Add
)

// Field is one question.
type Field struct {
	ID      string
	Kind    FieldKind
	Label   string
	Hint    string // example in an empty field
	Value   string // as shown; masked where it must be
	Note    string // 来自身份证
	Error   string // plain words, empty when right
	Focused bool
	Options []Option
	// Focus makes this the field that the keypad types into, or opens its List; nil for choices, groups and fixed fields.
	Focus Intent
	// Reveal shows a masked value for some seconds; nil where nothing is masked.
	Reveal Intent
	// Compose are letters on their way to become words, shown underlined behind Value.
	Compose string
	Entries []Entry
	Add     Button // one more entry; zero when there can not be more
}

// Option is one answer of a choice.
type Option struct {
	Label  string
	Chosen bool
	Intent Intent
}

// Keypad is the on-screen keyboard for one kind of field: rows of keys.
type Keypad struct {
	Rows [][]Key
	// Candidates are words to choose from, best first; the row of candidates stands above the keys whenever Compose is
	// not empty or Ink is not nil.
	Candidates []Candidate
	Compose    string // the letters, cut into syllables: "zhang'san"
	More, Less Button // pages of candidates
	Modes      []Option
	Ink        *Ink // a pad instead of Rows, at their place and size
}

// Key is one key. Wide counts in key widths; 0 means 1.
type Key struct {
	Label  string
	Icon   string // instead of a label, with Label as its name
	Wide   float32
	Action bool // the coloured key, 填好了
	Quiet  bool // a function key: delete, clear
	Intent Intent
}

// Review is the whole form on one page, before it is handed in.
type Review struct {
	Heading       string
	Help          string
	Groups        []Group
	Declaration   string
	Confirm, Back Button
}

// Group is one part of the review, with a way back to where it was filled in.
type Group struct {
	Title string
	Rows  []Row
	Edit  Button // zero for what comes from the card
}

// Accepting stands while the item becomes durable. It says that nothing has been accepted yet.
type Accepting struct{ Heading, Help string }

// Accepted says which truth holds, and carries the number.
type Accepted struct {
	Heading     string // 已收件，…
	Help        string // where the case is now, truly
	NumberLabel string
	Number      string // grouped in fours
	QR          string // content of the code; draw at 60–80 mm with a quiet zone
	QRTitle     string
	QRText      string
	Track       []Milestone
	NextTitle   string
	NextLead    string
	NextText    string
	Receipt     Notice // printing, printed, not printed and what to do
	Printing    bool
	Again       Button // when the paper did not come, or may not have; zero otherwise
	Rate        Button // to the evaluation; zero while printing
	Leave       Button
}

// Milestone is one of the three truths.
type Milestone struct {
	Label string
	State MilestoneState
}

// MilestoneState is whether it has come true.
type MilestoneState uint8

// The states of a milestone.
const (
	Ahead MilestoneState = iota
	Reached
)

// Refused says that the case was not accepted, why, and where to go. Nothing was handed in.
type Refused struct {
	Heading string
	Help    string
	Code    string // for staff
	Retry   Button
	Leave   Button
}

// Progress tells what is known of a case.
type Progress struct {
	Heading     string
	Help        string // where the case is, truly; or why nothing is known
	Service     string // name of the service; empty when nothing is known
	NumberLabel string
	Number      string      // grouped in fours; empty when nothing is known
	Track       []Milestone // empty when nothing is known
	AsOf        string      // when it was received, and whether there may be news
	Rate        Button      // to the evaluation; zero when nothing is known
	Back, Leave Button
}

// Goodbye reminds of card and receipt while everything is wiped.
type Goodbye struct {
	Heading   string
	Help      string
	Reminders []Reminder
}

// Reminder is one thing not to forget.
type Reminder struct {
	Icon string
	Text string
}

// OutOfService is shown when the kiosk can not serve at all.
type OutOfService struct {
	Heading string
	Help    string
	Code    string
	Since   string
	Staff   string // cause and remedy
}

func (Attract) screen()      {}
func (Identify) screen()     {}
func (Choose) screen()       {}
func (Guide) screen()        {}
func (Form) screen()         {}
func (Review) screen()       {}
func (Accepting) screen()    {}
func (Accepted) screen()     {}
func (Refused) screen()      {}
func (Progress) screen()     {}
func (Goodbye) screen()      {}
func (OutOfService) screen() {}
