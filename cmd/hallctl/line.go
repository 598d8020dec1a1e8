package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/trace"
)

// traceFlag is the flag that every device command has.
type traceFlag struct {
	Record string `placeholder:"FILE" help:"Record what goes over the line to this new file, with all personal data blanked; hallsim replay plays it."`
}

// lineFlags are what the commands for one device have in common.
type lineFlags struct {
	Port string `required:"" placeholder:"PATH" help:"Serial port of the device, best as hallctl device list shows it."`
	Flow string `default:"none" enum:"none,xonxoff,rtscts" help:"How the device says stop: none, xonxoff or rtscts."`
	traceFlag
}

// flow is the word of package port.
func (l lineFlags) flow() port.Flow {
	return map[string]port.Flow{"xonxoff": port.FlowXONXOFF, "rtscts": port.FlowRTSCTS}[l.Flow]
}

// opening opens the line for a driver and remembers why that failed last: drivers keep only the problem.
type opening struct {
	path string
	open func(context.Context) (port.Port, error)

	mu   sync.Mutex
	last error
}

// Open is what the driver is given.
func (o *opening) Open(ctx context.Context) (port.Port, error) {
	p, err := o.open(ctx)
	o.mu.Lock()
	o.last = err
	o.mu.Unlock()
	return p, err
}

// advice is what to do about a device's problem, or about what kept its line from opening.
func (o *opening) advice(p device.Problem) failure {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := openFailure(o.path, o.last); ok {
		return f
	}
	return failure{Code: string(p), Message: remedy(p), Next: next(p, o.path)}
}

// why is a device's problem as a failure.
func (o *opening) why(what string, p device.Problem) failure {
	f := o.advice(p)
	if f.Code == string(p) {
		f.Message = fmt.Sprintf("the %s at %s is not usable (%s): %s", what, o.path, p, f.Message)
	}
	return f
}

// use gives work the line, recorded if that is wanted.
func (l lineFlags) use(baud int, device string, blank trace.Blanker, work func(*opening) error) error {
	if baud <= 0 {
		return badSpeed()
	}
	return l.recorded(func(r *trace.Recorder) error {
		open := port.Opener(port.Config{Path: l.Port, Baud: baud, Flow: l.flow()})
		if r != nil {
			open = r.Opener(trace.Source{Device: device, Port: l.Port, Baud: baud, Blank: blank, Open: open})
		}
		return work(&opening{path: l.Port, open: open})
	})
}

// recorded gives work a recorder; nil when no recording is wanted.
func (t traceFlag) recorded(work func(*trace.Recorder) error) (err error) {
	if t.Record == "" {
		return work(nil)
	}
	file, err := newFile(t.Record)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := file.Close(); cerr != nil {
			err = errors.Join(err, fmt.Errorf("record: %w", cerr))
		}
	}()
	r, err := trace.New(trace.Config{Out: file})
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	err = work(r)
	if rerr := r.Close(); rerr != nil {
		err = errors.Join(err, failure{"record", fmt.Sprintf("the recording %s is not whole: %v", t.Record, rerr), ""})
	}
	return err
}

// newFile makes a file that only its owner may read. It never overwrites one.
func newFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, failure{"file-exists", path + " is there already, and is not overwritten", "give another name, or remove it"}
	}
	if err != nil {
		return nil, failure{"file", fmt.Sprintf("%s can not be made: %v", path, err), "give a name in a folder that you may write to"}
	}
	return f, nil
}
