package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/doctor"
	"onedoor/cmd/hallsim/citizen"
	"onedoor/device/port"
	"onedoor/device/sim"
	"onedoor/sync/central"
	"onedoor/sync/item"
)

// clinic is a kiosk's machine with nothing wrong but what a test does to it: a real central behind TLS, real devices on
// pseudo terminals, a real X server, an enrolled data directory. Names, cables and the clock are what it says they are.
type clinic struct {
	*site
	web     *httptest.Server
	reader  *sim.Reader
	printer *sim.Printer
	display string
	file    string
	root    string
	machine doctor.Machine
	live    doctor.Live
	lines   map[string]string // of the configuration, by their first word
}

// platform is the name of central; the certificate of httptest is good for it.
const platform = "example.com"

func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{site: newSite(t), reader: reader(t), printer: paper(t), root: t.TempDir()}
	c.web = httptest.NewUnstartedServer(c.server.Handler())
	c.web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes that are meant to fail
	c.web.StartTLS()
	t.Cleanup(c.web.Close)
	display, stop, err := citizen.StartXvfb(t.Context(), 1080, 1920)
	if err != nil {
		t.Skipf("no X server: %v", err)
	}
	t.Cleanup(stop)
	c.display = display
	c.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.web.Certificate().Raw})))
	c.write("sys/class/net/eth0/carrier", "1\n")
	c.write("proc/bus/input/devices", "I: Bus=0003\nN: Name=\"Glass\"\nB: PROP=2\n")
	c.machine = doctor.System()
	c.machine.Root = c.root
	c.machine.Synchronised = func() (bool, error) { return true, nil }
	c.machine.Addresses = func(string) ([]string, error) { return []string{"10.1.2.3"}, nil }
	c.machine.Lookup = func(context.Context, string) ([]string, error) { return []string{"10.9.9.9"}, nil }
	c.machine.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, c.web.Listener.Addr().String())
	}
	c.file = filepath.Join(c.root, "kiosk.yaml")
	c.lines = map[string]string{
		"version": "version: 1", "data": "data: " + c.dir, "central": "central: {url: 'https://" + platform + "', ca: ca.pem}",
		"reader": "reader: {port: " + c.reader.Path() + "}", "printer": "printer: {port: " + c.printer.Path() + "}",
		"scanner": "scanner: {}", "screen": "screen: {width: 1080, height: 1920}",
	}
	return c
}

