package central_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// A device learns what is missing of its own items, and of no other's.
func TestReconcileTellsWhatIsLacking(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		k, other := h.enrol("107"), h.enrol("108")
		var items []*item.Item
		for range 6 {
			it, _ := k.submit(submission)
			items = append(items, it)
		}
		k.post(items[0], items[1], items[4])
		for range 4 {
			it, _ := other.submit(submission)
			other.stored(it)
		}
		for _, tc := range []struct {
			from, to uint64
			want     []wire.Run
		}{{1, 6, []wire.Run{{From: 3, To: 4}, {From: 6, To: 6}}}, {1, 2, nil}, {3, 3, []wire.Run{{From: 3, To: 3}}}, {7, 1006, []wire.Run{{From: 7, To: 1006}}}} {
			epoch, lacks, err := k.client.Reconcile(t.Context(), tc.from, tc.to)
			if err != nil || epoch != h.store.Epoch() || !slices.Equal(lacks, tc.want) {
				t.Errorf("between %d and %d: %v of %q, %v; want %v", tc.from, tc.to, lacks, epoch, err, tc.want)
			}
		}
		for _, wrong := range [][2]uint64{{0, 5}, {5, 4}, {1, 1001}} {
			var problem *wire.ProblemError
			if _, _, err := k.client.Reconcile(t.Context(), wrong[0], wrong[1]); !errors.As(err, &problem) || problem.Status != http.StatusBadRequest {
				t.Errorf("between %d and %d: %v", wrong[0], wrong[1], err)
			}
		}
		if a := h.do("POST", wire.PathReconcile, nil, []byte(`{"from":"1","to":"2"}`)); a.status != http.StatusUnauthorized {
			t.Errorf("unsigned: %d", a.status)
		}
	})
}
