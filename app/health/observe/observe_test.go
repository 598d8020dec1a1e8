package observe_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/device"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// box is an outbox as far as one is looked at.
type box struct {
	err    error
	stats  outbox.Stats
	damage []outbox.Damage
}

func (b box) Err() error              { return b.err }
func (b box) Stats() outbox.Stats     { return b.stats }
func (b box) Damage() []outbox.Damage { return b.damage }

type link engine.Status

func (l link) Status() engine.Status { return engine.Status(l) }

type driver device.Status

func (d driver) Status() device.Status { return device.Status(d) }

// look gives the codes that are seen, in order.
func look(t *testing.T, cfg observe.Config) []health.Code {
	t.Helper()
	cfg.Now = func() time.Time { return noon }
	o, err := observe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	codes := []health.Code{}
	for _, seen := range o.Look() {
		if _, ok := health.KindOf(seen.Code); !ok {
			t.Errorf("%s is not in the list", seen.Code)
		}
		codes = append(codes, seen.Code)
	}
	slices.Sort(codes)
	return codes
}

func full(err error) error { return fmt.Errorf("%w: %w", outbox.ErrFull, err) }

// TestWhatIsSeen: what each part tells, in the codes of the list. Where two things are said of one cause, one code is.
func TestWhatIsSeen(t *testing.T) {
	known := func(c item.Clock) func(time.Time) item.Clock { return func(time.Time) item.Clock { return c } }
	room := func(n int64) func() (int64, error) { return func() (int64, error) { return n, nil } }
	supply := func(files map[string]string) fs.FS {
		sys := fstest.MapFS{}
		for name, data := range files {
			sys[name] = &fstest.MapFile{Data: []byte(data + "\n")}
		}
		return sys
	}
	offline := func(c engine.Cause) observe.Config {
		return observe.Config{Link: link{Link: engine.Offline, Trouble: engine.TroubleNoAnswer, Cause: c}}
	}
	trouble := func(x engine.Trouble, waiting int) observe.Config {
		return observe.Config{Link: link{Link: engine.Online, Trouble: x, Waiting: waiting}}
	}
	states := func(s ...outbox.State) outbox.Stats {
		stats := outbox.Stats{ByState: map[outbox.State]int{}}
		for _, one := range s {
			stats.ByState[one]++
		}
		return stats
	}
	for name, c := range map[string]struct {
		cfg  observe.Config
		want []health.Code
	}{
		"nothing is there": {observe.Config{}, nil},
		"all is well": {observe.Config{Outbox: box{stats: states(outbox.StateAccepted, outbox.StateStoredCentral)}, Link: link{Link: engine.Online, Waiting: 1},
			Clock: known(item.Clock{Known: true, Offset: time.Minute}), Free: room(observe.DefaultLow), Voice: func() bool { return true },
			Power: supply(map[string]string{"AC/type": "Mains", "AC/online": "1", "BAT0/capacity": "3"}), Changed: func() bool { return false }}, nil},
		"devices": {observe.Config{Devices: map[health.Device]observe.Device{
			health.CardReader:     driver{State: device.StateDisconnected, Problem: device.ProblemNoPort},
			health.ReceiptPrinter: driver{State: device.StateReady, Problem: device.ProblemPaperLow},
			health.CodeScanner:    driver{}}}, []health.Code{"PRINTER-PAPER-LOW", "READER-NO-PORT"}},
		"stopped":                         {observe.Config{Outbox: box{err: outbox.ErrStopped}}, []health.Code{health.OutboxStopped}},
		"closed on purpose":               {observe.Config{Outbox: box{err: outbox.ErrClosed}}, nil},
		"full":                            {observe.Config{Outbox: box{err: outbox.ErrFull}}, []health.Code{health.OutboxFull}},
		"too old":                         {observe.Config{Outbox: box{err: full(outbox.ErrTooOld)}}, []health.Code{health.OutboxTooOld}},
		"silent":                          {observe.Config{Outbox: box{err: full(outbox.ErrSilent)}}, []health.Code{health.OutboxSilent}},
		"fenced":                          {observe.Config{Outbox: box{err: outbox.ErrFenced}}, []health.Code{health.OutboxFenced}},
		"no room":                         {observe.Config{Outbox: box{err: outbox.ErrNoSpace}, Free: room(0)}, []health.Code{health.OutboxNoSpace}},
		"little room":                     {observe.Config{Outbox: box{}, Free: room(observe.DefaultLow - 1)}, []health.Code{health.DiskLow}},
		"for a person":                    {observe.Config{Outbox: box{stats: states(outbox.StateRejected, outbox.StateConflict)}}, []health.Code{health.OutboxConflict, health.OutboxRejected}},
		"damage":                          {observe.Config{Outbox: box{damage: []outbox.Damage{{Part: outbox.PartQueue, Mended: true}}}}, []health.Code{health.OutboxDamaged}},
		"nobody listens":                  {offline(engine.CauseRefused), []health.Code{health.LinkDown}},
		"no cable":                        {offline(engine.CauseNetwork), []health.Code{health.LinkDown}},
		"no answer in time":               {offline(engine.CauseTimeout), []health.Code{health.LinkDown}},
		"no name":                         {offline(engine.CauseName), []health.Code{health.LinkName}},
		"no TLS":                          {offline(engine.CauseTLS), []health.Code{health.LinkTLS}},
		"another's certificate":           {offline(engine.CauseCertificate), []health.Code{health.LinkTLS}},
		"certificate of the day":          {offline(engine.CauseClock), []health.Code{health.LinkClock}},
		"a login page":                    {offline(engine.CauseOther), []health.Code{health.LinkPortal}},
		"not enrolled":                    {offline(engine.CauseUnknown), []health.Code{health.CentralRefused}},
		"revoked":                         {trouble(engine.TroubleRefused, 0), []health.Code{health.CentralRefused}},
		"too old a program":               {trouble(engine.TroubleUpgrade, 0), []health.Code{health.CentralUpgrade}},
		"central is full":                 {trouble(engine.TroubleFull, 1), []health.Code{health.CentralFull}},
		"central fails":                   {trouble(engine.TroubleServer, 1), []health.Code{health.CentralFailing}},
		"batches get lost":                {trouble(engine.TroubleNoAnswer, 1), []health.Code{health.CentralFailing}},
		"no proof":                        {trouble(engine.TroubleAck, 1), []health.Code{health.CentralUnproven}},
		"it failed, and all is there now": {trouble(engine.TroubleServer, 0), nil},
		"slow":                            {observe.Config{Link: link{Link: engine.Online, Slow: true}}, []health.Code{health.LinkSlow}},
		"never heard":                     {observe.Config{Clock: known(item.Clock{})}, []health.Code{health.ClockUnknown}},
		"heard last year":                 {observe.Config{Clock: known(item.Clock{Known: true, Age: 365 * 24 * time.Hour})}, []health.Code{health.ClockUnknown}},
		"an hour behind":                  {observe.Config{Clock: known(item.Clock{Known: true, Offset: time.Hour})}, []health.Code{health.ClockWrong}},
		"an hour ahead":                   {observe.Config{Clock: known(item.Clock{Known: true, Offset: -time.Hour})}, []health.Code{health.ClockWrong}},
		"no voice":                        {observe.Config{Voice: func() bool { return false }}, []health.Code{health.VoiceMissing}},
		"changed":                         {observe.Config{Changed: func() bool { return true }}, []health.Code{health.ConfigChanged}},
		"crashed just now":                {observe.Config{Crashed: noon.Add(-time.Minute)}, []health.Code{health.ProcessRestarted}},
		"crashed yesterday":               {observe.Config{Crashed: noon.Add(-24 * time.Hour)}, nil},
		"on the battery":                  {observe.Config{Power: supply(map[string]string{"AC/type": "Mains", "AC/online": "0", "BAT0/type": "Battery", "BAT0/capacity": "80"})}, []health.Code{health.PowerBattery}},
		"the battery is empty":            {observe.Config{Power: supply(map[string]string{"AC/type": "Mains", "AC/online": "0", "BAT0/capacity": "9"})}, []health.Code{health.PowerBattery, health.PowerSupply}},
		"a mouse's battery":               {observe.Config{Power: supply(map[string]string{"hid/type": "Mains", "hid/scope": "Device", "hid/online": "0", "hid/capacity": "1"})}, nil},
		"no power files":                  {observe.Config{Power: os.DirFS("/nonexistent")}, nil},
		"what others know": {observe.Config{More: []func(time.Time) []health.Observation{func(time.Time) []health.Observation {
			return []health.Observation{{Code: health.AuditBroken}, {Code: health.StaffRosterOld}}
		}}}, []health.Code{health.AuditBroken, health.StaffRosterOld}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := look(t, c.cfg); !slices.Equal(got, append([]health.Code{}, c.want...)) {
				t.Errorf("sees %v, want %v", got, c.want)
			}
		})
	}
}

