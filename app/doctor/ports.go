package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onedoor/app/health"
	"onedoor/assets/printers"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
)

// instrument is a device as it is looked at.
type instrument struct {
	check      Check
	device     health.Device
	lines      []string
	baud       int
	flow       port.Flow
	notAllowed Code
	notSerial  Code
	probe      func(context.Context, port.Port) error // nil where the device can not be asked
	other      func(context.Context, port.Port) error // whether its neighbour answers there
	status     func(context.Context, func(context.Context) (port.Port, error)) device.Status
}

func (p *patient) reader(ctx context.Context) []Finding {
	return p.look(ctx, instrument{check: CheckReader, device: health.CardReader, lines: p.file.Reader.Lines(), baud: p.file.Reader.Baud,
		notAllowed: ReaderNotAllowed, notSerial: ReaderNotSerial, probe: cardreader.Probe, other: printer.Probe, status: readerStatus})
}

func (p *patient) printer(ctx context.Context) []Finding {
	c := p.file.Printer
	flow := port.Flow(c.Flow)
	if c.Flow == "none" {
		flow = port.FlowNone
	}
	profile, err := p.model()
	if err != nil {
		profile = printer.Generic80() // only its state is asked for
	}
	if p.read && !profile.Realtime {
		return []Finding{wrong(CheckPrinter, SkipNotSet)}
	}
	return p.look(ctx, instrument{check: CheckPrinter, device: health.ReceiptPrinter, lines: c.Lines(), baud: c.Baud, flow: flow,
		notAllowed: PrinterNotAllowed, notSerial: PrinterNotSerial, probe: printer.Probe, other: cardreader.Probe, status: printerStatus(profile)})
}

func (p *patient) scanner(ctx context.Context) []Finding {
	if p.read && p.file.Scanner.Port == "" {
		return []Finding{wrong(CheckScanner, SkipNotSet)}
	}
	return p.look(ctx, instrument{check: CheckScanner, device: health.CodeScanner, lines: []string{p.file.Scanner.Port}, baud: p.file.Scanner.Baud,
		notAllowed: ScannerNotAllowed, notSerial: ScannerNotSerial})
}

// model is the printer's profile.
func (p *patient) model() (printer.Profile, error) {
	all, err := printer.LoadProfiles(printers.FS())
	if err != nil {
		return printer.Profile{}, err
	}
	profile, ok := all[p.file.Printer.Profile]
	if !ok {
		var names []string
		for n := range all {
			names = append(names, n)
		}
		slices.Sort(names)
		return profile, errors.New(strings.Join(names, ", "))
	}
	return profile, nil
}

func (p *patient) profile(context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckProfile, SkipNoConfig)}
	}
	m, err := p.model()
	if err != nil {
		return []Finding{wrong(CheckProfile, ProfileUnknown, "profile", p.file.Printer.Profile, "known", err.Error())}
	}
	return []Finding{fine(CheckProfile, "profile", m.Name, "columns", strconv.Itoa(m.Columns))}
}

// look finds the device on one of its lines. The best of what the lines say is told.
func (p *patient) look(ctx context.Context, i instrument) []Finding {
	if !p.read || len(i.lines) == 0 {
		return []Finding{wrong(i.check, SkipNoConfig)}
	}
	var told []Finding
	for _, path := range i.lines {
		f := p.line(ctx, i, path)
		if f.Verdict == OK || f.Code == SkipKioskRuns {
			told = []Finding{f}
			break
		}
		told = append(told, f)
	}
	slices.SortStableFunc(told, func(a, b Finding) int { return i.rank(b) - i.rank(a) })
	best := told[0]
	if best.Code != SkipKioskRuns || p.Live == nil {
		return []Finding{best}
	}
	return p.ask(i, best)
}

// rank is how much a line's answer tells: a device that is ill more than a line that is silent.
func (i instrument) rank(f Finding) int {
	switch f.Code {
	case i.code(device.ProblemNoPort):
		return 0
	case i.notSerial:
		return 1
	case i.code(device.ProblemSilent):
		return 2
	case i.code(device.ProblemWrongDevice):
		return 3
	case i.code(device.ProblemPortInUse), i.notAllowed:
		return 4
	}
	return 5
}

func (i instrument) code(c device.Problem) Code {
	return deviceCode(i.device, c)
}

// ask takes the running kiosk's word for a device.
func (p *patient) ask(i instrument, unasked Finding) []Finding {
	codes, err := p.asked()
	if err != nil {
		return []Finding{unasked.because(err)}
	}
	var found []Finding
	for _, c := range codes {
		if strings.HasPrefix(c, strings.ToUpper(string(i.device))+"-") {
			found = append(found, wrong(i.check, Code(c), unasked.Args...))
		}
	}
	if found == nil {
		found = []Finding{fine(i.check, append(unasked.Args, "baud", strconv.Itoa(i.baud))...)}
	}
	return found
}

