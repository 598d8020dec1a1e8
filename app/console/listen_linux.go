package console

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// userTimeout lets the kernel give up a connection whose other end answers nothing: a telephone that went out of the door must not
// count as somebody who sees the calls.
func userTimeout(_, _ string, conn syscall.RawConn) error {
	var failed error
	err := conn.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(gone.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
