package wire

import (
	"encoding/binary"
	"errors"
	"fmt"

	"onedoor/sync/item"
)

// ErrAck is returned for an ack that does not prove what it says.
var ErrAck = errors.New("ack does not verify")

func (a *Ack) message() []byte {
	msg := []byte("onedoor ack v1")
	for _, s := range []string{a.Source, a.Sequence, a.ID, a.Digest, string(a.Status), string(a.Tier), a.Epoch, a.At, a.Key} {
		msg = binary.BigEndian.AppendUint32(msg, uint32(len(s)))
		msg = append(msg, s...)
	}
	return binary.BigEndian.AppendUint64(msg, a.Position)
}

// Sign fills in Sig with the upstream's private key.
func (a *Ack) Sign(suite item.Suite, private []byte) error {
	sig, err := suite.Sign(private, a.message())
	if err != nil {
		return fmt.Errorf("sign ack: %w", err)
	}
	a.Sig = sig
	return nil
}

// Verify checks that the upstream with that public key acknowledged exactly this item.
func (a *Ack) Verify(it *item.Item, suite item.Suite, public []byte) error {
	switch {
	case a.Source != it.Source || a.Sequence != it.Sequence || a.ID != it.ID:
		return fmt.Errorf("%w: names another item", ErrAck)
	case a.Digest != it.Digest().String():
		return fmt.Errorf("%w: names other bytes", ErrAck)
	case !suite.Verify(public, a.message(), a.Sig):
		return fmt.Errorf("%w: signature", ErrAck)
	}
	return nil
}