// line looks at one line: is it there, may it be opened, has somebody else got it, and does the device answer.
func (p *patient) line(ctx context.Context, i instrument, path string) Finding {
	args := []string{"path", path, "baud", strconv.Itoa(i.baud)}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return wrong(i.check, i.notAllowed, append(args, "group", "?", "user", userName())...).because(err)
	case err != nil:
		return wrong(i.check, i.code(device.ProblemNoPort), args...)
	case info.Mode()&fs.ModeCharDevice == 0:
		return wrong(i.check, i.notSerial, args...)
	}
	if err := p.Machine.Allowed(path, unix.R_OK|unix.W_OK); errors.Is(err, fs.ErrPermission) {
		return wrong(i.check, i.notAllowed, append(args, "group", groupOf(info), "user", userName())...)
	}
	if !p.serves.may(info, 6) && !listed(path) {
		return wrong(i.check, i.notAllowed, append(args, "group", groupOf(info), "user", p.serves.name)...)
	}
	if p.holder != 0 {
		return wrong(i.check, SkipKioskRuns, append(args, "program", p.program(p.holder), "pid", strconv.Itoa(p.holder))...)
	}
	node := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		node = real
	}
	unlock, err := p.lines.lock(ctx, node)
	if err != nil {
		return wrong(i.check, CheckStuck, "seconds", "11")
	}
	defer unlock()
	return p.answers(ctx, i, node, args)
}

// answers opens the line and asks.
func (p *patient) answers(ctx context.Context, i instrument, node string, args []string) Finding {
	open := port.Opener(port.Config{Path: node, Baud: i.baud, Flow: i.flow})
	line, err := open(ctx)
	if err != nil {
		problem := port.ProblemOf(err)
		switch {
		case problem == device.ProblemPortInUse:
			args = append(args, "program", p.has(node))
		case errors.Is(err, syscall.ENOTTY), errors.Is(err, syscall.EINVAL):
			return wrong(i.check, i.notSerial, args...).because(err)
		}
		return wrong(i.check, i.code(problem), args...).because(err)
	}
	if i.probe == nil {
		if err := line.Close(); err != nil {
			return wrong(i.check, i.code(port.ProblemOf(err)), args...).because(err)
		}
		return fine(i.check, args...)
	}
	problem := problemOf(i.probe(ctx, line))
	if problem == device.ProblemSilent && i.other(ctx, line) == nil {
		problem = device.ProblemWrongDevice
	}
	_ = line.Close() // what it says of the line the probe has said
	if problem == device.ProblemNone {
		problem = i.status(ctx, open).Problem
	}
	if problem != device.ProblemNone {
		return wrong(i.check, i.code(problem), args...)
	}
	return fine(i.check, args...)
}

// problemOf names why a probe had no answer.
func problemOf(err error) device.Problem {
	var named interface{ Problem() device.Problem }
	if errors.As(err, &named) {
		return named.Problem()
	}
	return port.ProblemOf(err)
}

// statusLimit is how long a device that has answered may take to say how it is.
const statusLimit = 3 * time.Second

// readerStatus runs the driver until it knows how the reader is. The reader is not told to look for cards.
func readerStatus(ctx context.Context, open func(context.Context) (port.Port, error)) device.Status {
	d, err := cardreader.New(cardreader.Config{Open: open})
	if err != nil {
		return device.Status{}
	}
	return settled(ctx, d.Status, d.Run, func() {
		for range d.Events() { // nothing is read, so that nothing needs wiping
		}
	})
}

// printerStatus does the same with the printer, to which it prints nothing.
func printerStatus(profile printer.Profile) func(context.Context, func(context.Context) (port.Port, error)) device.Status {
	return func(ctx context.Context, open func(context.Context) (port.Port, error)) device.Status {
		d, err := printer.New(printer.Config{Open: open, Profile: profile})
		if err != nil {
			return device.Status{}
		}
		return settled(ctx, d.Status, d.Run, func() {})
	}
}

// settled runs a driver until its status is known, and ends it.
func settled(ctx context.Context, status func() device.Status, run func(context.Context) error, drain func()) device.Status {
	ctx, cancel := context.WithTimeout(ctx, statusLimit)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = run(ctx) // its status tells
	}()
	go drain()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	var s device.Status
	for s = status(); s.State == device.StateUnknown && ctx.Err() == nil; s = status() {
		select {
		case <-look.C:
		case <-ended:
		case <-ctx.Done():
		}
	}
	cancel()
	<-ended
	return s
}

// has names the programs that have a device file open. Those of other users only root sees.
func (p *patient) has(node string) string {
	all, err := filepath.Glob(p.Machine.at("proc", "[0-9]*", "fd", "*"))
	if err != nil {
		return "?"
	}
	var names []string
	for _, fd := range all {
		if target, err := os.Readlink(fd); err != nil || target != node {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(fd))))
		if name := fmt.Sprintf("%s (%d)", p.program(pid), pid); err == nil && pid != os.Getpid() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return "?"
	}
	return strings.Join(names, ", ")
}

func groupOf(info fs.FileInfo) string {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "?"
	}
	id := strconv.Itoa(int(s.Gid))
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Geteuid())
}

// OfDevice is what a driver's status means, for the kiosk itself, which has the device.
func OfDevice(d health.Device, s device.Status) Finding {
	check := map[health.Device]Check{health.CardReader: CheckReader, health.ReceiptPrinter: CheckPrinter, health.CodeScanner: CheckScanner}[d]
	ill := s.State == device.StateProblem || s.State == device.StateDisconnected
	switch {
	case s.Problem != device.ProblemNone && slices.Contains(health.Causes(d), s.Problem):
		return wrong(check, deviceCode(d, s.Problem))
	case ill, s.State == device.StateUnknown:
		return wrong(check, deviceCode(d, device.ProblemSilent))
	}
	return fine(check)
}
