package item

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Computed apart from this code, from the description of the format alone.
const goldenJSON = `{"specversion":"1.0","id":"01a20288-77aa-7c11-9b2e-4d1f0e6a2b90","source":"urn:hall:11010:107:02","type":"cn.onedoor.submission.v1","subject":"service/residence-permit-endorsement","time":"2026-11-22T09:14:05.123Z","sequence":"00000000000000004711","caseid":"01a20288-7701-7a55-8123-9c0e44d21a07","caseseq":"000001","receiptno":"11010107020047118343","trackhash":"5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d","prev":"0","catalogue":"214","suite":"SUITE","sealkey":"seal-1","signkey":"kiosk-1","datacontenttype":"application/vnd.onedoor.sealed","data_base64":"c2VhbGVk","signature":"c2ln"}`

// golden are the hashes of vector: with all attributes but the dictionary, with that too, and without what may be absent.
type golden struct{ header, binding, digest, packed, sparse string }

func goldenItems() map[string]golden {
	return map[string]golden{
		"x25519-aes256gcm-ed25519": {
			header:  "be3c90d04c79a70f1747770ebd558a1cf330eab8c926647fbd67a262e414aa77",
			binding: "49ee02a8fdd216c34d7c61cdad593abc88387b1a1eab2ca2f912ab842198de2b",
			digest:  "85K6IIrE3OmgWNeJ_hEyZCCaIzSl_pM3-ao5kxef8IQ",
			packed:  "VDuqDerwQBI3HFKByv8BMjeXCD83-3ajI13S8NypBuU",
			sparse:  "DQI4CYoHU_FjWqSFu5ThEzwfZLhghV1fKHwtmjWQXKY",
		},
		"sm2-sm3-sm4gcm": {
			header:  "77232b998098e6acfc6e969cc940b0cb489981f020162f72bdc92122f9393315",
			binding: "f7622feff1292ab0a9d07d9cf18e3ef4ed91aed80977dbde5bce123aa51823d5",
			digest:  "bChghH9TQZ_LTaHByaAsrITRMx-SLc6s-Utl3UBVbRQ",
			packed:  "VpFLk6Hm7NtS7EUNDurpby2jR1HjTUUrEJ_SSE8LbeI",
			sparse:  "fpdnYhXUAdGHga60tuQWQf9-_5IxCl77HUyPb0WMYYI",
		},
	}
}

// Whole items that another implementation made, with another zstd, HPKE and SM2, are read here; testdata/golden has them
// for whoever writes a third.
func TestItemsOfAnotherImplementation(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite Suite) {
		raw, err := os.ReadFile(filepath.Join("testdata", "golden", suite.Name()+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			SealPrivate []byte `json:"seal_private"`
			SealPublic  []byte `json:"seal_public"`
			SignPrivate []byte `json:"sign_private"`
			SignPublic  []byte `json:"sign_public"`
			Packed      []byte `json:"packed"`
			Payload     []byte `json:"payload"`
			Binding     []byte `json:"binding"`
			Digest      string `json:"digest"`
			Item        *Item  `json:"item"`
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		if binding := v.Item.Binding(); !bytes.Equal(binding[:], v.Binding) || v.Item.Digest().String() != v.Digest {
			t.Errorf("binding %s, digest %s", hex.EncodeToString(binding[:]), v.Item.Digest())
		}
		if err := Verify(v.Item, suite, v.SignPublic); err != nil {
			t.Error(err)
		}
		opener := Opener{suite, v.SealPrivate, published(t)}
		if plain, err := opener.Open(v.Item); err != nil || !bytes.Equal(plain, v.Payload) {
			t.Errorf("opened as %q, %v", plain, err)
		}
		if packed, err := suite.Open(v.SealPrivate, v.Binding, v.Item.Data); err != nil || !bytes.Equal(packed, v.Packed) {
			t.Errorf("the frame is %s, %v", base64.StdEncoding.EncodeToString(packed), err)
		}
		// The same keys the other way round.
		again := *v.Item
		sealer := Sealer{suite, again.SealKey, v.SealPublic, again.SignKey, v.SignPrivate, published(t).Newest()}
		if err := sealer.Finish(&again, v.Payload); err != nil {
			t.Fatal(err)
		}
		if err := Verify(&again, suite, v.SignPublic); err != nil {
			t.Error(err)
		}
		if plain, err := opener.Open(&again); err != nil || !bytes.Equal(plain, v.Payload) {
			t.Errorf("sealed with the same keys and opened as %q, %v", plain, err)
		}
	})
}
