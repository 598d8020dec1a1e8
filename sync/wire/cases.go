package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"onedoor/sync/item"
)

// PathCases is where a kiosk asks for the cases of the person whose card lies on its reader.
const PathCases = "/sync/v1/cases"

// MaxCases is the most cases that one answer lists.
const MaxCases = 20

// CasesAsk is a question for the cases of one person. What it asks is sealed to central, so that nobody on the way, no log
// and no URL learns whose they are; the kiosk's signature over the request is its word that it has read the card.
type CasesAsk struct {
	SealKey string `json:"seal_key"` // id of central's sealing key
	Sealed  []byte `json:"sealed"`
}

// CasesAnswer is Cases, sealed to a key that the question brought and that is used once: who ends TLS on the way does not
// learn what somebody has going on either, and sending an old question again gives nothing that can be read.
type CasesAnswer struct {
	Epoch  string `json:"epoch"`
	Sealed []byte `json:"sealed"`
}

// Cases are the cases of one person, the newest first, at most MaxCases. There is nothing in them about the person.
type Cases struct {
	At string `json:"at"` // RFC 3339, the upstream's clock
	// Complete is true when the upstream knows of no other; else there are older ones, or it is still putting some in order.
	Complete bool       `json:"complete"`
	Cases    []CaseLine `json:"cases"`
}

// CaseLine is what may be shown of a case.
type CaseLine struct {
	ReceiptNo string `json:"receipt_no"`
	Service   string `json:"service"`  // id
	FiledAt   string `json:"filed_at"` // RFC 3339
	Stage     Stage  `json:"stage"`
	ChangedAt string `json:"changed_at"` // RFC 3339; when it came to Stage
	// Title names the service by language: the case may be of another hall, whose services the kiosk does not know. Next is
	// what the department does and the citizen waits for, while it is only delivered; later the stage says it.
	Title map[string]string `json:"title,omitempty"`
	Next  map[string]string `json:"next,omitempty"`
}

// ErrCases is returned for a sealed question that can not be opened or read.
var ErrCases = errors.New("question for cases can not be read")

// A question is its version, the length of the number, the number in maxNumber bytes, and the public key for the answer.
const (
	casesVersion = 1
	maxNumber    = 32
	casesKeyAt   = 2 + maxNumber
	maxCasesKey  = 256
	casesPad     = 4 << 10 // a sealed answer is a multiple of this, so that its length does not tell how many there are
)

func casesInfo(use, source, key string) []byte {
	info := []byte("onedoor cases " + use + " v1")
	for _, s := range []string{source, key} {
		info = binary.BigEndian.AppendUint32(info, uint32(len(s)))
		info = append(info, s...)
	}
	return info
}

// NewCasesAsk seals a question of the device source for the cases of the holder of number, 1 to 32 bytes. private opens the
// answer, by Open.
func NewCasesAsk(suite item.Suite, sealKey string, sealPublic []byte, source string, number []byte) (ask CasesAsk, private []byte, err error) {
	if len(number) == 0 || len(number) > maxNumber {
		return CasesAsk{}, nil, fmt.Errorf("%w: number of %d bytes", ErrCases, len(number))
	}
	private, public, err := suite.GenerateSealKey()
	if err != nil {
		return CasesAsk{}, nil, fmt.Errorf("make key for the answer: %w", err)
	}
	plain := make([]byte, casesKeyAt, casesKeyAt+len(public))
	defer clear(plain)
	plain[0], plain[1] = casesVersion, byte(len(number))
	copy(plain[2:], number)
	plain = append(plain, public...)
	ask.SealKey = sealKey
	if ask.Sealed, err = suite.Seal(sealPublic, casesInfo("ask", source, sealKey), plain); err != nil {
		return CasesAsk{}, nil, fmt.Errorf("seal question: %w", err)
	}
	return ask, private, nil
}

// Open gives what a device asks with: the number, which the caller wipes, and the key for Seal. ErrCases.
func (a CasesAsk) Open(suite item.Suite, sealPrivate []byte, source string) (number, key []byte, err error) {
	plain, err := suite.Open(sealPrivate, casesInfo("ask", source, a.SealKey), a.Sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrCases, err)
	}
	number, key, err = readCasesAsk(plain)
	if err != nil {
		clear(plain)
	}
	return number, key, err
}