// write makes a file of the machine.
func (c *clinic) write(name, text string) {
	c.Helper()
	path := filepath.Join(c.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
}

// look runs the doctor and gives its findings with --json, the exit status, and what people read.
func (c *clinic) look() (found []findingLine, code int, said string) {
	c.Helper()
	order := []string{"version", "data", "central", "reader", "printer", "scanner", "screen", "voice", "staff"}
	var text []string
	for _, k := range order {
		text = append(text, c.lines[k])
	}
	c.write("kiosk.yaml", strings.Join(text, "\n"))
	cmd := &doctorCommand{langFlag: langFlag{"zh"}}
	report := doctor.Run(c.Context(), doctor.Config{File: c.file, Unit: "onedoor-kiosk.service", Display: c.display, Machine: c.machine, Live: c.live})
	tell := func(asJSON bool) (string, int) {
		var out, errs bytes.Buffer
		e := &env{ctx: c.Context(), out: &out, json: asJSON, logger: slog.New(slog.DiscardHandler)}
		if err := cmd.tell(e, report); err != nil {
			return out.String(), e.fail(&errs, err)
		}
		return out.String(), 0
	}
	said, human := tell(false)
	lines, code := tell(true)
	if human != code {
		c.Errorf("status %d for people and %d for machines", human, code)
	}
	dec := json.NewDecoder(strings.NewReader(lines))
	for {
		var f findingLine
		if err := dec.Decode(&f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			c.Fatal(err)
		}
		if f.Event == "finding" {
			found = append(found, f)
		}
	}
	return found, code, said
}

// wants runs the doctor and makes sure that it finds exactly these codes, faults and warnings, and tells them to machines and
// to people, with a cause and a remedy.
func (c *clinic) wants(codes ...doctor.Code) []findingLine {
	c.Helper()
	found, status, said := c.look()
	var have []doctor.Code
	want := 0
	for _, f := range found {
		if f.Verdict == doctor.OK || f.Verdict == doctor.Skipped {
			continue
		}
		have = append(have, doctor.Code(f.code()))
		if !strings.Contains(said, f.code()) || !strings.Contains(said, f.Cause) || !strings.Contains(said, f.Do) || f.Do == "" {
			c.Errorf("people are not told of %+v:\n%s", f, said)
		}
		if strings.ContainsAny(f.Cause+f.Do, "{}") {
			c.Errorf("a word is missing: %+v", f)
		}
		switch {
		case f.Verdict == doctor.Fault:
			want = 1
		case want == 0:
			want = 3
		}
	}
	slices.Sort(have)
	slices.Sort(codes)
	if !slices.Equal(have, codes) {
		c.Errorf("found %v, want %v\n%s", have, codes, said)
	}
	if status != want {
		c.Errorf("exit status %d, want %d", status, want)
	}
	return found
}

// of is the finding of one check.
func of(t *testing.T, found []findingLine, check doctor.Check) findingLine {
	t.Helper()
	for _, f := range found {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("%s was not looked at", check)
	return findingLine{}
}

// TestDoctorFindsNothingOnASoundMachine: and every check was made.
func TestDoctorFindsNothingOnASoundMachine(t *testing.T) {
	c := newClinic(t)
	c.accept(2)
	found := c.wants()
	for _, check := range doctor.Checks() {
		of(t, found, check)
	}
	if f := of(t, found, doctor.CheckOutbox); !strings.Contains(f.Cause, "待发 2 件") {
		t.Errorf("outbox: %+v", f)
	}
	if f := of(t, found, doctor.CheckCentral); f.Verdict != doctor.OK {
		t.Errorf("central: %+v", f)
	}
}

// TestDoctorFindsEachCause: every cause is made, seen by its code alone, and gone when it is mended.
func TestDoctorFindsEachCause(t *testing.T) {
	c := newClinic(t)
	line := func(key, text string) func() {
		was := c.lines[key]
		c.lines[key] = text
		return func() { c.lines[key] = was }
	}
	dial := func(to func(context.Context, string, string) (net.Conn, error)) func() {
		was := c.machine.Dial
		c.machine.Dial = to
		return func() { c.machine.Dial = was }
	}
	lookup := func(err error) func() {
		was := c.machine.Lookup
		c.machine.Lookup = func(context.Context, string) ([]string, error) { return nil, err }
		return func() { c.machine.Lookup = was }
	}
	instead := func(h http.Handler) func() {
		was := c.web.Config.Handler
		c.web.Config.Handler = h
		return func() { c.web.Config.Handler = was }
	}
	space := func(change func(*doctor.Space)) func() {
		was := c.machine.Space
		c.machine.Space = func(dir string) (doctor.Space, error) {
			s, err := was(dir)
			change(&s)
			return s, err
		}
		return func() { c.machine.Space = was }
	}
	mode := func(path string, mode os.FileMode) func() {
		info, err := os.Stat(path)
		if err == nil {
			err = os.Chmod(path, mode)
		}
		if err != nil {
			t.Fatal(err)
		}
		return func() { _ = os.Chmod(path, info.Mode()) }
	}
	// A pseudo terminal never says that its other end has gone away, and so a silent device is one that is switched off.
	levers := map[string]struct {
		make func() (mend func())
		want []doctor.Code
	}{
		"a wrong value":       {func() func() { return line("screen", "screen: {diagonal: 2}") }, []doctor.Code{doctor.ConfigFault}},
		"no such profile":     {func() func() { return line("printer", "printer: {port: "+c.printer.Path()+", profile: x}") }, []doctor.Code{doctor.ProfileUnknown}},
		"no authority's file": {func() func() { return line("central", "central: {url: 'https://"+platform+"', ca: none.pem}") }, []doctor.Code{doctor.ConfigCA, doctor.ConfigCA}},
		"no port":             {func() func() { return line("reader", "reader: {port: /dev/none}") }, []doctor.Code{"READER-NO-PORT"}},
		"no serial port":      {func() func() { return line("reader", "reader: {port: "+c.file+"}") }, []doctor.Code{doctor.ReaderNotSerial}},
		"exchanged ports": {func() func() {
			a, b := line("reader", "reader: {port: "+c.printer.Path()+"}"), line("printer", "printer: {port: "+c.reader.Path()+"}")
			return func() { a(); b() }
		}, []doctor.Code{"READER-WRONG-DEVICE", "PRINTER-WRONG-DEVICE"}},
		"a port in use": {func() func() {
			p, err := port.Open(port.Config{Path: c.printer.Path(), Baud: 115200})
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = p.Close() }
		}, []doctor.Code{"PRINTER-PORT-IN-USE"}},
		"a port that is not allowed": {func() func() {
			was := c.machine.Allowed
			c.machine.Allowed = func(path string, mode uint32) error {
				if path == c.reader.Path() {
					return syscall.EACCES
				}
				return was(path, mode)
			}
			return func() { c.machine.Allowed = was }
		}, []doctor.Code{doctor.ReaderNotAllowed}},
		"a reader without power": {func() func() {
			c.reader.Levers(func(l *sim.ReaderLevers) { l.Silent = true })
			return func() { c.reader.Levers(func(l *sim.ReaderLevers) { l.Silent = false }) }
		}, []doctor.Code{"READER-SILENT"}},
		"no paper": {func() func() {
			c.printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = true })
			return func() { c.printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = false }) }
		}, []doctor.Code{"PRINTER-PAPER-OUT"}},
		"a full disk":       {func() func() { return space(func(s *doctor.Space) { s.Free = 1 << 20 }) }, []doctor.Code{doctor.OutboxNoSpace}},
		"a nearly full":     {func() func() { return space(func(s *doctor.Space) { s.Free = 200 << 20 }) }, []doctor.Code{doctor.DiskLow}},
		"no more files":     {func() func() { return space(func(s *doctor.Space) { s.Files, s.Unused = 1000, 3 }) }, []doctor.Code{doctor.DiskInodes}},
		"a read-only one":   {func() func() { return space(func(s *doctor.Space) { s.ReadOnly = true }) }, []doctor.Code{doctor.DiskReadOnly}},
		"open keys":         {func() func() { return mode(filepath.Join(c.dir, "identity.json"), 0o644) }, []doctor.Code{doctor.KeysExposed}},
		"an open directory": {func() func() { return mode(c.dir, 0o755) }, []doctor.Code{doctor.DataExposed}},
		"no identity": {func() func() {
			path := filepath.Join(c.dir, "identity.json")
			if err := os.Rename(path, path+".away"); err != nil {
				t.Fatal(err)
			}
			return func() { _ = os.Rename(path+".away", path) }
		}, []doctor.Code{doctor.KeysNotEnrolled}},
		"a spoilt identity": {func() func() {
			path := filepath.Join(c.dir, "identity.json")
			was, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, was[:len(was)/2], 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = os.WriteFile(path, was, 0o600) }
		}, []doctor.Code{doctor.KeysDamaged}},
		"a clock without a battery": {func() func() { return c.clock(func(time.Time) time.Time { return time.Unix(99, 0) }) },
			[]doctor.Code{doctor.ClockUnset}},
		"a clock of the next century": {func() func() { return c.clock(func(t time.Time) time.Time { return t.AddDate(74, 0, 0) }) },
			[]doctor.Code{doctor.CAExpired, doctor.LinkClock}},
		"a wrong clock":       {func() func() { return c.clock(func(t time.Time) time.Time { return t.Add(-7 * time.Minute) }) }, []doctor.Code{doctor.ClockWrong}},
		"a clock that drifts": {func() func() { return c.clock(func(t time.Time) time.Time { return t.Add(20 * time.Second) }) }, []doctor.Code{doctor.ClockDrifts}},
		"nothing keeps the clock": {func() func() {
			was := c.machine.Synchronised
			c.machine.Synchronised = func() (bool, error) { return false, nil }
			return func() { c.machine.Synchronised = was }
		}, []doctor.Code{doctor.ClockUnsynchronised}},
		"a pulled cable": {func() func() {
			c.write("sys/class/net/eth0/carrier", "0\n")
			return func() { c.write("sys/class/net/eth0/carrier", "1\n") }
		}, []doctor.Code{doctor.LinkNoCarrier}},
		"no address": {func() func() {
			was := c.machine.Addresses
			c.machine.Addresses = func(string) ([]string, error) { return nil, nil }
			return func() { c.machine.Addresses = was }
		}, []doctor.Code{doctor.LinkNoAddress}},
		"no route": {func() func() {
			return dial(func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ENETUNREACH })
		}, []doctor.Code{doctor.LinkNoRoute}},
		"no such name":   {func() func() { return lookup(&net.DNSError{Err: "no such host", IsNotFound: true}) }, []doctor.Code{doctor.LinkNameUnknown}},
		"no name server": {func() func() { return lookup(&net.DNSError{Err: "i/o timeout", IsTimeout: true}) }, []doctor.Code{doctor.LinkNameServer}},
		"a refused connection": {func() func() {
			address, free := deaf(t)
			undo := dial(func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			})
			return func() { undo(); free() }
		}, []doctor.Code{doctor.LinkRefused}},
		"another authority": {func() func() { return line("central", "central: {url: 'https://"+platform+"'}") }, []doctor.Code{doctor.LinkTLSAuthority}},
		"another name":      {func() func() { return line("central", "central: {url: 'https://central.test', ca: ca.pem}") }, []doctor.Code{doctor.LinkTLSName}},
		"no TLS at all": {func() func() {
			plain := httptest.NewServer(http.NotFoundHandler())
			undo := dial(func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, plain.Listener.Addr().String())
			})
			return func() { undo(); plain.Close() }
		}, []doctor.Code{doctor.LinkTLS}},
		"a sign-in page": {func() func() {
			return instead(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome</html>") }))
		}, []doctor.Code{doctor.LinkPortal}},
		"a redirect": {func() func() { return instead(http.RedirectHandler("/login", http.StatusFound)) }, []doctor.Code{doctor.LinkPortal}},
		"a gateway without central": {func() func() {
			return instead(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
		}, []doctor.Code{doctor.LinkGateway}},
		"another central": {func() func() { return instead(newSite(t).server.Handler()) }, []doctor.Code{doctor.CentralUnknown}},
		"no display": {func() func() {
			was := c.display
			c.display = ":987"
			return func() { c.display = was }
		}, []doctor.Code{doctor.DisplayNone}},
		"another resolution": {func() func() { return line("screen", "screen: {width: 1920, height: 1080}") }, []doctor.Code{doctor.DisplaySize}},
		"no touch": {func() func() {
			c.write("proc/bus/input/devices", "I: Bus=0011\nN: Name=\"Keyboard\"\nB: PROP=0\n")
			return func() { c.write("proc/bus/input/devices", "I: Bus=0003\nN: Name=\"Glass\"\nB: PROP=2\n") }
		}, []doctor.Code{doctor.TouchNone}},
		"a secret that is not there": {func() func() { return line("staff", "staff: {pepper: none}") }, []doctor.Code{doctor.StaffPepper}},
		"a secret among the data":    {func() func() { return line("staff", "staff: {pepper: "+c.dir+"/pepper}") }, []doctor.Code{doctor.ConfigFault, doctor.StaffPepper}},
		"no voice":                   {func() func() { return line("voice", "voice: no-such-voice") }, []doctor.Code{doctor.VoiceMissing}},
	}
	c.wants()
	for name, l := range levers {
		t.Run(name, func(t *testing.T) {
			was := c.T
			c.T = t
			defer func() { c.T = was }()
			mend := l.make()
			c.wants(l.want...)
			mend()
		})
	}
	c.wants()
}

