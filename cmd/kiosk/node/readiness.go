package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/renameio/v2"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/doctor"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/readiness"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/sync/outbox"
)

// mornings say who can be served with what, and test the machine at night.
type mornings struct {
	node     *Node
	cfg      Config
	site     readiness.Site
	services *catalog.Catalogue
	devices  devices
	voices   doctor.Voices
	words    *text.Catalogue // of the report
	keeper   *readiness.Keeper
	texts    *text.Catalogue
	idle     atomic.Bool // nobody is at the screen
}

// openMornings prepares them. Nothing runs yet.
func (n *Node) openMornings(cfg Config, id config.Identity, services *catalog.Catalogue, texts *text.Catalogue, dev devices) error {
	voices, err := doctor.LoadVoices()
	if err != nil {
		return fmt.Errorf("start kiosk: %w", err)
	}
	words, err := text.Load(assets.ReadinessText())
	if err != nil {
		return fmt.Errorf("start kiosk: %w", err)
	}
	n.mornings = &mornings{node: n, cfg: cfg, site: readiness.Site{Hall: id.Device.HallName, Kiosk: id.Device.Kiosk}, services: services, devices: dev,
		voices: voices, words: words, texts: texts}
	if n.mornings.keeper, err = n.mornings.open(); err != nil {
		return fmt.Errorf("start kiosk: %w", err)
	}
	return nil
}

// attend passes views on, and notes by them whether somebody is there.
func (m *mornings) attend(show func(kiosk.View)) func(kiosk.View) {
	return func(v kiosk.View) {
		switch v.Screen.(type) {
		case kiosk.Attract, kiosk.OutOfService:
			m.idle.Store(true)
		default:
			m.idle.Store(false)
		}
		show(v)
	}
}

// open makes who keeps the times of the configuration.
func (m *mornings) open() (*readiness.Keeper, error) {
	cfg := readiness.KeeperConfig{Site: m.site, Now: m.cfg.Now, Idle: m.idle.Load, Test: m.node.SelfTest, Look: m.node.Services, Keep: m.keep,
		Print: m.node.PrintReadiness, Open: m.cfg.File.Hall.OpenOn, Logger: m.cfg.Logger.With("part", "readiness")}
	var err error
	if cfg.Opens, err = timeOf(m.cfg.File.Hall.Opens); err != nil {
		return nil, err
	}
	if cfg.Quiet, err = timeOf(m.cfg.File.Hall.SelfTest); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(m.file())
	if err == nil {
		err = json.Unmarshal(raw, &cfg.Last)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		cfg.Logger.Warn("the last readiness report can not be read", "err", err)
	}
	return readiness.NewKeeper(cfg)
}

// timeOf reads a time of the configuration; nil for none.
func timeOf(s string) (*readiness.Time, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // none is an answer
	}
	t, err := readiness.ParseTime(s)
	return &t, err
}

func (m *mornings) file() string { return filepath.Join(m.cfg.File.Data, readiness.File) }

func (m *mornings) keep(r readiness.Report) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(m.file(), raw, 0o600)
}

// nightly is what the doctor looks at from inside the kiosk: what the kiosk has open it asks itself.
var nightly = []doctor.Check{doctor.CheckData, doctor.CheckDisk, doctor.CheckKeys, doctor.CheckAudit, doctor.CheckStaff, doctor.CheckClock, doctor.CheckTouch, doctor.CheckVoice,
	doctor.CheckCatalogue, doctor.CheckFonts, doctor.CheckCable, doctor.CheckAddress, doctor.CheckRoute, doctor.CheckName, doctor.CheckTCP,
	doctor.CheckTLS, doctor.CheckCentral}

// SelfTest makes every test that needs nobody: devices, journal, audit log, disk, clock, link, catalogue. It prints nothing, and
// ends soon after ctx does. Which failed, and how many, is in the audit log.
func (n *Node) SelfTest(ctx context.Context) []readiness.Test {
	m := n.mornings
	found := doctor.Run(ctx, doctor.Config{Parsed: &m.cfg.File, Only: nightly, Machine: doctor.System()}).Findings
	for _, d := range health.Devices() {
		if s, ok := m.status(d); ok {
			found = append(found, doctor.OfDevice(d, s))
		}
	}
	journal := doctor.Finding{Check: doctor.CheckOutbox, Verdict: doctor.OK}
	if err := n.outbox.Verify(ctx); errors.Is(err, outbox.ErrDamaged) {
		journal = doctor.Finding{Check: doctor.CheckOutbox, Verdict: doctor.Fault, Code: doctor.OutboxDamaged,
			Args: []string{"dir", filepath.Join(m.cfg.File.Data, "outbox"), "count", strconv.Itoa(max(1, len(n.outbox.Damage())))}}
	}
	var tests []readiness.Test
	said := audit.Event{Kind: audit.KindSelfTest, Actor: audit.System, Detail: audit.Readiness}
	for _, f := range append(found, journal) {
		t := m.test(f)
		if t.Outcome == readiness.Failed {
			said.Disposition = audit.Failed
			said.Count++
			n.Audit.Note(audit.Event{Kind: audit.KindSelfTest, Actor: audit.System, Disposition: audit.Failed, Subject: audit.OfDevice(string(f.Check))})
		}
		tests = append(tests, t)
	}
	n.Audit.Note(said)
	return tests
}

func (m *mornings) test(f doctor.Finding) readiness.Test {
	t := readiness.Test{Name: m.voices.Name(f.Check), Outcome: readiness.Passed}
	switch f.Verdict {
	case doctor.Skipped:
		t.Outcome = readiness.Skipped
	case doctor.Fault, doctor.Warning:
		t.Outcome = readiness.Failed
		p := m.problem(f, time.Time{})
		t.Problem = &p
	}
	return t
}

func (m *mornings) problem(f doctor.Finding, since time.Time) readiness.Problem {
	return readiness.Problem{Code: f.Code.Name(), Since: since, Cause: m.voices.Cause(f), Do: m.voices.Do(f)}
}

// status is a device's; ok is false for one that this kiosk does not have.
func (m *mornings) status(d health.Device) (s device.Status, ok bool) {
	switch d {
	case health.CardReader:
		return m.devices.reader.Status(), true
	case health.ReceiptPrinter:
		return m.devices.printer.Status(), true
	case health.CodeScanner:
		if m.devices.scanner != nil {
			return m.devices.scanner.Status(), true
		}
	}
	return device.Status{}, false
}

// Services is what can be said of each service now, and what is wrong: as the board has it, in every language.
func (n *Node) Services(time.Time) ([]readiness.Service, []readiness.Problem) {
	return readiness.Judge(n.board.Problems(), n.mornings.services.Services, n.mornings.texts)
}

// PrintReadiness puts a report on the receipt printer's paper. It returns when that is done or has failed.
func (n *Node) PrintReadiness(ctx context.Context, r readiness.Report) error {
	got := n.mornings.devices.printer.Print(ctx, readiness.Paper(r, n.mornings.words.In(text.Chinese)))
	if got.Outcome == printer.Printed {
		return nil
	}
	return errors.Join(fmt.Errorf("print readiness: %s (%s)", got.Outcome, got.Cause), got.Err)
}
