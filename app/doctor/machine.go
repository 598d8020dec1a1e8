package doctor

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is how the doctor looks at the machine. Tests put causes in the place of what they can not make on theirs.
type Machine struct {
	Root         string                                                                 // "/"; where dev, proc, run, sys and tmp are looked for
	Now          func() time.Time                                                       // the machine's clock
	Synchronised func() (bool, error)                                                   // whether the kernel knows that something keeps the clock right
	Space        func(path string) (Space, error)                                       // of the file system that a path is on
	Allowed      func(path string, mode uint32) error                                   // whether this user may use a path; mode as in access(2)
	Lookup       func(ctx context.Context, host string) ([]string, error)               // addresses of a name
	Dial         func(ctx context.Context, network, to string) (net.Conn, error)        // nothing is sent by it over "udp"
	Addresses    func(device string) ([]string, error)                                  // of a network device
	Env          func(name string) string                                               // the environment
	Run          func(ctx context.Context, name string, args ...string) ([]byte, error) // a program, and its standard output
}

// Space is how much room a file system has.
type Space struct {
	Size, Free    uint64 // bytes; Free for those who are not root
	Files, Unused uint64 // files that can be, and that can still be made; both 0 where they are not counted
	ReadOnly      bool
	Volatile      bool // it is in memory: what is written there is gone with the power
}

// System is this machine.
func System() Machine {
	return Machine{
		Root: "/", Now: time.Now, Synchronised: synchronised, Space: space,
		Allowed: func(path string, mode uint32) error {
			return unix.Faccessat(unix.AT_FDCWD, path, mode, unix.AT_EACCESS)
		},
		Lookup: net.DefaultResolver.LookupHost,
		Dial: func(ctx context.Context, network, to string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, to)
		},
		Addresses: addresses, Env: os.Getenv,
		Run: func(ctx context.Context, name string, args ...string) ([]byte, error) {
			cmd := exec.CommandContext(ctx, name, args...)
			cmd.WaitDelay = time.Second
			return cmd.Output()
		},
	}
}

// at is a path of this machine.
func (m Machine) at(parts ...string) string {
	return filepath.Join(append([]string{m.Root}, parts...)...)
}

// synchronised asks the kernel, which every time daemon tells.
func synchronised() (bool, error) {
	var t unix.Timex // no mode is set: nothing is changed
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return false, err
	}
	const timeError = 5
	return state != timeError && t.Status&unix.STA_UNSYNC == 0, nil
}

// Magic numbers of file systems in memory, as in statfs(2).
const (
	tmpfs = 0x01021994
	ramfs = 0x858458f6
)

func space(path string) (Space, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return Space{}, err
	}
	block := uint64(s.Bsize)
	kind := uint32(s.Type)
	return Space{Size: s.Blocks * block, Free: s.Bavail * block, Files: s.Files, Unused: s.Ffree,
		ReadOnly: s.Flags&unix.ST_RDONLY != 0, Volatile: kind == tmpfs || kind == ramfs}, nil
}

// addresses are those that reach further than the cable.
func addresses(device string) ([]string, error) {
	i, err := net.InterfaceByName(device)
	if err != nil {
		return nil, err
	}
	all, err := i.Addrs()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			out = append(out, n.IP.String())
		}
	}
	return out, nil
}