// deaf is an address that is held, so that no other program gets it, and where nobody listens.
func deaf(t *testing.T) (address string, free func()) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	free = func() { _ = syscall.Close(fd) }
	err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	name, nameErr := syscall.Getsockname(fd)
	if err := errors.Join(err, nameErr); err != nil {
		free()
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), free
}

// clock steps the machine's clock.
func (c *clinic) clock(step func(time.Time) time.Time) (mend func()) {
	c.machine.Now = func() time.Time { return step(time.Now()) }
	return func() { c.machine.Now = time.Now }
}

func TestDoctorNamesLineAndField(t *testing.T) {
	c := newClinic(t)
	c.lines["reader"] = "reader:\n  baud: 14400\n  port: " + c.reader.Path()
	found := c.wants(doctor.ConfigFault, "READER-NO-PORT")
	if f := of(t, found, doctor.CheckConfig); !strings.Contains(f.Cause, "第 5 行，reader.baud") {
		t.Errorf("says %s", f.Cause)
	}
	c.lines["reader"] = "reader: [" // no YAML: the rest can not be looked at
	found = c.wants(doctor.ConfigFault)
	if f := of(t, found, doctor.CheckDisk); f.Code != string(doctor.SkipNoConfig) {
		t.Errorf("disk: %+v", f)
	}
}

