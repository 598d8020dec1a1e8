package nodetest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/cmd/hallsim/hall"
	"onedoor/device/port"
	"onedoor/device/sim"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Cause makes a problem come and go. Both are called with the kiosk running, and leave it running.
type Cause struct {
	Code       health.Code
	Make, Mend func(*World)
}

// brief stands for the days after which what is too old is.
const brief = 4 * time.Second

// Causes is a cause for every code.
func Causes() []Cause {
	all := append(deviceCauses(), linkCauses()...)
	all = append(all, outboxCauses()...)
	return append(all, machineCauses()...)
}

func deviceCauses() []Cause {
	type plug interface {
		Unplug()
		Plug() error
	}
	plugged := func(w *World, p plug) {
		if err := p.Plug(); err != nil {
			w.Fatal(err)
		}
	}
	scanner := func(w *World) { // which a kiosk has only if it is told so
		w.Restart(func() { w.File.Scanner.Port = hall.ScannerPort(filepath.Join(w.Dir, "dev")) })
		w.Working(health.CodeScanner)
	}
	of := map[health.Device]func(*World) plug{
		health.CardReader:     func(w *World) plug { return w.Hall.Reader },
		health.ReceiptPrinter: func(w *World) plug { return w.Hall.Printer },
		health.CodeScanner:    func(w *World) plug { return w.Hall.Scanner },
	}
	taken := map[health.Device]func(*World, bool){
		health.CardReader:     func(w *World, on bool) { w.Hall.Reader.Levers(func(l *sim.ReaderLevers) { l.Taken = on }) },
		health.ReceiptPrinter: func(w *World, on bool) { w.Hall.Printer.Levers(func(l *sim.PrinterLevers) { l.Taken = on }) },
		health.CodeScanner:    func(w *World, on bool) { w.Hall.Scanner.Levers(func(l *sim.ScannerLevers) { l.Taken = on }) },
	}
	var all []Cause
	for _, d := range health.Devices() {
		with := func(w *World) {
			if d == health.CodeScanner {
				scanner(w)
			}
			w.Working(d)
		}
		all = append(all,
			Cause{health.CodeOf(d, "unplugged"), func(w *World) { with(w); of[d](w).Unplug() }, func(w *World) { plugged(w, of[d](w)) }},
			Cause{health.CodeOf(d, "no-port"), func(w *World) { with(w); w.Restart(of[d](w).Unplug) }, func(w *World) { plugged(w, of[d](w)) }},
			Cause{health.CodeOf(d, "port-in-use"), func(w *World) {
				with(w)
				taken[d](w, true)
				w.Restart(func() { of[d](w).Unplug(); plugged(w, of[d](w)) })
			}, func(w *World) { taken[d](w, false) }})
	}
	reader := func(c health.Code, pull func(l *sim.ReaderLevers)) Cause {
		return Cause{c, func(w *World) { w.Working(health.CardReader); w.Hall.Reader.Levers(pull) }, func(w *World) { w.Hall.Reader.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{} }) }}
	}
	printer := func(c health.Code, pull func(l *sim.PrinterLevers)) Cause {
		return Cause{c, func(w *World) { w.Working(health.ReceiptPrinter); w.Hall.Printer.Levers(pull) }, func(w *World) { w.Hall.Printer.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} }) }}
	}
	return append(all,
		reader("READER-SILENT", func(l *sim.ReaderLevers) { l.Silent = true }),
		Cause{"READER-WRONG-DEVICE", func(w *World) {
			w.Restart(func() { w.Hall.Reader.Levers(func(l *sim.ReaderLevers) { l.Echo = true }) }) // cables are exchanged while it is off
		}, func(w *World) { w.Hall.Reader.Levers(func(l *sim.ReaderLevers) { l.Echo = false }) }},
		reader("READER-SELF-TEST", func(l *sim.ReaderLevers) { l.SelfTest = true }),
		reader("READER-UNAUTHORISED", func(l *sim.ReaderLevers) { l.NoKeys = true }),
		printer("PRINTER-SILENT", func(l *sim.PrinterLevers) { l.Off = true }),
		printer("PRINTER-PAPER-OUT", func(l *sim.PrinterLevers) { l.PaperOut = true }),
		printer("PRINTER-PAPER-LOW", func(l *sim.PrinterLevers) { l.PaperLow = true }),
		printer("PRINTER-COVER-OPEN", func(l *sim.PrinterLevers) { l.CoverOpen = true }),
		printer("PRINTER-CUTTER", func(l *sim.PrinterLevers) { l.CutterJam = true }),
		printer("PRINTER-OVERHEATED", func(l *sim.PrinterLevers) { l.Overheated = true }),
		printer("PRINTER-UNRECOVERABLE", func(l *sim.PrinterLevers) { l.Unrecoverable = true }),
		Cause{"PRINTER-STUCK", func(w *World) {
			w.Restart(func() { w.File.Printer.Flow = string(port.FlowXONXOFF) })
			w.Working(health.ReceiptPrinter)
			w.Hall.Printer.Levers(func(l *sim.PrinterLevers) { l.XoffStuck = true })
		}, func(w *World) { w.Hall.Printer.Levers(func(l *sim.PrinterLevers) { l.XoffStuck = false }) }})
}

