package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// marker is a small file beside the queue that says an outbox was made here, so that an emptied queue is noticed.
type marker struct {
	Format int    `json:"format"`
	Source string `json:"source"`
	Sum    uint32 `json:"sum"` // over both, so that a flipped bit does not make it another kiosk's
}

func (m marker) sum() uint32 {
	return crc32.ChecksumIEEE([]byte(fmt.Sprintf("%d %s", m.Format, m.Source)))
}

const markerName = "outbox.json"

// readMarker gives nil without an error when there is no marker.
func readMarker(dir string) (*marker, error) {
	b, err := os.ReadFile(filepath.Join(dir, markerName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read marker: %w", err)
	}
	var m marker
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, markerName, err)
	}
	if m.Sum != m.sum() {
		return nil, fmt.Errorf("%w: %s has a wrong checksum", ErrDamaged, markerName)
	}
	return &m, nil
}

// writeMarker is atomic and durable: temporary file, sync, rename, sync of the directory.
func writeMarker(dir string, m marker) error {
	m.Sum = m.sum()
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode marker: %w", err)
	}
	path := filepath.Join(dir, markerName)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkQueueDir refuses a queue without its manifest: Badger would open it as empty and delete the tables.
func checkQueueDir(dir string, known bool) error {
	names, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read queue directory: %w", err)
	}
	manifest, tables := false, false
	for _, n := range names {
		manifest = manifest || n.Name() == "MANIFEST"
		tables = tables || filepath.Ext(n.Name()) == ".sst"
	}
	if !manifest && (known || tables) {
		return fmt.Errorf("%w: the queue's manifest is missing", ErrDamaged)
	}
	return nil
}