func TestDoctorFindsDamageInTheJournal(t *testing.T) {
	c := newClinic(t)
	c.accept(3)
	files, err := filepath.Glob(filepath.Join(c.dir, "outbox", "journal", "*.journal"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	bad[bytes.Index(bad, []byte(`"sequence":"00000000000000000002"`))] ^= 1
	if err := os.WriteFile(files[0], bad, 0o600); err != nil {
		t.Fatal(err)
	}
	c.wants(doctor.OutboxDamaged)
	c.wants(doctor.OutboxDamaged) // it mends nothing
	if err := os.WriteFile(files[0], good, 0o600); err != nil {
		t.Fatal(err)
	}
	c.wants()
}

// TestDoctorFindsAnAlteredAuditLog: an entry that was changed, and it put back.
func TestDoctorFindsAnAlteredAuditLog(t *testing.T) {
	c := newClinic(t)
	dir := filepath.Join(c.dir, "audit")
	log, err := audit.Open(audit.Config{Dir: dir, Source: c.id.Device.Source(), Suite: item.Default(), SignKey: c.id.Device.SignKey,
		SignPrivate: c.id.SignPrivate, Now: time.Now, Keep: 365 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []audit.Kind{audit.KindOutOfService, audit.KindInService} {
		if err := log.Record(t.Context(), audit.Event{Kind: kind, Actor: audit.System}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	c.wants()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		good, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(good, []byte("out-of-service")) {
			continue
		}
		if err := os.WriteFile(f, bytes.Replace(good, []byte("out-of-service"), []byte("in-service"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		c.wants(doctor.AuditBroken)
		if err := os.WriteFile(f, good, 0o600); err != nil {
			t.Fatal(err)
		}
		c.wants()
		return
	}
	t.Error("there is no entry to alter")
}

// TestDoctorLeavesARunningKioskAlone: what it has is not opened, and it is named.
func TestDoctorLeavesARunningKioskAlone(t *testing.T) {
	c := newClinic(t)
	c.write("proc/"+fmt.Sprint(os.Getpid())+"/comm", "kiosk\n")
	o := c.open()
	r, err := port.Open(port.Config{Path: c.reader.Path(), Baud: 115200}) // who tried it would find it in use
	if err != nil {
		t.Fatal(err)
	}
	found := c.wants()
	for check, code := range map[doctor.Check]doctor.Code{doctor.CheckOutbox: doctor.OutboxInUse, doctor.CheckReader: doctor.SkipKioskRuns,
		doctor.CheckPrinter: doctor.SkipKioskRuns} {
		if f := of(t, found, check); f.Code != string(code) || f.Verdict != doctor.Skipped || !strings.Contains(f.Cause, "kiosk") {
			t.Errorf("%s: %+v", check, f)
		}
	}
	// Asked through its metrics, it says itself how its devices are, and what only it can know.
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# TYPE onedoor_problem gauge\nonedoor_problem{code=\"PRINTER-COVER-OPEN\",severity=\"blocks\"} 1\nonedoor_problem{code=\"READER-SILENT\"} 0\n"+
			"onedoor_problem{code=\"KIOSK-CLOSED\"} 1\n")
	}))
	c.live = doctor.Metrics{URL: page.URL}
	if f := of(t, c.wants("PRINTER-COVER-OPEN", "KIOSK-CLOSED"), doctor.CheckReader); f.Verdict != doctor.OK {
		t.Errorf("the reader by the kiosk's word: %+v", f)
	}
	page.Close()
	if f := of(t, c.wants(), doctor.CheckPrinter); f.Code != string(doctor.SkipKioskRuns) || f.Detail == "" {
		t.Errorf("a kiosk that does not answer: %+v", f)
	}
	if err := errors.Join(r.Close(), o.Close()); err != nil {
		t.Fatal(err)
	}
	if f := of(t, c.wants(), doctor.CheckReader); f.Verdict != doctor.OK {
		t.Errorf("after its end: %+v", f)
	}
}

// TestDoctorKnowsAReplacedMachine: a later incarnation was enrolled in its place.
func TestDoctorKnowsAReplacedMachine(t *testing.T) {
	c := newClinic(t)
	c.enrol(filepath.Join(t.TempDir(), "other"))
	c.wants(doctor.OutboxFenced)
}

// TestDoctorKnowsARevokedMachine: central says so itself, and proves it.
func TestDoctorKnowsARevokedMachine(t *testing.T) {
	c := newClinic(t)
	if _, err := c.server.Revoke(t.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "", "stolen"); err != nil {
		t.Fatal(err)
	}
	c.wants(doctor.CentralRevoked)
}

// TestDoctorOnRealFileSystems: one in memory, and a full one.
func TestDoctorOnRealFileSystems(t *testing.T) {
	c := newClinic(t)
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=100m,mode=700"); err != nil {
		t.Skipf("mounting takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	identity, err := os.ReadFile(filepath.Join(c.dir, "identity.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "identity.json"), identity, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.lines["data"] = "data: " + dir
	c.wants(doctor.DiskVolatile, doctor.DiskLow)
	fill := filepath.Join(dir, "fill")
	if err := os.WriteFile(fill, make([]byte, 60<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	c.wants(doctor.DiskVolatile, doctor.OutboxNoSpace)
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	c.wants(doctor.DiskVolatile, doctor.DiskLow)
}

// TestDoctorKnowsForWhomItLooks: root may do everything, and is told what the kiosk's user may not.
func TestDoctorKnowsForWhomItLooks(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	c := newClinic(t)
	const nobody = 65534
	own := func(uid int) {
		t.Helper()
		err := filepath.WalkDir(c.dir, func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, uid, uid))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	open := func(mode os.FileMode) {
		t.Helper()
		for _, path := range []string{c.reader.Path(), c.printer.Path(), filepath.Join(c.root, "ca.pem"), c.file} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.wants() // it writes the configuration
	own(nobody)
	found := c.wants(doctor.ReaderNotAllowed, doctor.PrinterNotAllowed, doctor.ConfigCA, doctor.ConfigUnreadable)
	if f := of(t, found, doctor.CheckReader); !strings.Contains(f.Cause, "nobody") {
		t.Errorf("says %s", f.Cause)
	}
	open(0o666)
	c.wants()
	own(0)
	open(0o600)
	c.wants()
}

// TestDoctorCommand: the command itself, on this machine, with a configuration that is not there.
func TestDoctorCommand(t *testing.T) {
	if code, out, _ := call(t, "doctor", "--help"); code != 0 || !strings.Contains(out, "15 seconds") {
		t.Errorf("help has status %d: %s", code, out)
	}
	file := filepath.Join(t.TempDir(), "none.yaml")
	code, out, errs := call(t, "doctor", "--config", file, "--lang", "en")
	if code != 1 || errs != "" || !strings.Contains(out, "CONFIG-MISSING  there is no configuration "+file) {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
	code, out, _ = call(t, "--json", "doctor", "--config", file, "--lang", "zh")
	var last doctorLine
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || code != 1 || last.Faults == 0 || last.Event != "doctor" {
		t.Errorf("status %d, %v: %s", code, err, out)
	}
}
