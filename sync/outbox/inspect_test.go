package outbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// picture is every file of a directory as it is.
func picture(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// inspect looks and makes sure that looking has changed nothing.
func inspect(t *testing.T, dir string) Inspection {
	t.Helper()
	before := picture(t, dir)
	x, err := Inspect(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	after := picture(t, dir)
	if len(before) != len(after) {
		t.Errorf("there are %d files, and were %d", len(after), len(before))
	}
	for path, was := range before {
		if after[path] != was {
			t.Errorf("%s was changed by looking", filepath.Base(path))
		}
	}
	return x
}

func TestInspectSeesAnOutboxAtRest(t *testing.T) {
	b := setup(t)
	var ids []string
	for range 3 {
		ids = append(ids, b.accept(submission()).ID)
	}
	b.rest()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	x := inspect(t, b.cfg.Dir)
	if x.Holder != 0 || !x.Whole || x.Last != 3 || x.Items != 3 || x.Damaged != 0 || x.Ends != 0 || x.Source != kiosk.String() {
		t.Errorf("found %+v", x)
	}
	if !x.Counted || x.Waiting != len(ids) || !x.Oldest.Equal(start) || x.ByState[StateAccepted] != 3 || x.Fenced != "" {
		t.Errorf("counted %+v: %v", x, x.Uncount)
	}
	b.open() // for the end of the test
}

// TestInspectLeavesTheOwnerAlone: while the outbox is open it is looked at, and goes on accepting.
func TestInspectLeavesTheOwnerAlone(t *testing.T) {
	b := setup(t)
	b.accept(submission())
	x, err := Inspect(t.Context(), b.cfg.Dir)
	if err != nil || x.Holder != os.Getpid() || x.Counted || x.Last != 1 || x.Damaged != 0 {
		t.Errorf("found %+v, %v", x, err)
	}
	b.accept(submission())
	if x, err := Inspect(t.Context(), b.cfg.Dir); err != nil || x.Items != 2 {
		t.Errorf("found %+v, %v", x, err)
	}
}

func TestInspectFindsDamage(t *testing.T) {
	b := setup(t)
	for range 4 {
		b.accept(submission())
	}
	b.rest()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(b.cfg.Dir, journalName, "*.journal"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	second := bytes.Index(good, []byte(`"sequence":"00000000000000000002"`))
	flipped := bytes.Clone(good)
	flipped[second] ^= 1
	for name, c := range map[string]struct {
		bytes   []byte
		damaged int
		ends    uint64
	}{
		"a flipped bit":    {flipped, 1, 0},
		"an end that went": {good[:second-100], 0, 3},
	} {
		if err := os.WriteFile(files[0], c.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		if x := inspect(t, b.cfg.Dir); x.Damaged != c.damaged || x.Ends != c.ends {
			t.Errorf("%s: found %+v", name, x)
		}
	}
	if err := os.WriteFile(files[0], good, 0o600); err != nil {
		t.Fatal(err)
	}
	if x := inspect(t, b.cfg.Dir); x.Damaged != 0 || x.Ends != 0 {
		t.Errorf("mended: %+v", x)
	}
	b.open()
}

func TestInspectWhereThereIsNone(t *testing.T) {
	if _, err := Inspect(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if x := inspect(t, t.TempDir()); x.Last != 0 || x.Damaged != 0 || !x.Counted {
		t.Errorf("empty: %+v", x)
	}
}