// readCasesAsk gives the parts of an opened question; they share its memory.
func readCasesAsk(plain []byte) (number, key []byte, err error) {
	switch {
	case len(plain) <= casesKeyAt || len(plain) > casesKeyAt+maxCasesKey || plain[0] != casesVersion:
		return nil, nil, fmt.Errorf("%w: its form", ErrCases)
	case plain[1] == 0 || plain[1] > maxNumber:
		return nil, nil, fmt.Errorf("%w: its number", ErrCases)
	}
	return plain[2 : 2+plain[1]], plain[casesKeyAt:], nil
}

// Seal seals cases for the device source that asked with key.
func (c Cases) Seal(suite item.Suite, key []byte, source string) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode cases: %w", err)
	}
	plain = append(plain, bytes.Repeat([]byte{' '}, casesPad-1-(len(plain)-1)%casesPad)...)
	sealed, err := suite.Seal(key, casesInfo("answer", source, ""), plain)
	if err != nil {
		return nil, fmt.Errorf("seal cases: %w", err)
	}
	return sealed, nil
}

// Open gives the cases that were sealed for private.
func (a CasesAnswer) Open(suite item.Suite, private []byte, source string) (Cases, error) {
	plain, err := suite.Open(private, casesInfo("answer", source, ""), a.Sealed)
	if err != nil {
		return Cases{}, fmt.Errorf("open cases: %w", err)
	}
	var c Cases
	if err := json.Unmarshal(plain, &c); err != nil {
		return Cases{}, fmt.Errorf("read cases: %w", err)
	}
	return c, c.validate()
}

func (c Cases) validate() error {
	if _, err := time.Parse(time.RFC3339, c.At); err != nil || len(c.Cases) > MaxCases {
		return errors.New("read cases: time or number of cases")
	}
	for _, l := range c.Cases {
		_, err := time.Parse(time.RFC3339, l.FiledAt)
		_, err2 := time.Parse(time.RFC3339, l.ChangedAt)
		if err != nil || err2 != nil || !twentyDigits(l.ReceiptNo) || l.Stage == "" {
			return errors.New("read cases: a case is not whole")
		}
	}
	return nil
}

func twentyDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == 20
}

// CasesOf asks for the cases of the holder of a card that was read. It keeps nothing of number. There is one try, and ctx
// bounds it.
func (c *Client) CasesOf(ctx context.Context, number []byte) (Cases, error) {
	cases, err := c.casesOf(ctx, number)
	if err != nil {
		return Cases{}, fmt.Errorf("cases of a card: %w", err)
	}
	return cases, nil
}

func (c *Client) casesOf(ctx context.Context, number []byte) (Cases, error) {
	if len(c.cfg.SealPublic) == 0 {
		return Cases{}, errors.New("no sealing key of the upstream")
	}
	source := c.cfg.Source.String()
	ask, private, err := NewCasesAsk(c.cfg.Suite, c.cfg.SealKey, c.cfg.SealPublic, source, number)
	if err != nil {
		return Cases{}, err
	}
	defer clear(private)
	body, err := json.Marshal(ask)
	if err != nil {
		return Cases{}, fmt.Errorf("encode question: %w", err)
	}
	var a CasesAnswer
	epoch, err := c.do(ctx, c.quick, call{method: http.MethodPost, path: PathCases, body: body, contentType: TypeJSON, limit: maxPage, into: &a})
	if err == nil {
		err = sameEpoch(a.Epoch, epoch)
	}
	if err != nil {
		return Cases{}, err
	}
	once, err := item.SuiteNamed(c.cfg.Suite.Name()) // a suite remembers the key that it used last; this one is thrown away
	if err != nil {
		return Cases{}, err
	}
	cases, err := a.Open(once, private, source)
	if err != nil {
		return Cases{}, &NoAnswerError{Reason: "not an answer to what was asked", Status: http.StatusOK, Err: err}
	}
	return cases, nil
}
