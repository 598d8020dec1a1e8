package hall

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress finds host:port of loopback for a program that is told where to listen. Until it does so the port of the usual
// host could be given to anybody who asks for any: the host is one of many, which nobody asks for, and no longer in writing.
func FreeAddress(ctx context.Context) (string, error) {
	one := func() int { return 2 + rand.N(8) }
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.%d.%d.%d:0", one(), one(), one()))
	if err != nil {
		return "", fmt.Errorf("find a free address: %w", err)
	}
	return l.Addr().String(), l.Close()
}
