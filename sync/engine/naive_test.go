package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp" //nolint:depguard // what one would write first, to be compared with

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// naivePath takes one item in and answers with its ack, unsigned.
const naivePath = "/naive"

func (c *central) takeNaive(w http.ResponseWriter, body []byte) {
	var it item.Item
	if err := json.Unmarshal(body, &it); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	result := c.store(&it)
	c.mu.Unlock()
	w.Header().Set("Content-Type", wire.TypeJSON)
	if err := json.NewEncoder(w).Encode(result.Ack); err != nil {
		c.t.Error(err)
	}
}

// naive empties an outbox one POST an item, each when the one before it is settled, with go-retryablehttp as it comes.
func naive(b *testing.B, l line, items int) figures {
	b.Helper()
	c := newCentral(b, item.Default())
	server := upstream(b, c)
	n := fill(b, c, items)
	defer n.close()
	run := l.open(b, server.Listener.Addr().String())
	client := retryablehttp.NewClient()
	client.Logger = nil
	begin := time.Now()
	for range items {
		if err := postOne(client, "http://"+run.addr()+naivePath, n.out); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(begin)
	n.wantDelivered(items)
	client.HTTPClient.CloseIdleConnections()
	run.close()
	return figures{items: items, took: took, sent: run.up.bytes.Load(), got: run.down.bytes.Load(), connections: run.connections.Load()}
}

func postOne(client *retryablehttp.Client, url string, out *outbox.Outbox) error {
	due, err := out.Due(time.Now(), 1)
	if err != nil || len(due) == 0 {
		return fmt.Errorf("nothing is due: %w", err)
	}
	body, err := json.Marshal(due[0].Item)
	if err != nil {
		return err
	}
	resp, err := client.Post(url, wire.TypeJSON, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var ack wire.Ack
	if err := json.Unmarshal(answer, &ack); err != nil {
		return err
	}
	return out.Settle(context.Background(), []outbox.Settlement{{ID: due[0].Item.ID, Status: wire.Stored, Ack: &ack}})
}
