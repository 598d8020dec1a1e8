package observe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/renameio/v2"

	"onedoor/app/health"
)

// HistoryFile is where a kiosk keeps its history, in its data directory.
const HistoryFile = "problems.json"

// LoadHistory reads what Run kept. A file that is not there is an empty history; one that can not be read is an error, and the
// history is empty as well.
func LoadHistory(file string) ([]health.Episode, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []health.Episode
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of problems: %w", err)
	}
	return all, nil
}

func save(file string, all []health.Episode) error {
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return renameio.WriteFile(file, b, 0o600)
}
