package outbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"onedoor/assets/dictionaries"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// With every suite, and with the newest dictionary, what was accepted is there after reopening: numbered, chained, signed,
// sealed to central, and counted at its size.
func TestEverySuite(t *testing.T) {
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) {
			var k keys
			var errs [3]error
			k.sealPriv, k.sealPub, errs[0] = suite.GenerateSealKey()
			k.signPriv, k.signPub, errs[1] = suite.GenerateSignKey()
			k.upPriv, k.upPub, errs[2] = suite.GenerateSignKey()
			if err := errors.Join(errs[:]...); err != nil {
				t.Fatal(err)
			}
			b := &bench{t: t, keys: k, now: new(start)}
			b.cfg = config(t.TempDir(), k.sealPub, k.signPriv)
			b.cfg.Sealer.Suite, b.cfg.Sealer.Dictionary = suite, known.Newest()
			b.open()
			t.Cleanup(func() {
				if err := b.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			opener := item.Opener{Suite: suite, SealPrivate: k.sealPriv, Dictionaries: known}
			prev := item.Genesis
			var ids []string
			for range 20 { // signatures of one suite differ in their length
				d := submission()
				a := b.accept(d)
				it := b.get(a.ID).Item
				if err := item.Verify(it, suite, k.signPub); err != nil || it.Prev != prev || it.Dictionary != known.Newest().ID() {
					t.Fatalf("accepted %+v, %v; want prev %s", it, err, prev)
				}
				if plain, err := opener.Open(it); err != nil || !bytes.Equal(plain, d.Payload) {
					t.Fatalf("opened as %q, %v", plain, err)
				}
				if len(it.Signature) > maxSignature {
					t.Errorf("a signature of %d bytes", len(it.Signature))
				}
				prev, ids = it.Digest().String(), append(ids, a.ID)
			}
			b.reopen()
			for _, id := range ids {
				it := b.get(id).Item
				if err := item.Verify(it, suite, k.signPub); err != nil {
					t.Errorf("after reopening: %v", err)
				}
				ack := &wire.Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: wire.Stored,
					Tier: wire.TierCentral, Epoch: "e1", Position: 7, At: item.FormatTime(start), Key: "up-1"}
				if err := ack.Sign(suite, k.upPriv); err != nil {
					t.Fatal(err)
				}
				if err := b.Settle(t.Context(), []Settlement{{ID: id, Status: wire.Stored, Ack: ack}}); err != nil {
					t.Fatal(err)
				}
				kept := b.get(id)
				if err := kept.Ack.Verify(it, suite, k.upPub); err != nil || kept.State != StateStoredCentral {
					t.Errorf("settled as %s: %v", kept.State, err)
				}
				if raw, err := json.Marshal(it); err != nil || len(raw) > wire.MaxItemBytes {
					t.Errorf("an item of %d bytes, %v", len(raw), err)
				}
			}
		})
	}
}