// fullStore has no room for what comes, and brokenStore fails on it.
type fullStore struct{ *badgerstore.Store }

func (fullStore) Ingest(context.Context, time.Time, []central.Entry) ([]central.Outcome, error) {
	return nil, central.ErrFull
}

type brokenStore struct{ *badgerstore.Store }

func (brokenStore) Ingest(context.Context, time.Time, []central.Entry) ([]central.Outcome, error) {
	return nil, errors.New("the disk of central is broken")
}

// otherStore keeps another item than the one that came, so that central's word is for what was not sent.
type otherStore struct{ *badgerstore.Store }

func (otherStore) Ingest(_ context.Context, _ time.Time, entries []central.Entry) ([]central.Outcome, error) {
	out := make([]central.Outcome, len(entries))
	for i := range entries {
		entries[i].Digest[0] ^= 1
		out[i] = central.Outcome{Status: wire.Stored}
	}
	return out, nil
}

func linkCauses() []Cause {
	well := func(w *World) { w.Answer(w.Central.Handler()); w.Knock() }
	answers := func(c health.Code, h http.HandlerFunc) Cause {
		return Cause{c, func(w *World) { w.Answer(h); w.Knock() }, well}
	}
	waiting := func(c health.Code, store func(*World) central.Store) Cause { // what central does with an item
		return Cause{c, func(w *World) { w.On(store(w)); w.Restart(func() { w.Put(false) }) },
			func(w *World) { w.Restart(func() { w.Answer(w.Central.Handler()) }) }} // by itself it tries again only after a while
	}
	at := func(c health.Code, place func(w *World) string) Cause { // where central is looked for
		return Cause{c, func(w *World) { w.Restart(func() { w.File.Central.URL = place(w) }) },
			func(w *World) { w.Restart(func() { w.File.Central.URL = "http://" + w.Hall.Link.Addr() }) }}
	}
	return []Cause{
		{health.LinkDown, func(w *World) { w.Hall.Link.Cut() }, func(w *World) { w.Hall.Link.Restore() }},
		answers(health.LinkPortal, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>请登录</html>")) }),
		at(health.LinkName, func(*World) string { return "https://central.invalid" }),
		at(health.LinkTLS, func(w *World) string { u, _ := w.secure(time.Now().Add(time.Hour)); return u }),
		{health.LinkClock, func(w *World) {
			w.Restart(func() {
				u, ca := w.secure(time.Now().Add(-time.Hour))
				w.File.Central.URL, w.File.Central.CA = u, ca
			})
		}, func(w *World) {
			w.Restart(func() { w.File.Central.URL, w.File.Central.CA = "http://"+w.Hall.Link.Addr(), "" })
		}},
		{health.LinkSlow, func(w *World) {
			w.Answer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path != wire.PathFeed { // as over a line that is busy with something else; a poll is held anyway
					select {
					case <-time.After(2200 * time.Millisecond):
					case <-r.Context().Done():
					}
				}
				w.Central.Handler().ServeHTTP(rw, r)
			}))
			w.Restart(func() {})
		}, func(w *World) { w.Answer(w.Central.Handler()) }},
		{health.CentralRefused, func(w *World) {
			w.Settled("central to be heard of", w.Node.Online)
			if _, err := w.Central.Revoke(w.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "", "stolen"); err != nil {
				w.Fatal(err)
			}
		}, func(w *World) { w.Restart(w.replace) }},
		{health.CentralUpgrade, func(w *World) {
			w.Answer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { // to a central of another protocol this kiosk's is as strange
				r.Header.Set(wire.HeaderVersion, wire.Version+"0")
				w.Central.Handler().ServeHTTP(rw, r)
			}))
			w.Knock()
		}, func(w *World) { w.Restart(func() { w.Answer(w.Central.Handler()) }) }}, // a newer program is another process
		waiting(health.CentralUnproven, func(w *World) central.Store { return otherStore{w.Store} }),
		waiting(health.CentralFull, func(w *World) central.Store { return fullStore{w.Store} }),
		waiting(health.CentralFailing, func(w *World) central.Store { return brokenStore{w.Store} }),
	}
}

