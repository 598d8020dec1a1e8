package citizen

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// Key is a key of a pad for people who do not use the glass, by its X keysym.
type Key xproto.Keysym

// The keys.
const (
	KeyTab   Key = 0xff09
	KeyEnter Key = 0xff0d
	KeyLeft  Key = 0xff51
	KeyUp    Key = 0xff52
	KeyRight Key = 0xff53
	KeyDown  Key = 0xff54
	KeySpace Key = 0x0020
)

// stroke of a key: long enough to be seen, and much shorter than what repeats it.
const keyHold = 15 * time.Millisecond

// keyCodes asks the server which key codes stand for the keys; one that its keyboard lacks is left out.
func keyCodes(conn *xgb.Conn, setup *xproto.SetupInfo) (map[Key]byte, error) {
	least, count := setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode+1)
	reply, err := xproto.GetKeyboardMapping(conn, least, count).Reply()
	if err != nil {
		return nil, fmt.Errorf("ask for the keyboard: %w", err)
	}
	codes, per := map[Key]byte{}, int(reply.KeysymsPerKeycode)
	for i := range int(count) {
		if per == 0 || len(reply.Keysyms) < (i+1)*per {
			break
		}
		k := Key(reply.Keysyms[i*per]) // what the key means without Shift
		if _, there := codes[k]; !there && k != 0 {
			codes[k] = byte(least) + byte(i)
		}
	}
	return codes, nil
}

// Strike presses a key and lets it go. It is let go also if ctx ends meanwhile.
func (h *Hands) Strike(ctx context.Context, key Key) error {
	code, there := h.keys[key]
	if !there {
		return fmt.Errorf("strike key %#x: the keyboard has none", uint32(key))
	}
	err := h.do(ctx, func(ctx context.Context) error {
		if err := h.fake(xproto.KeyPress, code, 0, 0); err != nil {
			return err
		}
		pause(ctx, keyHold)
		return errors.Join(h.fake(xproto.KeyRelease, code, 0, 0), ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("strike key %#x: %w", uint32(key), err)
	}
	return nil
}
