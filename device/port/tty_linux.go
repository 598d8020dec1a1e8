package port

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// speeds are those that tarm/serial can set on Linux; any other makes it fail with an error that can not be told apart.
var speeds = []int{
	50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400,
	460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
}

func knownSpeed(baud int) bool { return slices.Contains(speeds, baud) }

// openLocked opens the second descriptor and takes the advisory lock on it.
func openLocked(path string) (int, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, openError(err)
	}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = unix.Close(fd)
		if errors.Is(err, unix.EWOULDBLOCK) {
			return -1, ErrInUse
		}
		return -1, fmt.Errorf("lock: %w", err)
	}
	return fd, nil
}

// prepare keeps other users out, sets flow control, and makes the descriptor that Close wakes the goroutines with.
func prepare(fd int, flow Flow) (int, error) {
	// Only now: before the opening by tarm/serial it would have kept ourselves out, when not root.
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return -1, fmt.Errorf("exclusive use: %w", err)
	}
	if flow != FlowNone {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return -1, fmt.Errorf("read line settings: %w", err)
		}
		switch flow {
		case FlowXONXOFF:
			t.Iflag |= unix.IXON
			t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
		case FlowRTSCTS:
			t.Cflag |= unix.CRTSCTS
		default:
			return -1, fmt.Errorf("unknown flow control %q", flow)
		}
		if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
			return -1, fmt.Errorf("set flow control: %w", err)
		}
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return -1, fmt.Errorf("eventfd: %w", err)
	}
	return wake, nil
}

// poll waits on the second descriptor for the events, at most d. woken is true once Close was called.
func (s *Serial) poll(events int16, d time.Duration) (got int16, woken bool, err error) {
	fds := []unix.PollFd{{Fd: int32(s.aux), Events: events}, {Fd: int32(s.wake), Events: unix.POLLIN}}
	_, err = unix.Poll(fds, int(d/time.Millisecond)+1)
	if errors.Is(err, unix.EINTR) {
		return 0, false, nil
	}
	return fds[0].Revents, fds[1].Revents != 0, err
}

// openError names why a line could not be opened.
func openError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w: %w", ErrInUse, err)
	default:
		return err
	}
}

// lineError names why an open line fails.
func lineError(err error) error {
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENODEV) {
		return ErrUnplugged
	}
	return err
}