func outboxCauses() []Cause {
	waits := func(w *World, l outbox.Limits) {
		w.Settled("central to be heard of", w.Node.Online)
		w.Hall.Link.Cut()
		w.Restart(func() { w.Put(false); w.Limits = l })
	}
	return []Cause{
		{health.OutboxStopped, func(w *World) {
			w.brittle()
			w.Settled("the console to be open", func() bool { _, err := w.clerk.page(w); return err == nil }) // a sign-in that can not be logged is none
			w.tell(mediumFails)
		}, func(w *World) { w.tell(mediumWell) }},
		{health.OutboxNoSpace, func(w *World) { w.small(); w.fill(outbox.DefaultMinFree / 2) }, (*World).clear},
		{health.DiskLow, func(w *World) { w.small(); w.fill(2 * outbox.DefaultMinFree) }, (*World).clear},
		{health.OutboxTooOld, func(w *World) { waits(w, outbox.Limits{Age: brief}) }, func(w *World) { w.Hall.Link.Restore() }},
		{health.OutboxSilent, func(w *World) { waits(w, outbox.Limits{Silence: brief}) }, func(w *World) { w.Hall.Link.Restore() }},
		{health.OutboxConflict, func(w *World) {
			before := filepath.Join(w.Dir, "copy")
			w.Restart(func() {
				w.copy(before, w.File.Data)
				w.Put(false)
			})
			w.Settled("what came first to be delivered", func() bool { return w.Node.Stats().Waiting == 0 })
			w.Restart(func() { // whoever puts an old copy of the disk back has two items of one number
				w.copy(w.File.Data, before)
				w.Put(false)
			})
		}, func(w *World) { w.Restart(w.replace) }},
		{health.OutboxFull, func(w *World) {
			w.Hall.Link.Cut()
			w.Restart(func() { w.Put(false); w.File.Outbox.Items = 1 })
		}, func(w *World) { w.Hall.Link.Restore() }},
		{health.OutboxFenced, func(w *World) { w.Enrol(filepath.Join(w.Dir, "new machine")); w.Knock() },
			func(w *World) { w.Restart(func() { w.File.Data = filepath.Join(w.Dir, "new machine") }) }},
		{health.OutboxDamaged, func(w *World) {
			w.Restart(func() {
				w.Put(false)
				if err := os.Remove(filepath.Join(w.File.Data, "outbox", "witness")); err != nil {
					w.Fatal(err)
				}
			})
		}, func(w *World) { w.Restart(func() {}) }},
		{health.OutboxRejected, func(w *World) { w.Restart(func() { w.Put(true) }) }, func(w *World) {
			w.Restart(func() {
				w.Queue(func(o *outbox.Outbox) {
					dead, err := o.List(0, 10, func(s outbox.State) bool { return s == outbox.StateRejected })
					if err != nil || len(dead) != 1 {
						w.Fatalf("%d dead letters, %v", len(dead), err)
					}
					if err := o.Void(w.Context(), []string{dead[0].Item.ID}, "settled with the applicant"); err != nil {
						w.Fatal(err)
					}
				})
			})
		}},
	}
}