// TestRunKeepsTheHistory: what was told stands in the file, and the next run goes on with it; a file that is no history begins anew.
func TestRunKeepsTheHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "problems.json")
	synctest.Test(t, func(t *testing.T) {
		stopped := true
		began := time.Now()
		run := func(b *health.Board, lasts time.Duration) {
			o, err := observe.New(observe.Config{Now: time.Now, Voice: func() bool { return !stopped }})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), lasts)
			defer cancel()
			if err := o.Run(ctx, b, file, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
		}
		run(health.NewBoard(health.BoardConfig{}), time.Hour)
		kept, err := observe.LoadHistory(file)
		if err != nil || len(kept) != 1 || kept[0].Code != health.VoiceMissing || !kept[0].Closed.IsZero() {
			t.Fatalf("kept %+v, %v", kept, err)
		}
		next := health.NewBoard(health.BoardConfig{History: kept})
		run(next, time.Hour)
		if got := next.Problems(); len(got) != 1 || !got[0].Since.Equal(began) {
			t.Errorf("the next run shows %+v, want since %s", got, began)
		}
		stopped = false
		run(next, time.Hour)
		if kept, err = observe.LoadHistory(file); err != nil || len(kept) != 1 || kept[0].Closed.IsZero() {
			t.Errorf("mended, kept %+v, %v", kept, err)
		}
	})
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept, err := observe.LoadHistory(file); err == nil || len(kept) != 0 {
		t.Errorf("of a damaged file: %+v, %v", kept, err)
	}
}

func TestConfigWatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.yaml")
	at := noon
	write := func(s string) {
		at = at.Add(time.Second)
		if err := errors.Join(os.WriteFile(file, []byte(s), 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	write("version: 1\n")
	changed, err := observe.ConfigWatch(file)
	if err != nil || changed() {
		t.Fatalf("at first: %v", err)
	}
	for _, step := range []struct {
		data string
		want bool
	}{{"version: 1\n", false}, {"version: 2\n", true}, {"version: 1\n", false}} {
		write(step.data)
		for range 2 { // it stays so
			if changed() != step.want {
				t.Errorf("%q: changed is not %v", step.data, step.want)
			}
		}
	}
	if err := os.Remove(file); err != nil || !changed() {
		t.Errorf("it has gone, and nothing changed (%v)", err)
	}
	if _, err := observe.ConfigWatch(file); err == nil {
		t.Error("a file that is not there is watched")
	}
}

func TestACrashLeavesItsMark(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "running")
	for _, step := range []struct {
		clean, want bool
	}{{true, false}, {false, false}, {true, true}, {true, false}} {
		if crashed, err := observe.BeginRun(mark); err != nil || crashed != step.want {
			t.Errorf("crashed is %v, %v; want %v", crashed, err, step.want)
		}
		if step.clean {
			if err := observe.EndRun(mark); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := observe.BeginRun(filepath.Join(mark, "no", "such", "folder")); err == nil {
		t.Error("a mark that can not be left is no error")
	}
}

func TestProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "voice")
	there := observe.Program(file)
	if there() {
		t.Error("it is there before it is")
	}
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o700); err != nil || !there() {
		t.Errorf("it is not there (%v)", err)
	}
}
