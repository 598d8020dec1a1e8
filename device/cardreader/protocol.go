package cardreader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Command is CMD, PARA and data of a request.
type Command []byte

// The requests, as the protocol documents and independent drivers have them.
var (
	cmdReset      = Command{0x10, 0xFF}
	cmdStatus     = Command{0x11, 0xFF}
	cmdSAMNumber  = Command{0x12, 0xFF}
	cmdFind       = Command{0x20, 0x01}
	cmdSelect     = Command{0x20, 0x02}
	cmdRead       = Command{0x30, 0x01} // text and photo
	cmdNewAddress = Command{0x30, 0x03}
)

// Frame is the request as it goes over the line.
func (c Command) Frame() []byte { return frame(c) }

// Code is SW3, the result byte of an answer.
type Code byte

// The result codes that the driver acts on; the rest only fail.
const (
	CodeOK           Code = 0x90
	CodeNoItem       Code = 0x91 // the card has no such item
	CodeFound        Code = 0x9F
	CodeNotFoundYet  Code = 0x34 // no card was found to work on
	CodeUnrecognised Code = 0x40 // card type not recognised
	CodeReadFailed   Code = 0x41
	CodeSelfTest     Code = 0x60
	CodeNoKeys       Code = 0x66
	CodeNoCard       Code = 0x80
	CodeSelectFailed Code = 0x81
)

// Answer is what the reader says. Data is what follows SW3.
type Answer struct {
	Code Code
	Data []byte
}

var (
	errNoAnswer  = errors.New("cardreader: not an answer")
	errBadAnswer = errors.New("cardreader: lengths in the answer do not add up")
)

// parseAnswer takes the content of a frame apart. Data is a part of content.
func parseAnswer(content []byte) (Answer, error) {
	if len(content) < 3 || content[0] != 0 || content[1] != 0 {
		return Answer{}, errNoAnswer
	}
	return Answer{Code: Code(content[2]), Data: content[3:]}, nil
}

// fits says whether an answer can belong to a command. A late answer to an earlier question is of the wrong kind.
func (c Command) fits(a Answer) bool {
	switch {
	case c[0] == cmdFind[0] && c[1] == cmdFind[1]:
		return a.Code == CodeFound || a.Code != CodeOK && a.Code != CodeNoItem && len(a.Data) == 0
	case c[0] == cmdSelect[0] && c[1] == cmdSelect[1]:
		return a.Code == CodeOK && len(a.Data) <= 16 || failure(a) // some modules give no number of the card
	case c[0] == cmdSAMNumber[0]:
		return a.Code == CodeOK && len(a.Data) == 16 || failure(a)
	case c[0] == cmdRead[0] && c[1] == cmdRead[1]:
		return a.Code == CodeOK && len(a.Data) > 256 || failure(a)
	case c[0] == cmdRead[0]:
		return a.Code == CodeOK && len(a.Data) == addressLength || a.Code == CodeNoItem || failure(a)
	default: // status and reset
		return a.Code == CodeOK && len(a.Data) == 0 || failure(a)
	}
}

func failure(a Answer) bool {
	return a.Code != CodeOK && a.Code != CodeFound && a.Code != CodeNoItem && len(a.Data) == 0
}

// parseRead cuts the answer to a read into text and photo. The sub-lengths are big-endian and must add up.
func parseRead(data []byte) (text, photo []byte, err error) {
	if len(data) < 4 {
		return nil, nil, errBadAnswer
	}
	t, p := int(binary.BigEndian.Uint16(data)), int(binary.BigEndian.Uint16(data[2:]))
	if t != textLength || len(data) != 4+t+p {
		return nil, nil, errBadAnswer
	}
	return data[4 : 4+t], data[4+t:], nil
}

// samNumber writes the 16 bytes of a SAM number as it is printed on the module. All zeros are none.
func samNumber(b []byte) string {
	if len(b) != 16 || len(bytes.Trim(b, "\x00")) == 0 {
		return ""
	}
	le := binary.LittleEndian
	return fmt.Sprintf("%02d.%02d-%08d-%010d-%010d", le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:]))
}
