package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onedoor/app/audit"
	"onedoor/app/backroom"
	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// staffDir is beside the outbox, and made with the accounts.
const staffDir = "staff"

// shut tells the board that staff have taken the machine out of service.
func (n *Node) shut(time.Time) []health.Observation {
	since, _, closed := n.door.Closed()
	if !closed {
		return nil
	}
	return []health.Observation{{Code: health.KioskClosed, Since: since}}
}

// openBackroom gives a visit's kiosk its staff's side. What it needs is open.
func (n *Node) openBackroom(cfg Config, id config.Identity, services *catalog.Catalogue, texts *text.Catalogue, visitor *kiosk.Config) error {
	choices, err := backroom.OpenChoices(filepath.Join(cfg.File.Data, staffDir, "choices.json"))
	if err != nil {
		return err
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return err
	}
	devices := map[health.Device]backroom.Device{health.CardReader: visitor.Reader, health.ReceiptPrinter: visitor.Printer}
	if visitor.Scanner != nil {
		devices[health.CodeScanner] = visitor.Scanner
	}
	room := backroom.Config{
		Site: visitor.Site, Staff: n.Staff, Health: n.board, Readiness: n.mornings.keeper, Sheet: n.mornings.words, Catalogue: services, Texts: texts, Devices: devices, Printer: visitor.Printer,
		Outbox: n.outbox, Link: n.engine, Sending: n.engine, Door: n.door, Choices: choices, Network: way{&cfg.File, n.mornings.voices},
		Sounds: visitor.Sounds, Voice: visitor.Voice, Restart: cfg.Restart, Media: backroom.Mounts{Root: "/"},
		Backlight: &backroom.Backlight{Dir: "/sys/class/backlight", Command: strings.Fields(cfg.File.Screen.Brightness)},
		Export: backroom.Sealed{SealedConfig: backroom.SealedConfig{
			Outbox: n.outbox, Suite: suite, Source: id.Device.Source(), SignKey: id.Device.SignKey, SignPriv: id.SignPrivate,
			SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic, Now: cfg.Now, Logs: n.logs(cfg),
		}},
		About: func() []backroom.Fact {
			seq, digest := n.Audit.Head()
			return []backroom.Fact{
				{Name: backroom.FactVersion, Value: version()}, {Name: backroom.FactIdentity, Value: id.Device.Source().String()},
				{Name: backroom.FactConsole, Value: n.ConsoleFingerprint()},
				{Name: backroom.FactAudit, Value: fmt.Sprintf("%d · %.16s", seq, digest)},
			}
		},
		Now: cfg.Now, NewID: visitor.NewID, Logger: cfg.Logger.With("part", "staff"),
	}
	if n.helpers.sound.heard() {
		room.Volume = dial{n.helpers.sound, choices}
		if percent, set := choices.Volume(); set {
			n.helpers.sound.volume.set(percent)
		}
	}
	if n.backroom, err = backroom.New(room); err != nil {
		return err
	}
	visitor.Backroom, visitor.Door, visitor.Language = n.backroom, n.door, choices.Language
	return nil
}

// logs are what is taken away for who looks into a fault: nothing in them is about a citizen.
func (n *Node) logs(cfg Config) []backroom.LogSource {
	all := []backroom.LogSource{{Name: "audit.jsonl", Read: func() ([]byte, error) {
		var out bytes.Buffer
		err := audit.Read(filepath.Join(cfg.File.Data, "audit"), func(e audit.Entry) error { return json.NewEncoder(&out).Encode(e) })
		return out.Bytes(), err
	}}, {Name: "outbox.json", Read: func() ([]byte, error) {
		s := n.outbox.Stats()
		return json.Marshal(struct {
			At      time.Time            `json:"at"`
			States  map[outbox.State]int `json:"states"`
			Waiting int                  `json:"waiting"`
			Oldest  time.Time            `json:"oldest,omitzero"`
			Damage  []outbox.Damage      `json:"damage,omitempty"`
		}{cfg.Now(), s.ByState, s.Waiting, s.Oldest, n.outbox.Damage()})
	}}}
	if cfg.Tail != nil {
		all = append(all, backroom.LogSource{Name: "kiosk.log", Read: func() ([]byte, error) { return cfg.Tail.Bytes(), nil }})
	}
	for _, name := range []string{observe.HistoryFile} {
		file := filepath.Join(cfg.File.Data, name)
		if _, err := os.Stat(file); err == nil {
			all = append(all, backroom.LogSource{Name: name, Read: func() ([]byte, error) { return os.ReadFile(file) }})
		}
	}
	return slices.Clip(all)
}

// dial sets how loud all is that is heard, and keeps it.
type dial struct {
	sound   sound
	choices *backroom.Choices
}
