package central

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// received is one item of a batch, read and as it came.
type received struct {
	item item.Item
	raw  []byte
}

// newer reports whether the item has attributes that this central does not know.
func (r *received) newer() bool {
	strict := json.NewDecoder(bytes.NewReader(r.raw))
	strict.DisallowUnknownFields()
	return strict.Decode(new(item.Item)) != nil
}

// maxRaw bounds one item as it travels: its data in base64 and its attributes.
const maxRaw = 2 * wire.MaxItemBytes

// parseBatch reads a JSON array of items, each once. A batch that is not one is refused as a whole; the device bisects it.
func parseBatch(body []byte) ([]received, error) {
	unreadable := func(why string) error {
		return newProblem(http.StatusBadRequest, wire.ProblemUnreadable, why)
	}
	const noArray = "the batch is not a JSON array"
	dec := json.NewDecoder(bytes.NewReader(body))
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return nil, unreadable(noArray)
	}
	var items []received
	for dec.More() {
		if len(items) == wire.MaxBatchItems {
			return nil, newProblem(http.StatusRequestEntityTooLarge, "", fmt.Sprintf("a batch holds at most %d items", wire.MaxBatchItems))
		}
		items = append(items, received{})
		r, start := &items[len(items)-1], dec.InputOffset()
		var syntax *json.SyntaxError
		switch err := dec.Decode(&r.item); {
		case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			return nil, unreadable(noArray)
		case err != nil:
			return nil, unreadable(fmt.Sprintf("item %d of the batch is not an item", len(items)))
		}
		r.raw = bytes.TrimLeft(body[start:dec.InputOffset()], ", \t\r\n")
	}
	if _, err := dec.Token(); err != nil {
		return nil, unreadable(noArray)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, unreadable(noArray)
	}
	if len(items) == 0 {
		return nil, unreadable("the batch is empty")
	}
	return items, nil
}