func machineCauses() []Cause {
	voice := func(w *World) string { return filepath.Join(w.Dir, "voice") }
	power := func(w *World, online, left string) {
		for name, data := range map[string]string{"AC/type": "Mains", "AC/online": online, "BAT0/type": "Battery", "BAT0/capacity": left} {
			w.Write(filepath.Join(w.Dir, "power", name), data+"\n")
		}
	}
	altered := func(w *World) { // by one bit, the same one each time
		names, err := filepath.Glob(filepath.Join(w.File.Data, "audit", "audit-*.jsonl"))
		if err != nil || len(names) == 0 {
			w.Fatalf("no audit log: %v", err)
		}
		b, err := os.ReadFile(names[0])
		if err != nil {
			w.Fatal(err)
		}
		b[bytes.IndexByte(b, '"')+1] ^= 1
		w.Write(names[0], string(b))
	}
	return []Cause{
		{health.KioskClosed, func(w *World) {
			leave := w.signIn()
			w.pressed("in-service", kiosk.Act{ID: "out-of-service"}, kiosk.Act{ID: "choose", Subject: "out.notice.maintenance"})
			leave()
		}, func(w *World) {
			leave := w.signIn()
			w.pressed("out-of-service", kiosk.Act{ID: "in-service"})
			leave()
		}},
		{health.StaffRosterOld, func(w *World) { w.Hall.Link.Cut(); w.Restart(func() { w.Validity = brief }) }, func(w *World) { w.Hall.Link.Restore() }},
		{health.AuditBroken, func(w *World) { w.Restart(func() { altered(w) }) }, func(w *World) { w.Restart(func() { altered(w) }) }},
		{health.ClockWrong, func(w *World) { w.Step(-time.Hour); w.Knock() }, func(w *World) { w.Step(0); w.Knock() }},
		{health.ClockUnknown, func(w *World) {
			w.Hall.Link.Cut()
			w.Restart(func() {
				if err := os.Remove(filepath.Join(w.File.Data, "clock.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
					w.Fatal(err)
				}
			})
		}, func(w *World) { w.Hall.Link.Restore() }},
		{health.VoiceMissing, func(w *World) {
			w.Restart(func() { w.Write(voice(w), "#!/bin/sh\ncat >/dev/null\n"); w.File.Voice = voice(w) })
			if err := os.Rename(voice(w), voice(w)+".away"); err != nil {
				w.Fatal(err)
			}
		}, func(w *World) {
			if err := os.Rename(voice(w)+".away", voice(w)); err != nil {
				w.Fatal(err)
			}
		}},
		{health.PowerBattery, func(w *World) { power(w, "0", "80") }, func(w *World) { power(w, "1", "80") }},
		{health.PowerSupply, func(w *World) { power(w, "0", "9") }, func(w *World) { power(w, "1", "9") }},
		{health.ConfigChanged, func(w *World) { w.Write(filepath.Join(w.Dir, "kiosk.yaml"), "as somebody changed it\n") },
			func(w *World) { w.Write(filepath.Join(w.Dir, "kiosk.yaml"), "as it was\n") }},
		{health.ProcessRestarted, func(w *World) { w.Restart(func() { w.Write(filepath.Join(w.File.Data, "running"), "") }) }, // as a killed one leaves it
			func(w *World) { w.Restart(func() {}) }},
	}
}
